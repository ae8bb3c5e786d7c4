/**
 * Keys and their values: a `ChainTable` whose keys are bytes in slabs and whose values lie in a parallel array.
 *
 * An entry is five 32-bit words, so that a lookup touches one cache line for them:
 *
 *     hash | next | address of the key's bytes | length and flags | access (LRU clock or LFU counter, 24 bits)
 *
 * Looking up takes the bytes where they lie in the request: no string is made. Hot: bench/table.ts.
 */
import { Buffer } from "node:buffer";
import { latin1 } from "../types/latin1.ts";
import type { Value } from "../types/value.ts";
import { ChainTable, ENTRY_HASH, ENTRY_NEXT, SEGMENT_BITS, SEGMENT_MASK } from "./chain-table.ts";
import { hashBytes, type HashSeed } from "./hash.ts";
import { Slabs } from "./slabs.ts";

const STRIDE = 5;
const ADDRESS = 2;
const LENGTH = 3;
const ACCESS = 4;
/** In the length word: the key has an expiry. Lengths end at 2^29 (proto-max-bulk-len). */
const EXPIRES = 1 << 30;
const LENGTH_MASK = EXPIRES - 1;
const FREE = -1;

export class KeyTable extends ChainTable {
  readonly #seed: HashSeed;
  #slabs = new Slabs();
  #values: (Value | undefined)[][] = [];

  constructor(seed: HashSeed) {
    super(STRIDE);
    this.#seed = seed;
    this.clearChains();
  }

  /** Id of the key `bytes[start, end)`; 0 when it is not there. */
  find(bytes: Uint8Array, start: number, end: number): number {
    if (this.rehashing) this.rehashStep(1);
    return this.#find(bytes, start, end, hashBytes(bytes, start, end, this.#seed));
  }

  #find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const found = this.#search(this.head(hash), hash, bytes, start, end);
    if (found !== 0 || !this.rehashing) return found;
    return this.#search(this.oldHead(hash), hash, bytes, start, end);
  }

  #search(id: number, hash: number, bytes: Uint8Array, start: number, end: number): number {
    const segments = this.segments;
    while (id !== 0) {
      const segment = segments[id >> SEGMENT_BITS]!;
      const at = (id & SEGMENT_MASK) * STRIDE;
      if (segment[at + ENTRY_HASH] === hash && (segment[at + LENGTH]! & LENGTH_MASK) === end - start) {
        const address = segment[at + ADDRESS]!;
        const slab = this.#slabs.slab(address);
        let mine = this.#slabs.offset(address);
        let theirs = start;
        while (theirs < end && slab[mine] === bytes[theirs]) {
          mine++;
          theirs++;
        }
        if (theirs === end) return id;
      }
      id = segment[at + ENTRY_NEXT]!;
    }
    return 0;
  }

  /** Adds a key that is not there (the caller has looked), without expiry; returns its id. */
  insert(bytes: Uint8Array, start: number, end: number, value: Value): number {
    const id = this.link(hashBytes(bytes, start, end, this.#seed));
    const segment = this.segments[id >> SEGMENT_BITS]!;
    const at = (id & SEGMENT_MASK) * STRIDE;
    segment[at + ADDRESS] = this.#slabs.store(bytes, start, end);
    segment[at + LENGTH] = end - start;
    segment[at + ACCESS] = 0;
    this.#values[id >> SEGMENT_BITS]![id & SEGMENT_MASK] = value;
    return id;
  }

  remove(id: number): void {
    const segment = this.segments[id >> SEGMENT_BITS]!;
    const at = (id & SEGMENT_MASK) * STRIDE;
    this.#slabs.release(segment[at + ADDRESS]!, segment[at + LENGTH]! & LENGTH_MASK);
    segment[at + LENGTH] = FREE;
    this.#values[id >> SEGMENT_BITS]![id & SEGMENT_MASK] = undefined;
    this.unlink(id);
  }

  /** Value of an entry in use. */
  value(id: number): Value {
    return this.#values[id >> SEGMENT_BITS]![id & SEGMENT_MASK]!;
  }

  setValue(id: number, value: Value): void {
    this.#values[id >> SEGMENT_BITS]![id & SEGMENT_MASK] = value;
  }

  /** The key as a one-byte string. */
  key(id: number): string {
    const segment = this.segments[id >> SEGMENT_BITS]!;
    const at = (id & SEGMENT_MASK) * STRIDE;
    const address = segment[at + ADDRESS]!;
    const slab = this.#slabs.slab(address);
    const start = this.#slabs.offset(address);
    return latin1(Buffer.from(slab.buffer), start, start + (segment[at + LENGTH]! & LENGTH_MASK));
  }

  keyLength(id: number): number {
    return this.segments[id >> SEGMENT_BITS]![(id & SEGMENT_MASK) * STRIDE + LENGTH]! & LENGTH_MASK;
  }

  hasExpiry(id: number): boolean {
    return (this.segments[id >> SEGMENT_BITS]![(id & SEGMENT_MASK) * STRIDE + LENGTH]! & EXPIRES) !== 0;
  }

  setHasExpiry(id: number, has: boolean): void {
    const segment = this.segments[id >> SEGMENT_BITS]!;
    const at = (id & SEGMENT_MASK) * STRIDE + LENGTH;
    segment[at] = has ? segment[at]! | EXPIRES : segment[at]! & LENGTH_MASK;
  }

  /** The access word: seconds of the last access, or what an LFU policy keeps there. */
  access(id: number): number {
    return this.segments[id >> SEGMENT_BITS]![(id & SEGMENT_MASK) * STRIDE + ACCESS]!;
  }

  setAccess(id: number, word: number): void {
    this.segments[id >> SEGMENT_BITS]![(id & SEGMENT_MASK) * STRIDE + ACCESS] = word;
  }

  isUsed(id: number): boolean {
    return (
      id > 0 && id < this.nextId && this.segments[id >> SEGMENT_BITS]![(id & SEGMENT_MASK) * STRIDE + LENGTH]! !== FREE
    );
  }

  clear(): void {
    this.#slabs = new Slabs();
    this.#values = [];
    this.clearChains();
  }

  protected reserve(segment: number, capacity: number): void {
    // Filled with undefined at once: an array of holes and numbers would become one of doubles, and the first string
    // would then change the kind of the whole array.
    const values: (Value | undefined)[] = new Array<Value | undefined>(capacity).fill(undefined);
    const before = this.#values[segment];
    if (before !== undefined) for (let i = 0; i < before.length; i++) values[i] = before[i];
    this.#values[segment] = values;
  }
}
