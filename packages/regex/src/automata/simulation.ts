/**
 * Runs a byte automaton without building states of a second one: all threads at once, byte by byte (Thompson's and Pike's simulation).
 * Slower than the lazy automata (dfa.ts) but never surprised: every assertion is answered by looking at the text. What dfa.ts cannot
 * answer ends here, and property tests hold the two equal. Time: instructions × bytes; memory: instructions.
 */
import { type WordRules, assertionNumber, holds } from "./assertions.ts";
import { ASSERT, BYTES, MATCH, type Nfa, SAVE, SPLIT } from "./nfa.ts";
import { insideSequence } from "../unicode/utf8.ts";

const LINE_END = assertionNumber("lineEnd");

export interface SimulationOptions {
  readonly rules: WordRules;
  readonly encoding: "utf8" | "bytes";
  readonly semantics: "longest" | "first";
}

export class Simulation {
  readonly #nfa: Nfa;
  readonly #rules: WordRules;
  readonly #utf8: boolean;
  readonly #longest: boolean;
  /** Threads of this byte and of the next, by priority, each at a BYTES instruction, with the start of its match. */
  #now: Int32Array;
  #nowStarts: Int32Array;
  #nowSize = 0;
  #then: Int32Array;
  #thenStarts: Int32Array;
  #thenSize = 0;
  /** The step, counted over all searches, in which an instruction was last reached. */
  readonly #reached: Float64Array;
  #step = 0;
  #stack: Int32Array;
  #bytes: Uint8Array = new Uint8Array(0);
  #lineStart = 0;
  #lineEnd = 0;
  /** Of the last match found; -1 when there was none. */
  matchStart = -1;
  matchEnd = -1;

  constructor(nfa: Nfa, options: SimulationOptions) {
    this.#nfa = nfa;
    this.#rules = options.rules;
    this.#utf8 = options.encoding === "utf8";
    this.#longest = options.semantics === "longest";
    this.#now = new Int32Array(nfa.size);
    this.#nowStarts = new Int32Array(nfa.size);
    this.#then = new Int32Array(nfa.size);
    this.#thenStarts = new Int32Array(nfa.size);
    this.#reached = new Float64Array(nfa.size);
    this.#stack = new Int32Array(2 * nfa.size + 2);
  }

  /** Instructions of the automaton. */
  get states(): number {
    return this.#nfa.size;
  }

  /** Whether something in the line [lineStart, lineEnd) matches. */
  test(bytes: Uint8Array, lineStart: number, lineEnd: number): boolean {
    return this.#run(bytes, lineStart, lineEnd, lineStart, lineEnd, true);
  }

  /** Finds the leftmost match at or after `from`, and of those that start there the longest or the first. */
  find(bytes: Uint8Array, lineStart: number, lineEnd: number, from: number): boolean {
    return this.#run(bytes, lineStart, lineEnd, from, lineEnd, false);
  }

  /** Length of the match that starts exactly at `at` in a line that is cut off at `end`, where it does not end; -1 for none. */
  matchCutOff(bytes: Uint8Array, lineStart: number, end: number, at: number): number {
    this.#cutOff = true;
    const found = this.#run(bytes, lineStart, end, at, at, false);
    this.#cutOff = false;
    return found ? this.matchEnd - at : -1;
  }

  #cutOff = false;

  /** Matches start in [from, lastStart]. */
  #run(bytes: Uint8Array, lineStart: number, lineEnd: number, from: number, lastStart: number, any: boolean): boolean {
    this.#bytes = bytes;
    this.#lineStart = lineStart;
    this.#lineEnd = lineEnd;
    this.#thenSize = 0;
    this.#step++;
    this.matchStart = this.matchEnd = -1;
    const { a, b, next, start } = this.#nfa;
    for (let at = from; ; at++) {
      this.#exchange();
      // A new thread is worth less than all that started before.
      if (this.matchStart === -1 && at <= lastStart && !(this.#utf8 && insideSequence(bytes, at, lineStart, lineEnd))) {
        if (this.#add(start, at, at, true) && any) return true;
      }
      if (at >= lineEnd) break;
      this.#step++;
      if (this.#nowSize === 0) {
        if (this.matchStart !== -1 || at >= lastStart) break;
        continue;
      }
      const byte = bytes[at]!;
      for (let i = 0; i < this.#nowSize; i++) {
        const pc = this.#now[i]!;
        if (byte < a[pc]! || byte > b[pc]!) continue;
        const threadStart = this.#nowStarts[i]!;
        if (this.matchStart !== -1 && this.#longest && threadStart > this.matchStart) break;
        if (this.#add(next[pc]!, threadStart, at + 1, false)) {
          if (any) return true;
          // Perl's first match: what has less priority need not go on.
          if (!this.#longest) break;
        }
      }
    }
    return this.matchStart !== -1;
  }

  #exchange(): void {
    [this.#now, this.#then] = [this.#then, this.#now];
    [this.#nowStarts, this.#thenStarts] = [this.#thenStarts, this.#nowStarts];
    this.#nowSize = this.#thenSize;
    this.#thenSize = 0;
  }

  /** Follows what needs no byte from `entry`. True when that reaches a match, which is then noted. */
  #add(entry: number, threadStart: number, at: number, intoNow: boolean): boolean {
    const { op, a, b, next } = this.#nfa;
    const reached = this.#reached;
    const stack = this.#stack;
    const step = this.#step;
    let size = 0;
    let matched = false;
    stack[size++] = entry;
    while (size > 0) {
      const pc = stack[--size]!;
      if (reached[pc] === step) continue;
      reached[pc] = step;
      switch (op[pc]) {
        case BYTES:
          if (intoNow) {
            this.#now[this.#nowSize] = pc;
            this.#nowStarts[this.#nowSize++] = threadStart;
          } else {
            this.#then[this.#thenSize] = pc;
            this.#thenStarts[this.#thenSize++] = threadStart;
          }
          break;
        case SPLIT:
          stack[size++] = b[pc]!;
          stack[size++] = a[pc]!;
          break;
        case ASSERT:
          if (this.#cutOff && a[pc] === LINE_END) break;
          if (holds(a[pc]!, this.#bytes, this.#lineStart, this.#lineEnd, at, this.#rules)) stack[size++] = next[pc]!;
          break;
        case SAVE:
          stack[size++] = next[pc]!;
          break;
        case MATCH:
          matched = true;
          if (this.#longest && this.matchStart !== -1 && this.matchStart < threadStart) break;
          this.matchStart = threadStart;
          this.matchEnd = at;
          if (!this.#longest) return true;
          break;
        default:
      }
    }
    return matched;
  }
}
