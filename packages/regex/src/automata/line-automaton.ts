/**
 * Decides by one state a byte whether something in a line matches: the subset construction over an Nfa, made as it is needed.
 *
 * A state is what the Nfa may be in before the next byte, assertions that look ahead unresolved, and, where such assertions wait, what
 * kind of byte came last. As it does not matter where a match lies, only whether there is one, sets have no order, the beginning is part
 * of every one, and a match leads to one state for good.
 */
import { ASSERTIONS, WORD_ASSERTIONS, isAsciiWord, type WordRules } from "./assertions.ts";
import { TO_FULL, TO_QUIT, type LineAutomaton } from "./line-walker.ts";
import { ASSERT, BYTES, MATCH, SAVE, SPLIT, type Nfa } from "./nfa.ts";
import { StateSets } from "./state-sets.ts";

/** What came before a position, as far as assertions ask. */
const LINE_START = 0;
const OTHER = 1;
const WORD = 2;
const NEWLINE = 3;
/** A byte above 0x7F, where the assertions go by characters. */
const NOT_ASCII = 4;

/** What stands behind the line's last byte. */
const LINE_END = -1;

/** The set that stands for a match; no instruction has this number. */
const MATCHED_SET = Int32Array.of(-1);
const MATCHED = 0;

/** Bytes of a table's row, which every state costs beside its set. */
const ROW_BYTES = 1024;

export interface LineAutomatonOptions {
  readonly rules: WordRules;
  readonly terminator: number;
  /** Memory for states and their rows; beyond it, step() answers TO_FULL. */
  readonly cacheBytes: number;
}

export function lineAutomaton(nfa: Nfa, options: LineAutomatonOptions): LineAutomaton {
  return new SubsetAutomaton(nfa, options);
}

class SubsetAutomaton implements LineAutomaton {
  readonly classOf: Uint8Array;
  readonly #nfa: Nfa;
  readonly #rules: WordRules;
  readonly #cacheBytes: number;
  readonly #sets = new StateSets();
  /** The set being made: its members, and by instruction whether it is one (the number of the making). */
  readonly #members: Int32Array;
  readonly #seen: Int32Array;
  /** Instructions to follow; each is put here from its predecessors, of which there are at most two a instruction on average. */
  readonly #stack: Int32Array;
  #making = 0;
  #length = 0;
  #matched = false;

  constructor(nfa: Nfa, options: LineAutomatonOptions) {
    this.#nfa = nfa;
    this.#rules = options.rules;
    this.#cacheBytes = options.cacheBytes;
    this.#members = new Int32Array(nfa.size + 1);
    this.#seen = new Int32Array(nfa.size);
    this.#stack = new Int32Array(2 * nfa.size + 1);
    this.classOf = byteClasses(nfa, options.terminator);
    this.clear();
  }

  clear(): void {
    this.#sets.clear();
    this.#sets.intern(MATCHED_SET, 1);
  }

  get matchesAlways(): boolean {
    return this.start() === MATCHED;
  }

  start(): number {
    this.#begin();
    this.#add(this.#nfa.start, LINE_START, undefined);
    return this.#intern(LINE_START);
  }

