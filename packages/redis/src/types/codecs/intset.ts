/**
 * Intsets (Redis' intset.c): sorted integers, all of one width.
 *
 *     width in bytes (u32: 2, 4 or 8) | count (u32) | integers, signed, ascending          little endian
 */
import { Buffer } from "node:buffer";
import { compareInt64Text } from "../int64-text.ts";
import { CorruptDataError } from "./corrupt-data.ts";

const HEADER_BYTES = 8;

function corrupt(what: string, offset: number): CorruptDataError {
  return new CorruptDataError("intset", what, offset);
}

/** The members as decimal text, ascending. Throws CorruptDataError. */
export function decodeIntset(bytes: Buffer): string[] {
  if (bytes.length < HEADER_BYTES) throw corrupt("too short", 0);
  const width = bytes.readUInt32LE(0);
  const count = bytes.readUInt32LE(4);
  if (width !== 2 && width !== 4 && width !== 8) throw corrupt("an unknown width", 0);
  if (HEADER_BYTES + count * width !== bytes.length) throw corrupt("a wrong count of members", 4);
  const members: string[] = [];
  for (let at = HEADER_BYTES; at < bytes.length; at += width) {
    const member = width === 8 ? String(bytes.readBigInt64LE(at)) : String(bytes.readIntLE(at, width));
    if (members.length > 0 && compareInt64Text(members.at(-1)!, member) >= 0) throw corrupt("members out of order", at);
    members.push(member);
  }
  return members;
}

/** `members`, canonical integers in ascending order, as an intset. */
export function encodeIntset(members: readonly string[]): Buffer {
  const width = Math.max(2, ...[members[0], members.at(-1)].map((member) => widthOf(member ?? "0")));
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + members.length * width);
  bytes.writeUInt32LE(width, 0);
  bytes.writeUInt32LE(members.length, 4);
  let at = HEADER_BYTES;
  for (const member of members) {
    at = width === 8 ? bytes.writeBigInt64LE(BigInt(member), at) : bytes.writeIntLE(Number(member), at, width);
  }
  return bytes;
}

function widthOf(member: string): 2 | 4 | 8 {
  if (member.length > 12) return 8;
  const value = Number(member);
  if (value >= -32_768 && value <= 32_767) return 2;
  return value >= -2_147_483_648 && value <= 2_147_483_647 ? 4 : 8;
}
