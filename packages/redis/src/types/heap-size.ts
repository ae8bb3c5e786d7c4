/**
 * What values cost on V8's heap (64 bits, no pointer compression), for memory accounting. Approximations, in bytes.
 */

/** A one-byte string beyond its characters: map, hash, length, and on average half of the padding to 8. */
export const STRING_OVERHEAD = 20;
export const POINTER = 8;
/** An object with a few fields and the array it owns. */
export const COLLECTION_OVERHEAD = 160;
/** An entry of a StringTable beyond its string: the pointer, hash, next, bucket, and room to grow. */
export const TABLE_ENTRY: number = POINTER * 1.25 + 12 * 1.5;
