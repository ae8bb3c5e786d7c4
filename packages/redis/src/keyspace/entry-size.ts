/** How much memory a key takes: approximate, in constant time. */
import { Collection, type StringValue, type Value } from "../types/value.ts";
import type { ExpiryIndex } from "./expiry.ts";
import { ENTRY_BYTES, type KeyTable } from "./key-table.ts";

/** An entry's share of the buckets. */
const BUCKET_BYTES = 4;
/** Where an object is kept. */
const SLOT_BYTES = 8;
const EXPIRY_BYTES = 16;

/** Of the value at `id`, without the key. */
export function valueBytes(value: Value): number {
  return value instanceof Collection ? value.memoryBytes() : stringBytes(value);
}

function stringBytes(value: StringValue): number {
  if (typeof value === "number") return 0;
  return typeof value === "string" ? 16 + Math.ceil(value.length / 8) * 8 : 96 + value.buffer.byteLength;
}

/** Of the key `id`, its value and its expiry. */
export function entryBytes(keys: KeyTable, id: number): number {
  const entry = keys.entryBytes(id) + BUCKET_BYTES + (keys.hasExpiry(id) ? EXPIRY_BYTES : 0);
  return keys.isObject(id) ? entry + SLOT_BYTES + valueBytes(keys.value(id)) : entry;
}

/** Of the table itself and the expiry index, without keys and values. */
export function overheadBytes(
  keys: KeyTable,
  expiry: ExpiryIndex,
): { readonly main: number; readonly expires: number } {
  return { main: keys.bucketCount * BUCKET_BYTES + keys.size * ENTRY_BYTES, expires: expiry.size * EXPIRY_BYTES };
}
