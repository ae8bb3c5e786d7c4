/**
 * Sets of a core's sources: bit `i` stands for the source at place `i` of FROM.
 *
 * A number as long as 31 bits do, which they do for all but the rarest statements; a BigInt beyond that. Made by these functions only, so that
 * equal sets are equal with `===` whenever both are numbers.
 */
export type SourceSet = number | bigint;

export const NO_SOURCES: SourceSet = 0;
/** More than there can be: a prerequisite that nothing meets. */
export const ALL_SOURCES: SourceSet = (1n << 80n) - 1n;

const SMALL_BITS = 31;

export function sourceBit(place: number): SourceSet {
  return place < SMALL_BITS ? (1 << place) >>> 0 : 1n << BigInt(place);
}

/** The sources at the places before `place`. */
export function sourcesBefore(place: number): SourceSet {
  return place < SMALL_BITS ? (1 << place) - 1 : (1n << BigInt(place)) - 1n;
}

export function union(a: SourceSet, b: SourceSet): SourceSet {
  return typeof a === "number" && typeof b === "number" ? (a | b) >>> 0 : BigInt(a) | BigInt(b);
}

export function intersects(a: SourceSet, b: SourceSet): boolean {
  return typeof a === "number" && typeof b === "number" ? (a & b) !== 0 : (BigInt(a) & BigInt(b)) !== 0n;
}

/** Whether every source of `part` is in `whole`. */
export function includes(whole: SourceSet, part: SourceSet): boolean {
  return typeof whole === "number" && typeof part === "number"
    ? (part & ~whole) === 0
    : (BigInt(part) & ~BigInt(whole)) === 0n;
}

/** `a` without the sources of `b`. */
export function without(a: SourceSet, b: SourceSet): SourceSet {
  return typeof a === "number" && typeof b === "number" ? (a & ~b) >>> 0 : BigInt(a) & ~BigInt(b);
}

export function isEmpty(set: SourceSet): boolean {
  return typeof set === "number" ? set === 0 : set === 0n;
}

export function sameSources(a: SourceSet, b: SourceSet): boolean {
  return a === b || (typeof a !== typeof b && BigInt(a) === BigInt(b));
}
