/** How parsers report: thrown inside a parser, caught by compile(), which knows which pattern of the list it was. */
import type { RegexErrorCode } from "../errors.ts";

/** GNU's words for what POSIX can find wrong (regcomp(3) of glibc). */
export const POSIX_MESSAGES = {
  BADPAT: "Invalid regular expression",
  ECOLLATE: "Invalid collation character",
  ECTYPE: "Invalid character class name",
  EESCAPE: "Trailing backslash",
  ESUBREG: "Invalid back reference",
  EBRACK: "Unmatched [, [^, [:, [., or [=",
  EPAREN: "Unmatched ( or \\(",
  ERPAREN: "Unmatched ) or \\)",
  EBRACE: "Unmatched \\{",
  BADBR: "Invalid content of \\{\\}",
  ERANGE: "Invalid range end",
  ESIZE: "Regular expression too big",
  BADRPT: "Invalid preceding regular expression",
} as const;

export class PatternProblem extends Error {
  readonly code: RegexErrorCode;
  /** In characters of the pattern; -1 for the whole. */
  readonly position: number;

  constructor(code: RegexErrorCode, message: string, position = -1) {
    super(message);
    this.code = code;
    this.position = position;
  }
}
