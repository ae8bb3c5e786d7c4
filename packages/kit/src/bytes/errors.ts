/** What can be wrong with bytes, before anybody knows what they mean. */

/**
 * - `out-of-bounds`: more was wanted than there is.
 * - `varint-too-long`: a variable-length integer that does not end, or does not fit its type.
 * - `unsafe-integer`: a 64-bit integer outside ±(2^53 − 1), read or written as a number.
 * - `too-long`: a writer, or a length prefix, cannot hold so much.
 * - `not-hex`: text that is not pairs of hexadecimal digits.
 */
export type BytesErrorCode = "out-of-bounds" | "varint-too-long" | "unsafe-integer" | "too-long" | "not-hex";

export class BytesError extends RangeError {
  override readonly name = "BytesError";
  readonly code: BytesErrorCode;
  /** Where it happened, in bytes from the start of the array. */
  readonly offset: number;
  /** How many bytes were wanted there, … */
  readonly wanted: number;
  /** … and how many there were (for `too-long`: how many there may be). */
  readonly available: number;

  constructor(code: BytesErrorCode, message: string, offset: number, wanted: number, available: number) {
    super(message);
    this.code = code;
    this.offset = offset;
    this.wanted = wanted;
    this.available = available;
  }
}

/** Kept out of line, so that the checks that lead here stay small enough to be inlined. */
export function outOfBounds(offset: number, wanted: number, available: number): BytesError {
  const message = `wanted ${wanted} bytes at offset ${offset}, but there are ${available}`;
  return new BytesError("out-of-bounds", message, offset, wanted, available);
}
