import type { Matcher } from "../matcher.ts";
import type { Node } from "../syntax/ast.ts";
import { hasRawByte } from "../syntax/byte-reading.ts";
import type { WordRules } from "./assertions.ts";
import { DfaMatcher } from "./dfa-matcher.ts";
import type { Nfa } from "./nfa.ts";
import { type NfaOptions, compileNfa } from "./nfa-compiler.ts";
import { isNullable } from "./node-language.ts";
import { Simulation } from "./simulation.ts";
import { sizeBound } from "./size-bound.ts";

export interface RegularOptions extends Pick<NfaOptions, "alphabet" | "lineTerminator" | "programSize" | "lookalikes"> {
  readonly rules: WordRules;
  readonly semantics: "longest" | "first";
  /** Matches may begin inside characters: glibc's short cut (byte-reading.ts). */
  readonly bytewise: boolean;
  readonly cacheBytes: number;
}

/** A list of regular patterns, any of which may match. Its automata are made when they are first asked. */
export class RegularMatcher implements Matcher {
  readonly roots: readonly Node[];
  readonly #options: RegularOptions;
  #forward: Nfa | undefined;
  #simulated: Simulation | undefined;
  #matcher: Matcher | undefined;

  /** Throws PatternProblem("ESIZE"). */
  constructor(roots: readonly Node[], options: RegularOptions) {
    this.roots = roots;
    this.#options = options;
    const bound = roots.reduce((size, root) => size + sizeBound(root), 0);
    if (bound > options.programSize) this.#forward = this.#compile("forward");
  }

  get nfa(): Nfa {
    this.#forward ??= this.#compile("forward");
    return this.#forward;
  }

  /** What answers where the automata cannot. */
  get simulation(): Simulation {
    const { rules, semantics } = this.#options;
    this.#simulated ??= new Simulation(this.nfa, { rules, semantics, encoding: this.#encoding });
    return this.#simulated;
  }

  /**
   * Whether word assertions beside a character beyond ASCII are left to the simulation: where such characters can be word characters, and
   * where nothing can match at them, which the automata would also find between their bytes.
   */
  get unicodeWords(): boolean {
    const { rules } = this.#options;
    return rules === "unicode" || (rules === "ascii" && this.roots.some(isNullable));
  }

  get matchStart(): number {
    return this.#engine.matchStart;
  }

  get matchEnd(): number {
    return this.#engine.matchEnd;
  }

  test(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#engine.test(bytes, start, end);
  }

  find(bytes: Uint8Array, start: number, end: number, from: number): boolean {
    return this.#engine.find(bytes, start, end, from);
  }

  get #engine(): Matcher {
    this.#matcher ??= this.#newMatcher();
    return this.#matcher;
  }

  #newMatcher(): Matcher {
    const { bytewise, semantics, lineTerminator, cacheBytes } = this.#options;
    // Whether a byte stands between the bytes of a character takes looking at more than its neighbours.
    if (!bytewise && this.roots.some(hasRawByte)) return this.simulation;
    return new DfaMatcher(
      this.nfa,
      () => this.#compile("reverse"),
      () => this.simulation,
      { semantics, encoding: this.#encoding, unicodeWords: this.unicodeWords, lineTerminator, cacheBytes },
    );
  }

  get #encoding(): "utf8" | "bytes" {
    return this.#options.bytewise ? "bytes" : this.#options.alphabet.encoding;
  }

  #compile(direction: NfaOptions["direction"]): Nfa {
    return compileNfa(this.roots, { ...this.#options, direction, captures: false });
  }
}
