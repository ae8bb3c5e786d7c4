import type { Buffer } from "node:buffer";
import { hashString, type HashSeed } from "../keyspace/hash.ts";
import { type Lookahead, LOOKAHEAD_COMMANDS, lookaheadOf, type Spans } from "../keyspace/lookahead.ts";
import { latin1 } from "./latin1.ts";

/**
 * A hash table from byte strings to dense ids, the ground of large hashes, sets and sorted sets.
 *
 * What it gives that a `Map` does not: an entry's id is its place in an array without holes, so that a random entry
 * is one array access and values of any kind live in arrays beside it; and SCAN's guarantee, that an element present
 * from the first call to the last is returned at least once, however the table grew or shrank in between.
 *
 * Layout: `keys[id]`, `#entries[2 · id]` with its hash and the next of its chain, and `#heads[bucket]`, with -1 as the end. Removal moves the
 * last entry into the hole.
 *
 * Growth is linear hashing (Litwin 1980): there are `2^level + split` buckets, and each insertion above the load factor
 * splits exactly one, so that no single command pays for a rehash. Bucket `b < split` has a twin `b + 2^level`. SCAN
 * walks the `2^level` pairs in reverse-binary order (Pieter Noordhuis' scheme in Redis' dict.c): the high bits of the
 * cursor count first, so a pair already walked stays walked when the table is halved or doubled.
 */

const INITIAL_LEVEL = 3;

/** One step of the reverse-binary counter over `2^level` values. Returns 0 at the end of a round. */
export function nextCursor(cursor: number, level: number): number {
  // Setting the bits above the mask makes the carry run from the mask's highest bit down.
  let v = cursor | (level === 32 ? 0 : -1 << level);
  v = reverseBits(v);
  v = (v + 1) | 0;
  return reverseBits(v) >>> 0;
}

function reverseBits(value: number): number {
  let v = value;
  v = ((v >>> 1) & 0x5555_5555) | ((v & 0x5555_5555) << 1);
  v = ((v >>> 2) & 0x3333_3333) | ((v & 0x3333_3333) << 2);
  v = ((v >>> 4) & 0x0f0f_0f0f) | ((v & 0x0f0f_0f0f) << 4);
  v = ((v >>> 8) & 0x00ff_00ff) | ((v & 0x00ff_00ff) << 8);
  return (v >>> 16) | (v << 16);
}

/** Words of an entry in #entries: its hash, and the next one of its chain. */
const STRIDE_BITS = 1;
const STRIDE = 1 << STRIDE_BITS;
const NEXT = 1;

/** Ids by member of the lookahead, for the time of a call. */
const LOOKAHEAD_IDS = new Int32Array(LOOKAHEAD_COMMANDS);

export class StringTable {
  /** The strings, by id: 0 … size - 1. Read it; change it only through the methods. */
  readonly keys: string[] = [];
  readonly #seed: HashSeed;
  readonly #ahead: Lookahead;
  #entries = new Int32Array(STRIDE << INITIAL_LEVEL);
  #heads = new Int32Array(1 << INITIAL_LEVEL).fill(-1);
  #level = INITIAL_LEVEL;
  #split = 0;

  constructor(seed: HashSeed) {
    this.#seed = seed;
    this.#ahead = lookaheadOf(seed);
  }

  get size(): number {
    return this.keys.length;
  }

  /** Number of buckets, for memory estimates and tests. */
  get buckets(): number {
    return (1 << this.#level) + this.#split;
  }

  /** The id of `key`, or -1. */
  find(key: string): number {
    const hash = hashString(key, this.#seed);
    return this.#search(hash, key);
  }

  #search(hash: number, key: string): number {
    const entries = this.#entries;
    for (let id = this.#heads[this.#bucketOf(hash)]!; id >= 0; id = entries[(id << STRIDE_BITS) + NEXT]!) {
      if (entries[id << STRIDE_BITS] === hash && this.keys[id] === key) return id;
    }
    return -1;
  }

  #searchBytes(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const entries = this.#entries;
    for (let id = this.#heads[this.#bucketOf(hash)]!; id >= 0; id = entries[(id << STRIDE_BITS) + NEXT]!) {
      if (entries[id << STRIDE_BITS] === hash && equalsBytes(this.keys[id]!, bytes, start, end)) return id;
    }
    return -1;
  }

