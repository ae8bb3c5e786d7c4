import { RegexError } from "./errors.ts";
import type { LineScanner } from "./line-scanner.ts";
import type { CompileOptions } from "./options.ts";

export type Pattern = string | Uint8Array;

/** Byte offsets; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Match extends Span {
  /** By group number; [0] is the whole match, undefined where a group took no part. */
  readonly captures: readonly (Span | undefined)[];
}

/** A line that lines() hands out. */
export interface Line {
  /** The bytes, terminator excluded. Its own copy. */
  readonly bytes: Uint8Array;
  /** Counted from 1. */
  readonly number: number;
  /** Offset of its first byte in the input. */
  readonly offset: number;
  /** True when it matches; false for lines of context. */
  readonly selected: boolean;
}

export interface LinesOptions {
  /** Lines of context before each match. */
  readonly before?: number;
  /** Lines of context after each match. */
  readonly after?: number;
  readonly signal?: AbortSignal;
}

/** Counts matching lines: chunks in, a number out. */
export interface LineCounter {
  push(chunk: Uint8Array): void;
  /** The count, the last line included though nothing ends it. The counter starts again from nought. */
  end(): number;
}

/** What a pattern became. */
export interface Plan {
  /** "linear": time is proportional to pattern × text. "bounded": backtracking, which stops at `limits.backtrackSteps`. */
  readonly guarantee: "linear" | "bounded";
  /** Strings of which every match contains one; empty when nothing is known. */
  readonly literals: readonly string[];
  /** Instructions of the byte automaton. */
  readonly states: number;
  readonly engine: string;
}

export interface Regex {
  readonly plan: Plan;
  /** GNU grep's, without their "warning: ". */
  readonly warnings: readonly string[];
  /** Groups, of the pattern that has most of them. */
  readonly captureCount: number;
  test(text: Pattern, from?: number): boolean;
  find(text: Pattern, from?: number): Span | undefined;
  findAll(text: Pattern): IterableIterator<Span>;
  match(text: Pattern, from?: number): Match | undefined;
  lines(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, options?: LinesOptions): AsyncIterable<Line>;
  counter(): LineCounter;
  scanner(): LineScanner;
}

export function compile(_pattern: Pattern | readonly Pattern[], _options: CompileOptions = {}): Regex {
  throw new RegexError({ code: "EUNSUPPORTED", message: "not built yet", patternIndex: 0, offset: -1 });
}
