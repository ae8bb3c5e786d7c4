/** What can be wrong with a pattern, in POSIX's vocabulary (regcomp(3)) where it has a word. */
export type RegexErrorCode =
  | "EBRACK" // [ without its ]
  | "EPAREN" // ( without its ), or the other way round
  | "EBRACE" // { without its }
  | "BADBR" // what stands in { } is no repetition
  | "BADRPT" // a repetition of nothing
  | "ERANGE" // a range whose end comes first
  | "ECTYPE" // no such character class
  | "ECOLLATE" // no such collating element
  | "EESCAPE" // a backslash at the end
  | "ESUBREG" // a reference to a group that is not there
  | "ESIZE" // larger than a limit
  | "EDEPTH" // nested deeper than the limit
  | "EPERL" // Perl syntax, in PCRE2's words
  | "EUNSUPPORTED" // PCRE2 knows it, this engine does not
  | "EBACKTRACK" // more backtracking than the limit allows (while matching)
  | "ELINE"; // a line longer than the limit (while matching)

/** One thing that is wrong with one of the patterns. */
export interface RegexProblem {
  readonly code: RegexErrorCode;
  /** In GNU grep's words, or PCRE2's for Perl syntax. */
  readonly message: string;
  /** Which pattern of the list. */
  readonly patternIndex: number;
  /** Where in it, in bytes; -1 when the whole pattern is meant. */
  readonly offset: number;
}

/** A pattern that cannot be compiled, or a search that went over one of its limits. */
export class RegexError extends Error implements RegexProblem {
  override readonly name = "RegexError";
  readonly code: RegexErrorCode;
  readonly patternIndex: number;
  readonly offset: number;
  /** Every pattern's problem, in the order of the list: GNU grep reports all of them before it gives up. The first is this error itself. */
  readonly problems: readonly RegexProblem[];
  /** What would have been warned of before the error was noticed. */
  readonly warnings: readonly string[];

  constructor(first: RegexProblem, more: readonly RegexProblem[] = [], warnings: readonly string[] = []) {
    super(first.message);
    this.code = first.code;
    this.patternIndex = first.patternIndex;
    this.offset = first.offset;
    this.problems = [first, ...more];
    this.warnings = warnings;
  }
}