  /** The id of `key` if it is there; otherwise adds it and returns `-1 - id` of the new entry, whose id is the old size. */
  findOrAdd(key: string): number {
    const hash = hashString(key, this.#seed);
    const found = this.#search(hash, key);
    return found >= 0 ? found : this.#add(hash, key);
  }

  /** As `findOrAdd`, of the key `bytes[start, end)`: a string is made of it only when it is new. Hot: HSET, SADD, ZADD. */
  findOrAddBytes(bytes: Buffer, start: number, end: number): number {
    const hash = this.#ahead.hash(bytes, start, end);
    const found = this.#searchBytes(hash, bytes, start, end);
    return found >= 0 ? found : this.#add(hash, latin1(bytes, start, end));
  }

  /** As `find`, of the key `bytes[start, end)`. */
  findBytes(bytes: Uint8Array, start: number, end: number): number {
    return this.#searchBytes(this.#ahead.hash(bytes, start, end), bytes, start, end);
  }

  /**
   * Brings near the processor what commands will look up that name `members`, one each; returns a sum of what it read. `values`
   * lie beside the keys. Hot.
   */
  lookAhead(ahead: Lookahead, members: Spans, values?: readonly string[]): number {
    ahead.lookAtMembers(members, this.#seed);
    const { starts, hashes } = members;
    const { count } = ahead.keys;
    const ids = LOOKAHEAD_IDS;
    const entries = this.#entries;
    let touched = 0;
    for (let i = 0; i < count; i++) ids[i] = starts[i]! < 0 ? -1 : this.#heads[this.#bucketOf(hashes[i]!)]!;
    for (let i = 0; i < count; i++) {
      const id = ids[i]!;
      if (id >= 0 && entries[id << STRIDE_BITS] !== hashes[i]) ids[i] = this.#nextOf(id);
    }
    for (let i = 0; i < count; i++) if (ids[i]! >= 0) touched += this.keys[ids[i]!]!.length;
    if (values !== undefined) {
      for (let i = 0; i < count; i++) if (ids[i]! >= 0) touched += values[ids[i]!]!.length;
    }
    return touched;
  }

  #add(hash: number, key: string): number {
    const id = this.keys.length;
    if (id << STRIDE_BITS === this.#entries.length) this.#reserve(id * 2);
    this.keys.push(key);
    const bucket = this.#bucketOf(hash);
    this.#entries[id << STRIDE_BITS] = hash;
    this.#entries[(id << STRIDE_BITS) + NEXT] = this.#heads[bucket]!;
    this.#heads[bucket] = id;
    if (id >= this.buckets) this.#splitOne();
    return -1 - id;
  }

  /**
   * Removes the entry `id` and moves the last entry into its place. Owners of parallel arrays do the same:
   * `values[id] = values[size]` (the new size), then drop the last.
   */
  remove(id: number): void {
    const keys = this.keys;
    const last = keys.length - 1;
    this.#unlink(id);
    if (id !== last) {
      const hash = this.#entries[last << STRIDE_BITS]!;
      const bucket = this.#bucketOf(hash);
      // Whoever pointed at the last entry now points at the hole.
      let at = this.#heads[bucket]!;
      if (at === last) {
        this.#heads[bucket] = id;
      } else {
        while (this.#nextOf(at) !== last) at = this.#nextOf(at);
        this.#setNext(at, id);
      }
      this.#setNext(id, this.#nextOf(last));
      this.#entries[id << STRIDE_BITS] = hash;
      keys[id] = keys[last]!;
    }
    keys.pop();
    if (last * 4 < this.buckets) {
      // Four at a time keep pace with entries that leave at a quarter of the load.
      for (let merges = 0; merges < 4; merges++) this.#mergeOne();
      const capacity = this.#entries.length >> STRIDE_BITS;
      if (capacity > 64 && last * 4 < capacity) this.#reserve(capacity >> 1);
    }
  }

  /**
   * SCAN: calls `visit(id)` for every entry of the next pair of buckets and returns the following cursor; 0 begins and
   * ends a round. Do not add or remove while visiting.
   */
  scan(cursor: number, visit: (id: number) => void): number {
    const level = this.#level;
    const low = cursor & ((1 << level) - 1);
    for (let id = this.#heads[low]!; id >= 0; id = this.#nextOf(id)) visit(id);
    if (low < this.#split) {
      for (let id = this.#heads[low + (1 << level)]!; id >= 0; id = this.#nextOf(id)) visit(id);
    }
    return nextCursor(low, level);
  }

  /**
   * Steps on until `count` entries were visited or the round ended. As in the original, it looks at no more than ten
   * times as many buckets, so that a sparse table does not hold up the server.
   */
  scanAtLeast(cursor: number, count: number, visit: (id: number) => void): number {
    let visited = 0;
    let steps = count * 10;
    let at = cursor;
    const counted = (id: number): void => {
      visited++;
      visit(id);
    };
    do {
      at = this.scan(at, counted);
    } while (at !== 0 && visited < count && --steps > 0);
    return at;
  }

  /** A table with the same entries under the same ids. */
  clone(): StringTable {
    const copy = new StringTable(this.#seed);
    for (const key of this.keys) copy.keys.push(key);
    copy.#entries = this.#entries.slice();
    copy.#heads = this.#heads.slice();
    copy.#level = this.#level;
    copy.#split = this.#split;
    return copy;
  }

  #bucketOf(hash: number): number {
    const low = hash & ((1 << this.#level) - 1);
    return low < this.#split ? hash & ((2 << this.#level) - 1) : low;
  }

  #nextOf(id: number): number {
    return this.#entries[(id << STRIDE_BITS) + NEXT]!;
  }

  #setNext(id: number, next: number): void {
    this.#entries[(id << STRIDE_BITS) + NEXT] = next;
  }

  #unlink(id: number): void {
    const bucket = this.#bucketOf(this.#entries[id << STRIDE_BITS]!);
    let at = this.#heads[bucket]!;
    if (at === id) {
      this.#heads[bucket] = this.#nextOf(id);
      return;
    }
    while (this.#nextOf(at) !== id) at = this.#nextOf(at);
    this.#setNext(at, this.#nextOf(id));
  }

  /** Splits the bucket `split` into itself and its twin. */
  #splitOne(): void {
    const bit = 1 << this.#level;
    const from = this.#split;
    const to = from + bit;
    if (to >= this.#heads.length) {
      const heads = new Int32Array(this.#heads.length * 2).fill(-1);
      heads.set(this.#heads);
      this.#heads = heads;
    }
    let stay = -1;
    let move = -1;
    for (let id = this.#heads[from]!; id >= 0;) {
      const following = this.#nextOf(id);
      if ((this.#entries[id << STRIDE_BITS]! & bit) === 0) {
        this.#setNext(id, stay);
        stay = id;
      } else {
        this.#setNext(id, move);
        move = id;
      }
      id = following;
    }
    this.#heads[from] = stay;
    this.#heads[to] = move;
    if (++this.#split === bit) {
      this.#level++;
      this.#split = 0;
    }
  }

  /** Undoes the last split, down to the initial size. */
  #mergeOne(): void {
    if (this.#split === 0) {
      if (this.#level === INITIAL_LEVEL) return;
      this.#level--;
      this.#split = 1 << this.#level;
    }
    const into = --this.#split;
    const from = into + (1 << this.#level);
    let tail = this.#heads[from]!;
    if (tail >= 0) {
      const first = tail;
      while (this.#nextOf(tail) >= 0) tail = this.#nextOf(tail);
      this.#setNext(tail, this.#heads[into]!);
      this.#heads[into] = first;
      this.#heads[from] = -1;
    }
    if (this.#heads.length > 64 && this.buckets * 4 < this.#heads.length) {
      this.#heads = this.#heads.slice(0, this.#heads.length >> 1);
    }
  }

  #reserve(capacity: number): void {
    const entries = new Int32Array(capacity << STRIDE_BITS);
    entries.set(this.#entries.subarray(0, this.keys.length << STRIDE_BITS));
    this.#entries = entries;
  }
}

/** Whether the one-byte string has the bytes `bytes[start, end)`. */
export function equalsBytes(text: string, bytes: Uint8Array, start: number, end: number): boolean {
  const { length } = text;
  if (length !== end - start) return false;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}
