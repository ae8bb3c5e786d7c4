/**
 * Finds the lines of a buffer that match, by one automaton in four places at once.
 *
 * Lines are independent, so a window of the buffer is cut at line starts into as many slices as a kernel has chains, which then walk in
 * lock-step (see `kernel/kernel.ts`). The table of transitions is filled as they are met: a chain that meets an unknown one ends the
 * lock-step before the block, this block is walked byte by byte, asking the automaton, and the lock-step goes on.
 *
 * Rows of the table: 0 the trap, 1 the line's start, then the automaton's states in the order in which they are met; the last one is the
 * start of a line after a line that counts. It has the start's transitions, and its visits are the lines that count.
 */
import { BLOCK_BYTES, CHAINS, HITS_PER_CHAIN, type Kernel } from "../kernel/kernel.ts";
import { windowEnd } from "../kernel/window.ts";

/** Transitions of a line automaton that are no states. */
export const TO_QUIT = -1;
export const TO_FULL = -2;

/** A deterministic automaton that reads one line, made state by state. States are numbers from 0. */
export interface LineAutomaton {
  /** Bytes of one class lead to the same states. The terminator has a class of its own. */
  readonly classOf: Uint8Array;
  /** True: every line matches. */
  readonly matchesAlways: boolean;
  /** The state at the beginning of a line. */
  start(): number;
  /** The state after this byte (not the terminator); TO_QUIT when the automaton cannot decide this line; TO_FULL when it has no room for the state. */
  step(state: number, byte: number): number;
  /** Whether the line that ends in this state matches; undefined when the automaton cannot decide it. */
  matchesAtEnd(state: number): boolean | undefined;
  /** Forgets all states. */
  clear(): void;
}

/** Decides one line, terminator excluded, without the automaton: for lines that it quits, and when it makes states faster than it uses them. */
export type DecideLine = (lineStart: number, lineEnd: number) => boolean;

const START_ROW = 1;
/** What is said instead of a row when the table was cleared. */
const CLEARED = -1;
/** A table of this many states cleared before each of them saw this many bytes is thrashing. */
const BYTES_PER_STATE = 10;
/** Below this many bytes a window is walked by one chain. */
const LOCK_STEP_BYTES = 512;

export class LineWalker {
  readonly #kernel: Kernel;
  readonly #automaton: LineAutomaton;
  readonly #decide: DecideLine;
  readonly #terminator: number;
  /** True: the lines that do not match count. */
  #inverted = false;
  /** The automaton's state by row, and the row by state. */
  #stateOf: number[] = [];
  #rowOf: number[] = [];
  #quitRow = 0;
  /** Bytes walked since the table was last cleared. */
  #walked = 0;
  #thrashes = false;
  /** End of every chain's slice. */
  readonly #ends = new Int32Array(CHAINS);
  /** Start of every chain's slice. */
  readonly #starts = new Int32Array(CHAINS);

  constructor(kernel: Kernel, automaton: LineAutomaton, options: { decide: DecideLine; terminator: number }) {
    this.#kernel = kernel;
    this.#automaton = automaton;
    this.#decide = options.decide;
    this.#terminator = options.terminator;
    this.#begin();
  }

