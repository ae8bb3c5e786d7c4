/**
 * Where text stops being UTF-8, as glibc reads it: sequences of up to six bytes (RFC 2279), so also code points beyond Unicode's, but neither
 * surrogates nor longer forms than needed. By the lead byte: the sequence's length, and the range of its second byte.
 */

/** Length of the sequence that a byte leads; 0 where none may begin. */
export const SEQUENCE_BYTES: Uint8Array = new Uint8Array(256);
/** Lowest second byte: what is below has a shorter form. */
export const SECOND_LOW: Uint8Array = new Uint8Array(256).fill(0x80);
/** Highest second byte. */
export const SECOND_HIGH: Uint8Array = new Uint8Array(256).fill(0xbf);

for (const [length, first, last] of [
  [1, 0x00, 0x7f],
  [2, 0xc2, 0xdf],
  [3, 0xe0, 0xef],
  [4, 0xf0, 0xf7],
  [5, 0xf8, 0xfb],
  [6, 0xfc, 0xfd],
] as const) {
  SEQUENCE_BYTES.fill(length, first, last + 1);
}
SECOND_LOW[0xe0] = 0xa0;
SECOND_HIGH[0xed] = 0x9f; // surrogates
SECOND_LOW[0xf0] = 0x90;
SECOND_LOW[0xf8] = 0x88;
SECOND_LOW[0xfc] = 0x84;

/** Bytes that are looked at together as long as all are ASCII. */
const STRIDE = 8;

/** The first offset in [from, to) at which no sequence begins, or -1. Hot where much is printed. */
export function firstEncodingError(input: Uint8Array, from: number, to: number): number {
  let at = from;
  const lastStride = to - STRIDE;
  while (at < to) {
    while (at <= lastStride) {
      const low = input[at]! | input[at + 1]! | input[at + 2]! | input[at + 3]!;
      const high = input[at + 4]! | input[at + 5]! | input[at + 6]! | input[at + 7]!;
      if ((low | high) >= 0x80) break;
      at += STRIDE;
    }
    if (at >= to) break;
    const length = sequenceAt(input, at, to);
    if (length === 0) return at;
    at += length;
  }
  return -1;
}

function sequenceAt(input: Uint8Array, at: number, to: number): number {
  const lead = input[at]!;
  const length = SEQUENCE_BYTES[lead]!;
  if (length <= 1) return length;
  if (at + length > to) return 0;
  const second = input[at + 1]!;
  if (second < SECOND_LOW[lead]! || second > SECOND_HIGH[lead]!) return 0;
  for (let i = 2; i < length; i++) if ((input[at + i]! & 0xc0) !== 0x80) return 0;
  return length;
}
