/** IPv4 and IPv6 addresses. */
import { DnsError } from "../../errors.ts";
import { badRdata, type Field } from "../format.ts";

const DOT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;

/** The four bytes of dotted decimal numbers without leading zeros; undefined for anything else. */
export function ipv4Bytes(text: string): Uint8Array | undefined {
  const into = new Uint8Array(4);
  return scanIpv4(Buffer.from(text, "latin1"), 0, text.length, into, 0) ? into : undefined;
}

/** The same of `source[start…end)`, into `into` from `at` on; false when it is none. On the way of every A record of a zone. */
function scanIpv4(source: Uint8Array, start: number, end: number, into: Uint8Array, at: number): boolean {
  let from = start;
  for (let i = 0; i < 4; i++) {
    let value = 0;
    const first = from;
    for (; from < end && source[from] !== DOT; from++) {
      const digit = source[from]! - ZERO;
      if (digit < 0 || digit > 9) return false;
      value = value * 10 + digit;
    }
    const digits = from - first;
    if (digits === 0 || digits > 3 || value > 255 || (digits > 1 && source[first] === ZERO)) return false;
    into[at + i] = value;
    if (i < 3 && from++ >= end) return false;
  }
  return from === end;
}

export function ipv4Text(bytes: Uint8Array): string {
  return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
}

/** The sixteen bytes of an address in any of RFC 4291's forms, without a zone; undefined for anything else. */
export function ipv6Bytes(text: string): Uint8Array | undefined {
  const into = new Uint8Array(16);
  return scanIpv6(Buffer.from(text, "latin1"), 0, text.length, into) ? into : undefined;
}

/** The same of `source[start…end)` into the zeros of `into`; false when it is none. */
function scanIpv6(source: Uint8Array, start: number, end: number, into: Uint8Array): boolean {
  let at = start;
  let length = 0;
  let gapAt = -1;
  if (source[at] === COLON && at < end) {
    if (source[at + 1] !== COLON || at + 1 >= end) return false;
    at += 2;
    gapAt = 0;
  }
  while (at < end) {
    const first = at;
    let value = 0;
    for (let digit; at < end && (digit = hexDigit(source[at]!)) !== -1; at++) value = (value << 4) | digit;
    if (at < end && source[at] === DOT) {
      if (length > 12 || !scanIpv4(source, first, end, into, length)) return false;
      length += 4;
      break;
    }
    if (at === first || at - first > 4 || length > 14) return false;
    into[length++] = value >> 8;
    into[length++] = value;
    if (at === end) break;
    if (source[at++] !== COLON || at === end) return false;
    if (source[at] !== COLON) continue;
    if (gapAt !== -1) return false;
    gapAt = length;
    at += 1;
  }
  if (gapAt === -1) return length === 16;
  if (length > 14) return false;
  into.copyWithin(16 - (length - gapAt), gapAt, length);
  into.fill(0, gapAt, 16 - (length - gapAt));
  return true;
}

/** -1 for what is none. */
function hexDigit(byte: number): number {
  if (byte >= ZERO && byte <= 0x39) return byte - ZERO;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function groupText(bytes: Uint8Array, at: number): string {
  return ((bytes[at]! << 8) | bytes[at + 1]!).toString(16);
}

/** RFC 5952: lower case, no leading zeros, `::` for the first longest run of zeros, dotted when the address maps an IPv4 one. */
export function ipv6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => groupText(bytes, i * 2));
  let [runStart, runLength] = [-1, 1];
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && groups[end] === "0") end += 1;
    if (end - start > runLength) [runStart, runLength] = [start, end - start];
    start = Math.max(start, end - 1);
  }
  const mapsIpv4 = runStart === 0 && ((runLength === 5 && groups[5] === "ffff") || runLength === 6);
  if (mapsIpv4) return `${runLength === 6 ? "::" : "::ffff:"}${ipv4Text(bytes.subarray(12))}`;
  if (runStart === -1) return groups.join(":");
  return `${groups.slice(0, runStart).join(":")}::${groups.slice(runStart + runLength).join(":")}`;
}

function address(
  length: number,
  scan: (source: Uint8Array, start: number, end: number, into: Uint8Array) => boolean,
  bytesOf: (text: string) => Uint8Array | undefined,
  textOf: (bytes: Uint8Array) => string,
): Field<string> {
  const scratch = new Uint8Array(length);
  return {
    read: (from) => textOf(from.take(length)),
    check: (from) => from.skip(length),
    write(to, value) {
      const bytes = bytesOf(value);
      if (bytes === undefined) throw badRdata(`"${value}" is no address`);
      to.bytes(bytes);
    },
    parse(from, to, what) {
      from.take(what);
      scratch.fill(0);
      if (!scan(from.source, from.start, from.end, scratch)) {
        throw new DnsError("syntax", `${what} is malformed: "${from.raw()}"`);
      }
      to.prefixOf(scratch, length);
    },
    print: (from) => textOf(from.take(length)),
  };
}

export const ipv4: Field<string> = address(
  4,
  (source, start, end, into) => scanIpv4(source, start, end, into, 0),
  ipv4Bytes,
  ipv4Text,
);
export const ipv6: Field<string> = address(16, scanIpv6, ipv6Bytes, ipv6Text);
