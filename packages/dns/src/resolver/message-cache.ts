/**
 * Answers by question, as the bytes that go out, in one piece of memory.
 *
 * The arena is cut into segments that are written one after the other, round and round. Before a segment is written again, the entries
 * in it that were asked for since it was last looked at, and are not over, move to its beginning (up to half of it), and the others are
 * gone: the clock algorithm, but at the cost of a copy instead of a list. Buckets of entries hang at a table of typed arrays by hash, so there
 * is no object an entry, and nothing for the garbage collector to walk.
 *
 * An entry, in 32-bit words:
 * ```
 * 0 size in words            4 TTL, seconds
 * 1 next in its bucket       5 until when no refreshing is tried, seconds
 * 2 hash                     6 bytes of the packet | number of TTLs << 16
 * 3 when it was stored, s    7 bytes of the question | flags << 16
 * 8 … offsets of TTLs in the packet, 16 bits each; then the packet, whose question is in lower case
 * ```
 * Times are seconds of the wall clock since 1970. Hot: `find`.
 */
import { HEADER_BYTES } from "../message/message.ts";
import type { QueryView } from "./query-view.ts";

/** Flags of entries, above the variant's two bits. */
export const ENTRY = {
  /** Asked for since its segment was last looked at. */
  HIT: 4,
  /** Local data: its TTLs stay as they are, and it is never over. */
  FIXED: 8,
  /** A failure to find an answer (RFC 9520). */
  FAILURE: 16,
  /** Replaced or flushed: no bucket has it any more. */
  DEAD: 32,
} as const;
const VARIANT_MASK = 3;

const HEADER_WORDS = 8;
const NONE = -1;
const SEGMENTS = 16;
const FIRST_BUCKETS = 1024;
/** Smaller caches would hold nothing. */
export const LEAST_CACHE_BYTES = 65_536;

/** What is to be kept. */
export interface CacheableMessage {
  readonly packet: Uint8Array;
  /** Where in the packet the TTLs stand, ascending. */
  readonly ttlOffsets: readonly number[];
  /** Seconds. */
  readonly ttl: number;
  /** Of ENTRY. */
  readonly flags: number;
}

export class MessageCache {
  readonly capacityBytes: number;
  /** The arena; packets begin at `packetAt`. */
  readonly bytes: Buffer;
  readonly #words: Int32Array;
  readonly #halves: Uint16Array;
  readonly #segmentWords: number;
  /** How long after their end entries are worth keeping, seconds. */
  readonly #graceS: number;
  #buckets: Int32Array = new Int32Array(FIRST_BUCKETS).fill(NONE);
  /** Where each segment's entries end. */
  readonly #ends: Int32Array;
  #segment = 0;
  #count = 0;

  constructor(capacityBytes: number, graceS = 0) {
    this.#segmentWords = Math.floor(Math.max(capacityBytes, LEAST_CACHE_BYTES) / SEGMENTS / 4);
    const arena = new ArrayBuffer(this.#segmentWords * SEGMENTS * 4);
    this.capacityBytes = arena.byteLength;
    this.bytes = Buffer.from(arena);
    this.#words = new Int32Array(arena);
    this.#halves = new Uint16Array(arena);
    this.#ends = Int32Array.from({ length: SEGMENTS }, (_, i) => i * this.#segmentWords);
    this.#graceS = graceS;
  }

  /** Entries that can be found. */
  get size(): number {
    return this.#count;
  }

  /** Bytes between the segments' beginnings and their ends. */
  get usedBytes(): number {
    return this.#ends.reduce((sum, end, i) => sum + (end - i * this.#segmentWords) * 4, 0);
  }

  /** The entry that answers the query; -1 without. It is valid until the next `put`. */
  find(view: QueryView): number {
    const words = this.#words;
    const { hash, variant } = view;
    for (let at = this.#buckets[hash & (this.#buckets.length - 1)]!; at !== NONE; at = words[at + 1]!) {
      if (words[at + 2] !== hash) continue;
      const key = words[at + 7]!;
      if ((key & 0xffff) === view.questionBytes && ((key >>> 16) & VARIANT_MASK) === variant && this.#asks(at, view)) {
        words[at + 7] = key | (ENTRY.HIT << 16);
        return at;
      }
    }
    return NONE;
  }

  #asks(at: number, { question, questionBytes }: QueryView): boolean {
    const { bytes } = this;
    const start = this.packetAt(at) + HEADER_BYTES;
    for (let i = 0; i < questionBytes; i++) if (bytes[start + i] !== question[i]) return false;
    return true;
  }

  storedS(at: number): number {
    return this.#words[at + 3]! >>> 0;
  }

  ttl(at: number): number {
    return this.#words[at + 4]!;
  }

  /** Seconds of life left; 0 and below when it is over. */
  remainingS(at: number, nowS: number): number {
    if ((this.flags(at) & ENTRY.FIXED) !== 0) return Number.POSITIVE_INFINITY;
    // A wall clock that was set back makes nothing older than it is.
    return this.ttl(at) - Math.max(0, nowS - this.storedS(at));
  }

  flags(at: number): number {
    return this.#words[at + 7]! >>> 16;
  }

  /** Until then nobody is to try and refresh it. */
  retryAtS(at: number): number {
    return this.#words[at + 5]! >>> 0;
  }

