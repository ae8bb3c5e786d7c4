/** Bytes of messages between text and arrays. */

export function bytesOfBase64(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

export function base64Of(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** An offset, then bytes in pairs or fours with one blank between, or two in the middle; what follows is their characters. */
const DUMP_ROW = /^\s*(?:[\da-f]+:|[\da-f]{4,}(?=\s\s))\s*((?:[\da-f]{2}){1,2}(?:\s\s?(?:[\da-f]{2}){1,2})*)/i;
const MOST_BYTES_A_ROW = 16;

/**
 * The bytes that hexadecimal says, with whatever blanks, colons and commas between; or a dump as `xxd`, `hexdump -C` and analysers print it,
 * sixteen bytes a row behind their offset. Undefined for anything else.
 */
export function bytesOfHex(text: string): Uint8Array | undefined {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const rows = lines.map((line) => DUMP_ROW.exec(line)?.[1]);
  const isDump =
    rows.every((row) => row !== undefined) && !lines.every((line) => /^(?:\s*[\da-f]{2}:)+[\da-f]{2}\s*$/i.test(line));
  const digits = (isDump ? rows.map((row) => digitsOf(row!).slice(0, 2 * MOST_BYTES_A_ROW)) : lines.map(digitsOf)).join(
    "",
  );
  if (digits === "" || digits.length % 2 !== 0 || !/^[\da-f]+$/i.test(digits)) return undefined;
  return Uint8Array.from(digits.match(/../g)!, (pair) => Number.parseInt(pair, 16));
}

function digitsOf(text: string): string {
  return text.replaceAll(/\s|0x|,|:/gi, "");
}