  step(state: number, byte: number): number {
    if (state === MATCHED) return MATCHED;
    if (this.#sets.bytes + (this.#sets.count + 1) * ROW_BYTES > this.#cacheBytes) return TO_FULL;
    const { op, a, b, next, start } = this.#nfa;
    const decided = this.#decided(state, byte);
    if (decided === undefined) return TO_QUIT;
    if (this.#matched) return MATCHED;
    const previous = this.#kindOf(byte);
    this.#begin();
    let decidable = true;
    for (const instruction of decided) {
      if (op[instruction] !== BYTES || byte < a[instruction]! || byte > b[instruction]!) continue;
      if (!this.#add(next[instruction]!, previous, undefined)) decidable = false;
    }
    if (!this.#add(start, previous, undefined)) decidable = false;
    return decidable ? this.#intern(previous) : TO_QUIT;
  }

  matchesAtEnd(state: number): boolean | undefined {
    if (state === MATCHED) return true;
    return this.#decided(state, LINE_END) === undefined ? undefined : this.#matched;
  }

  #begin(): void {
    this.#making++;
    this.#length = 0;
    this.#matched = false;
  }

  #kindOf(byte: number): number {
    if (byte === 0x0a) return NEWLINE;
    if (byte >= 0x80 && this.#rules === "unicode") return NOT_ASCII;
    return isAsciiWord(byte) ? WORD : OTHER;
  }

  /** The instructions of a state with its assertions decided, the next byte being known; undefined where it takes more than that. Sets `#matched`. */
  #decided(state: number, byte: number): Int32Array | undefined {
    const { op } = this.#nfa;
    const set = this.#sets.items.subarray(this.#sets.start(state), this.#sets.end(state));
    this.#matched = false;
    const last = set.at(-1);
    if (last === undefined || last >= 0) return set; // nothing waits
    const previous = -2 - last;
    this.#begin();
    let decidable = true;
    for (const instruction of set.subarray(0, -1)) {
      if (op[instruction] === ASSERT) decidable &&= this.#add(instruction, previous, byte);
      else this.#add(instruction, previous, byte);
    }
    return decidable ? this.#members.slice(0, this.#length) : undefined;
  }

  /**
   * Adds an instruction and all that it leads to without a byte. Assertions that ask for what follows stay in the set as long as `byte`, what
   * follows, is undefined. False when one of them cannot be decided from `previous` and `byte`.
   */
  #add(first: number, previous: number, byte: number | undefined): boolean {
    const { op, a, b, next } = this.#nfa;
    const stack = this.#stack;
    const seen = this.#seen;
    const making = this.#making;
    let depth = 0;
    let decidable = true;
    stack[depth++] = first;
    while (depth > 0) {
      const at = stack[--depth]!;
      if (seen[at] === making) continue;
      seen[at] = making;
      switch (op[at]) {
        case SPLIT:
          if (seen[b[at]!] !== making) stack[depth++] = b[at]!;
          if (seen[a[at]!] !== making) stack[depth++] = a[at]!;
          break;
        case SAVE:
          stack[depth++] = next[at]!;
          break;
        case MATCH:
          this.#matched = true;
          break;
        case ASSERT: {
          const holds = this.#holds(a[at]!, previous, byte);
          if (holds === "later") this.#members[this.#length++] = at;
          else if (holds === "unknown") decidable = false;
          else if (holds) stack[depth++] = next[at]!;
          break;
        }
        case BYTES:
          this.#members[this.#length++] = at;
          break;
        default:
      }
    }
    return decidable;
  }

  #holds(kind: number, previous: number, byte: number | undefined): boolean | "later" | "unknown" {
    switch (ASSERTIONS[kind]) {
      case "lineStart":
        return previous === LINE_START;
      case "multilineStart":
        return previous === LINE_START || previous === NEWLINE;
      case "never":
        return false;
      case "lookalike":
        return "unknown";
      case "notAfterWord":
        return previous === NOT_ASCII ? "unknown" : previous !== WORD;
      default:
    }
    if (byte === undefined) return "later";
    switch (ASSERTIONS[kind]) {
      case "lineEnd":
        return byte === LINE_END;
      case "multilineEnd":
        return byte === LINE_END || byte === 0x0a;
      default:
    }
    const following = byte === LINE_END ? OTHER : this.#kindOf(byte);
    if (previous === NOT_ASCII || following === NOT_ASCII) return "unknown";
    const before = previous === WORD;
    const behind = following === WORD;
    switch (ASSERTIONS[kind]) {
      case "wordBoundary":
        return before !== behind;
      case "notWordBoundary":
        return before === behind;
      case "wordStart":
        return !before && behind;
      case "wordEnd":
        return before && !behind;
      default: // "notBeforeWord"
        return !behind;
    }
  }

  /** The number of the state that is the set made; what came before belongs to it only if an assertion waits. */
  #intern(previous: number): number {
    if (this.#matched) return MATCHED;
    const { op } = this.#nfa;
    const members = this.#members.subarray(0, this.#length).sort();
    let waits = false;
    for (const member of members) waits ||= op[member] === ASSERT;
    if (waits) this.#members[this.#length++] = -2 - previous;
    return this.#sets.intern(this.#members, this.#length);
  }
}

/** Bytes between which no instruction and no assertion tells a difference, numbered from 0; the terminator by itself. */
function byteClasses(nfa: Nfa, terminator: number): Uint8Array {
  const begins = new Uint8Array(257);
  const separate = (low: number, high: number): void => {
    begins[low] = 1;
    begins[high + 1] = 1;
  };
  for (let at = 0; at < nfa.size; at++) if (nfa.op[at] === BYTES) separate(nfa.a[at]!, nfa.b[at]!);
  separate(terminator, terminator);
  if (nfa.assertions !== 0) separate(0x0a, 0x0a);
  if ((nfa.assertions & WORD_ASSERTIONS) !== 0) {
    separate(0x80, 0xff);
    for (let byte = 0; byte < 0x80; byte++) if (isAsciiWord(byte) !== isAsciiWord(byte - 1)) begins[byte] = 1;
  }
  const classes = new Uint8Array(256);
  for (let byte = 1, group = 0; byte < 256; byte++) classes[byte] = group += begins[byte]!;
  return classes;
}
