/**
 * TEXT between bytes in the database's encoding and strings.
 *
 * Bytes that are no proper text of their encoding stay bytes (RawText), so that copying a row changes nothing. Strings are encoded as
 * everywhere in JavaScript: half a surrogate pair becomes U+FFFD.
 *
 * Short ASCII text, which is most of what tables hold, is quickest in a loop; for the rest Node's own slices beat TextDecoder, which is
 * what other runtimes have. Hot: bench/sqlite.bench.ts.
 */
import { RawText } from "./value.ts";

export type TextEncoding = "utf8" | "utf16le" | "utf16be";

/** Up to this many bytes a loop in JavaScript is quicker than a call out of it. */
const SHORT = 24;

/** What Buffer has beside its documented methods, old and fast, and working on every Uint8Array. */
interface NativeText {
  utf8Slice(this: Uint8Array, start: number, end: number): string;
  utf8Write(this: Uint8Array, text: string, at: number): number;
}

/** Undefined outside Node. */
const native = typeof Buffer === "function" ? (Buffer.prototype as unknown as NativeText) : undefined;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/** The text of `bytes[start…end)`. */
export function decodeText(bytes: Uint8Array, start: number, end: number, encoding: TextEncoding): string | RawText {
  return encoding === "utf8" ? decodeUtf8(bytes, start, end) : decodeUtf16(bytes, start, end, encoding === "utf16le");
}

function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | RawText {
  if (end - start <= SHORT) {
    let text = "";
    let at = start;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (byte >= 0x80) break;
      text += String.fromCharCode(byte);
    }
    if (at === end) return text;
  }
  const text =
    native === undefined ? decoder.decode(bytes.subarray(start, end)) : native.utf8Slice.call(bytes, start, end);
  // A decoder puts U+FFFD for what it does not understand; the character itself is rare enough to look twice.
  if (text.includes("\ufffd") && !isSame(encoder.encode(text), bytes, start, end))
    return new RawText(bytes.slice(start, end));
  return text;
}

function isSame(encoded: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (encoded.length !== end - start) return false;
  for (let i = 0; i < encoded.length; i++) {
    if (encoded[i] !== bytes[start + i]) return false;
  }
  return true;
}

/** An odd byte at the end does not count, as in the original. */
function decodeUtf16(bytes: Uint8Array, start: number, end: number, littleEndian: boolean): string {
  const low = littleEndian ? 0 : 1;
  let text = "";
  for (let at = start; at + 1 < end; at += 2) {
    text += String.fromCharCode(bytes[at + low]! | (bytes[at + 1 - low]! << 8));
  }
  return text;
}

/** How many bytes `text` needs. */
export function encodedLength(text: string | RawText, encoding: TextEncoding): number {
  if (typeof text !== "string") return text.bytes.length;
  if (encoding !== "utf8") return text.length * 2;
  const { length } = text;
  let bytes = length;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    // Both halves of a pair come to four bytes, half a pair to three.
    if (code < 0x800) bytes += 1;
    else if (isPair(text, i)) {
      bytes += 2;
      i += 1;
    } else bytes += 2;
  }
  return bytes;
}

function isPair(text: string, at: number): boolean {
  const high = text.charCodeAt(at);
  if (high < 0xd800 || high > 0xdbff) return false;
  const low = text.charCodeAt(at + 1);
  return low >= 0xdc00 && low <= 0xdfff;
}

/** Writes `text` to `into` from `at` on, where `encodedLength` bytes have room, and returns where it ends. */
export function encodeText(text: string | RawText, encoding: TextEncoding, into: Uint8Array, at: number): number {
  if (typeof text !== "string") {
    into.set(text.bytes, at);
    return at + text.bytes.length;
  }
  if (encoding !== "utf8") return encodeUtf16(text, into, at, encoding === "utf16le");
  const { length } = text;
  if (length <= SHORT) {
    let i = 0;
    for (; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) break;
      into[at + i] = code;
    }
    if (i === length) return at + length;
  }
  if (native !== undefined) return at + native.utf8Write.call(into, text, at);
  return at + encoder.encodeInto(text, into.subarray(at)).written;
}

function encodeUtf16(text: string, into: Uint8Array, at: number, littleEndian: boolean): number {
  const low = littleEndian ? 0 : 1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    into[at + 2 * i + low] = code;
    into[at + 2 * i + 1 - low] = code >>> 8;
  }
  return at + 2 * text.length;
}
