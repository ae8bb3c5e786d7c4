/**
 * DUMP's and RESTORE's payload: type, value, then the RDB version (u16) and the CRC-64 of all before it (u64), little endian.
 */
import type { Buffer } from "node:buffer";
import { crc64 } from "@tenon/kit";
import { CorruptDataError } from "../types/codecs/corrupt-data.ts";
import type { CollectionSettings } from "../types/settings.ts";
import type { Value } from "../types/value.ts";
import { decodeValue } from "./rdb-decode.ts";
import { imageOf, RdbOutput, versionOf } from "./rdb-encode.ts";
import { NEWEST_VERSION, RdbError } from "./rdb-format.ts";
import { memorySource, RdbInput } from "./rdb-input.ts";

const FOOTER_BYTES = 10;

export function dumpValue(value: Value, compresses: boolean): Buffer {
  const image = imageOf(value);
  const output = new RdbOutput(compresses, 64);
  output.u8(image.type);
  image.write(output, Infinity);
  output.u16le(versionOf(image.type));
  output.u64le(crc64(output.view()));
  return output.take();
}

/** Whether version and checksum are right. */
export function verifyPayload(payload: Buffer): boolean {
  if (payload.length < FOOTER_BYTES) return false;
  const footer = payload.length - FOOTER_BYTES;
  if (payload.readUInt16LE(footer) > NEWEST_VERSION) return false;
  return payload.readBigUInt64LE(footer + 2) === crc64(payload.subarray(0, footer + 2));
}

/** The value of a payload that was verified; undefined when it is damaged all the same. */
export function restoreValue(payload: Buffer, settings: Readonly<CollectionSettings>): Value | undefined {
  const input = new RdbInput(memorySource(payload.subarray(0, payload.length - FOOTER_BYTES)));
  try {
    const value = decodeValue(input.u8(), input, settings);
    return input.remaining === 0 ? value : undefined;
  } catch (error) {
    if (error instanceof RdbError || error instanceof CorruptDataError) return undefined;
    throw error;
  }
}
