/** Runs patterns through the installed GNU grep and through ours, and compares lines, places, errors and warnings. */
import { spawnSync } from "node:child_process";
import { RegexError, compile } from "../../src/index.ts";
import { iso14651 } from "../../src/iso14651.ts";
import { Random, randomLine, randomPattern } from "./random-patterns.ts";

export interface Case {
  readonly pattern: string;
  readonly syntax: "bre" | "ere" | "fixed";
  readonly locale: string;
  readonly ignoreCase: boolean;
  readonly whole: "line" | "word" | undefined;
  readonly lines: readonly string[];
}

export interface Difference extends Case {
  readonly what: string;
  readonly theirs: string;
  readonly ours: string;
}

const FLAG = { bre: "-G", ere: "-E", fixed: "-F" } as const;
const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

function gnu(
  grep: string,
  each: Case,
  ...options: string[]
): { readonly status: number | null; readonly out: string; readonly err: string } {
  // The pattern goes through a file, since arguments of a process are text to Node.
  const result = spawnSync(
    "/bin/sh",
    [
      "-c",
      `head -c ${each.pattern.length + 1} > "$0.pattern"; exec "$@" -f "$0.pattern" -`,
      scratch,
      grep,
      FLAG[each.syntax],
      ...options,
    ],
    {
      input: Buffer.concat([bytes(`${each.pattern}\n`), bytes(each.lines.map((line) => `${line}\n`).join(""))]),
      env: { LC_ALL: each.locale, PATH: process.env["PATH"] ?? "" },
      timeout: 20_000,
    },
  );
  return { status: result.status, out: result.stdout.toString("latin1"), err: result.stderr.toString() };
}

let scratch = "";

/** Where the pattern's file may be written (a path that ".pattern" is put behind). */
export function useScratch(path: string): void {
  scratch = path;
}

/** undefined when the two agree. */
export function compare(grep: string, each: Case): Difference | undefined {
  const options = [
    "-a",
    ...(each.ignoreCase ? ["-i"] : []),
    ...(each.whole === undefined ? [] : [each.whole === "line" ? "-x" : "-w"]),
  ];
  const lines = gnu(grep, each, ...options, "-n");
  if (lines.status === null) return undefined; // GNU grep took too long
  const places = gnu(grep, each, ...options, "-ob");
  let ours: { lines: string; places: string; messages: string };
  try {
    ours = run(each);
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    ours = { lines: "", places: "", messages: error.problems.map(({ message }) => message).join("\n") };
    if (error.code === "EBACKTRACK") return undefined;
  }
  const messages = lines.err
    .split("\n")
    .map((line) => line.replace(/^\S*grep: /, "").replace(/^\S*\.pattern:\d+: /, ""))
    .filter((line) => line !== "")
    .join("\n");
  if (messages !== ours.messages) return { ...each, what: "messages", theirs: messages, ours: ours.messages };
  if (lines.status === 2) return undefined;
  const numbers = lines.out
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split(":")[0])
    .join(" ");
  if (numbers !== ours.lines) return { ...each, what: "lines", theirs: numbers, ours: ours.lines };
  if (places.out !== ours.places) return { ...each, what: "places", theirs: places.out, ours: ours.places };
  return undefined;
}

function run(each: Case): { lines: string; places: string; messages: string } {
  const regex = compile(bytes(each.pattern), {
    syntax: each.syntax,
    encoding: each.locale === "C" ? "bytes" : "utf8",
    ignoreCase: each.ignoreCase,
    ...(each.whole !== undefined && { whole: each.whole }),
    ...(each.locale.startsWith("en_US") && { collation: iso14651 }),
    limits: { backtrackSteps: 2_000_000 },
  });
  const text = bytes(each.lines.map((line) => `${line}\n`).join(""));
  const scanner = regex.scanner();
  scanner.reserve(text.length).set(text);
  const found: number[] = [];
  let places = "";
  let number = 0;
  let start = 0;
  for (const line of each.lines) {
    number++;
    const end = start + line.length;
    if (scanner.next(start, end + 1) === start) {
      found.push(number);
      let from = start;
      while (from < end && scanner.span(start, end, from)) {
        if (scanner.spanEnd === scanner.spanStart) {
          from = scanner.spanStart + 1;
          continue;
        }
        places += `${scanner.spanStart}:${text.toString("latin1", scanner.spanStart, scanner.spanEnd)}\n`;
        from = scanner.spanEnd;
      }
    }
    start = end + 1;
  }
  const warnings = regex.warnings.filter((warning) => !warning.startsWith("stray"));
  return { lines: found.join(" "), places, messages: warnings.map((warning) => `warning: ${warning}`).join("\n") };
}

export interface Run {
  readonly grep: string;
  readonly seed: number;
  readonly runs: number;
  readonly syntax: "bre" | "ere" | "fixed";
  readonly locales: readonly string[];
  readonly backReferences: boolean;
}

/** The differences that random cases show, each made small. */
export function differences({ grep, seed, runs, syntax, locales, backReferences }: Run): Difference[] {
  const random = new Random(seed);
  const found: Difference[] = [];
  for (let i = 0; i < runs; i++) {
    const each: Case = {
      pattern: randomPattern(random, syntax, backReferences),
      syntax,
      locale: random.pick(locales),
      ignoreCase: random.chance(0.25),
      whole: random.chance(0.8) ? undefined : random.pick(["line", "word"]),
      lines: Array.from({ length: 12 }, () => randomLine(random)),
    };
    const difference = compare(grep, each);
    if (difference !== undefined) found.push(shrink(grep, difference));
  }
  return found;
}

/** Leaves out lines, then characters of the pattern, as long as something differs. */
function shrink(grep: string, difference: Difference): Difference {
  let smallest = difference;
  const attempt = (change: Partial<Case>): void => {
    const smaller = compare(grep, { ...smallest, ...change });
    if (smaller !== undefined) smallest = smaller;
  };
  for (const line of difference.lines) {
    if (smallest.lines.length === 1) break;
    attempt({ lines: [line] });
  }
  for (let at = 0; at < smallest.pattern.length;) {
    const { pattern } = smallest;
    attempt({ pattern: pattern.slice(0, at) + pattern.slice(at + 1) });
    if (smallest.pattern === pattern) at++;
  }
  if (smallest.ignoreCase) attempt({ ignoreCase: false });
  return smallest;
}
