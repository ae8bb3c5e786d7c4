/** Hot. Answers with lazy automata, and with the simulation where they quit. */
import type { Matcher } from "../matcher.ts";
import { DEAD, LazyDfa, MATCHED, QUIT, UNKNOWN } from "./dfa.ts";
import type { Nfa } from "./nfa.ts";
import type { Simulation } from "./simulation.ts";

export interface DfaMatcherOptions {
  readonly semantics: "longest" | "first";
  readonly encoding: "utf8" | "bytes";
  readonly unicodeWords: boolean;
  readonly lineTerminator: number;
  readonly cacheBytes: number;
}

/** Of the cache: the automaton that tests has one half, the two that find share the other. */
const TEST_SHARE = 0.5;

export class DfaMatcher implements Matcher {
  readonly #forward: Nfa;
  readonly #reverse: () => Nfa;
  readonly #simulation: () => Simulation;
  readonly #options: DfaMatcherOptions;
  #test: LazyDfa | undefined;
  #find: LazyDfa | undefined;
  #findStart: LazyDfa | undefined;
  matchStart = -1;
  matchEnd = -1;

  constructor(forward: Nfa, reverse: () => Nfa, simulation: () => Simulation, options: DfaMatcherOptions) {
    this.#forward = forward;
    this.#reverse = reverse;
    this.#simulation = simulation;
    this.#options = options;
  }

  /** The automaton behind test(), for faster loops than test() over a line. */
  get testAutomaton(): LazyDfa {
    this.#test ??= new LazyDfa(this.#forward, {
      ...this.#options,
      kind: "test",
      semantics: "longest",
      direction: "forward",
      cacheBytes: this.#options.cacheBytes * TEST_SHARE,
    });
    return this.#test;
  }

  test(bytes: Uint8Array, start: number, end: number): boolean {
    const dfa = this.testAutomaton;
    const { shift } = dfa;
    const { of: classOf, count: endOfLine } = dfa.classes;
    let state = dfa.start(0); // may replace the table
    let { table } = dfa;
    for (let at = start; at < end; at++) {
      const byteClass = classOf[bytes[at]!]!;
      let next = table[(state << shift) | byteClass]!;
      if (next === UNKNOWN) {
        next = dfa.step(state, byteClass, at - start);
        ({ table } = dfa);
      }
      if (next <= MATCHED) {
        dfa.finished(at - start);
        return next === QUIT ? this.#simulation().test(bytes, start, end) : next === MATCHED;
      }
      state = next;
    }
    dfa.finished(end - start);
    let last = table[(state << shift) | endOfLine]!;
    if (last === UNKNOWN) last = dfa.step(state, endOfLine, end - start);
    return last === QUIT ? this.#simulation().test(bytes, start, end) : last === MATCHED;
  }

  find(bytes: Uint8Array, start: number, end: number, from: number): boolean {
    const matchEnd = this.#findEnd(bytes, start, end, from);
    if (matchEnd === NOT_FOUND) return false;
    const matchStart = matchEnd === ASK ? NOT_FOUND : this.#startOf(bytes, start, end, from, matchEnd);
    if (matchStart < 0 || this.#insideCharacter(bytes, matchStart, start))
      return this.#simulate(bytes, start, end, from);
    this.matchStart = matchStart;
    this.matchEnd = matchEnd;
    return true;
  }

  #simulate(bytes: Uint8Array, start: number, end: number, from: number): boolean {
    const simulation = this.#simulation();
    const found = simulation.find(bytes, start, end, from);
    this.matchStart = simulation.matchStart;
    this.matchEnd = simulation.matchEnd;
    return found;
  }

  /** An empty match can seem to lie between the bytes of a character; the simulation knows better. */
  #insideCharacter(bytes: Uint8Array, at: number, start: number): boolean {
    return this.#options.encoding === "utf8" && at > start && at < bytes.length && (bytes[at]! & 0xc0) === 0x80;
  }

  #findEnd(bytes: Uint8Array, start: number, end: number, from: number): number {
    this.#find ??= new LazyDfa(this.#forward, {
      ...this.#options,
      kind: "find",
      direction: "forward",
      cacheBytes: (this.#options.cacheBytes * (1 - TEST_SHARE)) / 2,
    });
    const dfa = this.#find;
    const { shift } = dfa;
    const { of: classOf, count: endOfLine } = dfa.classes;
    let state = dfa.start(dfa.contextOf(from > start ? bytes[from - 1]! : -1)); // may replace the table
    if (state === QUIT) return ASK;
    let { table, flags } = dfa;
    let found = NOT_FOUND;
    let at = from;
    for (; at <= end; at++) {
      const byteClass = at === end ? endOfLine : classOf[bytes[at]!]!;
      let next = table[(state << shift) | byteClass]!;
      if (next === UNKNOWN) {
        next = dfa.step(state, byteClass, at - from);
        ({ table, flags } = dfa);
      }
      if (next <= QUIT) {
        if (next === QUIT) found = ASK;
        break;
      }
      if (flags[next] === 1) found = at;
      state = next;
    }
    dfa.finished(at - from);
    return found;
  }

  /** Where the leftmost match starts that ends at `matchEnd`. */
  #startOf(bytes: Uint8Array, start: number, end: number, from: number, matchEnd: number): number {
    this.#findStart ??= new LazyDfa(this.#reverse(), {
      ...this.#options,
      kind: "anchored",
      semantics: "longest",
      direction: "reverse",
      cacheBytes: (this.#options.cacheBytes * (1 - TEST_SHARE)) / 2,
    });
    const dfa = this.#findStart;
    const { shift } = dfa;
    const { of: classOf, count: edge } = dfa.classes;
    let state = dfa.start(dfa.contextOf(matchEnd < end ? bytes[matchEnd]! : -1)); // may replace the table
    if (state === QUIT) return ASK;
    let { table, flags } = dfa;
    let found = NOT_FOUND;
    let at = matchEnd;
    for (; at >= from; at--) {
      // Beyond `from` nothing is part of the match, but assertions at `from` look there.
      const byteClass = at === start ? edge : classOf[bytes[at - 1]!]!;
      let next = table[(state << shift) | byteClass]!;
      if (next === UNKNOWN) {
        next = dfa.step(state, byteClass, matchEnd - at);
        ({ table, flags } = dfa);
      }
      if (next === QUIT) {
        found = ASK;
        break;
      }
      if (flags[next] === 1) found = at;
      if (next === DEAD) break;
      state = next;
    }
    dfa.finished(matchEnd - at);
    return found;
  }
}

const NOT_FOUND = -1;
/** Ask the simulation. */
const ASK = -2;
