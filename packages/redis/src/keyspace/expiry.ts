/**
 * When keys expire, by id: the time, and a dense list of the ids that have one, for sampling in O(1).
 *
 * Memory is spent only for segments of ids in which some key expires.
 */
import { SEGMENT_BITS, SEGMENT_MASK, SEGMENT_SIZE } from "./chain-table.ts";

interface Segment {
  /** Milliseconds since the epoch. */
  readonly at: Float64Array;
  /** Index in the dense list. */
  readonly position: Int32Array;
}

export class ExpiryIndex {
  #segments: (Segment | undefined)[] = [];
  #ids = new Int32Array(16);
  #count = 0;
  /** No key expires earlier; may be too early, as removals do not raise it. */
  #earliestMs = Infinity;
  /** Where the active cycle goes on. */
  #cursor = 0;

  /** Keys that expire. */
  get size(): number {
    return this.#count;
  }

  /** When `id`, which must be in the index, expires. */
  at(id: number): number {
    return this.#segments[id >> SEGMENT_BITS]!.at[id & SEGMENT_MASK]!;
  }

  /** A time before which nothing expires; Infinity when nothing does. */
  get earliestMs(): number {
    return this.#earliestMs;
  }

  /** Makes `earliestMs` exact: looks at every key that expires. */
  findEarliest(): void {
    let earliest = Infinity;
    for (let n = 0; n < this.#count; n++) earliest = Math.min(earliest, this.at(this.#ids[n]!));
    this.#earliestMs = earliest;
  }

  /** The `n`th id of the dense list, in no particular order. */
  idAt(n: number): number {
    return this.#ids[n]!;
  }

  /** Adds an id that is not in the index. */
  add(id: number, atMs: number): void {
    if (atMs < this.#earliestMs) this.#earliestMs = atMs;
    const segment = this.#segment(id);
    segment.at[id & SEGMENT_MASK] = atMs;
    segment.position[id & SEGMENT_MASK] = this.#count;
    if (this.#count === this.#ids.length) {
      const grown = new Int32Array(this.#ids.length * 2);
      grown.set(this.#ids);
      this.#ids = grown;
    }
    this.#ids[this.#count++] = id;
  }

  /** Changes the time of an id that is in the index. */
  move(id: number, atMs: number): void {
    if (atMs < this.#earliestMs) this.#earliestMs = atMs;
    this.#segments[id >> SEGMENT_BITS]!.at[id & SEGMENT_MASK] = atMs;
  }

  /** Takes out an id that is in the index. */
  delete(id: number): void {
    const position = this.#segments[id >> SEGMENT_BITS]!.position[id & SEGMENT_MASK]!;
    const last = this.#ids[--this.#count]!;
    this.#ids[position] = last;
    this.#segments[last >> SEGMENT_BITS]!.position[last & SEGMENT_MASK] = position;
  }

  /** The next id, round robin, that the active cycle looks at; 0 when there is none. */
  next(): number {
    if (this.#count === 0) return 0;
    if (this.#cursor >= this.#count) this.#cursor = 0;
    return this.#ids[this.#cursor++]!;
  }

  /** Steps back, after the id that `next` gave was deleted: another one took its place. */
  stepBack(): void {
    if (this.#cursor > 0) this.#cursor--;
  }

  #segment(id: number): Segment {
    const existing = this.#segments[id >> SEGMENT_BITS];
    if (existing !== undefined) return existing;
    const made = { at: new Float64Array(SEGMENT_SIZE), position: new Int32Array(SEGMENT_SIZE) };
    this.#segments[id >> SEGMENT_BITS] = made;
    return made;
  }
}
