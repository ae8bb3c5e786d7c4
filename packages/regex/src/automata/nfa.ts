/**
 * Byte automata: what a syntax tree becomes when characters are written as UTF-8 (Thompson's construction; Russ Cox, "Regular Expression
 * Matching Can Be Simple And Fast"). Forward automata read a match from its start to its end, reverse ones from its end to its start.
 */

/** One byte from a to b, inclusive; then `next`. */
export const BYTES = 1;
/** `a`, rather than `b`. */
export const SPLIT = 2;
/** Goes on to `next` where the assertion with number `a` holds. */
export const ASSERT = 3;
/** Notes the position in slot `a`; then `next`. */
export const SAVE = 4;
/** A match of pattern `a`. */
export const MATCH = 5;
/** Nothing goes on from here. */
export const FAIL = 6;

/** Instructions as parallel arrays, of which the first `size` are in use. */
export interface Nfa {
  readonly op: Uint8Array;
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly next: Int32Array;
  readonly start: number;
  readonly size: number;
  /** Bits of the assertion numbers that occur. */
  readonly assertions: number;
  /** Highest slot of SAVE, plus one. */
  readonly slots: number;
}
