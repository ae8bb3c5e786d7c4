import type { Matcher } from "./matcher.ts";
import { firstEncodingError } from "./kernel/encoding-error.ts";

/**
 * Hot. Finds the lines of a buffer that match; one user at a time. Owns the buffer that the caller reads its input into
 * (it may be WebAssembly memory).
 */
export interface LineScanner {
  /** Replaced by reserve(). */
  readonly buffer: Uint8Array;
  /**
   * Makes the buffer at least this long; keeps what is in it. Call it before every reading: the scanner may move to faster memory then.
   * @param expectedBytes how much will be searched in all, where that is known: much input is worth the start of WebAssembly
   */
  reserve(bytes: number, expectedBytes?: number): Uint8Array;
  /**
   * Start of the first matching line in [from, to), or -1. `from` is a line start; `to` is just past a terminator, or the end of the
   * input. `lineEnd` then holds the offset of its terminator (or `to`). A search that goes on (from the last `lineEnd` + 1, the same `to`)
   * may answer from what was found before, so leave the bytes alone meanwhile or call reserve().
   */
  next(from: number, to: number): number;
  readonly lineEnd: number;
  /** How many lines of [from, to) match. */
  count(from: number, to: number): number;
  /** Like next, for -v: the first line that does not match. */
  nextUnmatched(from: number, to: number): number;
  /** The first match, empty or not, at or after `from` in the line [lineStart, lineEnd), terminator excluded. */
  span(lineStart: number, lineEnd: number, from: number): boolean;
  readonly spanStart: number;
  readonly spanEnd: number;
  /** First offset in [from, to) where no character of the locale begins, or -1: UTF-8 as glibc reads it (a NUL is found by findByte). */
  encodingError(from: number, to: number): number;
  /** First offset of `byte` in [from, to), or -1. */
  findByte(byte: number, from: number, to: number): number;
  /** How often `byte` stands in [from, to). */
  countByte(byte: number, from: number, to: number): number;
}

export interface ScannerOptions {
  /** Says which lines match. */
  readonly lines: Matcher;
  /** Says where in a line the matches are. */
  readonly places: Matcher;
  readonly lineTerminator: number;
  readonly encoding: "utf8" | "bytes";
}

/** Line by line. */
export class PlainLineScanner implements LineScanner {
  readonly #options: ScannerOptions;
  buffer: Uint8Array = new Uint8Array(0);
  lineEnd = 0;
  spanStart = -1;
  spanEnd = -1;

  constructor(options: ScannerOptions) {
    this.#options = options;
  }

  reserve(bytes: number): Uint8Array {
    if (bytes > this.buffer.length) {
      const grown = new Uint8Array(Math.max(bytes, 2 * this.buffer.length));
      grown.set(this.buffer);
      this.buffer = grown;
    }
    return this.buffer;
  }

  next(from: number, to: number): number {
    return this.#next(from, to, true);
  }

  nextUnmatched(from: number, to: number): number {
    return this.#next(from, to, false);
  }

  #next(from: number, to: number, wanted: boolean): number {
    const { buffer } = this;
    const { lines } = this.#options;
    for (let start = from; start < to; start = this.lineEnd + 1) {
      this.lineEnd = this.#endOfLine(start, to);
      if (lines.test(buffer, start, this.lineEnd) === wanted) return start;
    }
    return -1;
  }

  count(from: number, to: number): number {
    let count = 0;
    for (let at = from; ; at = this.lineEnd + 1) {
      at = this.next(at, to);
      if (at === -1) return count;
      count++;
    }
  }

  span(lineStart: number, lineEnd: number, from: number): boolean {
    const { places } = this.#options;
    if (!places.find(this.buffer, lineStart, lineEnd, from)) return false;
    this.spanStart = places.matchStart;
    this.spanEnd = places.matchEnd;
    return true;
  }

  encodingError(from: number, to: number): number {
    return this.#options.encoding === "bytes" ? -1 : firstEncodingError(this.buffer, from, to);
  }

  findByte(byte: number, from: number, to: number): number {
    const at = this.buffer.indexOf(byte, from);
    return at < to ? at : -1;
  }

  countByte(byte: number, from: number, to: number): number {
    let count = 0;
    for (let i = from; i < to; i++) if (this.buffer[i] === byte) count++;
    return count;
  }

  #endOfLine(start: number, to: number): number {
    const { lineTerminator } = this.#options;
    if (lineTerminator < 0) return to;
    const at = this.buffer.indexOf(lineTerminator, start);
    return at === -1 || at > to ? to : at;
  }
}
