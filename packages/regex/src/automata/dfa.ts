/**
 * Lazy deterministic automata. A state stands for the threads that the simulation would have at a place; it is built when it is first
 * reached, and a table says which state follows on which class of bytes.
 *
 * A state's threads wait where the next byte is needed: at BYTES, at MATCH, and at ASSERT, since assertions look at both neighbours. So a
 * transition first settles the assertions, with what came before (kept in the state) and the class that comes now, and a match is noticed
 * one byte late: a state with the flag says that a match ended before the byte just read. The end of the line is a class of its own.
 *
 * Three kinds are built of the same automaton:
 * - "test": does anything match? New threads start everywhere; one match is enough, and the state MATCHED holds to the end of the line.
 * - "find": where does the leftmost match end? Threads are kept in groups by where they started, the earliest first (MARK between them). A
 *   match drops the groups behind it, and no more are started.
 * - "anchored": where does the match end that starts here? (Reversed: starts that ends here.)
 *
 * States live in a cache of bounded size, which is emptied when full. When that happens too often the automaton gives up, which the
 * caller sees as QUIT, as when a word assertion stands beside a character that is not ASCII: the simulation knows what to do.
 *
 * After Rob Pike's and Ken Thompson's, and Russ Cox, "Regular Expression Matching in the Wild".
 */
import { ASSERTIONS, WORD_ASSERTIONS } from "./assertions.ts";
import { type ByteClasses, EDGE, HIGH, NEWLINE, WORD, byteClasses, contextOf } from "./byte-classes.ts";
import { ASSERT, BYTES, MATCH, type Nfa, SAVE, SPLIT } from "./nfa.ts";

/** No match can follow. */
export const DEAD = 0;
/** The simulation has to answer. */
export const QUIT = 1;
/** "test": something in this line has matched. */
export const MATCHED = 2;
const FIRST_STATE = 3;
/** In the table: not built yet. */
export const UNKNOWN = -1;

/** Between groups of threads that started at different places. */
const MARK = -1;

export interface DfaOptions {
  readonly kind: "test" | "find" | "anchored";
  /** Longest match, or the one that comes first by priority. */
  readonly semantics: "longest" | "first";
  readonly direction: "forward" | "reverse";
  /** Characters beyond ASCII can be word characters, so that word assertions beside them are beyond this automaton. */
  readonly unicodeWords: boolean;
  readonly lineTerminator: number;
  /** Memory for states. */
  readonly cacheBytes: number;
}

/** Resets that brought fewer bytes per state than this count as thrashing. */
const WORTHWHILE_BYTES_PER_STATE = 10;

const STATE_OVERHEAD_BYTES = 160;

export class LazyDfa {
  readonly #nfa: Nfa;
  readonly #options: DfaOptions;
  readonly classes: ByteClasses;
  /** log2 of a row's length. */
  readonly shift: number;
  /** Next state by `state << shift | class`; UNKNOWN where step() has to be asked. Replaced when it grows or is emptied. */
  table: Int32Array<ArrayBuffer>;
  /** 1 where a match ended before the byte that led to the state. */
  flags: Uint8Array<ArrayBuffer>;
  #threads: Int32Array[] = [];
  /** What came before, EDGE to NEWLINE; only kept apart where an assertion asks. */
  #contexts: number[] = [];
  /** "find": a match has been seen, so that nothing starts any more. */
  #sealed: boolean[] = [];
  #byHash = new Map<number, number[]>();
  #starts: number[] = [];
  #bytesUsed = 0;
  #gaveUp = false;
  /** Bytes read in all finished searches; with those of the current one it tells how much a filled cache was worth. */
  #bytesRead = 0;
  #bytesReadAtReset = 0;
  // Work space of step().
  readonly #reached: Float64Array;
  #generation = 0;
  readonly #stack: Int32Array;
  #settled: Int32Array;
  #list: Int32Array;
  #listSize = 0;

