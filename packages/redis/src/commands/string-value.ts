/**
 * A string key's value in its three forms (types/value.ts): read, measured, and made writable.
 *
 * What is written into (APPEND, SETRANGE, SETBIT) becomes a `Buffer` with room to grow.
 */
import { Buffer } from "node:buffer";
import { bytesOf } from "../types/latin1.ts";
import { Collection, type StringValue } from "../types/value.ts";
import type { CommandContext } from "./context.ts";
import { WRONG_TYPE } from "./errors.ts";

/** Room kept behind a string that grows, so that appending is linear: as much again, at most a MiB. */
const MAX_SPARE_BYTES = 1024 * 1024;

/** The string at the key in argument `i`, for reading; throws WRONGTYPE. */
export function readString(ctx: CommandContext, i: number): StringValue | undefined {
  const value = ctx.lookup(i);
  if (value instanceof Collection) throw WRONG_TYPE;
  return value;
}

/** As `readString`, for changing it. */
export function stringForWrite(ctx: CommandContext, i: number): StringValue | undefined {
  const value = ctx.lookupForWrite(i);
  if (value instanceof Collection) throw WRONG_TYPE;
  return value;
}

export function stringLength(value: StringValue): number {
  return typeof value === "number" ? String(value).length : value.length;
}

/** The bytes of a string; a view where it is a `Buffer` already, so not to be kept or changed. */
export function stringBytes(value: StringValue): Buffer {
  return typeof value === "object" ? value : bytesOf(String(value));
}

/** As a one-byte string. */
export function stringText(value: StringValue): string {
  return typeof value === "object" ? value.toString("latin1") : String(value);
}

/** The string as a `Buffer` of `length` bytes that may be written to, grown in place where it has room. New bytes are zero. */
export function writableString(value: StringValue | undefined, length: number): Buffer {
  if (typeof value === "object") {
    if (value.length >= length) return value;
    if (value.byteOffset === 0 && value.buffer.byteLength >= length) {
      const grown = Buffer.from(value.buffer, 0, length);
      grown.fill(0, value.length);
      return grown;
    }
  }
  const before = value === undefined ? undefined : stringBytes(value);
  const used = Math.max(length, before?.length ?? 0);
  // What is written once is not given room; what grows a second time is.
  const spare = typeof value === "object" ? Math.min(used, MAX_SPARE_BYTES) : 0;
  const made = Buffer.from(new ArrayBuffer(used + spare), 0, used);
  if (before !== undefined) made.set(before);
  return made;
}
