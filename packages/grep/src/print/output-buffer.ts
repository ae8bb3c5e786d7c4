/** Gathers output bytes and hands them over in large pieces. */

/** Where bytes leave the process (or a test looks at them). Throws the system's error when they cannot. */
export interface ByteSink {
  /** `bytes` may be overwritten as soon as this returns. */
  write(bytes: Uint8Array): void;
}

const CAPACITY_BYTES = 64 * 1024;
const MAX_INT32 = 0x7fffffff;
const ZERO = 48;
const SPACE = 32;
/** Below this many bytes a loop is faster than a call into the runtime. */
const SHORT_COPY = 80;

export class OutputBuffer {
  readonly #sink: ByteSink;
  readonly #bytes: Uint8Array = new Uint8Array(CAPACITY_BYTES);
  #used = 0;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  byte(value: number): void {
    if (this.#used === CAPACITY_BYTES) this.flush();
    this.#bytes[this.#used++] = value;
  }

  /** Each character is one byte. */
  text(text: string): void {
    const { length } = text;
    if (length > CAPACITY_BYTES - this.#used) this.flush();
    if (length > CAPACITY_BYTES) {
      for (let i = 0; i < length; i++) this.byte(text.charCodeAt(i));
      return;
    }
    const target = this.#bytes;
    let at = this.#used;
    for (let i = 0; i < length; i++) target[at++] = text.charCodeAt(i);
    this.#used = at;
  }

  /** A non-negative integer in decimal digits, right-aligned in `width`. Hot. */
  decimal(value: number, width: number): void {
    let digits = 1;
    for (let limit = 10; limit <= value; limit *= 10) digits++;
    const length = Math.max(digits, width);
    if (length > CAPACITY_BYTES - this.#used) this.flush();
    const target = this.#bytes;
    const start = this.#used;
    let at = start + length;
    let rest = value;
    // Beyond 31 bits division is slower, and only the first few digits need it.
    for (; rest > MAX_INT32; rest = Math.floor(rest / 10)) target[--at] = ZERO + (rest % 10);
    for (rest |= 0; at > start + length - digits; rest = (rest / 10) | 0) target[--at] = ZERO + (rest % 10);
    target.fill(SPACE, start, at);
    this.#used += length;
  }

  /** `source[start, end)`. Hot. */
  bytes(source: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (length > CAPACITY_BYTES - this.#used) {
      this.flush();
      if (length > CAPACITY_BYTES) {
        this.#sink.write(source.subarray(start, end));
        return;
      }
    }
    const target = this.#bytes;
    let at = this.#used;
    if (length <= SHORT_COPY) for (let i = start; i < end; i++) target[at++] = source[i]!;
    else target.set(source.subarray(start, end), at);
    this.#used += length;
  }

  flush(): void {
    if (this.#used === 0) return;
    const used = this.#used;
    // Forgotten first: what could not be written once is not tried again.
    this.#used = 0;
    this.#sink.write(this.#bytes.subarray(0, used));
  }
}
