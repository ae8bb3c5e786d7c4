/** Bytes as hexadecimal digits in upper case. */

/** The digits of each byte, and of every nibble as a character code. */
const PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).toUpperCase().padStart(2, "0"),
);
const DIGITS: Uint8Array = Uint8Array.from("0123456789ABCDEF", (digit) => digit.charCodeAt(0));
/** Up to so many bytes strings are put together quicker than decoded. */
const SHORT = 64;
/** So many arguments a call takes for sure. */
const CHUNK = 4096;

export function hexText(bytes: Uint8Array): string {
  let text = "";
  if (bytes.length <= SHORT) {
    for (let i = 0; i < bytes.length; i++) text += PAIRS[bytes[i]!]!;
    return text;
  }
  for (let start = 0; start < bytes.length; start += CHUNK) {
    const length = Math.min(CHUNK, bytes.length - start);
    const codes = new Uint8Array(length * 2);
    for (let i = 0; i < length; i++) {
      const byte = bytes[start + i]!;
      codes[2 * i] = DIGITS[byte >> 4]!;
      codes[2 * i + 1] = DIGITS[byte & 15]!;
    }
    text += String.fromCharCode(...codes);
  }
  return text;
}
