/**
 * From patterns to answers. compile() parses, chooses the engines and hands out a Regex; a Regex owns its engines and their caches, so it
 * serves one search at a time, as JavaScript runs.
 */
import { RegexError, type RegexProblem } from "./errors.ts";
import { KernelScanner } from "./kernel-scanner.ts";
import { type LineScanner, PlainLineScanner } from "./line-scanner.ts";
import { literalText } from "./literals/masked-literal.ts";
import type { Matcher } from "./matcher.ts";
import { type CompileOptions, DEFAULT_LIMITS, type RegexLimits } from "./options.ts";
import { type Engines, buildEngines } from "./engines.ts";
import { lineRuleOf, parsePattern } from "./syntax/parse.ts";
import type { ParsedPattern } from "./syntax/ast.ts";
import { PatternProblem } from "./syntax/problem.ts";
import { type Line, type LineCounter, type LinesOptions, StreamCounter, selectLines } from "./streaming.ts";

export type Pattern = string | Uint8Array;

/** Byte offsets; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Match extends Span {
  /** By group number; [0] is the whole match, undefined where a group took no part. */
  readonly captures: readonly (Span | undefined)[];
  /** Which pattern of the list matched. */
  readonly patternIndex: number;
}

/** What a pattern became. */
export interface Plan {
  /** "linear": time is proportional to pattern × text. "bounded": backtracking, which stops at `limits.backtrackSteps`. */
  readonly guarantee: "linear" | "bounded";
  /** Strings of which every line that matches contains one, in lower case where either will do; empty when none is worth searching. */
  readonly literals: readonly string[];
  /** Instructions of the byte automaton. */
  readonly states: number;
  readonly engine: string;
}

/** Patterns with the options that they were compiled with. */
export interface RegexSource {
  readonly patterns: readonly Uint8Array[];
  readonly options: CompileOptions;
}

const encoder = new TextEncoder();

/** Longer texts are searched where they are, line by line; so are shorter ones, for which a scanner is too much ado. */
const SCANNER_TEXT_BYTES = 1024 * 1024;
const LEAST_SCANNER_TEXT_BYTES = 1024;

/**
 * Compiles one pattern, or a list of which any may match (grep -e … -e …; back-references count the groups of their own pattern).
 * No pattern may contain the line terminator: split it there first. Throws RegexError.
 */
export function compile(pattern: Pattern | readonly Pattern[], options: CompileOptions = {}): Regex {
  const list = typeof pattern === "string" || pattern instanceof Uint8Array ? [pattern] : pattern;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const parsed: ParsedPattern[] = [];
  const problems: RegexProblem[] = [];
  const warnings: string[] = [];
  const patterns = list.map(bytesOf);
  let bytesLeft = limits.patternBytes;
  for (const [patternIndex, bytes] of patterns.entries()) {
    bytesLeft -= bytes.length;
    attempt(patternIndex, problems, () => {
      if (bytesLeft < 0) throw new PatternProblem("ESIZE", "Regular expression too big");
      parsed.push(parsePattern(bytes, options, limits));
    });
  }
  throwFirst(problems, warnings);
  for (const [patternIndex, one] of parsed.entries()) {
    warnings.push(...one.warnings);
    if (one.lateProblem === undefined) continue;
    attempt(patternIndex, problems, () => throwProblem(one.lateProblem!));
    throwFirst(problems, warnings);
  }
  let engines: Engines | undefined;
  attempt(0, problems, () => {
    engines = buildEngines(parsed, options, limits, lineRuleOf(patterns, parsed, options, limits));
  });
  throwFirst(problems, warnings);
  return new Regex(engines!, parsed, warnings, { patterns: list.map(bytesOf), options }, limits);
}

function throwProblem(problem: PatternProblem): never {
  throw problem;
}

function attempt(patternIndex: number, problems: RegexProblem[], action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof PatternProblem)) throw error;
    problems.push({ code: error.code, message: error.message, patternIndex, offset: error.position });
  }
}

function throwFirst(problems: readonly RegexProblem[], warnings: readonly string[]): void {
  const [first, ...more] = problems;
  if (first !== undefined) throw new RegexError(first, more, warnings);
}

/** A compiled pattern, or list of patterns. */
export class Regex {
  readonly #engines: Engines;
  readonly #options: CompileOptions;
  readonly #limits: RegexLimits;
  readonly #terminator: number;
  /** A scanner that nobody uses at the moment. */
  #spare: LineScanner | undefined;
  /** GNU grep's, without their "warning: ". */
  readonly warnings: readonly string[];
  /** Groups, of the pattern that has most of them. */
  readonly captureCount: number;
  /** What compile() was given: enough to make the same in another thread. */
  readonly source: RegexSource;

  /** Use compile(). */
  constructor(
    engines: Engines,
    parsed: readonly ParsedPattern[],
    warnings: readonly string[],
    source: RegexSource,
    limits: RegexLimits,
  ) {
    const { options } = source;
    this.source = source;
    this.#engines = engines;
    this.#options = options;
    this.#limits = limits;
    this.#terminator = options.lineTerminator ?? 10;
    this.warnings = warnings;
    this.captureCount = Math.max(0, ...parsed.map(({ groups }) => groups));
  }

  get plan(): Plan {
    return {
      guarantee: this.#engines.guarantee,
      literals: this.#engines.lineProgram?.literals?.literals.map(literalText) ?? [],
      states: this.#engines.states(),
      engine: this.#engines.name,
    };
  }

