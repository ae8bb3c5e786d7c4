/** Names in the syntax of master files (RFC 1035 §5.1): labels between dots, `\X` for a byte that would mean something, `\DDD` for any. */
import { DnsError } from "../errors.ts";
import { MAX_LABEL_BYTES, MAX_NAME_BYTES } from "./limits.ts";

const DOT = 0x2e;
const BACKSLASH = 0x5c;

const scratch = new Uint8Array(MAX_NAME_BYTES + MAX_LABEL_BYTES + 2);

export interface WireName {
  readonly wire: Uint8Array;
  readonly labelCount: number;
}

/** The name that `source[start…end)` spells; behind one that does not end in a dot stands `origin`. Throws DnsError("syntax", "bad-label", "name-too-long"). */
export function parseNameText(source: Uint8Array, start: number, end: number, origin: WireName): WireName {
  if (start === end) throw new DnsError("syntax", "empty name");
  if (end - start === 1 && source[start] === DOT) return { wire: new Uint8Array(1), labelCount: 0 };
  let length = 1;
  let lengthAt = 0;
  let labels = 0;
  const closeLabel = (): void => {
    const size = length - lengthAt - 1;
    if (size === 0) throw new DnsError("syntax", "empty label");
    scratch[lengthAt] = size;
    labels += 1;
    lengthAt = length++;
  };
  for (let at = start; at < end;) {
    let byte = source[at++]!;
    if (byte === DOT) {
      closeLabel();
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
  const relative = length - lengthAt > 1;
  if (relative) closeLabel();
  const tail = relative ? origin.wire : ROOT;
  if (lengthAt + tail.length > MAX_NAME_BYTES) throw new DnsError("name-too-long", "name longer than 255 bytes");
  const wire = new Uint8Array(lengthAt + tail.length);
  for (let i = 0; i < lengthAt; i++) wire[i] = scratch[i]!;
  wire.set(tail, lengthAt);
  return { wire, labelCount: labels + (relative ? origin.labelCount : 0) };
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
