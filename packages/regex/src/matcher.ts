/** What Regex and LineScanner ask of an engine: whether a line matches, and where. One user at a time. */
export interface Matcher {
  /** Whether something in the line [start, end) matches. */
  test(bytes: Uint8Array, start: number, end: number): boolean;
  /** Finds the leftmost match at or after `from`, and of those that start there the longest or the first. */
  find(bytes: Uint8Array, start: number, end: number, from: number): boolean;
  /** Of the last match that find() found. */
  readonly matchStart: number;
  readonly matchEnd: number;
}
