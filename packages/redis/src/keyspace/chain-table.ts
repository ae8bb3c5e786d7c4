/**
 * The hash table beneath the keyspace and beneath large collections.
 *
 * Entries are small integers, ids, that stay the same for as long as the entry lives and are reused after. Buckets are
 * `Int32Array`s with the id of the first entry (0: none); entries link to the next one by id. What an entry's key is,
 * and how keys compare, is the subclass's business; here are only chains:
 *
 *     buckets   Int32Array(2^n)              hash & mask → id
 *     entries   segments of Int32Array       id → hash, id of the next entry, then `stride − 2` words of the subclass
 *
 * Entries lie in segments of 2^14, so that growth copies nothing; only the first segment grows by doubling, which
 * keeps small tables small.
 *
 * Rehashing is incremental: while it goes on there are two bucket arrays, entries move a few buckets with every
 * operation, lookups look in both, and new entries go to the new one.
 *
 * `scan` is the reverse-binary cursor walk of Pieter Noordhuis in Redis' dict.c: the cursor counts in the high bits of
 * the bucket number first, so that the buckets of a table twice or half the size, which share low bits, are visited as
 * one group. An entry that is there from the first call to the last is therefore returned, however often the table grows
 * or shrinks in between; some may be returned twice.
 */
export const SEGMENT_BITS = 14;
export const SEGMENT_SIZE: number = 1 << SEGMENT_BITS;
export const SEGMENT_MASK: number = SEGMENT_SIZE - 1;
const FIRST_SEGMENT_SIZE = 16;
const MIN_BUCKETS = 16;
/** Buckets that one operation looks at, at most, in search of one to move. */
const EMPTY_BUCKETS_PER_STEP = 10;

/** Words of an entry that the chains own. */
export const ENTRY_HASH = 0;
export const ENTRY_NEXT = 1;

const NO_BUCKETS = new Int32Array(0);

export abstract class ChainTable {
  protected readonly stride: number;
  protected segments: Int32Array[] = [];
  protected buckets: Int32Array = new Int32Array(MIN_BUCKETS);
  /** While rehashing: the buckets that are being emptied; those below `rehashed` are done. */
  protected oldBuckets: Int32Array = NO_BUCKETS;
  protected rehashed = 0;
  /** Ids below are used or on the free list. */
  protected nextId = 1;
  #freeId = 0;
  #count = 0;

  /** Subclasses call `clearChains` when their own fields stand. */
  protected constructor(stride: number) {
    this.stride = stride;
  }

  /** Entries in the table. */
  get size(): number {
    return this.#count;
  }

  /** One more than the highest id ever given out: ids for parallel arrays and walks lie in [1, idLimit). */
  get idLimit(): number {
    return this.nextId;
  }

  get rehashing(): boolean {
    return this.oldBuckets.length !== 0;
  }

  /** Buckets of both arrays, for memory figures. */
  get bucketCount(): number {
    return this.buckets.length + this.oldBuckets.length;
  }

  /** Whether `id` is an entry now. */
  abstract isUsed(id: number): boolean;

  /** First id of the chain for `hash`, in the new buckets. */
  protected head(hash: number): number {
    return this.buckets[hash & (this.buckets.length - 1)]!;
  }

  /** First id of the chain for `hash` in the old buckets; 0 when not rehashing or already moved. */
  protected oldHead(hash: number): number {
    const slot = hash & (this.oldBuckets.length - 1);
    return slot >= this.rehashed ? this.oldBuckets[slot]! : 0;
  }

