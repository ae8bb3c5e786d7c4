/**
 * Bytes as strings, so that what is no UTF-8 comes out of the shell as it went in: a byte that belongs to no character is the lone surrogate U+DC00 + byte
 * (as Python's `surrogateescape`).
 */
const ESCAPE = 0xdc00;
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The string of these bytes; bytesOf gives them back unchanged. */
export function textOf(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return escapedText(bytes);
  }
}

function escapedText(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const length = characterLength(bytes, at);
    text += length === 0 ? String.fromCharCode(ESCAPE + bytes[at]!) : strict.decode(bytes.subarray(at, at + length));
    at += length || 1;
  }
  return text;
}

/** How many bytes the character has that begins at `at`; 0: none begins there. */
function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length < 2) return length;
  try {
    strict.decode(bytes.subarray(at, at + length));
    return length;
  } catch {
    return 0;
  }
}

export function bytesOf(text: string): Uint8Array {
  if (text.isWellFormed()) return Buffer.from(text, "utf8");
  const parts: Uint8Array[] = [];
  for (const part of text.split(/([\udc80-\udcff])/u)) {
    const code = part.charCodeAt(0);
    const isByte = part.length === 1 && code >= ESCAPE + 0x80 && code <= ESCAPE + 0xff;
    parts.push(isByte ? Uint8Array.of(code - ESCAPE) : Buffer.from(part, "utf8"));
  }
  return Buffer.concat(parts);
}

/** Bytes that bytesOf makes of it. */
export function byteLength(text: string): number {
  return text.isWellFormed() ? Buffer.byteLength(text) : bytesOf(text).length;
}

/** Characters, as the original counts them: bytes that do not continue one. */
export function characterCount(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) count += 1;
    else if (code >= 0xdc00 && code <= 0xdfff) {
      const follows = at > 0 && isHigh(text.charCodeAt(at - 1));
      if (!follows && code >= ESCAPE + 0xc0) count += 1;
    } else count += 1;
  }
  return count;
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}
