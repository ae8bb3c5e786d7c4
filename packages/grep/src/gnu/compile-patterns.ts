/** From the pattern list to what searches, with warnings and errors in GNU grep's words. */
import { compile, type CompileOptions, type Regex, RegexError, type RegexProblem } from "@tenon/regex";
import { type ByteString, fromText, toBytes } from "../byte-string.ts";
import type { LineCondition } from "../search/selection.ts";
import type { Locale } from "./locale.ts";
import type { PatternCollector } from "./patterns.ts";
import { withFinalBackslash } from "./plain-words.ts";
import type { Settings } from "./settings.ts";
import { Trouble } from "./trouble.ts";

export function compileOptions(settings: Settings, { encoding, dottedI, collation }: Locale): CompileOptions {
  const { matcher, ignoreCase, wholeLines, wholeWords, terminator, perlClasses, engine } = settings;
  return {
    syntax: matcher,
    encoding,
    dottedI,
    ignoreCase,
    perlClasses,
    engine,
    lineTerminator: terminator,
    ...(wholeLines ? { whole: "line" } : wholeWords ? { whole: "word" } : {}),
    ...(collation === undefined ? {} : { collation }),
  };
}

/** Throws Trouble for patterns that are wrong. */
export function compilePatterns(
  patterns: PatternCollector,
  settings: Settings,
  locale: Locale,
  warn: (text: string) => void,
): Regex {
  if (settings.matcher === "perl" && patterns.patterns.length > 1)
    throw new Trouble("the -P option only supports a single pattern");
  const list = withFinalBackslash(patterns.patterns, settings, locale).map(toBytes);
  return guarded(() => compile(list, compileOptions(settings, locale)), patterns, warn);
}

/** --and and --not, read as the other patterns are. */
export function compileConditions(settings: Settings, locale: Locale, warn: (text: string) => void): LineCondition[] {
  const options = compileOptions(settings, locale);
  const matcher = (text: string): Regex =>
    guarded(() => compile(text.split("\n").map(toBytes), options), undefined, warn);
  return [
    ...settings.and.map((text): LineCondition => {
      const regex = matcher(text);
      return (line) => regex.test(line);
    }),
    ...settings.not.map((text): LineCondition => {
      const regex = matcher(text);
      return (line) => !regex.test(line);
    }),
  ];
}

function guarded(make: () => Regex, patterns: PatternCollector | undefined, warn: (text: string) => void): Regex {
  try {
    const regex = make();
    warnOf(regex.warnings, warn);
    return regex;
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    warnOf(error.warnings, warn);
    const lines = error.problems.map((problem) => origin(problem, patterns) + problem.message);
    for (const line of lines.slice(0, -1)) warn(line);
    throw new Trouble(lines.at(-1) ?? error.message);
  }
}

/** Debian's GNU grep, which ours is compared with, does not say that a backslash has nothing to do. */
const UNSAID = /^stray \\ /;

function warnOf(warnings: readonly string[], warn: (text: ByteString) => void): void {
  for (const warning of warnings) if (!UNSAID.test(warning)) warn(fromText(`warning: ${warning}`));
}

/** Found by the parser of the whole list, which does not know where its patterns came from. */
const WITHOUT_ORIGIN = /^(?:character class syntax is|unbalanced|invalid character class|unfinished)/;

function origin({ patternIndex, message }: RegexProblem, patterns: PatternCollector | undefined): string {
  const from = patterns?.origin(patternIndex);
  return from?.file === undefined || WITHOUT_ORIGIN.test(message) ? "" : `${from.file}:${from.line}: `;
}