  /** Makes an entry with `hash` at the head of its chain; returns its id. Its own words are the subclass's to fill. */
  protected link(hash: number): number {
    if (this.rehashing) this.rehashStep(1);
    else if (this.#count >= this.buckets.length) this.#resize(this.buckets.length * 2);
    const id = this.#allocate();
    const segment = this.segments[id >> SEGMENT_BITS]!;
    const at = (id & SEGMENT_MASK) * this.stride;
    const slot = hash & (this.buckets.length - 1);
    segment[at + ENTRY_HASH] = hash;
    segment[at + ENTRY_NEXT] = this.buckets[slot]!;
    this.buckets[slot] = id;
    this.#count++;
    return id;
  }

  /** Takes `id` out of its chain and frees it. */
  protected unlink(id: number): void {
    const segment = this.segments[id >> SEGMENT_BITS]!;
    const at = (id & SEGMENT_MASK) * this.stride;
    const hash = segment[at + ENTRY_HASH]!;
    const next = segment[at + ENTRY_NEXT]!;
    if (!this.#bypass(this.buckets, hash & (this.buckets.length - 1), id, next)) {
      this.#bypass(this.oldBuckets, hash & (this.oldBuckets.length - 1), id, next);
    }
    segment[at + ENTRY_NEXT] = this.#freeId;
    this.#freeId = id;
    this.#count--;
    if (this.rehashing) this.rehashStep(1);
    else if (this.buckets.length > MIN_BUCKETS && this.#count * 8 < this.buckets.length) {
      this.#resize(Math.max(MIN_BUCKETS, powerOfTwoAbove(this.#count)));
    }
  }

  #bypass(buckets: Int32Array, slot: number, id: number, next: number): boolean {
    let at = buckets[slot] ?? 0;
    if (at === id) {
      buckets[slot] = next;
      return true;
    }
    while (at !== 0) {
      const segment = this.segments[at >> SEGMENT_BITS]!;
      const word = (at & SEGMENT_MASK) * this.stride + ENTRY_NEXT;
      const following = segment[word]!;
      if (following === id) {
        segment[word] = next;
        return true;
      }
      at = following;
    }
    return false;
  }

