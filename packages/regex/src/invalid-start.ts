import type { Matcher } from "./matcher.ts";

/**
 * grep -P passes over the bytes at a line's beginning that can begin no character, and asks PCRE2 about the rest, which then has no
 * beginning for `^`.
 */
export class InvalidStartMatcher implements Matcher {
  readonly #inner: Matcher;

  constructor(inner: Matcher) {
    this.#inner = inner;
  }

  get matchStart(): number {
    return this.#inner.matchStart;
  }

  get matchEnd(): number {
    return this.#inner.matchEnd;
  }

  test(bytes: Uint8Array, start: number, end: number): boolean {
    const from = firstCharacter(bytes, start, end);
    return from === start ? this.#inner.test(bytes, start, end) : this.#inner.find(bytes, start, end, from);
  }

  find(bytes: Uint8Array, start: number, end: number, from: number): boolean {
    return this.#inner.find(bytes, start, end, from === start ? firstCharacter(bytes, start, end) : from);
  }
}

/** Continuation bytes, and those that no sequence begins with (C library's mbrlen). */
function firstCharacter(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && ((bytes[at]! >= 0x80 && bytes[at]! < 0xc2) || bytes[at]! >= 0xfe)) at++;
  return at;
}
