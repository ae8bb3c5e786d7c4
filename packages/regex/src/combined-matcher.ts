/** Several matchers as one: what starts leftmost, and of those the longest, or the earliest in the list. */
import type { Matcher } from "./matcher.ts";

export class CombinedMatcher implements Matcher {
  readonly #matchers: readonly Matcher[];
  readonly #longest: boolean;
  matchStart = -1;
  matchEnd = -1;

  constructor(matchers: readonly Matcher[], semantics: "longest" | "first") {
    this.#matchers = matchers;
    this.#longest = semantics === "longest";
  }

  test(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#matchers.some((matcher) => matcher.test(bytes, start, end));
  }

  find(bytes: Uint8Array, start: number, end: number, from: number): boolean {
    let found = false;
    for (const matcher of this.#matchers) {
      if (!matcher.find(bytes, start, end, from)) continue;
      const { matchStart, matchEnd } = matcher;
      const better =
        !found ||
        matchStart < this.matchStart ||
        (this.#longest && matchStart === this.matchStart && matchEnd > this.matchEnd);
      if (!better) continue;
      found = true;
      this.matchStart = matchStart;
      this.matchEnd = matchEnd;
    }
    return found;
  }
}
