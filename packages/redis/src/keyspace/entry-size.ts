/** How much memory a key takes: approximate, in constant time. */
import { Collection, type StringValue, type Value } from "../types/value.ts";
import type { ExpiryIndex } from "./expiry.ts";
import type { KeyTable } from "./key-table.ts";

/** Words of the entry, slot of the value, bucket. */
const ENTRY_BYTES = 20 + 8 + 4;
const EXPIRY_BYTES = 16;

/** Of the value at `id`, without the key. */
export function valueBytes(value: Value): number {
  return value instanceof Collection ? value.memoryBytes() : stringBytes(value);
}

function stringBytes(value: StringValue): number {
  // Small integers lie in the slot itself; other numbers and strings have a header of their own.
  if (typeof value === "number") return value === (value | 0) ? 0 : 16;
  return typeof value === "string" ? 16 + Math.ceil(value.length / 8) * 8 : 96 + value.buffer.byteLength;
}

/** Of the key `id`, its value and its expiry. */
export function entryBytes(keys: KeyTable, id: number): number {
  const key = Math.ceil(keys.keyLength(id) / 8) * 8;
  return ENTRY_BYTES + key + (keys.hasExpiry(id) ? EXPIRY_BYTES : 0) + valueBytes(keys.value(id));
}

/** Of the table itself and the expiry index, without keys and values. */
export function overheadBytes(
  keys: KeyTable,
  expiry: ExpiryIndex,
): { readonly main: number; readonly expires: number } {
  return { main: keys.bucketCount * 4 + keys.size * (ENTRY_BYTES - 4), expires: expiry.size * EXPIRY_BYTES };
}
