/** Bytes of messages between text and arrays. */

export function bytesOfBase64(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

export function base64Of(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/**
 * The bytes that hexadecimal says, with whatever blanks; or a dump as `xxd`, `hexdump -C` and analysers print it: an offset (with a colon,
 * or of four digits and more), bytes, then perhaps their characters behind two blanks or a bar. Undefined for anything else.
 */
export function bytesOfHex(text: string): Uint8Array | undefined {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const isDump = lines.every((line) => /^(?:[\da-f]+:|[\da-f]{4,}\s\s)/i.test(line));
  const digits = lines
    .map((line) =>
      isDump ? line.replace(/^[\da-f]+:?\s+/i, "").replace(/(?:\s*\||\s{3,}|\s\s(?=\S*[^\da-f\s])).*$/i, "") : line,
    )
    .join("")
    .replaceAll(/\s|0x|,|:/g, "");
  if (digits === "" || digits.length % 2 !== 0 || !/^[\da-f]+$/i.test(digits)) return undefined;
  return Uint8Array.from(digits.match(/../g)!, (pair) => Number.parseInt(pair, 16));
}
