/**
 * Listpacks (Redis' listpack.c, https://github.com/antirez/listpack): the form of small collections, list nodes and stream
 * nodes in RDB files since version 10.
 *
 *     total bytes (u32) | elements (u16, 65535: unknown) | entry … | 0xFF          little endian
 *     entry: encoding and payload | their length once more, for walking backwards, in 1–5 bytes of seven bits
 *
 *     0iiiiiii            0 … 127                    0xF1 i16      0xF2 i24      0xF3 i32      0xF4 i64
 *     110iiiii +1 byte    13 bits, signed            10llllll      up to 63 bytes
 *     0xF0 u32            longer strings             1110llll +1   up to 4095 bytes
 *
 * Elements are one-byte strings here; those that are canonical 64-bit integers are packed as integers.
 */
import { Buffer } from "node:buffer";
import { isInt64Text } from "../int64-text.ts";
import { latin1, writeLatin1 } from "../latin1.ts";
import { LISTPACK_EMPTY_BYTES, listpackEntryBytes } from "../listpack-size.ts";
import { CorruptDataError } from "./corrupt-data.ts";

const HEADER_BYTES = 6;
const END = 0xff;
const UNKNOWN_COUNT = 0xffff;

function corrupt(what: string, offset: number): CorruptDataError {
  return new CorruptDataError("listpack", what, offset);
}

/** Every element, in order. Throws CorruptDataError unless all lengths, both ways, and the count are right. */
export function decodeListpack(bytes: Buffer): string[] {
  if (bytes.length < LISTPACK_EMPTY_BYTES) throw corrupt("too short", 0);
  if (bytes.readUInt32LE(0) !== bytes.length) throw corrupt("a length that is not its own", 0);
  const last = bytes.length - 1;
  if (bytes[last] !== END) throw corrupt("no end mark", last);
  const elements: string[] = [];
  let at = HEADER_BYTES;
  while (at < last) {
    const body = bodyBytes(bytes, at, last);
    elements.push(element(bytes, at));
    at = checkBackLength(bytes, at + body, body, last);
  }
  if (at !== last) throw corrupt("an entry beyond the end", at);
  const count = bytes.readUInt16LE(4);
  if (count !== UNKNOWN_COUNT && count !== elements.length) throw corrupt("a wrong count of elements", 4);
  return elements;
}

/** Length of encoding and payload of the entry at `at`, which must end before `limit`. */
function bodyBytes(bytes: Buffer, at: number, limit: number): number {
  const first = bytes[at]!;
  let length: number;
  if (first < 0x80) length = 1;
  else if (first < 0xc0) length = 1 + (first & 0x3f);
  else if (first < 0xe0) length = 2;
  else if (first < 0xf0) length = at + 1 < limit ? 2 + (((first & 0x0f) << 8) | bytes[at + 1]!) : Infinity;
  else if (first === 0xf0) length = at + 5 <= limit ? 5 + bytes.readUInt32LE(at + 1) : Infinity;
  else if (first <= 0xf3) length = 1 + first - 0xef;
  else if (first === 0xf4) length = 9;
  else throw corrupt("an unknown encoding", at);
  if (at + length >= limit) throw corrupt("an entry beyond the end", at);
  return length;
}

function element(bytes: Buffer, at: number): string {
  const first = bytes[at]!;
  if (first < 0x80) return String(first);
  if (first < 0xc0) return latin1(bytes, at + 1, at + 1 + (first & 0x3f));
  if (first < 0xe0) {
    const value = ((first & 0x1f) << 8) | bytes[at + 1]!;
    return String(value >= 4096 ? value - 8192 : value);
  }
  if (first < 0xf0) return latin1(bytes, at + 2, at + 2 + (((first & 0x0f) << 8) | bytes[at + 1]!));
  switch (first) {
    case 0xf0:
      return latin1(bytes, at + 5, at + 5 + bytes.readUInt32LE(at + 1));
    case 0xf1:
      return String(bytes.readInt16LE(at + 1));
    case 0xf2:
      return String(bytes.readIntLE(at + 1, 3));
    case 0xf3:
      return String(bytes.readInt32LE(at + 1));
    default:
      return String(bytes.readBigInt64LE(at + 1));
  }
}

/** Returns where the next entry begins. */
function checkBackLength(bytes: Buffer, at: number, body: number, limit: number): number {
  const size = backLengthBytes(body);
  if (at + size > limit) throw corrupt("an entry beyond the end", at);
  for (let i = size - 1, rest = body; i >= 0; i--) {
    const expected = (rest & 0x7f) | (i > 0 ? 0x80 : 0);
    if (bytes[at + i] !== expected) throw corrupt("a wrong length backwards", at + i);
    rest = Math.floor(rest / 128);
  }
  return at + size;
}

function backLengthBytes(body: number): number {
  if (body <= 127) return 1;
  if (body < 16_383) return 2;
  if (body < 2_097_151) return 3;
  return body < 268_435_455 ? 4 : 5;
}

/** The elements as a listpack. */
export function encodeListpack(elements: readonly string[]): Buffer {
  let total = LISTPACK_EMPTY_BYTES;
  for (const each of elements) total += listpackEntryBytes(each);
  const bytes = Buffer.allocUnsafe(total);
  bytes.writeUInt32LE(total, 0);
  bytes.writeUInt16LE(Math.min(elements.length, UNKNOWN_COUNT), 4);
  let at = HEADER_BYTES;
  for (const each of elements) {
    const end = isInt64Text(each) ? writeInteger(bytes, at, each) : writeString(bytes, at, each);
    const body = end - at;
    const size = backLengthBytes(body);
    for (let i = size - 1, rest = body; i >= 0; i--) {
      bytes[end + i] = (rest & 0x7f) | (i > 0 ? 0x80 : 0);
      rest = Math.floor(rest / 128);
    }
    at = end + size;
  }
  bytes[at] = END;
  return bytes;
}

function writeInteger(bytes: Buffer, at: number, text: string): number {
  // Up to 15 digits a double is exact.
  const value = text.length <= 12 ? Number(text) : Infinity;
  if (value >= 0 && value <= 127) {
    bytes[at] = value;
    return at + 1;
  }
  if (value >= -4096 && value <= 4095) {
    const bits = value & 0x1fff;
    bytes[at] = 0xc0 | (bits >> 8);
    bytes[at + 1] = bits & 0xff;
    return at + 2;
  }
  for (let size = 2; size <= 4; size++) {
    const limit = 2 ** (size * 8 - 1);
    if (value < -limit || value >= limit) continue;
    bytes[at] = 0xef + size;
    return bytes.writeIntLE(value, at + 1, size);
  }
  bytes[at] = 0xf4;
  return bytes.writeBigInt64LE(BigInt(text), at + 1);
}

function writeString(bytes: Buffer, at: number, text: string): number {
  const { length } = text;
  let start: number;
  if (length < 64) {
    bytes[at] = 0x80 | length;
    start = at + 1;
  } else if (length < 4096) {
    bytes[at] = 0xe0 | (length >> 8);
    bytes[at + 1] = length & 0xff;
    start = at + 2;
  } else {
    bytes[at] = 0xf0;
    start = bytes.writeUInt32LE(length, at + 1);
  }
  writeLatin1(bytes, text, start);
  return start + length;
}
