/**
 * Writes src/unicode/tables.ts: what the C library's classification and case mapping say in a UTF-8 locale, asked of the programs that
 * our matching has to equal: `grep` for the classes, `sed`'s \U for towupper().
 *
 *   node packages/regex/scripts/generate-tables.ts
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packNumbers } from "../src/unicode/packed.ts";

const LIMIT = 0x110000;
const environment = { ...process.env, LC_ALL: "C.UTF-8" };
const folder = mkdtempSync(join(tmpdir(), "tenon-regex-tables-"));
const everything = join(folder, "everything");

/** Line n holds code point n; lines that cannot hold theirs are empty. */
function line(codePoint: number): string {
  const unfit = codePoint === 0 || codePoint === 10 || (codePoint >= 0xd800 && codePoint <= 0xdfff);
  return unfit ? "" : String.fromCodePoint(codePoint);
}

function run(program: string, ...args: string[]): string {
  return execFileSync(program, [...args, everything], { env: environment, maxBuffer: 1 << 28, encoding: "utf8" });
}

/** As ranges. */
function classOf(name: string): number[] {
  const ranges: number[] = [];
  const inside = run("grep", "-anox", `[[:${name}:]]`)
    .split("\n")
    .filter((text) => text !== "")
    .map((text) => Number.parseInt(text, 10) - 1);
  if (name === "cntrl") inside.unshift(0);
  if (name === "cntrl" || name === "space") inside.push(10);
  for (const codePoint of inside.sort((a, b) => a - b)) {
    if (ranges.at(-1) === codePoint - 1) ranges[ranges.length - 1] = codePoint;
    else ranges.push(codePoint, codePoint);
  }
  return ranges;
}

/** Ranges as distances: to the first, its length, to the next … */
function packRanges(ranges: readonly number[]): string {
  let last = 0;
  const distances: number[] = [];
  for (const bound of ranges) {
    distances.push(bound - last);
    last = bound;
  }
  return packNumbers(distances);
}

/** Runs of equal difference: distance from the last run, how many, step between them, difference (zigzag). */
function packMapping(pairs: readonly (readonly [number, number])[]): string {
  const packed: number[] = [];
  let last = 0;
  for (let i = 0; i < pairs.length;) {
    const [first, image] = pairs[i]!;
    const difference = image - first;
    const step = Math.min(2, (pairs[i + 1]?.[0] ?? first + 1) - first);
    let count = 1;
    while (i + count < pairs.length) {
      const [next, nextImage] = pairs[i + count]!;
      if (next !== first + count * step || nextImage - next !== difference) break;
      count++;
    }
    packed.push(first - last, count, step, difference < 0 ? -2 * difference - 1 : 2 * difference);
    last = first + (count - 1) * step;
    i += count;
  }
  return packNumbers(packed);
}

writeFileSync(everything, `${Array.from({ length: LIMIT }, (_, codePoint) => line(codePoint)).join("\n")}\n`);
const upper = run("sed", String.raw`s/./\U&/`).split("\n");
const pairs: [number, number][] = [];
for (let codePoint = 0; codePoint < LIMIT; codePoint++) {
  const image = upper[codePoint]?.codePointAt(0) ?? codePoint;
  if (line(codePoint) !== "" && image !== codePoint) pairs.push([codePoint, image]);
}
const rows = ["alpha", "lower", "upper", "print", "space", "blank", "cntrl"].map(
  (name) => `  ${name}: ${JSON.stringify(packRanges(classOf(name)))},`,
);
const version = execFileSync("grep", ["--version"], { encoding: "utf8" }).split("\n")[0];
writeFileSync(
  join(fileURLToPath(import.meta.url), "../../src/unicode/tables.ts"),
  `/** Written by scripts/generate-tables.ts from what ${version} and sed say in C.UTF-8; see packed.ts for the form. */

/** Character classes of POSIX, of which the others are made. */
export const PACKED_CLASSES = {
${rows.join("\n")}
} as const;

/** towupper(). */
export const PACKED_UPPER_CASE =
  ${JSON.stringify(packMapping(pairs))};
`,
);
rmSync(folder, { recursive: true });
