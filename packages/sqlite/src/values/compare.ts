/** The order of values (https://www.sqlite.org/datatype3.html §4): NULL, numbers by value, TEXT by its collation, BLOBs by bytes. */
import { type Collation, compareBytes } from "./collation.ts";
import { BLOB, NULL, type Payload, type RawText, type Tag, TEXT } from "./value.ts";

/**
 * Negative, 0 or positive. NULLs are equal here, as sorting and DISTINCT want it. An INTEGER and a REAL are compared exactly: JavaScript
 * compares numbers with BigInts by value, and numbers with numbers are exact anyway.
 */
export function compareValues(tagA: Tag, a: Payload, tagB: Tag, b: Payload, collation: Collation): number {
  if (tagA >= TEXT || tagB >= TEXT) {
    if (tagA !== tagB) return tagA - tagB;
    // By the tags, both are of this kind.
    return tagA === BLOB
      ? compareBytes(a as Uint8Array, b as Uint8Array)
      : collation.compare(a as string | RawText, b as string | RawText);
  }
  if (tagA === NULL || tagB === NULL) return tagA === tagB ? 0 : tagA === NULL ? -1 : 1;
  const left = a as number | bigint; // INTEGER or REAL, by the tags
  const right = b as number | bigint;
  return left < right ? -1 : left > right ? 1 : 0;
}
