/** Well-formed UTF-8 (Unicode 15, table 3-7), by the lead byte: the sequence's length, and the range of its second byte. */

/** Length of the sequence that a byte leads; 0 where none may begin. */
export const SEQUENCE_BYTES: Uint8Array = new Uint8Array(256);
/** Lowest second byte. */
export const SECOND_LOW: Uint8Array = new Uint8Array(256);
/** Highest second byte. */
export const SECOND_HIGH: Uint8Array = new Uint8Array(256);

SEQUENCE_BYTES.fill(1, 0x00, 0x80).fill(2, 0xc2, 0xe0).fill(3, 0xe0, 0xf0).fill(4, 0xf0, 0xf5);
SECOND_LOW.fill(0x80);
SECOND_HIGH.fill(0xbf);
SECOND_LOW[0xe0] = 0xa0; // shorter forms exist
SECOND_HIGH[0xed] = 0x9f; // surrogates
SECOND_LOW[0xf0] = 0x90; // shorter forms exist
SECOND_HIGH[0xf4] = 0x8f; // beyond U+10FFFF

/** The first offset in [from, to) at which no well-formed sequence begins, or -1. */
export function firstEncodingError(input: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to) {
    const lead = input[at]!;
    if (lead < 0x80) {
      at++;
      continue;
    }
    const length = SEQUENCE_BYTES[lead]!;
    if (length === 0 || at + length > to) return at;
    const second = input[at + 1]!;
    if (second < SECOND_LOW[lead]! || second > SECOND_HIGH[lead]!) return at;
    for (let i = 2; i < length; i++) if ((input[at + i]! & 0xc0) !== 0x80) return at;
    at += length;
  }
  return -1;
}
