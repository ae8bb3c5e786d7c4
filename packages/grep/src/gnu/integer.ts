/** Numbers on the command line, as strtoimax(3) reads them: blanks, a sign, decimal digits, and nothing after. */
import type { ByteString } from "../byte-string.ts";

/** The largest intmax_t; larger numbers count as this one. JavaScript's nearest number is close enough to "no end". */
const LARGEST = 2 ** 63;

/** Undefined when `text` is no number. */
export function decimalInteger(text: ByteString): number | undefined {
  const digits = /^[ \t\n\v\f\r]*([+-]?\d+)$/.exec(text)?.[1];
  if (digits === undefined) return undefined;
  return Math.max(-LARGEST, Math.min(LARGEST, Number(digits)));
}
