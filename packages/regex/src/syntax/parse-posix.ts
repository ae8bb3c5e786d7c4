/** Basic and extended patterns, read as both of GNU grep's matchers do. */
import type { CompileOptions, RegexLimits } from "../options.ts";
import { CodeOrder, LocaleOrder } from "../unicode/collation.ts";
import { type Folding, asciiFolding, unicodeFolding } from "../unicode/folding.ts";
import type { ParsedPattern } from "./ast.ts";
import type { CollationRules } from "./bracket.ts";
import { readForLines } from "./line-parser.ts";
import { sameReading } from "./line-reading.ts";
import { type PosixOptions, PosixParser } from "./posix.ts";

const NO_NAMES: ReadonlyMap<string, readonly number[]> = new Map();

/** Throws PatternProblem, with the position in characters. */
export function parsePosix(
  text: readonly number[],
  compileOptions: CompileOptions,
  limits: RegexLimits,
): ParsedPattern {
  const options = posixOptions(compileOptions, limits);
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

function collationRules(options: CompileOptions): CollationRules {
  const encoding = options.encoding ?? "utf8";
  const folding = (): Folding => (encoding === "bytes" ? asciiFolding() : unicodeFolding(options.dottedI ?? false));
  if (options.collation === undefined || encoding === "bytes") return new CodeOrder(encoding, folding);
  return new LocaleOrder(options.collation, folding);
}
