/** Perl patterns as grep -P has them: read, found small enough, and with its words for what -x and -w make of a final backslash. */
import type { CompileOptions } from "../options.ts";
import { PERL_MESSAGES } from "./perl-reader.ts";
import { isTooLargeForPerl } from "./perl-size.ts";
import { PerlParser, type PerlPattern } from "./perl.ts";
import { PatternProblem } from "./problem.ts";

/** Throws PatternProblem, with the position in characters. */
export function parsePerl(text: readonly number[], options: CompileOptions): PerlPattern {
  try {
    const pattern = new PerlParser(text, {
      ignoreCase: options.ignoreCase ?? false,
      encoding: options.encoding ?? "utf8",
      newlines: (options.lineTerminator ?? 10) !== 10,
    }).parse();
    if (isTooLargeForPerl(pattern.root)) throw new PatternProblem("ESIZE", PERL_MESSAGES.tooBig);
    return pattern;
  } catch (error) {
    const endsInBackslash = error instanceof PatternProblem && error.message === PERL_MESSAGES.endEscape;
    if (!endsInBackslash || options.whole === undefined) throw error;
    // grep -P puts -x and -w around the pattern as text: the backslash takes the parenthesis that was to close it.
    throw new PatternProblem("EPAREN", PERL_MESSAGES.missingParenthesis, error.position);
  }
}
