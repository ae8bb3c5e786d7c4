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
    const machine = this.#machine;
    machine.begin(bytes, start, end, start);
    for (let at = this.#firstPlace(bytes, start, end, start); at <= end; at++) if (machine.matchesAt(at)) return true;
    return false;
  }

  /** Throws RegexError("EBACKTRACK"). */
  find(bytes: Uint8Array, start: number, end: number, from: number): boolean {
    const machine = this.#machine;
    machine.begin(bytes, start, end, from);
    for (let at = this.#firstPlace(bytes, start, end, from); at <= end; at++) {
      if (!machine.matchAt(at)) continue;
      this.matchStart = machine.matchStart;
      this.matchEnd = machine.matchEnd;
      return true;
    }
    return false;
  }

  /** The first place where a match can begin; beyond `end` where none can. */
  #firstPlace(bytes: Uint8Array, start: number, end: number, from: number): number {
    if (this.#relaxed === undefined) return from;
    return this.#relaxed.find(bytes, start, end, from) ? this.#relaxed.matchStart : end + 1;
  }
}