  constructor(nfa: Nfa, options: DfaOptions) {
    this.#nfa = nfa;
    this.#options = options;
    this.classes = byteClasses(nfa, options.lineTerminator);
    this.shift = 32 - Math.clz32(this.classes.count);
    this.table = new Int32Array(16 << this.shift).fill(UNKNOWN);
    this.flags = new Uint8Array(16);
    this.#reached = new Float64Array(nfa.size);
    this.#stack = new Int32Array(2 * nfa.size + 2);
    this.#settled = new Int32Array(2 * nfa.size + 2);
    this.#list = new Int32Array(2 * nfa.size + 2);
    this.#clear();
  }

  /** Memory that the cache has taken. */
  get bytes(): number {
    const threads = this.#threads.reduce((sum, each) => sum + each.byteLength, 0);
    return this.table.byteLength + this.flags.byteLength + threads;
  }

  /** How many states are in the cache. */
  get stateCount(): number {
    return this.#threads.length - FIRST_STATE;
  }

  /** Whether it thrashed, and every search has gone to the simulation since. */
  get gaveUp(): boolean {
    return this.#gaveUp;
  }

  /** The state before anything has been read, at a place whose neighbour on the side that has been passed is `context`. */
  start(context: number): number {
    if (this.#gaveUp) return QUIT;
    const known = this.#starts[context];
    if (known !== undefined) return known;
    this.#listSize = 0;
    this.#generation++;
    this.#follow(this.#nfa.start, EDGE, EDGE, false);
    const state = this.#intern(context, false, false);
    this.#starts[context] = state;
    return state;
  }

  /** The context that a byte, or the edge of the line (-1), is. */
  contextOf(byte: number): number {
    return byte < 0 ? EDGE : contextOf(byte, this.#nfa.assertions);
  }

  /** Builds and notes the transition. `bytesRead`: of the current search, so far. May replace `table` and `flags`, and empty the cache. */
  step(state: number, byteClass: number, bytesRead: number): number {
    if (state < FIRST_STATE) {
      const next = state === DEAD && this.#options.kind === "test" ? DEAD : state;
      this.table[(state << this.shift) | byteClass] = next;
      return next;
    }
    const { kind, semantics } = this.#options;
    const after = this.classes.context[byteClass]!;
    const grouped = kind === "find" && semantics === "longest";
    if (!this.#settle(state, after, grouped || semantics === "first")) {
      this.table[(state << this.shift) | byteClass] = QUIT;
      return QUIT;
    }
    const matched = this.#matched;
    let next: number;
    if (matched && kind === "test") next = MATCHED;
    else if (byteClass === this.classes.count) {
      this.#listSize = 0;
      next = matched ? this.#intern(EDGE, true, true) : DEAD;
    } else {
      const sealed = matched || this.#sealed[state]!;
      this.#advance(this.classes.representative[byteClass]!, grouped);
      if (kind !== "anchored" && !sealed) {
        if (grouped && this.#listSize > 0) this.#list[this.#listSize++] = MARK;
        this.#follow(this.#nfa.start, EDGE, EDGE, false);
        if (grouped && this.#list[this.#listSize - 1] === MARK) this.#listSize--;
      }
      next = this.#listSize === 0 && !matched ? DEAD : this.#intern(after, sealed, matched);
    }
    if (this.#bytesUsed > this.#options.cacheBytes) return this.#reset(next, bytesRead);
    this.table[(state << this.shift) | byteClass] = next;
    return next;
  }

  /** To be told how many bytes a search read, so that thrashing is noticed. */
  finished(bytesRead: number): void {
    this.#bytesRead += bytesRead;
  }

  #matched = false;
  #settledSize = 0;

  /** Settles the assertions at the place; leaves the threads in #settled. False when the simulation has to. */
  #settle(state: number, after: number, cutAtMatch: boolean): boolean {
    const threads = this.#threads[state]!;
    const before = this.#contexts[state]!;
    const { op } = this.#nfa;
    const grouped = this.#options.semantics === "longest";
    this.#matched = false;
    this.#listSize = 0;
    this.#generation++;
    for (let i = 0; i < threads.length; i++) {
      const pc = threads[i]!;
      if (pc === MARK) {
        // All groups behind one that has matched started later.
        if (this.#matched && cutAtMatch) break;
        if (this.#listSize > 0 && this.#list[this.#listSize - 1] !== MARK) this.#list[this.#listSize++] = MARK;
        continue;
      }
      if (op[pc] === ASSERT) {
        if (!this.#follow(pc, before, after, true)) return false;
      } else if (this.#reached[pc] !== this.#generation) {
        this.#reached[pc] = this.#generation;
        if (op[pc] === MATCH) this.#matched = true;
        else this.#list[this.#listSize++] = pc;
      }
      if (this.#matched && !grouped && cutAtMatch) break;
    }
    [this.#settled, this.#list] = [this.#list, this.#settled];
    this.#settledSize = this.#listSize;
    this.#listSize = 0;
    return true;
  }

  /** Moves the settled threads over a byte. */
  #advance(byte: number, grouped: boolean): void {
    const { a, b, next } = this.#nfa;
    this.#generation++;
    for (let i = 0; i < this.#settledSize; i++) {
      const pc = this.#settled[i]!;
      if (pc === MARK) {
        if (grouped && this.#listSize > 0 && this.#list[this.#listSize - 1] !== MARK)
          this.#list[this.#listSize++] = MARK;
      } else if (byte >= a[pc]! && byte <= b[pc]!) this.#follow(next[pc]!, EDGE, EDGE, false);
    }
    if (this.#listSize > 0 && this.#list[this.#listSize - 1] === MARK) this.#listSize--;
  }

  /**
   * Adds what can be reached from `entry` without a byte. With `settle`, assertions are answered and a match is noted in #matched; false
   * when one cannot be answered. Without, threads wait at them.
   */
  #follow(entry: number, before: number, after: number, settle: boolean): boolean {
    const { op, a, b, next } = this.#nfa;
    const first = this.#options.semantics === "first";
    let size = 0;
    this.#stack[size++] = entry;
    while (size > 0) {
      const pc = this.#stack[--size]!;
      if (this.#reached[pc] === this.#generation) continue;
      this.#reached[pc] = this.#generation;
      switch (op[pc]) {
        case BYTES:
          this.#list[this.#listSize++] = pc;
          break;
        case MATCH:
          if (!settle) this.#list[this.#listSize++] = pc;
          else {
            this.#matched = true;
            if (first) return true;
          }
          break;
        case SPLIT:
          this.#stack[size++] = b[pc]!;
          this.#stack[size++] = a[pc]!;
          break;
        case SAVE:
          this.#stack[size++] = next[pc]!;
          break;
        case ASSERT: {
          if (!settle) {
            this.#list[this.#listSize++] = pc;
            break;
          }
          const answer = this.#holds(a[pc]!, before, after);
          if (answer === undefined) return false;
          if (answer) this.#stack[size++] = next[pc]!;
          break;
        }
        default:
      }
    }
    return true;
  }

  /** undefined: not to be told from what is known. */
  #holds(kind: number, passed: number, coming: number): boolean | undefined {
    const forward = this.#options.direction === "forward";
    const before = forward ? passed : coming;
    const behind = forward ? coming : passed;
    if ((before === HIGH || behind === HIGH) && this.#options.unicodeWords && ((WORD_ASSERTIONS >> kind) & 1) === 1) {
      return undefined;
    }
    switch (ASSERTIONS[kind]) {
      case "lineStart":
        return before === EDGE;
      case "lineEnd":
        return behind === EDGE;
      case "wordBoundary":
        return (before === WORD) !== (behind === WORD);
      case "notWordBoundary":
        return (before === WORD) === (behind === WORD);
      case "wordStart":
        return before !== WORD && behind === WORD;
      case "wordEnd":
        return before === WORD && behind !== WORD;
      case "notAfterWord":
        return before !== WORD;
      case "notBeforeWord":
        return behind !== WORD;
      case "multilineStart":
        return before === EDGE || before === NEWLINE;
      case "multilineEnd":
        return behind === EDGE || behind === NEWLINE;
      case "lookalike":
        return undefined;
      default:
        return false;
    }
  }

  /** The state that has the threads in #list. */
  #intern(context: number, sealed: boolean, flagged: boolean): number {
    const { op } = this.#nfa;
    const threads = this.#list.subarray(0, this.#listSize);
    // The order within a group only matters where the first match is wanted.
    if (this.#options.semantics === "longest") sortGroups(threads);
    let asks = false;
    for (const pc of threads) if (pc !== MARK && op[pc] === ASSERT) asks = true;
    const kept = asks ? context : EDGE;
    let hash = kept * 4 + (sealed ? 2 : 0) + (flagged ? 1 : 0);
    for (let i = 0; i < threads.length; i++) hash = Math.imul(hash ^ threads[i]!, 0x01000193) ^ (hash >>> 15);
    const bucket = this.#byHash.get(hash);
    if (bucket !== undefined) {
      for (const state of bucket) {
        const same =
          this.#contexts[state] === kept && this.#sealed[state] === sealed && this.flags[state] === (flagged ? 1 : 0);
        if (same && equalThreads(this.#threads[state]!, threads)) return state;
      }
    }
    return this.#newState(threads.slice(), kept, sealed, flagged, hash);
  }

  #newState(threads: Int32Array, context: number, sealed: boolean, flagged: boolean, hash: number): number {
    const state = this.#threads.push(threads) - 1;
    this.#contexts.push(context);
    this.#sealed.push(sealed);
    if (state >= this.flags.length) this.#growTable();
    this.flags[state] = flagged ? 1 : 0;
    const bucket = this.#byHash.get(hash);
    if (bucket === undefined) this.#byHash.set(hash, [state]);
    else bucket.push(state);
    // The table grows by doubling: it has at most two rows for each state.
    this.#bytesUsed += STATE_OVERHEAD_BYTES + 4 * threads.length + 2 * (4 << this.shift);
    return state;
  }

  #growTable(): void {
    const rows = 2 * this.flags.length;
    const table = new Int32Array(rows << this.shift).fill(UNKNOWN, this.table.length);
    table.set(this.table);
    this.table = table;
    const flags = new Uint8Array(rows);
    flags.set(this.flags);
    this.flags = flags;
  }

  /** Empties the cache but for `state`, whose new number is returned; QUIT when that is no use. */
  #reset(state: number, bytesRead: number): number {
    const total = this.#bytesRead + bytesRead;
    const worthwhile = total - this.#bytesReadAtReset >= WORTHWHILE_BYTES_PER_STATE * this.stateCount;
    this.#bytesReadAtReset = total;
    const threads = this.#threads[state];
    const context = this.#contexts[state]!;
    const sealed = this.#sealed[state]!;
    const flagged = this.flags[state] === 1;
    this.#clear();
    if (!worthwhile) {
      this.#gaveUp = true;
      return QUIT;
    }
    if (state < FIRST_STATE) return state;
    this.#list.set(threads!);
    this.#listSize = threads!.length;
    return this.#intern(context, sealed, flagged);
  }

  #clear(): void {
    this.table = new Int32Array(16 << this.shift).fill(UNKNOWN);
    this.flags = new Uint8Array(16);
    this.#threads = [];
    this.#contexts = [];
    this.#sealed = [];
    this.#byHash = new Map();
    this.#starts = [];
    this.#bytesUsed = 0;
    const nothing = new Int32Array(0);
    for (let state = 0; state < FIRST_STATE; state++) {
      this.#threads.push(nothing);
      this.#contexts.push(EDGE);
      this.#sealed.push(true);
      this.table.fill(state, state << this.shift, (state + 1) << this.shift);
    }
  }
}

function sortGroups(threads: Int32Array): void {
  let start = 0;
  for (let i = 0; i <= threads.length; i++) {
    if (i < threads.length && threads[i] !== MARK) continue;
    if (i - start > 1) threads.subarray(start, i).sort();
    start = i + 1;
  }
}

function equalThreads(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
