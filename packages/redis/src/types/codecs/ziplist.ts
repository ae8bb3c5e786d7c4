/**
 * Ziplists (Redis' ziplist.c): what small collections were before listpacks, in RDB files up to version 9.
 *
 *     total bytes (u32) | offset of the last entry (u32) | entries (u16, 65535: unknown) | entry … | 0xFF    little endian
 *     entry: length of the previous entry (1 byte, or 254 and u32) | encoding | payload
 *
 *     00llllll            up to 63 bytes             11000000 i16    11010000 i32    11100000 i64
 *     01llllll +1 byte    14 bits, big endian        11110000 i24    11111110 i8
 *     10------ +4 bytes   32 bits, big endian        1111xxxx        x − 1: 0 … 12
 */
import type { Buffer } from "node:buffer";
import { latin1 } from "../latin1.ts";
import { CorruptDataError } from "./corrupt-data.ts";

const HEADER_BYTES = 10;
const END = 0xff;
const LONG_PREVIOUS = 254;
const UNKNOWN_COUNT = 0xffff;

function corrupt(what: string, offset: number): CorruptDataError {
  return new CorruptDataError("ziplist", what, offset);
}

/** Every element, in order. Throws CorruptDataError unless all lengths, both ways, and the count are right. */
export function decodeZiplist(bytes: Buffer): string[] {
  const last = bytes.length - 1;
  if (bytes.length < HEADER_BYTES + 1) throw corrupt("too short", 0);
  if (bytes.readUInt32LE(0) !== bytes.length) throw corrupt("a length that is not its own", 0);
  if (bytes[last] !== END) throw corrupt("no end mark", last);
  const elements: string[] = [];
  let at = HEADER_BYTES;
  let previous = 0;
  let tail = HEADER_BYTES;
  while (at < last) {
    tail = at;
    let from = at + 1;
    let before = bytes[at]!;
    if (before === END) throw corrupt("an end mark before the end", at);
    if (before === LONG_PREVIOUS) {
      if (at + 5 >= last) throw corrupt("an entry beyond the end", at);
      before = bytes.readUInt32LE(at + 1);
      from += 4;
    }
    if (before !== previous) throw corrupt("a wrong length backwards", at);
    if (from >= last) throw corrupt("an entry beyond the end", at);
    const { start, end, integer } = payload(bytes, from, last);
    if (end > last) throw corrupt("an entry beyond the end", at);
    elements.push(integer === undefined ? latin1(bytes, start, end) : integer);
    previous = end - at;
    at = end;
  }
  if (bytes.readUInt32LE(4) !== tail) throw corrupt("a wrong offset of the last entry", 4);
  const count = bytes.readUInt16LE(8);
  if (count !== UNKNOWN_COUNT && count !== elements.length) throw corrupt("a wrong count of elements", 8);
  return elements;
}

interface Payload {
  readonly start: number;
  readonly end: number;
  /** The text of an integer; a string's bytes are [start, end). */
  readonly integer?: string;
}

const INTEGER_BYTES: Readonly<Record<number, number>> = { 0xc0: 2, 0xd0: 4, 0xe0: 8, 0xf0: 3, 0xfe: 1 };

function payload(bytes: Buffer, at: number, limit: number): Payload {
  const first = bytes[at]!;
  if (first < 0x40) return { start: at + 1, end: at + 1 + first };
  if (first < 0x80) {
    if (at + 2 > limit) throw corrupt("an entry beyond the end", at);
    return { start: at + 2, end: at + 2 + (((first & 0x3f) << 8) | bytes[at + 1]!) };
  }
  if (first < 0xc0) {
    if (at + 5 > limit) throw corrupt("an entry beyond the end", at);
    return { start: at + 5, end: at + 5 + bytes.readUInt32BE(at + 1) };
  }
  if (first >= 0xf1 && first <= 0xfd) return { start: at, end: at + 1, integer: String((first & 0x0f) - 1) };
  const size = INTEGER_BYTES[first];
  if (size === undefined) throw corrupt("an unknown encoding", at);
  const end = at + 1 + size;
  if (end > limit) throw corrupt("an entry beyond the end", at);
  const integer = size === 8 ? String(bytes.readBigInt64LE(at + 1)) : String(bytes.readIntLE(at + 1, size));
  return { start: at + 1, end, integer };
}
