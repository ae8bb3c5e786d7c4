/** How a pattern is read: POSIX basic and extended as GNU extends them, plain text, or Perl's as PCRE2 reads it. */
export type Syntax = "bre" | "ere" | "fixed" | "perl";

/** What a pattern and a search may cost. A pattern above a limit is refused by compile(); a search throws. */
export interface RegexLimits {
  /** Length of all patterns together, in bytes. */
  readonly patternBytes: number;
  /** Nesting of groups. */
  readonly depth: number;
  /** Instructions of the compiled program, repetitions written out. */
  readonly programSize: number;
  /** Memory for the states of a lazy automaton; a Regex has a few of them (for lines, for places). */
  readonly dfaCacheBytes: number;
  /** Steps that one search may take where only backtracking can answer (back-references, Perl-only constructs). */
  readonly backtrackSteps: number;
  /** The longest line that lines() and counter() hold. */
  readonly lineBytes: number;
}

export const DEFAULT_LIMITS: RegexLimits = {
  patternBytes: 32 * 1024 * 1024,
  depth: 1_000,
  programSize: 4_000_000,
  dfaCacheBytes: 8 * 1024 * 1024,
  backtrackSteps: 10_000_000,
  lineBytes: 1024 * 1024 * 1024,
};

/** How a locale sorts characters, for the ranges and equivalence classes of POSIX bracket expressions. */
export interface Collation {
  /** The character's place in the order; undefined when it is not sorted. */
  place(codePoint: number): number | undefined;
  /** The characters from one place to another, as ranges: [low, high, low, high, …]. */
  between(first: number, last: number): readonly number[];
  /** The characters that differ from this one in accents and case at most, itself included, as ranges. */
  equivalents(codePoint: number): readonly number[] | undefined;
}

export interface CompileOptions {
  /** Default "ere". */
  readonly syntax?: Syntax;
  /** What the bytes of pattern and text are. "bytes" is the C locale. Default "utf8". */
  readonly encoding?: "utf8" | "bytes";
  readonly ignoreCase?: boolean;
  /** Fold i with İ and ı with I, as Turkish and Azeri do. */
  readonly dottedI?: boolean;
  /** Read \d and \D as digits in BRE and ERE too; GNU reads them as d and D. */
  readonly perlClasses?: boolean;
  /** How the locale sorts. By code when absent, which is right for C and C.UTF-8; iso14651 (a door of its own) is what other locales of glibc have. */
  readonly collation?: Collation;
  /** Which of the matches that start leftmost: the longest, or the one that Perl tries first. Default: first for "perl", else longest. */
  readonly semantics?: "longest" | "first";
  /** Match whole lines (grep -x) or whole words (grep -w) only. */
  readonly whole?: "line" | "word";
  /** The byte that ends lines and that no line contains: 10 (default) or 0. */
  readonly lineTerminator?: number;
  /** Which kernels may run; "auto" takes WebAssembly where it is there. */
  readonly engine?: "auto" | "js" | "wasm";
  readonly limits?: Partial<RegexLimits>;
}
