/**
 * Writes src/unicode/iso14651-tables.ts: the order of ranges and the equivalence classes that glibc's locales have (ISO 14651), as the
 * installed C library's en_US.UTF-8 holds them. Needs a C compiler and that locale.
 *
 *   node packages/regex/scripts/generate-collation.ts
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { packNumbers } from "../src/unicode/packed.ts";

const here = dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "tenon-regex-collation-"));
const program = join(folder, "dump");
execFileSync("cc", ["-O1", "-o", program, join(here, "collation-dump.c")]);
const rows = execFileSync(program, ["en_US.UTF-8"], { encoding: "utf8", maxBuffer: 1 << 28 })
  .trimEnd()
  .split("\n")
  .map((line) => {
    const [codePoint, place, weights] = line.split(" ");
    return { codePoint: Number(codePoint), place: Number(place), weights: weights ?? "" };
  });
rmSync(folder, { recursive: true });

/** Runs of successive code points: distance from the last one's end (zigzag), length. */
function packRuns(codePoints: readonly number[]): number[] {
  const packed: number[] = [];
  let last = 0;
  for (let i = 0; i < codePoints.length;) {
    const first = codePoints[i]!;
    let count = 1;
    while (codePoints[i + count] === first + count) count++;
    const distance = first - last;
    packed.push(distance < 0 ? -2 * distance - 1 : 2 * distance, count);
    last = first + count - 1;
    i += count;
  }
  return packed;
}

const order = packRuns(rows.toSorted((a, b) => a.place - b.place).map(({ codePoint }) => codePoint));
const groups = Map.groupBy(rows, ({ weights }) => weights);
const shared = [...groups.values()].filter((group) => group.length > 1);
const equivalences = shared.flatMap((group) => {
  const runs = packRuns(group.map(({ codePoint }) => codePoint));
  return [runs.length / 2, ...runs];
});
writeFileSync(
  join(here, "../src/unicode/iso14651-tables.ts"),
  `/** Written by scripts/generate-collation.ts from glibc's en_US.UTF-8; see there and packed.ts for the form. */

/** All characters that are sorted, in order. */
export const PACKED_ORDER =
  ${JSON.stringify(packNumbers(order))};

/** Characters that sort alike but for accents and case. */
export const PACKED_EQUIVALENCES =
  ${JSON.stringify(packNumbers(equivalences))};
`,
);
