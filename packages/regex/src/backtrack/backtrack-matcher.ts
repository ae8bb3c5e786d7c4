/** Finds matches by backtracking from one place after the other; the automaton of a relaxed pattern passes over lines, and starts of lines, where there can be none. */
import type { Matcher } from "../matcher.ts";
import type { BacktrackMachine } from "./machine.ts";

export class BacktrackMatcher implements Matcher {
  readonly #machine: BacktrackMachine;
  readonly #relaxed: Matcher | undefined;
  matchStart = -1;
  matchEnd = -1;

  constructor(machine: BacktrackMachine, relaxed: Matcher | undefined) {
    this.#machine = machine;
    this.#relaxed = relaxed;
  }

  /** Throws RegexError("EBACKTRACK"). */
  test(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#relaxed !== undefined && !this.#relaxed.test(bytes, start, end)) return false;
    return this.find(bytes, start, end, start);
  }

  /** Throws RegexError("EBACKTRACK"). */
  find(bytes: Uint8Array, start: number, end: number, from: number): boolean {
    let at = from;
    if (this.#relaxed !== undefined) {
      if (!this.#relaxed.find(bytes, start, end, from)) return false;
      at = this.#relaxed.matchStart;
    }
    const machine = this.#machine;
    machine.begin(bytes, start, end, from);
    for (; at <= end; at++) {
      if (!machine.matchAt(at)) continue;
      this.matchStart = machine.matchStart;
      this.matchEnd = machine.matchEnd;
      return true;
    }
    return false;
  }
}
