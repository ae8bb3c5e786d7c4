/** A parser per dialect behind one door. */
import type { CompileOptions, RegexLimits } from "../options.ts";
import type { ParsedPattern } from "./ast.ts";
import { parseFixed } from "./fixed.ts";
import { type LineRule, lineRule } from "./line-reading.ts";
import { parsePerl } from "./parse-perl.ts";
import { parsePosix, posixOptions } from "./parse-posix.ts";
import { decodePattern } from "./pattern-text.ts";
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
  const { syntax = "ere", ignoreCase = false } = options;
  if (syntax === "perl") return { ...parsePerl(characters, options), warnings: [] };
  if (syntax === "fixed" || characters.every(isOrdinary))
    return { root: parseFixed(characters, ignoreCase), groups: 0, groupNames: NO_NAMES, warnings: [] };
  return parsePosix(characters, options, limits);
}

const SPECIAL = "\\^$.[]*+?{}()|";

/** Whether it is text in basic and in extended expressions, wherever it stands: a pattern of such is its own text to both of GNU grep's readers. */
function isOrdinary(character: number): boolean {
  return character >= 0x20 && character < 0x7f && !SPECIAL.includes(String.fromCharCode(character));
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
