/**
 * Bytes ⇄ text, without loss.
 *
 * A source file may hold any bytes, and `print` must give those of a string back. Text that is UTF-8 becomes what it
 * says. A byte that is part of no UTF-8 sequence becomes a lone surrogate, U+DC00 + byte (the scheme of Python's PEP
 * 383): no valid text contains one, so on the way out it can only mean that byte.
 */
import { Buffer, isUtf8 } from "node:buffer";

const ESCAPE = 0xdc00;
const FIRST_ESCAPED = 0xdc80;
const LAST_ESCAPED = 0xdcff;

/** The text of a source file. */
export function decodeSource(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return buffer.toString("utf8");
  const parts: string[] = [];
  let clean = 0;
  for (let at = 0; at < buffer.length;) {
    const length = sequenceLength(buffer, at);
    if (length > 0) {
      at += length;
      continue;
    }
    parts.push(buffer.toString("utf8", clean, at), String.fromCharCode(ESCAPE + buffer[at]!));
    clean = ++at;
  }
  parts.push(buffer.toString("utf8", clean));
  return parts.join("");
}

/** The bytes of printed text. */
export function encodeText(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, "utf8");
  const parts: Buffer[] = [];
  let clean = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < FIRST_ESCAPED || code > LAST_ESCAPED || isLowHalf(text, at)) continue;
    parts.push(Buffer.from(text.slice(clean, at), "utf8"), Buffer.of(code - ESCAPE));
    clean = at + 1;
  }
  parts.push(Buffer.from(text.slice(clean), "utf8"));
  return Buffer.concat(parts);
}

/** Does the low surrogate at `at` belong to a high one before it? */
function isLowHalf(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  return before >= 0xd800 && before <= 0xdbff;
}

/** Length of the UTF-8 sequence that begins at `at` (The Unicode Standard, table 3-7); 0 where there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const length =
    first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
  return length > 0 && isUtf8(bytes.subarray(at, at + length)) && at + length <= bytes.length ? length : 0;
}
