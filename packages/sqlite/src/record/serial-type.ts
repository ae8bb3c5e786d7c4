/**
 * Serial types: how a value stands in a record (https://www.sqlite.org/fileformat2.html §2.1).
 *
 * 0 NULL; 1, 2, 3, 4, 5, 6 INTEGER of 1, 2, 3, 4, 6, 8 bytes; 7 REAL; 8 and 9 the INTEGERs 0 and 1; even ones from 12 on a BLOB of (n − 12) / 2
 * bytes, odd ones from 13 on TEXT of (n − 13) / 2 bytes. 10 and 11 are not used.
 */
import { BLOB, INTEGER, NULL, REAL, type Tag, TEXT } from "../values/value.ts";

const FIXED_LENGTHS: readonly number[] = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0];

/** Bytes of the value. */
export function contentLength(serialType: number): number {
  return serialType >= 12 ? Math.floor((serialType - 12) / 2) : FIXED_LENGTHS[serialType]!;
}

export function tagOfSerialType(serialType: number): Tag {
  if (serialType >= 12) return serialType % 2 === 0 ? BLOB : TEXT;
  if (serialType === 7) return REAL;
  return serialType === 0 || serialType >= 10 ? NULL : INTEGER;
}

/** Of an INTEGER. Files of the oldest schema format have neither 8 nor 9. */
export function integerSerialType(value: number | bigint, hasConstants: boolean): number {
  if (typeof value === "bigint") return 6;
  if (hasConstants && (value === 0 || value === 1)) return value === 0 ? 8 : 9;
  const magnitude = value < 0 ? -value - 1 : value;
  if (magnitude < 0x80) return 1;
  if (magnitude < 0x8000) return 2;
  if (magnitude < 0x80_0000) return 3;
  if (magnitude < 0x8000_0000) return 4;
  return magnitude < 0x8000_0000_0000 ? 5 : 6;
}
