import { RegexError } from "../errors.ts";
import { type CompileOptions, DEFAULT_LIMITS } from "../options.ts";
import { parsePattern } from "./parse.ts";
import { type PrintedSyntax, printPattern } from "./printer.ts";
import { PatternProblem } from "./problem.ts";

/**
 * Writes a pattern in another of POSIX's dialects: `translate("a+", {}, "bre")` is `a\+`. Throws RegexError for a pattern that is wrong, and
 * TypeError for what the other dialect has no way to write (Perl's lookaround, for example).
 */
export function translate(pattern: string | Uint8Array, options: CompileOptions, to: PrintedSyntax): Uint8Array {
  const bytes = typeof pattern === "string" ? new TextEncoder().encode(pattern) : pattern;
  try {
    const { root } = parsePattern(bytes, options, { ...DEFAULT_LIMITS, ...options.limits });
    return printPattern(root, to, options.encoding);
  } catch (error) {
    if (!(error instanceof PatternProblem)) throw error;
    throw new RegexError({ code: error.code, message: error.message, patternIndex: 0, offset: error.position });
  }
}
