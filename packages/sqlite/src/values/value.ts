/**
 * Values inside the engine: a tag and a payload, side by side in two variables, never a wrapper object.
 *
 * INTEGER and REAL are both JavaScript numbers, so the storage class lives in the tag. An INTEGER that a number can tell from its
 * neighbours (up to ±(2^53 − 1)) is a number and any other a BigInt, decided value by value: `1` is always a number, and two equal INTEGERs are always equal with `===`. TEXT is a string unless
 * its bytes are no UTF-8 (or UTF-16) that a string gives back unchanged; then it is a RawText. A REAL is never NaN: that is NULL.
 */
export const NULL = 0;
export const INTEGER = 1;
export const REAL = 2;
export const TEXT = 3;
export const BLOB = 4;

/** SQLite's storage classes, in the order in which they are compared, INTEGER and REAL by value. */
export type Tag = 0 | 1 | 2 | 3 | 4;

/** TEXT whose bytes no string could give back. */
export class RawText {
  /** In the database's encoding. Not to be changed. */
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** What stands beside a tag: null, an INTEGER, a REAL, a TEXT or a BLOB (whose bytes are not to be changed). */
export type Payload = null | number | bigint | string | RawText | Uint8Array;

/** Values as callers of the library give and get them. */
export type SqlValue = null | number | bigint | string | Uint8Array;

/** A row of values, or the arguments of a call: tags and payloads in parallel, so that writing one allocates nothing. */
export class Cells {
  readonly tags: Uint8Array;
  readonly payloads: Payload[];

  constructor(length: number) {
    this.tags = new Uint8Array(length);
    this.payloads = new Array<Payload>(length).fill(null);
  }

  get length(): number {
    return this.tags.length;
  }

  set(at: number, tag: Tag, payload: Payload): void {
    this.tags[at] = tag;
    this.payloads[at] = payload;
  }
}
