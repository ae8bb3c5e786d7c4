/** A parser per dialect behind one door. */
import type { CompileOptions, RegexLimits } from "../options.ts";
import { CodeOrder, LocaleOrder } from "../unicode/collation.ts";
import { type Folding, asciiFolding, unicodeFolding } from "../unicode/folding.ts";
import type { ClassItem, Node, ParsedPattern } from "./ast.ts";
import type { CollationRules } from "./bracket.ts";
import { parseFixed } from "./fixed.ts";
import { decodePattern } from "./pattern-text.ts";
import { PERL_MESSAGES } from "./perl-reader.ts";
import { isTooLargeForPerl } from "./perl-size.ts";
import { PerlParser, type PerlPattern } from "./perl.ts";
import { type PosixOptions, PosixParser } from "./posix.ts";
import { PatternProblem } from "./problem.ts";
import { patternWarnings } from "./warnings.ts";

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
  const encoding = options.encoding ?? "utf8";
  const ignoreCase = options.ignoreCase ?? false;
  switch (options.syntax ?? "ere") {
    case "fixed":
      return { root: parseFixed(characters, ignoreCase), groups: 0, groupNames: NO_NAMES, warnings: [] };
    case "perl":
      return { ...parsePerl(characters, options), warnings: [] };
    default:
      return parsePosix(
        characters,
        {
          extended: (options.syntax ?? "ere") === "ere",
          ignoreCase,
          perlClasses: options.perlClasses ?? false,
          depth: limits.depth,
          collation: collationRules(options),
          reader: "places",
        },
        encoding,
      );
  }
}

function parsePerl(text: readonly number[], options: CompileOptions): PerlPattern {
  const pattern = new PerlParser(text, {
    ignoreCase: options.ignoreCase ?? false,
    encoding: options.encoding ?? "utf8",
    newlines: (options.lineTerminator ?? 10) !== 10,
  }).parse();
  if (isTooLargeForPerl(pattern.root)) throw new PatternProblem("ESIZE", PERL_MESSAGES.tooBig);
  return pattern;
}

function parsePosix(text: readonly number[], options: PosixOptions, encoding: "utf8" | "bytes"): ParsedPattern {
  const places = new PosixParser(text, options).parse();
  // The other reader can find errors of its own, whoever decides in the end.
  const others = places.ambiguous ? new PosixParser(text, { ...options, reader: "lines" }).parse().root : undefined;
  const lines = others !== undefined && isForLineMatcher(others, encoding) ? others : undefined;
  return {
    root: places.root,
    ...(lines !== undefined && { lineRoot: lines }),
    groups: places.groups,
    groupNames: NO_NAMES,
    warnings: patternWarnings(text, { ...options, encoding }),
    ...(places.lacksBrackets && {
      lateProblem: new PatternProblem("ECTYPE", "character class syntax is [[:space:]], not [:space:]"),
    }),
  };
}

/**
 * Whether GNU grep's line matcher (dfa.c) can do a pattern by itself. What depends on the locale beyond ASCII, and back-references, it
 * leaves to the C library's matcher, whose reading then counts for lines too.
 */
function isForLineMatcher(node: Node, encoding: "utf8" | "bytes"): boolean {
  switch (node.type) {
    case "backReference":
      return false;
    case "assertion":
      return encoding === "bytes" || node.kind === "lineStart" || node.kind === "lineEnd";
    case "class":
      return node.items.every((item) => isKnownItem(item, encoding));
    case "group":
      return isForLineMatcher(node.body, encoding);
    case "repeat":
      return node.max === 0 || isForLineMatcher(node.body, encoding);
    case "concatenation":
      return node.parts.every((part) => isForLineMatcher(part, encoding));
    case "alternation":
      return node.branches.every((branch) => isForLineMatcher(branch, encoding));
    default:
      return true;
  }
}

function isKnownItem(item: ClassItem, encoding: "utf8" | "bytes"): boolean {
  if (item.type === "equivalence" || item.type === "collating") return false;
  if (encoding === "bytes" || item.type !== "range") return encoding === "bytes";
  return item.low === item.high || (item.low >= 0x30 && item.high <= 0x39);
}

function collationRules(options: CompileOptions): CollationRules {
  const encoding = options.encoding ?? "utf8";
  const folding = (): Folding => (encoding === "bytes" ? asciiFolding() : unicodeFolding(options.dottedI ?? false));
  if (options.collation === undefined || encoding === "bytes") return new CodeOrder(encoding, folding);
  return new LocaleOrder(options.collation, folding);
}
