/** Well-formed UTF-8 (Unicode 15, table 3-7) as tables for WebAssembly, by the lead byte: the sequence's length, and the range of its second byte. */

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
