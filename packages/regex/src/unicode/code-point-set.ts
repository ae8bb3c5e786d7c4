/**
 * Sets of code points (or of bytes, 0 to 255), as ranges: [low, high, low, high, …], both inclusive, ascending, neither touching nor
 * overlapping. Immutable.
 */
export type CodePointSet = readonly number[];

export const MAX_CODE_POINT = 0x10ffff;

/** Everything that UTF-8 can encode: all code points but the surrogates. */
export const UNICODE: CodePointSet = [0, 0xd7ff, 0xe000, MAX_CODE_POINT];

export const ALL_BYTES: CodePointSet = [0, 0xff];

/** A set of ranges in any order, which may overlap. */
export function setOf(ranges: readonly number[]): CodePointSet {
  if (ranges.length <= 2) return ranges;
  let sorted = true;
  for (let i = 2; i < ranges.length; i += 2) {
    if (ranges[i]! <= ranges[i - 1]! + 1) {
      sorted = false;
      break;
    }
  }
  if (sorted) return ranges;
  const order: number[] = [];
  for (let i = 0; i < ranges.length; i += 2) order.push(i);
  order.sort((a, b) => ranges[a]! - ranges[b]!);
  const merged: number[] = [];
  for (const i of order) {
    const low = ranges[i]!;
    const high = ranges[i + 1]!;
    const last = merged.length - 1;
    if (last > 0 && low <= merged[last]! + 1) {
      if (high > merged[last]!) merged[last] = high;
    } else merged.push(low, high);
  }
  return merged;
}

export function union(...sets: readonly CodePointSet[]): CodePointSet {
  const all: number[] = [];
  for (const set of sets) for (const bound of set) all.push(bound);
  return setOf(all);
}

export function intersection(a: CodePointSet, b: CodePointSet): CodePointSet {
  const shared: number[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const low = Math.max(a[i]!, b[j]!);
    const high = Math.min(a[i + 1]!, b[j + 1]!);
    if (low <= high) shared.push(low, high);
    if (a[i + 1]! < b[j + 1]!) i += 2;
    else j += 2;
  }
  return shared;
}

/** What of `universe` is not in `set`. */
export function difference(universe: CodePointSet, set: CodePointSet): CodePointSet {
  const gaps: number[] = [];
  let next = 0;
  for (let i = 0; i < set.length; i += 2) {
    if (set[i]! > next) gaps.push(next, set[i]! - 1);
    next = set[i + 1]! + 1;
  }
  if (next <= MAX_CODE_POINT) gaps.push(next, MAX_CODE_POINT);
  return intersection(universe, gaps);
}

export function contains(set: CodePointSet, codePoint: number): boolean {
  let low = 0;
  let high = set.length >> 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (set[2 * middle + 1]! < codePoint) low = middle + 1;
    else high = middle;
  }
  return 2 * low < set.length && set[2 * low]! <= codePoint;
}