  /** Whether a line of the text has a match at or after `from`, a byte offset. */
  test(text: Pattern, from = 0): boolean {
    const bytes = bytesOf(text);
    if (from > 0 || !this.#fitsScanner(bytes)) return this.#search(bytes, from) !== undefined;
    const scanner = this.#borrowScanner(bytes);
    const found = scanner.next(0, bytes.length) !== -1;
    this.#spare = scanner;
    return found;
  }

  /** The leftmost match at or after `from`, a byte offset. Text before `from` still counts as what stands before the match. */
  find(text: Pattern, from = 0): Span | undefined {
    const found = this.#search(bytesOf(text), from);
    return found === undefined ? undefined : { start: found.matchStart, end: found.matchEnd };
  }

  /** All matches, none overlapping. An empty one that touches the last one's end is passed over. */
  *findAll(text: Pattern): IterableIterator<Span> {
    const bytes = bytesOf(text);
    const scanner = this.#fitsScanner(bytes) ? this.#borrowScanner(bytes) : undefined;
    try {
      yield* this.#allSpans(bytes, scanner);
    } finally {
      this.#spare = scanner;
    }
  }

  *#allSpans(bytes: Uint8Array, scanner: LineScanner | undefined): Generator<Span> {
    const terminator = this.#terminator;
    for (let start = 0; start <= bytes.length;) {
      if (scanner !== undefined) start = scanner.next(start, bytes.length);
      if (start === -1) return;
      const next = terminator < 0 ? -1 : bytes.indexOf(terminator, start);
      const end = next === -1 ? bytes.length : next;
      yield* this.#spansOf(bytes, start, end);
      // Behind the last terminator there is no line.
      if (next === -1 || end + 1 >= bytes.length) return;
      start = end + 1;
    }
  }

  /** The matches in the line [start, end). */
  #spansOf(bytes: Uint8Array, start: number, end: number): Span[] {
    const { places } = this.#engines;
    const spans: Span[] = [];
    let lastEnd = -1;
    for (let from = start; from <= end && places.find(bytes, start, end, from);) {
      const { matchStart, matchEnd } = places;
      if (matchEnd > matchStart || matchStart !== lastEnd) spans.push({ start: matchStart, end: matchEnd });
      lastEnd = matchEnd;
      from = matchEnd > matchStart ? matchEnd : matchEnd + 1;
    }
    return spans;
  }

  /** A scanner with the text in its buffer. */
  #borrowScanner(bytes: Uint8Array): LineScanner {
    const scanner = this.#spare ?? this.scanner();
    this.#spare = undefined;
    scanner.reserve(bytes.length).set(bytes);
    return scanner;
  }

  /** Whether copying the text to where the kernels read is a small price. */
  #fitsScanner(bytes: Uint8Array): boolean {
    const { length } = bytes;
    return (
      this.#engines.lineProgram !== undefined &&
      this.#terminator >= 0 &&
      length >= LEAST_SCANNER_TEXT_BYTES &&
      length <= SCANNER_TEXT_BYTES
    );
  }

  /** Like find(), with what the groups captured. */
  match(text: Pattern, from = 0): Match | undefined {
    const bytes = bytesOf(text);
    const line = this.#searchLine(bytes, from);
    if (line === undefined) return undefined;
    const { matchStart: start, matchEnd: end } = this.#engines.places;
    const { captures, patternIndex } = this.#engines.captures(bytes, line.start, line.end, start, end);
    return { start, end, captures, patternIndex };
  }

  /** The lines of a stream that match, as they come, with context. Throws RegexError("ELINE") for a line above `limits.lineBytes`. */
  lines(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, options: LinesOptions = {}): AsyncIterable<Line> {
    return selectLines(this.#engines.lines, source, this.#terminator, this.#limits.lineBytes, options);
  }

  /** Counts matching lines of a stream. */
  counter(): LineCounter {
    return new StreamCounter(this.scanner(), this.#terminator, this.#limits.lineBytes);
  }

  scanner(): LineScanner {
    const { lines, spans, lineProgram } = this.#engines;
    const encoding = this.#options.encoding ?? "utf8";
    const terminator = this.#terminator;
    if (lineProgram === undefined || terminator < 0)
      return new PlainLineScanner({ lines, places: spans, lineTerminator: terminator, encoding });
    return new KernelScanner(
      { lines, places: spans, lineProgram, terminator, encoding },
      this.#options.engine ?? "auto",
    );
  }

  #search(bytes: Uint8Array, from: number): Matcher | undefined {
    return this.#searchLine(bytes, from) === undefined ? undefined : this.#engines.places;
  }

  /** The line in which `places` has found a match. */
  #searchLine(bytes: Uint8Array, from: number): Span | undefined {
    const { places } = this.#engines;
    const terminator = this.#terminator;
    let at = Math.max(0, from);
    if (at > bytes.length) return undefined;
    let start = terminator < 0 || at === 0 ? 0 : bytes.lastIndexOf(terminator, at - 1) + 1;
    for (;;) {
      const next = terminator < 0 ? -1 : bytes.indexOf(terminator, at);
      const end = next === -1 ? bytes.length : next;
      if (places.find(bytes, start, end, at)) return { start, end };
      // Behind the last terminator there is no line.
      if (next === -1 || next + 1 >= bytes.length) return undefined;
      start = at = next + 1;
    }
  }
}

function bytesOf(text: Pattern): Uint8Array {
  return typeof text === "string" ? encoder.encode(text) : text;
}
