/**
 * The command line of `tenon lox`, as tables: options and modes. Reading arguments, help and tab completion all come from
 * them. A run of a small script is hardly longer than Node's own start, and loading even `node:util`'s `parseArgs` would show.
 */
import type { DialectName } from "../dialect.ts";
import type { EngineName } from "../engine.ts";
import type { Limits } from "../limits/limits.ts";

/** What is done with the source. */
export type Mode = "run" | "tokenize" | "parse" | "evaluate" | "ast" | "js";

export const MODES: Readonly<Record<Mode, string>> = {
  run: "run a program",
  tokenize: "print the tokens",
  parse: "print an expression's tree as an S-expression",
  evaluate: "print an expression's value",
  ast: "print a program's tree as JSON",
  js: "print the JavaScript that a program becomes, with its source map",
};

/** In the specification of this command, and still to come: asked for, they are refused rather than ignored. */
const MODES_TO_COME: readonly string[] = ["fmt", "lsp", "debug"];

const ENGINES: readonly EngineName[] = ["fast", "tree", "closures"];
const DIALECT_NAMES: readonly DialectName[] = ["jlox", "clox"];

export interface OptionRow {
  readonly short?: string;
  /** What stands for the value; without it the option is a switch. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly summary: string;
}

type OptionName =
  | "eval"
  | "engine"
  | "dialect"
  | "max-steps"
  | "max-time"
  | "max-memory"
  | "max-depth"
  | "stats"
  | "plain"
  | "no-history"
  | "help";

export const OPTIONS: Readonly<Record<OptionName, OptionRow>> = {
  eval: { short: "e", value: "code", summary: "take the program from the command line" },
  engine: { value: "name", choices: ENGINES, summary: "fast (compiles to JavaScript), tree, or closures" },
  dialect: { value: "name", choices: DIALECT_NAMES, summary: "which of the book's interpreters to be" },
  "max-steps": { value: "count", summary: "calls and rounds of loops, as 1e7" },
  "max-time": { value: "time", summary: "as 500ms, 2s or 1m" },
  "max-memory": { value: "size", summary: "as 64M: what the program may add to the process" },
  "max-depth": { value: "count", summary: "nested calls" },
  stats: { summary: "say at the end, on standard error, where the time went" },
  plain: { summary: "errors as the book has them, on a terminal too" },
  "no-history": { summary: "do not keep the lines of the prompt in a file" },
  help: { short: "h", summary: "print this" },
};

/** `--trace` will be an option; until then it is refused with the modes to come. */
const OPTION_TO_COME = "trace";

/** Where the program is. */
export type SourceOrigin =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "code"; readonly code: string }
  | { readonly kind: "stdin" }
  | { readonly kind: "prompt" };

export interface LoxArguments {
  readonly mode: Mode;
  readonly origin: SourceOrigin;
  readonly engine: EngineName;
  readonly dialect: DialectName;
  readonly limits: Limits;
  readonly stats: boolean;
  readonly plain: boolean;
  readonly history: boolean;
  readonly help: boolean;
}

/** What was typed makes no sense; the message says what would. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Throws `UsageError`. */
export function parseArguments(argv: readonly string[]): LoxArguments {
  const { values, words } = parsed(argv);
  const { mode, rest } = modeOf(words);
  const origin = originOf(rest, values.eval);
  if (origin.kind === "prompt" && mode !== undefined) throw new UsageError(`${mode} wants a file, - or -e CODE`);
  return {
    mode: mode ?? "run",
    origin,
    engine: oneOf(ENGINES, "engine", values.engine ?? "fast"),
    dialect: oneOf(DIALECT_NAMES, "dialect", values.dialect ?? "jlox"),
    limits: {
      ...given("steps", values["max-steps"], (text) => count(text, "--max-steps")),
      ...given("timeMs", values["max-time"], milliseconds),
      ...given("memoryBytes", values["max-memory"], bytes),
      ...given("depth", values["max-depth"], (text) => count(text, "--max-depth")),
    },
    stats: values.stats === true,
    plain: values.plain === true,
    history: values["no-history"] !== true,
    help: values.help === true,
  };
}

