/**
 * What a key holds.
 *
 * Strings come in three forms, chosen so that the common ones cost least:
 * - `number`: a canonical decimal integer within ±(2^53 − 1). Reported as encoding "int".
 * - `string`: a one-byte (Latin-1) JavaScript string, one character a byte. A third of the memory of a `Buffer`.
 *   Reported as "int" when it is a canonical 64-bit integer beyond the safe range, as "embstr" up to 44 bytes, else "raw".
 * - `Buffer`: bytes of its own `ArrayBuffer`, mutable in place, possibly with room to grow behind it. Large values, and
 *   any that was changed in place (APPEND, SETRANGE, SETBIT), as only those are "raw" in Redis when they are short.
 *
 * The rest are instances of `Collection`. Elements, fields and members are one-byte strings everywhere.
 */
import type { Buffer } from "node:buffer";
import type { Lookahead } from "../keyspace/lookahead.ts";

export type StringValue = number | string | Buffer;

/** Names as TYPE reports them. */
export type CollectionType = "list" | "hash" | "set" | "zset" | "stream";

/** The common face of lists, hashes, sets, sorted sets and streams. An empty collection is never stored: its key is removed. */
export abstract class Collection {
  abstract readonly type: CollectionType;
  /** Elements, fields or members. */
  abstract readonly size: number;
  /** As OBJECT ENCODING reports it ("listpack", "quicklist", "intset", "hashtable", "skiplist", …). */
  abstract encoding(): string;
  /** An independent copy: COPY, snapshots. */
  abstract clone(): Collection;
  /** Approximate heap bytes, for MEMORY USAGE and eviction. O(1): kept up to date by the mutators. */
  abstract memoryBytes(): number;
  /** Brings near the processor what the next commands will look up here (keyspace/lookahead.ts); returns a sum of what it read. */
  lookAhead?(ahead: Lookahead): number;
}

export type Value = StringValue | Collection;

/** Strings from this length on are kept as `Buffer`. */
export const LARGE_STRING_BYTES: number = 16 * 1024;

/** As TYPE reports it. */
export function typeOf(value: Value): CollectionType | "string" {
  return value instanceof Collection ? value.type : "string";
}
