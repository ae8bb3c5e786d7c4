/**
 * Text → number: what a text begins with counts, and how much of it there was says what it may be taken for.
 */
import { narrowed } from "../record/varint.ts";

/** What stands at the beginning of a text. */
export interface NumericPrefix {
  /**
   * `whole`: all of the text is a number. `prefix`: something else follows. `none`: it does not begin with a number, and counts as 0.
   * Space around a number does not count.
   */
  readonly extent: "whole" | "prefix" | "none";
  /** Whether it was written with a point or an exponent. */
  readonly isReal: boolean;
  /** Its digits as an INTEGER, if they fit into 64 bits. */
  readonly integer: number | bigint | undefined;
  readonly real: number;
}

const NUMBER = /^[ \t\n\v\f\r]*([+-]?)(?:(\d+)(?:(\.)(\d*))?|(\.)(\d+))(?:([eE])([+-]?\d+))?/;
const NOTHING: NumericPrefix = { extent: "none", isReal: false, integer: 0, real: 0 };
const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 63n - 1n;

export function numericPrefix(text: string): NumericPrefix {
  const match = NUMBER.exec(text);
  if (match === null) return NOTHING;
  const [all, sign, digits = "", point = match[5], , , , exponent] = match;
  const extent = /^[ \t\n\v\f\r]*$/.test(text.slice(all.length)) ? "whole" : "prefix";
  const isReal = point !== undefined || exponent !== undefined;
  return { extent, isReal, integer: digits === "" ? 0 : integerOf(sign + digits), real: Number(all.trim()) };
}

function integerOf(text: string): number | bigint | undefined {
  if (text.length <= 15) return Number(text) + 0;
  const value = BigInt(text.replace(/^\+/, ""));
  return value < MIN_INTEGER || value > MAX_INTEGER ? undefined : narrowed(value);
}

/** The INTEGER at the beginning of a text, at the nearest end of 64 bits when there are more; 0 where there is none: CAST. */
export function integerPrefix(text: string): number | bigint {
  const match = /^[ \t\n\v\f\r]*([+-]?\d+)/.exec(text);
  if (match === null) return 0;
  return integerOf(match[1]!) ?? (match[1]!.startsWith("-") ? MIN_INTEGER : MAX_INTEGER);
}

/** A REAL as an INTEGER: without its fraction, at the nearest end of 64 bits when it is beyond. */
export function truncated(real: number): number | bigint {
  const whole = Math.trunc(real) + 0;
  if (Number.isSafeInteger(whole)) return whole;
  if (whole >= 2 ** 63) return MAX_INTEGER;
  return whole <= -(2 ** 63) ? MIN_INTEGER : narrowed(BigInt(whole));
}

/** A REAL that is a whole number of 64 bits, but for the two at the ends, as that INTEGER; undefined for any other. */
export function wholeNumber(real: number): number | bigint | undefined {
  if (!Number.isInteger(real) || Math.abs(real) >= 2 ** 63) return undefined;
  return truncated(real);
}
