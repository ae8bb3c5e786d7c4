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
  /** First offset in [from, to) that is not well-formed UTF-8 for the locale, or -1 (a NUL is found by findByte). */
  encodingError(from: number, to: number): number;
  /** First offset of `byte` in [from, to), or -1. */
  findByte(byte: number, from: number, to: number): number;
  /** How often `byte` stands in [from, to). */
  countByte(byte: number, from: number, to: number): number;
}