  #allocate(): number {
    const free = this.#freeId;
    if (free !== 0) {
      this.#freeId = this.segments[free >> SEGMENT_BITS]![(free & SEGMENT_MASK) * this.stride + ENTRY_NEXT]!;
      return free;
    }
    const id = this.nextId++;
    const segment = id >> SEGMENT_BITS;
    if (segment === this.segments.length) {
      this.segments.push(new Int32Array(SEGMENT_SIZE * this.stride));
    } else if (segment === 0 && id * this.stride >= this.segments[0]!.length) {
      const grown = new Int32Array(this.segments[0]!.length * 2);
      grown.set(this.segments[0]!);
      this.segments[0] = grown;
    }
    return id;
  }

  protected clearChains(): void {
    this.segments = [new Int32Array(FIRST_SEGMENT_SIZE * this.stride)];
    this.buckets = new Int32Array(MIN_BUCKETS);
    this.oldBuckets = NO_BUCKETS;
    this.rehashed = 0;
    this.nextId = 1;
    this.#freeId = 0;
    this.#count = 0;
  }

  /** Buckets for `count` entries at once, before a load of known size. */
  expand(count: number): void {
    const wanted = powerOfTwoAbove(count);
    if (wanted > this.buckets.length && !this.rehashing) this.#resize(wanted);
  }

  #resize(buckets: number): void {
    if (buckets === this.buckets.length) return;
    if (this.#count === 0) {
      this.buckets = new Int32Array(buckets);
      return;
    }
    this.oldBuckets = this.buckets;
    this.buckets = new Int32Array(buckets);
    this.rehashed = 0;
  }

  /** Moves up to `steps` non-empty buckets; returns whether there is more to do. */
  rehashStep(steps: number): boolean {
    const old = this.oldBuckets;
    if (old.length === 0) return false;
    const { buckets, segments, stride } = this;
    const mask = buckets.length - 1;
    let slot = this.rehashed;
    let looks = steps * EMPTY_BUCKETS_PER_STEP;
    while (slot < old.length && steps > 0 && looks > 0) {
      let id = old[slot]!;
      looks--;
      if (id !== 0) {
        steps--;
        old[slot] = 0;
        do {
          const segment = segments[id >> SEGMENT_BITS]!;
          const at = (id & SEGMENT_MASK) * stride;
          const next = segment[at + ENTRY_NEXT]!;
          const target = segment[at + ENTRY_HASH]! & mask;
          segment[at + ENTRY_NEXT] = buckets[target]!;
          buckets[target] = id;
          id = next;
        } while (id !== 0);
      }
      slot++;
    }
    this.rehashed = slot;
    if (slot < old.length) return true;
    this.oldBuckets = NO_BUCKETS;
    this.rehashed = 0;
    return false;
  }

  /**
   * Visits the entries of the bucket group at `cursor` (0 to begin) and returns the next cursor, 0 at the end. `visit` must
   * not add or remove entries.
   */
  scan(cursor: number, visit: (id: number) => void): number {
    let v = cursor | 0;
    if (!this.rehashing) {
      const mask = this.buckets.length - 1;
      this.#visitChain(this.buckets[v & mask]!, visit);
      return nextCursor(v, mask);
    }
    const [small, large] =
      this.buckets.length < this.oldBuckets.length ? [this.buckets, this.oldBuckets] : [this.oldBuckets, this.buckets];
    const smallMask = small.length - 1;
    const largeMask = large.length - 1;
    this.#visitChain(small[v & smallMask]!, visit);
    do {
      this.#visitChain(large[v & largeMask]!, visit);
      v = nextCursor(v, largeMask);
    } while ((v & (smallMask ^ largeMask)) !== 0);
    return v >>> 0;
  }

  #visitChain(id: number, visit: (id: number) => void): void {
    while (id !== 0) {
      // Read first: the visitor may be a subclass that reuses the entry's words.
      const next = this.segments[id >> SEGMENT_BITS]![(id & SEGMENT_MASK) * this.stride + ENTRY_NEXT]!;
      visit(id);
      id = next;
    }
  }

  /**
   * A random entry's id, 0 when empty. `integer(limit)` gives a uniform integer in [0, limit). Uniform while at least an
   * eighth of the ids are in use; after mass deletion a random bucket's entry, which favours short chains a little, as
   * Redis' own does.
   */
  randomId(integer: (limit: number) => number): number {
    if (this.#count === 0) return 0;
    if (this.#count * 8 >= this.nextId) {
      for (;;) {
        const id = 1 + integer(this.nextId - 1);
        if (this.isUsed(id)) return id;
      }
    }
    while (this.rehashing && this.rehashStep(1024));
    for (;;) {
      let id = this.buckets[integer(this.buckets.length)]!;
      if (id === 0) continue;
      let length = 0;
      for (let at = id; at !== 0; at = this.nextOf(at)) length++;
      for (let skip = integer(length); skip > 0; skip--) id = this.nextOf(id);
      return id;
    }
  }

  protected nextOf(id: number): number {
    return this.segments[id >> SEGMENT_BITS]![(id & SEGMENT_MASK) * this.stride + ENTRY_NEXT]!;
  }

  /** Every id once, in order of ids, which is oldest first until ids are reused. Entries may be removed while walking. */
  *ids(): Generator<number> {
    for (let id = 1; id < this.nextId; id++) if (this.isUsed(id)) yield id;
  }
}

/** Adds one to the cursor, counted from the mask's highest bit downwards. */
function nextCursor(cursor: number, mask: number): number {
  return reverseBits(reverseBits(cursor | ~mask) + 1) >>> 0;
}

function reverseBits(word: number): number {
  word = ((word >>> 1) & 0x55555555) | ((word & 0x55555555) << 1);
  word = ((word >>> 2) & 0x33333333) | ((word & 0x33333333) << 2);
  word = ((word >>> 4) & 0x0f0f0f0f) | ((word & 0x0f0f0f0f) << 4);
  word = ((word >>> 8) & 0x00ff00ff) | ((word & 0x00ff00ff) << 8);
  return (word >>> 16) | (word << 16);
}

function powerOfTwoAbove(count: number): number {
  return count <= 1 ? 1 : 2 ** (32 - Math.clz32(count - 1));
}
