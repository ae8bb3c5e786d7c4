/** Names in the syntax of master files (RFC 1035 §5.1): labels between dots, `\X` for a byte that would mean something, `\DDD` for any. */
import { DnsError } from "../errors.ts";
import { MAX_LABEL_BYTES, MAX_NAME_BYTES } from "./limits.ts";

const DOT = 0x2e;
const BACKSLASH = 0x5c;

/** What `scanName` has read last. */
export const scannedName: Uint8Array = new Uint8Array(MAX_NAME_BYTES + MAX_LABEL_BYTES + 2);

export interface WireName {
  readonly wire: Uint8Array;
  readonly labelCount: number;
}

/** The name that `source[start…end)` spells; behind one that does not end in a dot stands `origin`. Throws DnsError("syntax", "bad-label", "name-too-long"). */
export function parseNameText(source: Uint8Array, start: number, end: number, origin: WireName): WireName {
  const length = scanName(source, start, end, origin);
  const wire = scannedName.slice(0, length);
  let labelCount = 0;
  for (let at = 0; wire[at] !== 0; at += wire[at]! + 1) labelCount += 1;
  return { wire, labelCount };
}

/** The same into `scannedName`, for loading zones; returns the wire form's length. `@` is for the caller to know. */
export function scanName(source: Uint8Array, start: number, end: number, origin: WireName): number {
  const scratch = scannedName;
  if (start === end) throw new DnsError("syntax", "empty name");
  if (end - start === 1 && source[start] === DOT) {
    scratch[0] = 0;
    return 1;
  }
  let length = 1;
  let lengthAt = 0;
  for (let at = start; at < end;) {
    let byte = source[at++]!;
    if (byte === DOT) {
      closeLabel(lengthAt, length);
      lengthAt = length++;
      continue;
    }
    if (byte === BACKSLASH) {
      byte = escapedByte(source, at, end);
      at += escapeLength(source, at);
    }
    if (length - lengthAt > MAX_LABEL_BYTES) throw new DnsError("bad-label", "label longer than 63 bytes");
    if (length >= MAX_NAME_BYTES) throw new DnsError("name-too-long", "name longer than 255 bytes");
    scratch[length++] = byte;
  }
  const isRelative = length - lengthAt > 1;
  if (isRelative) {
    closeLabel(lengthAt, length);
    lengthAt = length;
  }
  const tail = isRelative ? origin.wire : ROOT;
  if (lengthAt + tail.length > MAX_NAME_BYTES) throw new DnsError("name-too-long", "name longer than 255 bytes");
  for (let i = 0; i < tail.length; i++) scratch[lengthAt + i] = tail[i]!;
  return lengthAt + tail.length;
}

/** Writes the length of the label that ends at `end`. */
function closeLabel(lengthAt: number, end: number): void {
  const size = end - lengthAt - 1;
  if (size === 0) throw new DnsError("syntax", "empty label");
  scannedName[lengthAt] = size;
}

const ROOT = new Uint8Array(1);

/** The byte that an escape means, whose text begins at `at`, behind the backslash. */
export function escapedByte(source: Uint8Array, at: number, end: number): number {
  if (at >= end) throw new DnsError("syntax", "nothing after the backslash");
  if (!isDigit(source[at]!)) return source[at]!;
  if (at + 3 > end || !isDigit(source[at + 1]!) || !isDigit(source[at + 2]!)) {
    throw new DnsError("syntax", "an escape needs three digits");
  }
  const value = (source[at]! - 0x30) * 100 + (source[at + 1]! - 0x30) * 10 + (source[at + 2]! - 0x30);
  if (value > 255) throw new DnsError("syntax", `escape \\${value} is above \\255`);
  return value;
}

/** How many bytes the escape at `at` takes behind its backslash. */
export function escapeLength(source: Uint8Array, at: number): number {
  return isDigit(source[at]!) ? 3 : 1;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** What each byte of a label is printed as; escaped as BIND does. */
const LABEL_TEXT: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  if (byte <= 0x20 || byte >= 0x7f) return decimalEscape(byte);
  const character = String.fromCharCode(byte);
  return '"().;\\@$'.includes(character) ? `\\${character}` : character;
});

/** `\DDD`. */
export function decimalEscape(byte: number): string {
  return `\\${String(byte).padStart(3, "0")}`;
}

/** The name with its last dot; "." for the root. */
export function nameText(wire: Uint8Array): string {
  if (wire.length === 1) return ".";
  let text = "";
  for (let at = 0; wire[at] !== 0;) {
    const end = at + wire[at]! + 1;
    for (at += 1; at < end; at++) text += LABEL_TEXT[wire[at]!]!;
    text += ".";
  }
  return text;
}
