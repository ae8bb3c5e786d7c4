import type { Matcher } from "./matcher.ts";

/** Several matchers as one: what starts leftmost, and of those the longest, or the earliest in the list. */
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

/** A matcher of the lines that another one lets through. */
export class FilteredMatcher implements Matcher {
  readonly #filter: Matcher;
  readonly #inner: Matcher;

  constructor(filter: Matcher, inner: Matcher) {
    this.#filter = filter;
    this.#inner = inner;
  }

  get matchStart(): number {
    return this.#inner.matchStart;
  }

  get matchEnd(): number {
    return this.#inner.matchEnd;
  }

  test(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#filter.test(bytes, start, end) && this.#inner.test(bytes, start, end);
  }

  find(bytes: Uint8Array, start: number, end: number, from: number): boolean {
    return this.#filter.test(bytes, start, end) && this.#inner.find(bytes, start, end, from);
  }
}

/** A matcher that is made when it is first asked. */
export class DeferredMatcher implements Matcher {
  readonly #make: () => Matcher;
  #made: Matcher | undefined;

  constructor(make: () => Matcher) {
    this.#make = make;
  }

  get #matcher(): Matcher {
    this.#made ??= this.#make();
    return this.#made;
  }

  get matchStart(): number {
    return this.#matcher.matchStart;
  }

  get matchEnd(): number {
    return this.#matcher.matchEnd;
  }

  test(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#matcher.test(bytes, start, end);
  }

  find(bytes: Uint8Array, start: number, end: number, from: number): boolean {
    return this.#matcher.find(bytes, start, end, from);
  }
}
