/** A parser per dialect behind one door. */
import type { CompileOptions, RegexLimits } from "../options.ts";
import { CodeOrder, LocaleOrder } from "../unicode/collation.ts";
import { type Folding, asciiFolding, unicodeFolding } from "../unicode/folding.ts";
import type { ParsedPattern } from "./ast.ts";
import type { CollationRules } from "./bracket.ts";
import { parseFixed } from "./fixed.ts";
import { readForLines } from "./line-parser.ts";
import { type LineRule, lineRule, sameReading } from "./line-reading.ts";
import { decodePattern } from "./pattern-text.ts";
import { PERL_MESSAGES } from "./perl-reader.ts";
import { isTooLargeForPerl } from "./perl-size.ts";
import { PerlParser, type PerlPattern } from "./perl.ts";
import { type PosixOptions, PosixParser } from "./posix.ts";
import { PatternProblem } from "./problem.ts";

const NO_NAMES: ReadonlyMap<string, readonly number[]> = new Map();

/** Throws PatternProblem, with the position in bytes. */
export function parsePattern(bytes: Uint8Array, options: CompileOptions, limits: RegexLimits): ParsedPattern {
  const { characters, offsets } = decodePattern(bytes, options.encoding ?? "utf8");
  try {
    return parseCharacters(characters, options, limits);
  } catch (error) {
    if (!(error instanceof PatternProblem) || error.position === -1) throw error;
    throw new PatternProblem(error.code, error.message, offsets[error.position] ?? bytes.length);
  }
}

function parseCharacters(characters: readonly number[], options: CompileOptions, limits: RegexLimits): ParsedPattern {
  switch (options.syntax ?? "ere") {
    case "fixed":
      return {
        root: parseFixed(characters, options.ignoreCase ?? false),
        groups: 0,
        groupNames: NO_NAMES,
        warnings: [],
      };
    case "perl":
      return { ...parsePerl(characters, options), warnings: [] };
    default:
      return parsePosix(characters, posixOptions(options, limits));
  }
}

function parsePerl(text: readonly number[], options: CompileOptions): PerlPattern {
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

function parsePosix(text: readonly number[], options: PosixOptions): ParsedPattern {
  const { root, groups, brackets } = new PosixParser(text, options).parse();
  const lines = readForLines(text, options, brackets);
  return {
    root,
    groups,
    groupNames: NO_NAMES,
    warnings: lines.warnings,
    ...(lines.problem !== undefined && { lateProblem: lines.problem }),
    differsForLines: lines.problem === undefined && !sameReading(root, lines.root),
    hasSpareParenthesis: lines.hasSpareParenthesis,
  };
}

/** How POSIX patterns are to be read under these options. */
export function posixOptions(options: CompileOptions, limits: RegexLimits): PosixOptions {
  return {
    extended: (options.syntax ?? "ere") === "ere",
    encoding: options.encoding ?? "utf8",
    ignoreCase: options.ignoreCase ?? false,
    perlClasses: options.perlClasses ?? false,
    depth: limits.depth,
    collation: collationRules(options),
  };
}

/** What decides lines, where it is not what finds places in them. `patterns` are right, and have been parsed. */
export function lineRuleOf(
  patterns: readonly Uint8Array[],
  parsed: readonly ParsedPattern[],
  options: CompileOptions,
  limits: RegexLimits,
): LineRule | undefined {
  const differs = parsed.some(
    (one) => one.differsForLines === true || (one.hasSpareParenthesis === true && options.whole !== undefined),
  );
  if (!differs) return undefined;
  const texts = patterns.map((bytes) => decodePattern(bytes, options.encoding ?? "utf8").characters);
  return lineRule(texts, posixOptions(options, limits), options.whole);
}

function collationRules(options: CompileOptions): CollationRules {
  const encoding = options.encoding ?? "utf8";
  const folding = (): Folding => (encoding === "bytes" ? asciiFolding() : unicodeFolding(options.dottedI ?? false));
  if (options.collation === undefined || encoding === "bytes") return new CodeOrder(encoding, folding);
  return new LocaleOrder(options.collation, folding);
}
