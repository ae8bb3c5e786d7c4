/**
 * What a kernel does: the loops over bytes in which nearly all time is spent, once as plain JavaScript (`js-kernel.ts`) and once as
 * WebAssembly with vector instructions, written at run time (`wasm-kernel.ts`). Both do the same; tests hold them equal.
 *
 * A kernel owns the input buffer, so that a file is read straight into the memory that the loops work on. Offsets are offsets into
 * `input`; `to` is exclusive; -1 means none. Behind the input lie SLACK_BYTES that may be read and hold nothing of meaning.
 */
import type { Companion, MaskedLiteral } from "../literals/masked-literal.ts";

/** Bytes behind the input that vector loads may touch. */
export const SLACK_BYTES = 256;

/** Lines that are searched in one go: bounds the list of hits. A longer line makes a longer window with fewer lines. */
export const WINDOW_BYTES: number = 256 * 1024;

/** Automata that walk in lock-step, each on its own run of lines. */
export const CHAINS = 4;

/** Bytes that every chain steps before the loop looks whether one of them left the known states. */
export const BLOCK_BYTES = 8;

/** Hits that one chain's list holds: a window cut in CHAINS pieces at line starts has at most this many lines in a piece. */
export const HITS_PER_CHAIN: number = WINDOW_BYTES / CHAINS + 8;

/** More literals than one in so many bytes are searched in another way than fewer. */
export const COMMON_LITERAL_BYTES = 256;

/** Most states that a kernel's table has room for: 8 MiB. */
export const TABLE_STATES = 8192;

/** What a kernel is made for. */
export interface KernelOptions {
  /** The byte that ends a line: 10 or 0. */
  readonly terminator: number;
  /** The literals of which `literalLines` and `countLiteralLines` look for one; empty: neither is called. */
  readonly literals: readonly MaskedLiteral[];
  /** Without this near it, a single literal counts for nothing; where literals are common that may be left to the caller. */
  readonly companion?: Companion | undefined;
}

/** Where the chains stand; element i belongs to chain i. The kernel reads and writes them. */
export interface Chains {
  /** Offsets of the next bytes, each plus the kernel's `origin`. */
  readonly positions: Int32Array;
  /** States, as the table's values. */
  readonly states: Int32Array;
  /** Hits so far, and how many of the chain's list are used. */
  readonly counts: Int32Array;
}

/**
 * Transitions of an automaton: `values[state * 256 + byte]` is the value of the next state. A state's value is `state * unit`.
 * State 0 is the trap of unknown transitions; all its transitions lead to itself, as a table of noughts has it. The last state, whose
 * number is a power of two, is the one whose visits are counted: one bit of its value tells it from all others.
 */
export interface TransitionTable {
  readonly values: Int32Array;
  readonly unit: number;
  /** The number of the state whose visits are counted; those between it and the trap are free. */
  readonly hitState: number;
}

export interface Kernel {
  readonly name: "js" | "wasm";
  /** What the elements of `chains.positions` and `hits` are higher than the offsets: the input's address. */
  readonly origin: number;
  /** The input, at least as long as reserved. */
  readonly input: Uint8Array;
  /** Makes the input at least this long, keeps its bytes, and returns it. Views taken before are void. */
  reserve(bytes: number): Uint8Array;
  findByte(byte: number, from: number, to: number): number;
  findLastByte(byte: number, from: number, to: number): number;
  countByte(byte: number, from: number, to: number): number;
  /** The first offset at which no UTF-8 sequence begins, as glibc reads it (encoding-error.ts). */
  encodingError(from: number, to: number): number;
  /**
   * Puts the terminators' offsets (plus `origin`) of all lines in [from, to) that hold a literal into `hits`, and says how many. [from, to)
   * is whole lines, of at most WINDOW_BYTES or one line. The last may lack its terminator, whose place behind it may then be written.
   */
  literalLines(from: number, to: number): number;
  /** Looking for the literals is faster than an automaton, as long as they are rare. */
  readonly literalsPay: boolean;
  /** Literals may be as common as they like: literalLines is fast all the same. */
  readonly takesCommonLiterals: boolean;
  /** The number alone. What `hits` holds is then without meaning. */
  countLiteralLines(from: number, to: number): number;
  readonly table: TransitionTable;
  readonly chains: Chains;
  /** Lists of terminators' offsets, each plus `origin`: chain i's list begins at i * HITS_PER_CHAIN. */
  readonly hits: Int32Array;
  /**
   * Walks all chains for up to `steps` bytes (a multiple of BLOCK_BYTES) and stops before a block in which one of them meets an unknown
   * transition. Returns the bytes walked. Every time a chain enters the table's `hitState`, its count grows by one.
   */
  walkCounting(steps: number): number;
  /** The same, and the offset of the byte that led there goes to the chain's list. */
  walkCollecting(steps: number): number;
}
