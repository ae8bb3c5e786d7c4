/**
 * Runs command lines through GNU grep and through ours and compares standard output, standard error and exit code.
 *
 * Ours runs in this process; GNU's by a shell script of many commands, since starting a shell for each would take most of the time.
 */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { iso14651 } from "@tenon/regex/iso14651";
import { type ByteString, fromBytes, fromText } from "../../src/byte-string.ts";
import { runGrep } from "../../src/gnu/command.ts";
import { type Case, randomCase, writeFiles } from "./cases.ts";
import type { Dialect } from "./patterns.ts";
import { Chance } from "./random.ts";

export interface Outcome {
  readonly stdout: ByteString;
  readonly stderr: ByteString;
  readonly code: number;
}

export interface Difference {
  readonly seed: number;
  readonly command: string;
  readonly theirs: Outcome;
  readonly ours: Outcome;
}

export interface ComparisonOptions {
  /** GNU grep's path. */
  readonly grep: string;
  readonly dialect: Dialect;
  readonly cases: number;
  readonly seed: number;
  /** Added to the environment of GNU grep, so that it finds its locales. */
  readonly locales: Readonly<Record<string, string>>;
  /** Stop after so many differences. */
  readonly enough?: number;
}

/** Cases that share a folder and a shell. */
const BATCH = 200;
/** For each: some patterns take GNU grep for ever. */
const CPU_SECONDS = 10;
/** Exit codes of what a signal ended, as a shell tells them. */
const KILLED = 128;

export function compareRandom({ grep, dialect, cases, seed, locales, enough = 5 }: ComparisonOptions): Difference[] {
  const differences: Difference[] = [];
  for (let done = 0; done < cases && differences.length < enough; done += BATCH) {
    const batchSeed = seed + done;
    const folder = mkdtempSync(join(tmpdir(), "tenon-grep-"));
    try {
      const chance = new Chance(batchSeed);
      writeFiles(folder, chance);
      const batch = chance.times(Math.min(BATCH, cases - done), () => randomCase(chance, dialect));
      const theirs = runTheirs(batch, folder, grep, locales);
      batch.forEach((each, index) => {
        if (theirs[index]!.code >= KILLED) {
          process.stderr.write(`no answer from GNU grep in ${CPU_SECONDS} s: ${commandText(each, folder)}\n`);
          return;
        }
        const ours = runOurs(each, folder);
        if (!same(ours, theirs[index]!))
          differences.push({ seed: batchSeed, command: commandText(each, folder), theirs: theirs[index]!, ours });
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return differences;
}

/** Both went wrong in the same way, or both went right in the same way. */
function same(a: Outcome, b: Outcome): boolean {
  return a.code === b.code && a.stdout === b.stdout && a.stderr === b.stderr;
}

/** Runs ours in `folder`. */
export function runOurs({ args, env, stdin }: Case, folder: string): Outcome {
  const stdout: ByteString[] = [];
  const stderr: ByteString[] = [];
  const descriptor = openSync(join(folder, stdin), "r");
  try {
    const code = runGrep(args, {
      env,
      collation: iso14651,
      directory: fromText(folder),
      stdin: descriptor,
      stdout: { write: (bytes) => stdout.push(fromBytes(bytes)), isTerminal: false, stat: undefined },
      stderr: { write: (bytes) => stderr.push(fromBytes(bytes)) },
    });
    return { stdout: stdout.join(""), stderr: stderr.join(""), code };
  } catch (error) {
    return {
      stdout: stdout.join(""),
      stderr: `threw ${error instanceof Error ? error.stack : String(error)}`,
      code: -1,
    };
  } finally {
    closeSync(descriptor);
  }
}

/** Runs GNU grep for each case, as `grep`, in `folder`. */
export function runTheirs(
  cases: readonly Case[],
  folder: string,
  grep: string,
  locales: Readonly<Record<string, string>>,
): Outcome[] {
  const outputs = mkdtempSync(join(tmpdir(), "tenon-grep-out-"));
  try {
    const lines = cases.map(({ args, env, stdin }, index) => {
      const variables = Object.entries(env).map(([name, value]) => `${name}=${shellWord(value)}`);
      const out = `${outputs}/${index}`;
      return `(unset LC_ALL LC_CTYPE LANG; export ${variables.join(" ")}; exec ${grep} ${args.map(shellWord).join(" ")}) <${shellWord(stdin)} >${out}.out 2>${out}.err; echo $? >>${outputs}/codes`;
    });
    const script = join(outputs, "script");
    writeFileSync(script, [`ulimit -t ${CPU_SECONDS}`, ...lines].join("\n"));
    const path = `${outputs}:${process.env["PATH"] ?? ""}`;
    spawnSync("bash", [script], {
      cwd: folder,
      env: { ...locales, PATH: path },
      stdio: ["ignore", "inherit", "inherit"],
    });
    const codes = readFileSync(`${outputs}/codes`, "latin1").split("\n");
    return cases.map((_, index) => ({
      stdout: fromBytes(readFileSync(`${outputs}/${index}.out`)),
      stderr: fromBytes(readFileSync(`${outputs}/${index}.err`)).replaceAll(`${grep}: `, "grep: "),
      code: Number(codes[index]),
    }));
  } finally {
    rmSync(outputs, { recursive: true, force: true });
  }
}

/** bash's quoting, in ASCII. */
function shellWord(bytes: ByteString): string {
  if (/^[\w./=-]+$/.test(bytes)) return bytes;
  const escaped = Array.from(bytes, (character) => {
    const code = character.charCodeAt(0);
    if (character === "'" || character === "\\") return `\\${character}`;
    return code >= 0x20 && code < 0x7f ? character : `\\x${code.toString(16).padStart(2, "0")}`;
  });
  return `$'${escaped.join("")}'`;
}

/** The command with what it read, ready to be tried in a shell. */
function commandText({ args, env, stdin }: Case, folder: string): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${shellWord(value)}`);
  const files = ["one", "two", "three.c", "four.h", "patterns.bre", "patterns.ere", "patterns.fixed"].filter(
    (name) => args.includes(name) || stdin === name,
  );
  const contents = files.map((name) => `printf %b ${shellWord(octal(readFileSync(join(folder, name))))} >${name}`);
  return `${contents.join("; ")}; ${variables.join(" ")} grep ${args.map(shellWord).join(" ")} <${stdin}`;
}

function octal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => {
    if (byte >= 0x20 && byte < 0x7f && byte !== 0x5c) return String.fromCharCode(byte);
    return `\\0${byte.toString(8).padStart(3, "0")}`;
  }).join("");
}

/** A difference as a person reads it. */
export function differenceText({ seed, command, theirs, ours }: Difference): string {
  const side = (name: string, { stdout, stderr, code }: Outcome): string =>
    `${name}: exit ${code}, stdout ${JSON.stringify(stdout)}, stderr ${JSON.stringify(stderr)}`;
  return `seed ${seed}\n${command}\n${side("GNU ", theirs)}\n${side("ours", ours)}`;
}
