/** Random calls in great number, here and in the original. */
import { randomBelow } from "../../support/random-below.ts";
import { randomArgument } from "./arguments.ts";
import { type Argument, type Calls, type Outcome, RawBytes, shown } from "./calls.ts";
import type { GeneratedCall } from "./generated-calls.ts";

/** By the C library there and by V8 here, which do not agree in the last digit. */
const BY_LIBRARY: ReadonlySet<string> = new Set(
  "acos acosh asin asinh atan atan2 atanh cos cosh exp ln log log10 log2 pow power sin sinh tan tanh".split(" "),
);
/** Two units in the last place. */
const CLOSE = 2 ** -51;

/** What is not to be compared: chance, the connection, the version; names that are no calls or whose arguments the parser looks at. */
const NOT_COMPARED: ReadonlySet<string> = new Set(
  "changes last_insert_rowid total_changes random randomblob sqlite_version sqlite_source_id current_date current_time current_timestamp likelihood"
    .split(" ")
    .concat("sqlite_compileoption_get sqlite_compileoption_used zeroblob load_extension match".split(" ")),
);

/** With so few arguments they tell the time, which goes on between two calls. */
const ASKS_FOR_NOW: ReadonlyMap<string, number> = new Map([
  ...["date", "time", "datetime", "julianday", "unixepoch"].map((name): [string, number] => [name, 0]),
  ["strftime", 1],
]);

/** `count` calls of every scalar function; returns how many there were and what differed. */
export function everyFunction(calls: Calls, seed: number, count: number): { total: number; differences: string[] } {
  const below = randomBelow(seed);
  const differences: string[] = [];
  let total = 0;
  const argument = calls.encoding === "utf8" ? randomArgument : utf16Argument;
  for (const { name, narg, type } of calls.registry.list()) {
    if (type !== "s" || NOT_COMPARED.has(name)) continue;
    for (let i = 0; i < count; i++) {
      const least = narg >= 0 ? narg : narg === -1 ? 0 : -2 - narg;
      // With one argument, min and max are aggregates.
      const isAggregate = least === 1 && narg < 0 && (name === "min" || name === "max");
      const size = narg >= 0 ? narg : least + below(4) + (isAggregate ? 1 : 0);
      if (size <= (ASKS_FOR_NOW.get(name) ?? -1)) continue;
      differences.push(...difference(calls, { name, values: Array.from({ length: size }, () => argument(below)) }));
      total += 1;
    }
  }
  return { total, differences };
}

/** BLOBs of odd lengths as texts, and U+FFFF bound as UTF-8, are stories of their own in UTF-16. */
function utf16Argument(below: (bound: number) => number): Argument {
  for (;;) {
    const value = randomArgument(below);
    if (value instanceof Uint8Array || value instanceof RawBytes) continue;
    if (typeof value !== "string" || !/[\ufffe\uffff]/.test(value)) return value;
  }
}

export function generated(
  calls: Calls,
  generate: (below: (bound: number) => number) => GeneratedCall,
  seed: number,
  count: number,
): string[] {
  const below = randomBelow(seed);
  const differences: string[] = [];
  for (let i = 0; i < count; i++) differences.push(...difference(calls, generate(below)));
  return differences;
}

function difference(calls: Calls, { name, values }: GeneratedCall): string[] {
  // As better-sqlite3 is made, BLOBs match nothing.
  if ((name === "like" || name === "glob") && values.slice(0, 2).some((value) => value instanceof Uint8Array))
    return [];
  calls.ours(name, values); // patterns, formats and modifiers are remembered
  const ours = calls.ours(name, values);
  const original = calls.original(name, values);
  if (ours === original || (BY_LIBRARY.has(name) && isClose(ours, original))) return [];
  return [`${name}(${values.map(shown).join(", ")}): ${ours}, not ${original}`];
}

function isClose(ours: Outcome, original: Outcome): boolean {
  if (!ours.startsWith("real ") || !original.startsWith("real ")) return false;
  const [a, b] = [Number(ours.slice(5)), Number(original.slice(5))];
  return Math.abs(a - b) <= Math.abs(b) * CLOSE;
}

/** Rows for aggregates. */
export function aggregateDifferences(calls: Calls, seed: number, count: number): string[] {
  const below = randomBelow(seed);
  const differences: string[] = [];
  for (let i = 0; i < count; i++) {
    for (const name of AGGREGATES) {
      const rows = randomRows(below, name);
      const [ours, original] = calls.aggregates(name, rows);
      if (ours !== original) differences.push(`${name} of ${shownRows(rows)}: ${ours}, not ${original}`);
      if (name === "min" || name === "max") continue; // which the original does not slide
      const [before, after] = [below(4), below(3)];
      const [slid, originally] = calls.windows(name, rows, before, after);
      if (slid.join() !== originally.join())
        differences.push(
          `${name} over ${before}, ${after} of ${shownRows(rows)}: ${slid.join()}, not ${originally.join()}`,
        );
    }
  }
  return differences;
}

const AGGREGATES = [
  ...["avg", "count", "group_concat", "max", "median", "min", "percentile", "percentile_cont", "percentile_disc"],
  ...["string_agg", "sum", "total"],
];

function randomRows(below: (bound: number) => number, name: string): Argument[][] {
  const kind = below(3);
  const separator = [",", "", "; é"][below(3)]!;
  const isPercentile = name.startsWith("percentile");
  const fraction: Argument = name === "percentile" ? BigInt(below(101)) : below(101) / 100;
  const hasSeparator = name === "string_agg" || (name === "group_concat" && below(2) === 0);
  const value = (): Argument => {
    if (isPercentile || name === "median") return below(14) === 0 ? randomArgument(below) : someNumber(below);
    const one = kind === 0 ? hugeInteger(below) : kind === 1 ? someNumber(below) : randomArgument(below);
    // In a window the original makes a NUL of an empty text.
    return textLength(one) === 0 ? "e" : one;
  };
  return Array.from({ length: 1 + below(8) }, () => {
    if (isPercentile) return [value(), below(30) === 0 ? randomArgument(below) : fraction];
    return hasSeparator ? [value(), separator] : [value()];
  });
}

function textLength(value: Argument): number | undefined {
  if (value instanceof RawBytes) return value.bytes.length;
  return typeof value === "string" || value instanceof Uint8Array ? value.length : undefined;
}

function someNumber(below: (bound: number) => number): Argument {
  const kinds = [BigInt(below(20) - 10), below(1000) / 8, (below(1000) / 7) * 1e10, null, BigInt(below(1000)), 1e300];
  return kinds[below(kinds.length)]!;
}

function hugeInteger(below: (bound: number) => number): Argument {
  if (below(2) === 0) return BigInt(below(100));
  return BigInt.asIntN(64, 2n ** 62n * BigInt(below(4) - 2) + BigInt(below(3) - 1));
}

function shownRows(rows: readonly (readonly Argument[])[]): string {
  return rows.map((row) => `(${row.map(shown).join(", ")})`).join(", ");
}
