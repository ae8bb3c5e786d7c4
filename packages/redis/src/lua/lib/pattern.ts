/**
 * Lua's patterns (lstrlib.c): matching by backtracking, over one-byte strings. Recursion is bounded by the pattern's length and
 * MAX_DEPTH, work by MAX_STEPS: the original would go on for hours, unreachable.
 */
import type { LuaValue } from "../value.ts";
import type { Vm } from "../vm.ts";

const MAX_CAPTURES = 32;
const MAX_DEPTH = 1_000;
/** Steps of one match: about half a second. */
const MAX_STEPS = 30_000_000;

const UNFINISHED = -1;
const POSITION = -2;

const PERCENT = 37;
const isDigit = (c: number): boolean => c >= 48 && c <= 57;
const isLower = (c: number): boolean => c >= 97 && c <= 122;
const isUpper = (c: number): boolean => c >= 65 && c <= 90;
const isAlpha = (c: number): boolean => isLower(c | 32) && c < 128;
const isPrintable = (c: number): boolean => c > 32 && c < 127;

/** By the lower-case letter after "%"; the C locale's classes. */
const CLASSES: Readonly<Record<string, (c: number) => boolean>> = {
  a: isAlpha,
  c: (c) => c < 32 || c === 127,
  d: isDigit,
  l: isLower,
  p: (c) => isPrintable(c) && !isAlpha(c) && !isDigit(c),
  s: (c) => c === 32 || (c >= 9 && c <= 13),
  u: isUpper,
  w: (c) => isAlpha(c) || isDigit(c),
  x: (c) => isDigit(c) || ((c | 32) >= 97 && (c | 32) <= 102),
  z: (c) => c === 0,
};

/** For each letter that may follow "%", the characters of its class; undefined where the character stands for itself. */
const MEMBERS: readonly (Uint8Array | undefined)[] = Array.from({ length: 256 }, (_, letter) => {
  const test = isAlpha(letter) ? CLASSES[String.fromCharCode(letter | 32)] : undefined;
  return test && Uint8Array.from({ length: 256 }, (_, c) => Number(test(c) === isLower(letter)));
});

function inClass(c: number, letter: number): boolean {
  const members = MEMBERS[letter];
  return members === undefined ? letter === c : members[c] === 1;
}

export class Matcher {
  readonly source: string;
  readonly #pattern: string;
  readonly #vm: Vm;
  level = 0;
  readonly #starts: number[] = [];
  readonly #lengths: number[] = [];
  #depth = 0;
  #steps = 0;

  constructor(source: string, pattern: string, vm: Vm) {
    this.source = source;
    this.#pattern = pattern;
    this.#vm = vm;
  }

  /** The end of a match that begins at `at`, with the pattern from `from` on; -1 for none. */
  start(at: number, from: number): number {
    this.level = 0;
    this.#depth = 0;
    return this.#match(at, from);
  }

  /** Tells the machine what the search cost. */
  settle(): void {
    this.#vm.charge(this.#steps >>> 4);
    this.#steps &= 15;
  }

  #step(): void {
    if (++this.#steps > MAX_STEPS) throw this.#vm.error("pattern too complex");
  }

  #match(from: number, pattern: number): number {
    if (++this.#depth > MAX_DEPTH) throw this.#vm.error("pattern too complex");
    const result = this.#matchHere(from, pattern);
    this.#depth--;
    return result;
  }

  #matchHere(from: number, pattern: number): number {
    const p = this.#pattern;
    let s = from;
    let at = pattern;
    for (;;) {
      if (at >= p.length) return s;
      this.#step();
      switch (p[at]) {
        case "(":
          return p[at + 1] === ")" ? this.#open(s, at + 2, POSITION) : this.#open(s, at + 1, UNFINISHED);
        case ")":
          return this.#close(s, at + 1);
        case "%":
          if (p[at + 1] === "b") {
            s = this.#balance(s, at + 2);
            if (s < 0) return -1;
            at += 4;
            continue;
          }
          if (p[at + 1] === "f") {
            at += 2;
            if (p[at] !== "[") throw this.#vm.error("missing '[' after '%f' in pattern");
            const end = this.#classEnd(at);
            const before = s === 0 ? 0 : this.source.charCodeAt(s - 1);
            const here = s < this.source.length ? this.source.charCodeAt(s) : 0;
            if (this.#inSet(before, at, end - 1) || !this.#inSet(here, at, end - 1)) return -1;
            at = end;
            continue;
          }
          if (isDigit(p.charCodeAt(at + 1))) {
            s = this.#backReference(s, p.charCodeAt(at + 1));
            if (s < 0) return -1;
            at += 2;
            continue;
          }
          break;
        case "$":
          if (at + 1 === p.length) return s === this.source.length ? s : -1;
          break;
        default:
      }
      const end = this.#classEnd(at);
      const matches = s < this.source.length && this.#single(this.source.charCodeAt(s), at, end);
      switch (p[end]) {
        case "?": {
          if (matches) {
            const result = this.#match(s + 1, end + 1);
            if (result >= 0) return result;
          }
          at = end + 1;
          continue;
        }
        case "*":
          return this.#longest(s, at, end, 0);
        case "+":
          return matches ? this.#longest(s, at, end, 1) : -1;
        case "-":
          return this.#shortest(s, at, end);
        default:
          if (!matches) return -1;
          s++;
          at = end;
      }
    }
  }

