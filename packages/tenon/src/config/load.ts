/** Finds the config file and reads it: JSON, or a module in JavaScript or TypeScript, which Node runs as it is. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ConfigError } from "./config-error.ts";
import type { StackConfig } from "./config.ts";

export const CONFIG_NAMES: readonly string[] = [
  "tenon.config.ts",
  "tenon.config.mts",
  "tenon.config.js",
  "tenon.config.mjs",
  "tenon.config.json",
];

export interface LoadedConfig {
  /** Absolute path; `undefined` when there is none, and the config is the default one. */
  readonly file: string | undefined;
  /** Where relative paths in the config start: the file's folder, or where the user stands. */
  readonly baseDir: string;
  readonly config: StackConfig;
}

export interface LoadOptions {
  /** Where the user stands: the search goes from here upward. */
  readonly cwd: string;
  /** The file that the user named; then nothing is searched for. */
  readonly file?: string | undefined;
}

/** Throws ConfigError. Without a config file anywhere the result is the empty config. */
export async function loadConfig({ cwd, file: named }: LoadOptions): Promise<LoadedConfig> {
  const file = named === undefined ? findConfig(cwd) : resolve(cwd, named);
  if (file === undefined) return { file, baseDir: cwd, config: {} };
  const source = shownPath(cwd, file);
  if (named !== undefined && !existsSync(file)) throw unusable(source, "there is no such file");
  if (statSync(file).isDirectory()) throw unusable(source, "this is a folder, not a config file");
  const value = file.endsWith(".json")
    ? await parseJson(readFileSync(file, "utf8"), source)
    : await importDefault(file, source);
  // zod takes a while to load, so whoever has no config does not load it.
  const { checkConfig } = await import("./check.ts");
  return { file, baseDir: dirname(file), config: checkConfig(value, source) };
}

/** The config of the closest folder, from `folder` upward. */
function findConfig(folder: string): string | undefined {
  for (let current = folder; ; current = dirname(current)) {
    const found = CONFIG_NAMES.filter((name) => existsSync(join(current, name)));
    if (found.length > 1) throw unusable(current, `there are several configs here: ${found.join(", ")}; keep one`);
    if (found.length === 1) return join(current, found[0]!);
    if (dirname(current) === current) return undefined;
  }
}

function unusable(source: string, message: string): ConfigError {
  return new ConfigError(source, [{ path: "", message }]);
}

/** Short where it is below or just above where the user stands. */
function shownPath(cwd: string, file: string): string {
  const path = relative(cwd, file);
  return isAbsolute(path) || path.startsWith(join("..", "..", "..")) ? file : path;
}

async function parseJson(text: string, source: string): Promise<unknown> {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const { line, column, message } = await jsonMistake(text, error instanceof Error ? error.message : String(error));
    throw unusable(`${source}:${line}:${column}`, `not valid JSON: ${message}`);
  }
}

interface JsonMistake {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Where the mistake is. V8 says what it expected, and mostly where; for a character out of place it does not say where. */
async function jsonMistake(text: string, message: string): Promise<JsonMistake> {
  const placed = /^(.*?)(?: in JSON)? at position \d+ \(line (\d+) column (\d+)\)/s.exec(message);
  if (placed !== null) return { line: Number(placed[2]), column: Number(placed[3]), message: placed[1]! };
  const lines = text.split("\n");
  const end = { line: lines.length, column: lines.at(-1)!.length + 1, message };
  if (message.startsWith("Unexpected end")) return end;
  const { parse } = await import("@humanwhocodes/momoa");
  try {
    parse(text, { mode: "json" });
  } catch (error) {
    const found = error as { readonly line?: number; readonly column?: number; readonly message: string };
    const what = found.message.replace(/ found\. \(\d+:\d+\)$/, "");
    if (found.line !== undefined && found.column !== undefined)
      return { line: found.line, column: found.column, message: what };
  }
  return end;
}

async function importDefault(file: string, source: string): Promise<unknown> {
  let module: Readonly<Record<string, unknown>>;
  try {
    // A config changes between runs of one process (tests, a restart): its time of change makes it another module.
    module = await import(`${pathToFileURL(file).href}?changed=${statSync(file).mtimeMs}`);
  } catch (error) {
    throw moduleError(error, file, source);
  }
  if (!("default" in module))
    throw unusable(source, "it must export the config as its default: export default defineStack({ … })");
  return module["default"];
}

/** With `npx tenon` the package is there for the command, but not for the project's own files. */
const NO_TENON =
  "it imports tenon, which is not installed here: npm install --save-dev tenon, or export a plain object, without defineStack";

/** What went wrong while the module was read or run, at the line where it happened, if that can be known. */
function moduleError(error: unknown, file: string, source: string): ConfigError {
  if (!(error instanceof Error)) return unusable(source, `it threw ${String(error)}`);
  const firstLine = error.message.split("\n")[0]!.trim();
  const message = error.name === "Error" || error.name === "SyntaxError" ? firstLine : `${error.name}: ${firstLine}`;
  if (firstLine.startsWith("Cannot find package 'tenon'")) return unusable(source, NO_TENON);
  const places = placesIn(error.stack ?? "");
  const here = places.find((place) => place.file === file);
  if (here !== undefined) return unusable(`${source}:${here.position}`, message);
  if (places.length > 0) return unusable(source, `${message} (${places[0]!.file}:${places[0]!.position})`);
  if (error.name !== "SyntaxError") return unusable(source, message);
  const line = lineOfSyntaxError(file);
  return line === undefined
    ? unusable(source, `a module that it imports has a syntax error: ${message}`)
    : unusable(`${source}:${line}`, message);
}

interface Place {
  readonly file: string;
  /** `line` or `line:column` */
  readonly position: string;
}

/** The places that a stack names, innermost first; an error of the TypeScript reader has its place on the first line. */
function placesIn(stack: string): Place[] {
  return [...stack.matchAll(/(file:\/\/\/[^\s()?]+)(?:\?[^\s():]*)?:(\d+(?::\d+)?)/g)].map(([, url, position]) => ({
    file: fileURLToPath(url!),
    position: position!,
  }));
}

/**
 * Of a syntax error in a module, Node keeps the place for itself: it is in no property, only in what a process prints
 * that dies of it. So one is asked to read the file, without running it.
 */
function lineOfSyntaxError(file: string): string | undefined {
  const { stderr } = spawnSync(process.execPath, ["--check", file], { encoding: "utf8", timeout: 10_000 });
  return /^[^\n]*:(\d+)\n/.exec(stderr)?.[1];
}
