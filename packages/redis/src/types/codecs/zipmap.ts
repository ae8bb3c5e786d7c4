/**
 * Zipmaps (Redis' zipmap.c): small hashes in RDB files of Redis 2.4 and before.
 *
 *     pairs (u8, ≥ 254: unknown) | { length, field, length, free (u8), value, free bytes } … | 0xFF
 *     length: one byte below 254, or 254 and u32, little endian
 */
import type { Buffer } from "node:buffer";
import { latin1 } from "../latin1.ts";
import { CorruptDataError } from "./corrupt-data.ts";

const LONG = 254;
const END = 0xff;

function corrupt(what: string, offset: number): CorruptDataError {
  return new CorruptDataError("zipmap", what, offset);
}

/** Field, value, field, value … Throws CorruptDataError. */
export function decodeZipmap(bytes: Buffer): string[] {
  const last = bytes.length - 1;
  if (bytes.length < 2 || bytes[last] !== END) throw corrupt("no end mark", Math.max(0, last));
  const pairs: string[] = [];
  let at = 1;
  const readLength = (): number => {
    const first = bytes[at]!;
    if (first < LONG) {
      at++;
      return first;
    }
    if (first !== LONG || at + 5 > last) throw corrupt("a bad length", at);
    at += 5;
    return bytes.readUInt32LE(at - 4);
  };
  while (at < last) {
    const fieldLength = readLength();
    const field = at;
    at += fieldLength;
    if (at >= last) throw corrupt("a field beyond the end", field);
    const valueLength = readLength();
    if (at >= last) throw corrupt("a value beyond the end", at);
    const free = bytes[at++]!;
    const value = at;
    at += valueLength + free;
    if (at > last) throw corrupt("a value beyond the end", value);
    pairs.push(latin1(bytes, field, field + fieldLength), latin1(bytes, value, value + valueLength));
  }
  const count = bytes[0]!;
  if (count < LONG && count * 2 !== pairs.length) throw corrupt("a wrong count of pairs", 0);
  return pairs;
}
