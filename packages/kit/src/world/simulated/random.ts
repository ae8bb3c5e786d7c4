/**
 * Seeded randomness: sfc32, "small fast counting", by Chris Doty-Humphrey (PractRand, 2010): 128 bits of state, one of
 * them a counter, so that no seed has a short cycle. It passes PractRand and BigCrush. Not for secrets.
 *
 * A stream is named by its seed and the labels it was split by, never by how much was drawn from its parent: a new host, or one more
 * draw on another, does not disturb the rest of a run.
 */
import type { Random } from "../random.ts";

/** What a run is replayed from. Numbers are taken as text, so 1 and "1" are the same seed. */
export type Seed = number | string;

/** The finishing mix of MurmurHash3 (Austin Appleby): every input bit changes every output bit about half the time. */
function mix32(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** FNV-1a over UTF-16 units, finished by `mix32`. */
function hashText(text: string, basis: number): number {
  let hash = (0x811c9dc5 ^ basis) >>> 0;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mix32(hash);
}

export class SeededRandom implements Random {
  readonly #name: string;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: Seed) {
    this.#name = String(seed);
    this.#a = hashText(this.#name, 0x9e3779b9);
    this.#b = hashText(this.#name, 0x243f6a88);
    this.#c = hashText(this.#name, 0xb7e15162);
    for (let round = 0; round < 15; round++) this.#next();
  }

  /** A stream of its own, the same for the same label however much was drawn from this one. */
  split(label: string): SeededRandom {
    return new SeededRandom(`${this.#name}/${label}`);
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) >>> 0;
    this.#counter = (this.#counter + 1) >>> 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at++) bytes[at] = this.#next() >>> 24;
    return bytes;
  }

  float(): number {
    return ((this.#next() >>> 5) * 2 ** 26 + (this.#next() >>> 6)) / 2 ** 53;
  }

  integer(limit: number): number {
    // The last, incomplete round of `limit` values is drawn again, so that no value is likelier than another.
    const bound = 2 ** 32 - (2 ** 32 % limit);
    for (;;) {
      const drawn = this.#next();
      if (drawn < bound) return drawn % limit;
    }
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return probability > 0 && this.float() < probability;
  }

  /** Shuffles in place (Fisher and Yates). */
  shuffle<T>(items: T[]): T[] {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.integer(last + 1);
      const item = items[last]!;
      items[last] = items[other]!;
      items[other] = item;
    }
    return items;
  }
}
