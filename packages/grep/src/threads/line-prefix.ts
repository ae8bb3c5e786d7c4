/** How many lines stand before each stretch of a file, found out together by those who search the stretches. */

const UNKNOWN = 0;
const KNOWN = 1;

export class LinePrefix {
  readonly buffer: SharedArrayBuffer;
  readonly #lines: Float64Array<SharedArrayBuffer>;
  readonly #state: Int32Array<SharedArrayBuffer>;

  /** A number of stretches; or what another thread has made of it. */
  constructor(stretches: number | SharedArrayBuffer) {
    if (typeof stretches === "number") {
      const words = stretches + 1;
      this.buffer = new SharedArrayBuffer(words * (Float64Array.BYTES_PER_ELEMENT + Int32Array.BYTES_PER_ELEMENT));
    } else this.buffer = stretches;
    const words = this.buffer.byteLength / (Float64Array.BYTES_PER_ELEMENT + Int32Array.BYTES_PER_ELEMENT);
    this.#lines = new Float64Array(this.buffer, 0, words);
    this.#state = new Int32Array(this.buffer, words * Float64Array.BYTES_PER_ELEMENT, words);
    if (typeof stretches === "number") this.#state[0] = KNOWN;
  }

  /** Tells how many lines the `index`-th stretch has. Blocks until the stretches before it are known; how many lines they have. */
  exchange(index: number, lines: number): number {
    while (Atomics.load(this.#state, index) === UNKNOWN) Atomics.wait(this.#state, index, UNKNOWN);
    const before = this.#lines[index]!;
    this.#lines[index + 1] = before + lines;
    Atomics.store(this.#state, index + 1, KNOWN);
    Atomics.notify(this.#state, index + 1);
    return before;
  }
}
