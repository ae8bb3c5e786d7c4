/**
 * grep -w where GNU grep goes by its second matcher: it finds the leftmost-longest match and, when that does not stand by itself, tries
 * shorter ones at the same place, by cutting the text off behind them, and then later places. An empty match is no shorter one. When the
 * search begins inside the line (-o, --color), GNU grep cuts off as much more as lies before; that is followed here as well.
 */
import { standsBehindWord, standsBeforeWord, type WordRules } from "./automata/assertions.ts";
import type { Matcher } from "./matcher.ts";

/** Length of the longest match that starts exactly at `at` in the line [start, end), which is cut off there: `$` does not match. -1 for none. */
export type CutOffMatch = (bytes: Uint8Array, start: number, end: number, at: number) => number;

export class WordMatcher implements Matcher {
  readonly #inner: Matcher;
  readonly #cutOff: CutOffMatch;
  readonly #rules: WordRules;
  matchStart = -1;
  matchEnd = -1;

  constructor(inner: Matcher, cutOff: CutOffMatch, rules: WordRules) {
    this.#inner = inner;
    this.#cutOff = cutOff;
    this.#rules = rules;
  }

  test(bytes: Uint8Array, start: number, end: number): boolean {
    return this.find(bytes, start, end, start);
  }

  find(bytes: Uint8Array, start: number, end: number, from: number): boolean {
    const inner = this.#inner;
    let next = from;
    while (next <= end && inner.find(bytes, start, end, next)) {
      const { matchStart } = inner;
      const free = !standsBehindWord(bytes, start, end, matchStart, this.#rules);
      for (let length = inner.matchEnd - matchStart; ;) {
        if (free && !standsBeforeWord(bytes, matchStart + length, end, this.#rules)) {
          this.matchStart = matchStart;
          this.matchEnd = matchStart + length;
          return true;
        }
        if (!free || length === 0) break;
        const cut = start + matchStart + length - 1 - from;
        length = cut < matchStart ? -1 : this.#cutOff(bytes, start, cut, matchStart);
        if (length <= 0) break;
      }
      next = matchStart + 1;
    }
    return false;
  }
}
