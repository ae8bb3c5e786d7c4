/**
 * Who does what, in memory that all threads share. Pieces of work have numbers; a worker takes the lowest that nobody has taken, so they are
 * begun in order, and it waits when it would be too far ahead of what has been used of the results: these wait in memory until their turn.
 */

const NEXT = 0;
const USED = 1;
const UNWANTED = 2;
const WORDS = 3;

export class WorkCounter {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  /** The number of a piece that is now the caller's. */
  take(): number {
    return Atomics.add(this.#words, NEXT, 1);
  }

  /** Blocks until fewer than `ahead` results before this one are still to be used. */
  waitForTurn(index: number, ahead: number): void {
    for (;;) {
      const used = Atomics.load(this.#words, USED);
      if (index < used + ahead) return;
      Atomics.wait(this.#words, USED, used);
    }
  }

  /** All results below `index` have been used. */
  used(index: number): void {
    Atomics.store(this.#words, USED, index);
    Atomics.notify(this.#words, USED);
  }

  /** Nobody wants the results below `index` any more. */
  unwantBelow(index: number): void {
    Atomics.store(this.#words, UNWANTED, index);
  }

  isWanted(index: number): boolean {
    return index >= Atomics.load(this.#words, UNWANTED);
  }
}