  /** Where the single-character class that begins at `at` ends. */
  #classEnd(at: number): number {
    const p = this.#pattern;
    if (p[at] === "%") {
      if (at + 1 >= p.length) throw this.#vm.error("malformed pattern (ends with '%')");
      return at + 2;
    }
    if (p[at] !== "[") return at + 1;
    let end = at + 1;
    if (p[end] === "^") end++;
    do {
      if (end >= p.length) throw this.#vm.error("malformed pattern (missing ']')");
      if (p[end++] === "%" && end < p.length) end++;
    } while (p[end] !== "]");
    return end + 1;
  }

  #single(c: number, at: number, end: number): boolean {
    const p = this.#pattern;
    switch (p[at]) {
      case ".":
        return true;
      case "%":
        return inClass(c, p.charCodeAt(at + 1));
      case "[":
        return this.#inSet(c, at, end - 1);
      default:
        return p.charCodeAt(at) === c;
    }
  }

  /** Whether the set from "[" at `at` to "]" at `close` holds the character. */
  #inSet(c: number, at: number, close: number): boolean {
    const p = this.#pattern;
    let found = true;
    let i = at + 1;
    if (p[i] === "^") {
      found = false;
      i++;
    }
    for (; i < close; i++) {
      const low = p.charCodeAt(i);
      if (low === PERCENT) {
        i++;
        if (i < p.length && inClass(c, p.charCodeAt(i))) return found;
      } else if (p[i + 1] === "-" && i + 2 < close) {
        if (low <= c && c <= p.charCodeAt(i + 2)) return found;
        i += 2;
      } else if (low === c) return found;
    }
    return !found;
  }

  #longest(s: number, at: number, end: number, least: number): number {
    const { source } = this;
    let count = 0;
    while (s + count < source.length && this.#single(source.charCodeAt(s + count), at, end)) count++;
    this.#steps += count;
    for (; count >= least; count--) {
      const result = this.#match(s + count, end + 1);
      if (result >= 0) return result;
    }
    return -1;
  }

  #shortest(from: number, at: number, end: number): number {
    for (let s = from; ; s++) {
      const result = this.#match(s, end + 1);
      if (result >= 0) return result;
      if (s >= this.source.length || !this.#single(this.source.charCodeAt(s), at, end)) return -1;
      this.#step();
    }
  }

  #open(s: number, at: number, kind: number): number {
    if (this.level >= MAX_CAPTURES) throw this.#vm.error("too many captures");
    this.#starts[this.level] = s;
    this.#lengths[this.level] = kind;
    this.level++;
    const result = this.#match(s, at);
    if (result < 0) this.level--;
    return result;
  }

  #close(s: number, at: number): number {
    let open = this.level - 1;
    while (open >= 0 && this.#lengths[open] !== UNFINISHED) open--;
    if (open < 0) throw this.#vm.error("invalid pattern capture");
    this.#lengths[open] = s - this.#starts[open]!;
    const result = this.#match(s, at);
    if (result < 0) this.#lengths[open] = UNFINISHED;
    return result;
  }

  #balance(s: number, at: number): number {
    const p = this.#pattern;
    if (at + 1 >= p.length) throw this.#vm.error("unbalanced pattern");
    const { source } = this;
    if (s >= source.length || source[s] !== p[at]) return -1;
    const opening = p[at];
    const closing = p[at + 1];
    let depth = 1;
    for (let i = s + 1; i < source.length; i++) {
      this.#step();
      if (source[i] === closing) {
        if (--depth === 0) return i + 1;
      } else if (source[i] === opening) depth++;
    }
    return -1;
  }

  #backReference(s: number, digit: number): number {
    const index = digit - 49;
    if (index < 0 || index >= this.level || this.#lengths[index] === UNFINISHED) {
      throw this.#vm.error("invalid capture index");
    }
    const start = this.#starts[index]!;
    const length = Math.max(this.#lengths[index]!, 0);
    this.#steps += length;
    return this.source.startsWith(this.source.slice(start, start + length), s) ? s + length : -1;
  }

  /** The capture's text or position; the whole match, where there are no captures, is number 0. */
  capture(index: number, start: number, end: number): LuaValue {
    if (index >= this.level) {
      if (index !== 0) throw this.#vm.error("invalid capture index");
      return this.source.slice(start, end);
    }
    const length = this.#lengths[index]!;
    if (length === UNFINISHED) throw this.#vm.error("unfinished capture");
    const from = this.#starts[index]!;
    return length === POSITION ? from + 1 : this.source.slice(from, from + length);
  }

  /** All captures, or the whole match when there are none and `whole` says so. */
  captures(start: number, end: number, whole: boolean): LuaValue[] {
    const count = this.level === 0 && whole ? 1 : this.level;
    const found: LuaValue[] = [];
    for (let index = 0; index < count; index++) found.push(this.capture(index, start, end));
    return found;
  }
}
