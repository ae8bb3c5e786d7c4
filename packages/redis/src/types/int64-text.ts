/**
 * Integers of 64 bits in their canonical decimal text, worked on as text: no rounding to doubles, no BigInt garbage.
 * Canonical is what Redis' string2ll accepts: an optional minus, no leading zeros, no plus, not "-0", in range.
 */

const MAX_DIGITS = "9223372036854775807";
const MIN_DIGITS = "9223372036854775808";

/** Whether `text` is the canonical form of a signed 64-bit integer. */
export function isInt64Text(text: string): boolean {
  const length = text.length;
  if (length === 0 || length > 20) return false;
  let at = 0;
  let first = text.charCodeAt(0);
  const negative = first === 0x2d;
  if (negative) {
    if (length === 1) return false;
    at = 1;
    first = text.charCodeAt(1);
  }
  if (first === 0x30) return length === 1;
  if (first < 0x31 || first > 0x39) return false;
  for (let i = at + 1; i < length; i++) {
    const digit = text.charCodeAt(i);
    if (digit < 0x30 || digit > 0x39) return false;
  }
  const digits = length - at;
  if (digits < 19) return true;
  if (digits > 19) return false;
  return negative ? text.slice(1) <= MIN_DIGITS : text <= MAX_DIGITS;
}

/** Orders two canonical integers by value: negative, zero or positive, as Array.sort wants it. */
export function compareInt64Text(a: string, b: string): number {
  const aNegative = a.charCodeAt(0) === 0x2d;
  const bNegative = b.charCodeAt(0) === 0x2d;
  if (aNegative !== bNegative) return aNegative ? -1 : 1;
  const sign = aNegative ? -1 : 1;
  if (a.length !== b.length) return (a.length - b.length) * sign;
  return a < b ? -sign : a > b ? sign : 0;
}