  /** Which lines count: those that match (as in the beginning), or those that do not. Changing it empties the table. */
  set inverted(inverted: boolean) {
    if (inverted === this.#inverted) return;
    this.#inverted = inverted;
    this.#begin();
  }

  #begin(): void {
    const { values, hitState } = this.#kernel.table;
    values.fill(0, 0, this.#stateOf.length * 256);
    values.fill(0, hitState * 256);
    this.#automaton.clear();
    const start = this.#automaton.start();
    this.#stateOf = [-1, start];
    this.#rowOf = [];
    this.#rowOf[start] = START_ROW;
    this.#quitRow = 0;
    this.#walked = 0;
  }

  /** True: every line matches. */
  get matchesAlways(): boolean {
    return this.#automaton.matchesAlways;
  }

  /** How many lines of [from, to) count. Whole lines; the last may lack its terminator, whose place behind it is then written. */
  count(from: number, to: number): number {
    let count = 0;
    for (let at = from; at < to;) {
      const end = windowEnd(this.#kernel, this.#terminator, at, to);
      count += this.#walk(at, end, false);
      at = end;
    }
    return count;
  }

  /**
   * Puts the terminators' offsets of the lines that count, of the first window of [from, to), into the beginning of the kernel's `hits`
   * (each plus `origin`), in order. Returns their number; `windowEnd` is then where the next window begins.
   */
  collect(from: number, to: number): number {
    this.windowEnd = windowEnd(this.#kernel, this.#terminator, from, to);
    return this.#walk(from, this.windowEnd, true);
  }

  windowEnd = 0;

  /** Hot where literals give candidates. Whether one line counts; its end is excluded and may be any. */
  lineCounts(lineStart: number, lineEnd: number): boolean {
    const { input, table } = this.#kernel;
    const { values, unit, hitState } = table;
    const shift = unit === 256 ? 0 : 2; // from a state's value to its row's first element
    let first = START_ROW * 256;
    for (let at = lineStart; at <= lineEnd; at++) {
      const byte = at < lineEnd ? input[at]! : this.#terminator;
      let next = values[first + byte]! >>> shift;
      if (next === 0) {
        const row = first >>> 8;
        if (!this.#thrashes && row !== this.#quitRow) next = this.#learn(row, byte) << 8;
        if (next === 0) return this.#decide(lineStart, lineEnd) !== this.#inverted;
        if (next < 0) {
          // Cleared: the line begins again.
          at = lineStart - 1;
          next = START_ROW << 8;
        }
      }
      first = next;
    }
    return first >>> 8 === hitState;
  }

  #walk(from: number, to: number, collecting: boolean): number {
    const kernel = this.#kernel;
    if (to > from && kernel.input[to - 1] !== this.#terminator) {
      kernel.reserve(to + 1)[to] = this.#terminator;
      to++;
    }
    this.#cut(from, to);
    this.#lockStep(collecting);
    // What is left: less than a block of the shortest slice, more of the others. When the table is cleared meanwhile, earlier chains fall back.
    for (let chain = 0; chain < CHAINS; chain++) this.#alone(chain, this.#ends[chain]!, collecting);
    return this.#gather(collecting);
  }

  /** Cuts [from, to) into the chains' slices, each whole lines. */
  #cut(from: number, to: number): void {
    const kernel = this.#kernel;
    const { positions, states, counts } = kernel.chains;
    const quarter = to - from < LOCK_STEP_BYTES ? to - from : Math.floor((to - from) / CHAINS);
    let at = from;
    for (let chain = 0; chain < CHAINS; chain++) {
      this.#starts[chain] = at;
      positions[chain] = at + kernel.origin;
      states[chain] = START_ROW * kernel.table.unit;
      counts[chain] = 0;
      const wanted = from + (chain + 1) * quarter;
      let end = to;
      if (chain < CHAINS - 1 && wanted < to) {
        // wanted > from, as a slice is not empty: the terminator at or behind its last byte ends the slice.
        const terminator = kernel.findByte(this.#terminator, Math.max(at, wanted - 1), to);
        end = terminator < 0 ? to : terminator + 1;
      }
      this.#ends[chain] = end;
      at = end;
    }
  }

  /** Walks all chains as far as the shortest slice goes. */
  #lockStep(collecting: boolean): void {
    const kernel = this.#kernel;
    for (;;) {
      const { positions } = kernel.chains;
      let steps = Infinity;
      for (let chain = 0; chain < CHAINS; chain++)
        steps = Math.min(steps, this.#ends[chain]! + kernel.origin - positions[chain]!);
      steps -= steps % BLOCK_BYTES;
      if (steps === 0 || this.#thrashes) return;
      const walked = collecting ? kernel.walkCollecting(steps) : kernel.walkCounting(steps);
      this.#walked += walked * CHAINS;
      if (walked === steps) continue;
      for (let chain = 0; chain < CHAINS; chain++)
        this.#alone(chain, positions[chain]! - kernel.origin + BLOCK_BYTES, collecting);
    }
  }

  /** Walks one chain up to `end`, byte by byte, and makes the transitions that it lacks. */
  #alone(chain: number, end: number, collecting: boolean): void {
    const kernel = this.#kernel;
    const { input, hits, origin } = kernel;
    const { values, unit, hitState } = kernel.table;
    const { positions, states, counts } = kernel.chains;
    let at = positions[chain]! - origin;
    let row = states[chain]! / unit;
    while (at < end) {
      let next = values[row * 256 + input[at]!]! / unit;
      if (next === 0 && !this.#thrashes && row !== this.#quitRow) next = this.#learn(row, input[at]!);
      if (next === 0) {
        // The automaton cannot tell, so the line is decided as a whole.
        const lineStart = this.#lineStart(chain, at);
        at = kernel.findByte(this.#terminator, at, this.#ends[chain]!);
        next = this.#decide(lineStart, at) === this.#inverted ? START_ROW : hitState;
      } else if (next === CLEARED) {
        // States of old are void: the lines in which the chains stand begin again.
        for (let other = 0; other < CHAINS; other++) {
          positions[other] = this.#lineStart(other, positions[other]! - origin) + origin;
          states[other] = START_ROW * unit;
        }
        at = this.#lineStart(chain, at);
        row = START_ROW;
        continue;
      }
      row = next;
      if (row === hitState) {
        if (collecting) hits[chain * HITS_PER_CHAIN + counts[chain]!] = at + origin;
        counts[chain]!++;
      }
      at++;
      positions[chain] = at + origin;
      states[chain] = row * unit;
    }
  }

  /** Start of the line of a chain's slice in which `at` lies. */
  #lineStart(chain: number, at: number): number {
    const before = this.#kernel.findLastByte(this.#terminator, this.#starts[chain]!, at);
    return before < 0 ? this.#starts[chain]! : before + 1;
  }

  /** Makes a transition, for all bytes of the byte's class. Returns the row that it leads to; 0 where the automaton quits; CLEARED when the table was full. */
  #learn(row: number, byte: number): number {
    const automaton = this.#automaton;
    const { values, unit, hitState } = this.#kernel.table;
    const state = this.#stateOf[row === hitState ? START_ROW : row]!;
    let next: number;
    if (byte === this.#terminator) {
      const matches = automaton.matchesAtEnd(state);
      if (matches === undefined) return 0;
      next = matches === this.#inverted ? START_ROW : hitState;
    } else {
      const following = automaton.step(state, byte);
      if (following === TO_FULL) return this.#clear();
      next = following === TO_QUIT ? this.#quitLine() : this.#row(following);
      if (next === hitState) return this.#clear();
    }
    const { classOf } = automaton;
    const group = classOf[byte]!;
    for (let other = 0; other < 256; other++) if (classOf[other] === group) values[row * 256 + other] = next * unit;
    return next;
  }

  /** The row of a state of the automaton; the number of the counted state where none is free. */
  #row(state: number): number {
    const known = this.#rowOf[state];
    if (known !== undefined) return known;
    const row = this.#stateOf.length;
    if (row === this.#kernel.table.hitState) return row;
    this.#stateOf.push(state);
    return (this.#rowOf[state] = row);
  }

  /** The row of lines that the automaton quit: it holds them until their end, which is never a known transition. */
  #quitLine(): number {
    if (this.#quitRow === 0) {
      const row = this.#stateOf.length;
      const { values, unit, hitState } = this.#kernel.table;
      if (row === hitState) return row;
      this.#stateOf.push(-1);
      this.#quitRow = row;
      for (let byte = 0; byte < 256; byte++) if (byte !== this.#terminator) values[row * 256 + byte] = row * unit;
    }
    return this.#quitRow;
  }

  #clear(): number {
    this.#thrashes = this.#walked < this.#stateOf.length * BYTES_PER_STATE;
    this.#begin();
    return CLEARED;
  }

  /** Joins the chains' lists at the beginning of the first, and their counts. */
  #gather(collecting: boolean): number {
    const { hits, chains } = this.#kernel;
    let count = 0;
    for (let chain = 0; chain < CHAINS; chain++) {
      const own = chains.counts[chain]!;
      const list = chain * HITS_PER_CHAIN;
      if (collecting && list !== count) hits.copyWithin(count, list, list + own);
      count += own;
    }
    return count;
  }
}