type SwitchName = "stats" | "plain" | "no-history" | "help";
type Values = { [Name in SwitchName]?: true } & { [Name in Exclude<OptionName, SwitchName>]?: string };

/** Options and other words; `--` ends the options, and `-` is a word. */
function parsed(argv: readonly string[]): { readonly values: Values; readonly words: readonly string[] } {
  const values: Partial<Record<string, string | true>> = {};
  const words: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!;
    if (word === "--") {
      words.push(...argv.slice(at + 1));
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      words.push(word);
      continue;
    }
    const { name, row, attached } = optionOf(word);
    if (row.value === undefined) {
      if (attached !== undefined) throw new UsageError(`--${name} takes no value`);
      values[name] = true;
    } else {
      const value = attached ?? argv[++at];
      if (value === undefined) throw new UsageError(`--${name} wants a ${row.value}`);
      values[name] = value;
    }
  }
  return { values: values as Values, words };
}

/** The option that a word like `--engine=tree` or `-e` means, and the value that is part of the word. */
function optionOf(word: string): {
  readonly name: string;
  readonly row: OptionRow;
  readonly attached: string | undefined;
} {
  const [typed, ...rest] = word.split("=") as [string, ...string[]];
  const attached = rest.length === 0 ? undefined : rest.join("=");
  if (typed === `--${OPTION_TO_COME}`) throw new UsageError(`${typed} is not there yet`);
  const entries: readonly (readonly [string, OptionRow])[] = Object.entries(OPTIONS);
  const found = entries.find(([name, { short }]) => typed === `--${name}` || typed === `-${short}`);
  if (found === undefined) throw new UsageError(`unknown option '${typed}'`);
  return { name: found[0], row: found[1], attached };
}

/** The first word is a mode, or a file that `run` is meant for. A file called `parse` is reached as `./parse`. */
function modeOf(words: readonly string[]): { readonly mode: Mode | undefined; readonly rest: readonly string[] } {
  const [word, ...rest] = words;
  if (word === undefined) return { mode: undefined, rest };
  if (Object.hasOwn(MODES, word)) return { mode: word as Mode, rest };
  if (MODES_TO_COME.includes(word)) throw new UsageError(`${word} is not there yet`);
  return { mode: undefined, rest: words };
}

function originOf(words: readonly string[], code: string | undefined): SourceOrigin {
  const [path, ...more] = words;
  if (more.length > 0 || (path !== undefined && code !== undefined)) throw new UsageError("one program at a time");
  if (code !== undefined) return { kind: "code", code };
  if (path === undefined) return { kind: "prompt" };
  return path === "-" ? { kind: "stdin" } : { kind: "file", path };
}

function oneOf<T extends string>(choices: readonly T[], option: string, text: string): T {
  const choice = choices.find((name) => name === text);
  if (choice === undefined) throw new UsageError(`--${option} is one of ${choices.join(", ")}, not '${text}'`);
  return choice;
}

/** An object with the key, or without it where the option was not given. */
function given<K extends keyof Limits>(key: K, text: string | undefined, read: (text: string) => number): Limits {
  return text === undefined ? {} : { [key]: read(text) };
}

function count(text: string, option: string): number {
  const value = /^\d+(?:\.\d+)?(?:e\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < 1)
    throw new UsageError(`${option} wants a number above 0, not '${text}'`);
  return value;
}

const TIME_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };
const SIZE_UNITS: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

function milliseconds(text: string): number {
  return measure(text, TIME_UNITS, "--max-time wants a time, as 500ms or 2s");
}

function bytes(text: string): number {
  return measure(text.replace(/i?b$/i, ""), SIZE_UNITS, "--max-memory wants a size, as 64M");
}

function measure(text: string, units: Readonly<Record<string, number>>, message: string): number {
  const found = /^(\d+(?:\.\d+)?)([a-z]*)$/i.exec(text);
  const unit = found?.[2]!.toLowerCase() ?? "?";
  const value = Object.hasOwn(units, unit) ? Number(found![1]) * units[unit]! : 0;
  if (!(value > 0)) throw new UsageError(`${message}, not '${text}'`);
  return value;
}
