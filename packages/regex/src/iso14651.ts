/**
 * How glibc's locales other than C and C.UTF-8 sort (ISO 14651), for ranges like [a-z] and equivalence classes like [[=e=]]. A door of its
 * own, since the tables are large: `compile(pattern, { collation: iso14651 })`.
 */
import type { Collation } from "./options.ts";
import { type CodePointSet, setOf } from "./unicode/code-point-set.ts";
import { PACKED_EQUIVALENCES, PACKED_ORDER } from "./unicode/iso14651-tables.ts";
import { unpackNumbers } from "./unicode/packed.ts";

/** Code points in order, and the place of each. */
interface Order {
  readonly codePoints: Int32Array;
  readonly places: ReadonlyMap<number, number>;
}

let order: Order | undefined;
let classes: ReadonlyMap<number, readonly number[]> | undefined;

/** Appends the runs at `from` (distance, length, …); returns the index behind them. */
function readRuns(numbers: readonly number[], from: number, count: number, into: number[]): number {
  let last = 0;
  let at = from;
  for (let run = 0; run < count; run++) {
    const zigzag = numbers[at++]!;
    const length = numbers[at++]!;
    const first = last + (zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2);
    for (let i = 0; i < length; i++) into.push(first + i);
    last = first + length - 1;
  }
  return at;
}

function ordered(): Order {
  if (order === undefined) {
    const numbers = unpackNumbers(PACKED_ORDER);
    const codePoints: number[] = [];
    readRuns(numbers, 0, numbers.length / 2, codePoints);
    order = {
      codePoints: Int32Array.from(codePoints),
      places: new Map(codePoints.map((codePoint, place) => [codePoint, place])),
    };
  }
  return order;
}

function equivalenceClasses(): ReadonlyMap<number, readonly number[]> {
  if (classes === undefined) {
    const numbers = unpackNumbers(PACKED_EQUIVALENCES);
    const found = new Map<number, readonly number[]>();
    for (let at = 0; at < numbers.length;) {
      const members: number[] = [];
      at = readRuns(numbers, at + 1, numbers[at]!, members);
      for (const member of members) found.set(member, members);
    }
    classes = found;
  }
  return classes;
}

const singles = (codePoints: Iterable<number>): CodePointSet =>
  setOf([...codePoints].flatMap((codePoint) => [codePoint, codePoint]));

export const iso14651: Collation = {
  place: (codePoint) => ordered().places.get(codePoint),
  between: (first, last) => singles(ordered().codePoints.subarray(first, last + 1)),
  equivalents(codePoint) {
    const members = equivalenceClasses().get(codePoint);
    if (members !== undefined) return singles(members);
    return ordered().places.has(codePoint) ? [codePoint, codePoint] : undefined;
  },
};