  setRetryAtS(at: number, seconds: number): void {
    this.#words[at + 5] = seconds;
  }

  packetAt(at: number): number {
    return (at + HEADER_WORDS + ((this.ttlCount(at) + 1) >> 1)) << 2;
  }

  packetLength(at: number): number {
    return this.#words[at + 6]! & 0xffff;
  }

  ttlCount(at: number): number {
    return this.#words[at + 6]! >>> 16;
  }

  /** Where in the packet the `i`-th TTL stands. */
  ttlOffset(at: number, i: number): number {
    return this.#halves[((at + HEADER_WORDS) << 1) + i]!;
  }

  /** Keeps a message under the question that `view` has read, instead of what was there. False when it is larger than a segment. */
  put(view: QueryView, { packet, ttlOffsets, ttl, flags }: CacheableMessage, nowS: number): boolean {
    const size = HEADER_WORDS + ((ttlOffsets.length + 1) >> 1) + ((packet.length + 3) >> 2);
    if (size > this.#segmentWords || packet.length > 0xffff) return false;
    const before = this.find(view);
    if (before !== NONE) this.#unlink(before);
    // Room first: making it moves entries.
    const at = this.#room(size, nowS);
    const words = this.#words;
    words[at] = size;
    words[at + 2] = view.hash;
    words[at + 3] = nowS;
    words[at + 4] = ttl;
    words[at + 5] = 0;
    words[at + 6] = packet.length | (ttlOffsets.length << 16);
    words[at + 7] = view.questionBytes | ((view.variant | flags) << 16);
    for (const [i, offset] of ttlOffsets.entries()) this.#halves[((at + HEADER_WORDS) << 1) + i] = offset;
    this.bytes.set(packet, this.packetAt(at));
    this.#link(at);
    return true;
  }

  remove(at: number): void {
    this.#unlink(at);
  }

  /** Where all entries that can be found begin. */
  *entries(): Generator<number> {
    for (let segment = 0; segment < SEGMENTS; segment++) {
      for (let at = segment * this.#segmentWords; at < this.#ends[segment]!; at += this.#words[at]!) {
        if ((this.flags(at) & ENTRY.DEAD) === 0) yield at;
      }
    }
  }

  clear(): void {
    this.#buckets.fill(NONE);
    for (let i = 0; i < SEGMENTS; i++) this.#ends[i] = i * this.#segmentWords;
    this.#segment = 0;
    this.#count = 0;
  }

  // --------------------------------------------------------------------- buckets

  #link(at: number): void {
    if (this.#count >= this.#buckets.length) this.#grow();
    const bucket = this.#words[at + 2]! & (this.#buckets.length - 1);
    this.#words[at + 1] = this.#buckets[bucket]!;
    this.#buckets[bucket] = at;
    this.#count += 1;
  }

  #unlink(at: number): void {
    const words = this.#words;
    const bucket = words[at + 2]! & (this.#buckets.length - 1);
    if (this.#buckets[bucket] === at) this.#buckets[bucket] = words[at + 1]!;
    else {
      let before = this.#buckets[bucket]!;
      while (words[before + 1] !== at) before = words[before + 1]!;
      words[before + 1] = words[at + 1]!;
    }
    words[at + 7]! |= ENTRY.DEAD << 16;
    this.#count -= 1;
  }

  #grow(): void {
    const before = this.#buckets;
    this.#buckets = new Int32Array(before.length * 2).fill(NONE);
    const words = this.#words;
    const mask = this.#buckets.length - 1;
    for (const head of before) {
      for (let at = head; at !== NONE;) {
        const next = words[at + 1]!;
        const bucket = words[at + 2]! & mask;
        words[at + 1] = this.#buckets[bucket]!;
        this.#buckets[bucket] = at;
        at = next;
      }
    }
  }

  // -------------------------------------------------------------------- segments

  /** Takes `size` words of the segment that is written, or of the next. */
  #room(size: number, nowS: number): number {
    let at = this.#ends[this.#segment]!;
    while (at + size > (this.#segment + 1) * this.#segmentWords) {
      this.#segment = (this.#segment + 1) % SEGMENTS;
      at = this.#recycle(this.#segment, nowS, this.#segmentWords - size);
    }
    this.#ends[this.#segment] = at + size;
    return at;
  }

  /** Leaves of a segment what was asked for, up to half and up to `mostWords`; returns where that ends. */
  #recycle(segment: number, nowS: number, mostWords: number): number {
    const words = this.#words;
    const start = segment * this.#segmentWords;
    const end = this.#ends[segment]!;
    const limit = start + Math.min(this.#segmentWords >> 1, mostWords);
    let to = start;
    for (let at = start; at < end;) {
      const size = words[at]!;
      const next = at + size;
      const flags = this.flags(at);
      if ((flags & ENTRY.DEAD) === 0) {
        this.#unlink(at);
        const isWanted = (flags & ENTRY.HIT) !== 0 && this.remainingS(at, nowS) + this.#graceS > 0;
        if (isWanted && to + size <= limit) {
          words.copyWithin(to, at, next);
          words[to + 7]! &= ~((ENTRY.HIT | ENTRY.DEAD) << 16);
          this.#link(to);
          to += size;
        }
      }
      at = next;
    }
    this.#ends[segment] = to;
    return to;
  }
}
