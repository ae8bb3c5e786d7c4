/** Texts as bytes of UTF-8, and what the original takes for a character in bytes that are none. */
import { decodeText, encodedLength, encodeText, type TextEncoding } from "../values/text-codec.ts";
import type { RawText } from "../values/value.ts";

/** A text in an encoding. Not to be changed. */
export function encoded(text: string | RawText, encoding: TextEncoding): Uint8Array {
  if (typeof text !== "string") return text.bytes;
  const bytes = new Uint8Array(encodedLength(text, encoding));
  encodeText(text, encoding, bytes, 0);
  return bytes;
}

/** Not to be changed. */
export function utf8Bytes(text: string | RawText): Uint8Array {
  return encoded(text, "utf8");
}

/** The text that `bytes[start…end)` are. */
export function utf8Text(bytes: Uint8Array, start = 0, end: number = bytes.length): string | RawText {
  return decodeText(bytes, start, end, "utf8");
}

/** What many functions see of a text: they stop at its first NUL. */
export function beforeNul(text: string): string {
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}

/**
 * Where the character of UTF-8 that begins at `at` ends for length and substr: any byte that is not ASCII takes all the continuation bytes behind it
 * along, however many.
 */
export function characterEnd(bytes: Uint8Array, at: number): number {
  return bytes[at]! < 0x80 ? at + 1 : afterContinuations(bytes, at + 1);
}

/** Where it ends for all others: a continuation byte that continues nothing stands alone. */
export function readEnd(bytes: Uint8Array, at: number): number {
  return bytes[at]! < 0xc0 ? at + 1 : afterContinuations(bytes, at + 1);
}

function afterContinuations(bytes: Uint8Array, start: number): number {
  let end = start;
  while (end < bytes.length && (bytes[end]! & 0xc0) === 0x80) end += 1;
  return end;
}

/**
 * The code point of `bytes[at … readEnd)`: U+FFFD for what is no character, overlong forms and surrogates; a continuation byte that stands alone is itself.
 */
export function codePointAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0xc0) return first;
  let code = LEADING_BITS[first - 0xc0]!;
  const end = readEnd(bytes, at);
  for (let i = at + 1; i < end; i++) code = ((code << 6) | (bytes[i]! & 0x3f)) >>> 0;
  return code < 0x80 || (code & 0xffff_f800) >>> 0 === 0xd800 ? 0xfffd : code;
}

/** What bytes from 0xC0 on begin with. Those that begin nothing count as beginnings of long forms of old. */
const LEADING_BITS: Uint8Array = Uint8Array.from({ length: 64 }, (_, i) => {
  if (i < 0x20) return i;
  if (i < 0x30) return i - 0x20;
  if (i < 0x38) return i - 0x30;
  return i < 0x3c ? i - 0x38 : i < 0x3e ? i - 0x3c : 0;
});

/** Appends a code point's bytes, by the rule of four lengths whatever it is: halves of pairs too, and of what is too large the lowest 21 bits. */
export function pushUtf8(into: number[], code: number): void {
  if (code < 0x80) into.push(code);
  else if (code < 0x800) into.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
  else {
    if (code < 0x10000) into.push(0xe0 | (code >> 12));
    else into.push(0xf0 | ((code >>> 18) & 0x07), 0x80 | ((code >> 12) & 0x3f));
    into.push(0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
  }
}

/** The characters of a text as functions read them, up to its first NUL. */
export function codePointsOf(text: string | RawText): number[] {
  const codes: number[] = [];
  if (typeof text === "string") {
    for (let at = 0; at < text.length;) {
      const code = text.codePointAt(at)!;
      if (code === 0) break;
      codes.push(code);
      at += code > 0xffff ? 2 : 1;
    }
    return codes;
  }
  const { bytes } = text;
  for (let at = 0; at < bytes.length && bytes[at] !== 0; at = readEnd(bytes, at)) codes.push(codePointAt(bytes, at));
  return codes;
}

/** Whether `bytes` has `part` at `at`. */
export function startsWithAt(bytes: Uint8Array, at: number, needle: Uint8Array): boolean {
  for (let i = 0; i < needle.length; i++) {
    if (bytes[at + i] !== needle[i]) return false;
  }
  return true;
}
