/**
 * LIKE and GLOB (https://www.sqlite.org/lang_expr.html §5).
 *
 * LIKE has `%` for any run of characters and `_` for one; letters of ASCII are the same in both cases unless `PRAGMA case_sensitive_like`; behind the
 * ESCAPE character any other stands for itself, and nothing matches a pattern that ends with it. GLOB has `*`, `?` and sets: `[abc]`, `[a-z]`, `[^abc]`,
 * `]` first in a set being one of it; nothing matches a set that does not end. Both see texts up to their first NUL.
 *
 * A pattern becomes parts between its wildcards. The first part is held against the beginning of a text, the last against its end, and each between
 * them found as early as can be behind the one before: that is all the going back there is, so the time is at most the product of the
 * lengths. Hot: patterns are compiled once and kept, texts are not copied.
 */
import { SqliteError } from "../errors.ts";
import { encodedLength } from "../values/text-codec.ts";
import { type Cells, NULL, type RawText } from "../values/value.ts";
import { tagAt, textAt } from "./arguments.ts";
import { pure } from "./core-values.ts";
import type { CallContext, ScalarFunction } from "./function.ts";
import { PatternMatcher } from "./like-matcher.ts";
import { parseGlob, parseLike } from "./like-pattern.ts";
import { Recent } from "./recent.ts";
import { codePointsOf } from "./utf8.ts";

export interface TextMatcher {
  /** Whether all of a text matches. */
  matches(text: string | RawText): boolean;
}

export const likeFunctions: readonly ScalarFunction[] = [pure("glob", 2, 2, glob), pure("like", 2, 3, like)];

/**
 * LIKE with a pattern that is known. Throws when the pattern has more than `maxPatternBytes` bytes or `escape` is not one character.
 */
export function likeMatcher(
  pattern: string | RawText,
  escape: string | RawText | undefined,
  caseSensitive: boolean,
  maxPatternBytes: number,
): TextMatcher {
  checkPattern(pattern, maxPatternBytes);
  const escapeCode = escape === undefined ? -1 : escapeOf(escape);
  return new PatternMatcher(parseLike(codePointsOf(pattern), escapeCode), !caseSensitive);
}

/** GLOB with a pattern that is known. Throws when it has more than `maxPatternBytes` bytes. */
export function globMatcher(pattern: string | RawText, maxPatternBytes: number): TextMatcher {
  checkPattern(pattern, maxPatternBytes);
  return new PatternMatcher(parseGlob(codePointsOf(pattern)), false);
}

function checkPattern(pattern: string | RawText, maxPatternBytes: number): void {
  if (typeof pattern === "string" && pattern.length * 3 <= maxPatternBytes) return;
  if (encodedLength(pattern, "utf8") > maxPatternBytes)
    throw new SqliteError("SQLITE_ERROR", "LIKE or GLOB pattern too complex");
}

function escapeOf(escape: string | RawText): number {
  const codes = codePointsOf(escape);
  if (codes.length !== 1) throw new SqliteError("SQLITE_ERROR", "ESCAPE expression must be a single character");
  return codes[0]!;
}

/** A pattern that has been read. */
interface Remembered {
  readonly escape: string | undefined;
  readonly caseSensitive: boolean;
  readonly maxPatternBytes: number;
  readonly matcher: TextMatcher;
}

const likePatterns = new Recent<Remembered>();
const globPatterns = new Recent<Remembered>();

/** like(pattern, text) and like(pattern, text, escape): `text LIKE pattern ESCAPE escape`. */
function like(context: CallContext, cells: Cells, at: number, count: number): void {
  const pattern = textAt(cells, at, context.encoding);
  const hasEscape = count === 3;
  if (hasEscape && tagAt(cells, at + 2) === NULL) {
    checkPattern(pattern, context.limits.likePatternLength);
    return context.setNull();
  }
  const escape = hasEscape ? textAt(cells, at + 2, context.encoding) : undefined;
  const matcher = likeOf(context, pattern, escape);
  if (tagAt(cells, at) === NULL || tagAt(cells, at + 1) === NULL) return context.setNull();
  context.setInteger(matcher.matches(textAt(cells, at + 1, context.encoding)) ? 1 : 0);
}

function likeOf(context: CallContext, pattern: string | RawText, escape: string | RawText | undefined): TextMatcher {
  const caseSensitive = context.environment.caseSensitiveLike;
  const maxPatternBytes = context.limits.likePatternLength;
  if (typeof pattern !== "string" || (escape !== undefined && typeof escape !== "string"))
    return likeMatcher(pattern, escape, caseSensitive, maxPatternBytes);
  const known = likePatterns.get(pattern);
  if (
    known !== undefined &&
    known.escape === escape &&
    known.caseSensitive === caseSensitive &&
    known.maxPatternBytes === maxPatternBytes
  )
    return known.matcher;
  const matcher = likeMatcher(pattern, escape, caseSensitive, maxPatternBytes);
  likePatterns.set(pattern, { escape, caseSensitive, maxPatternBytes, matcher });
  return matcher;
}

/** glob(pattern, text): `text GLOB pattern`. */
function glob(context: CallContext, cells: Cells, at: number): void {
  const pattern = textAt(cells, at, context.encoding);
  const matcher = globOf(context, pattern);
  if (tagAt(cells, at) === NULL || tagAt(cells, at + 1) === NULL) return context.setNull();
  context.setInteger(matcher.matches(textAt(cells, at + 1, context.encoding)) ? 1 : 0);
}

function globOf(context: CallContext, pattern: string | RawText): TextMatcher {
  const maxPatternBytes = context.limits.likePatternLength;
  if (typeof pattern !== "string") return globMatcher(pattern, maxPatternBytes);
  const known = globPatterns.get(pattern);
  if (known?.maxPatternBytes === maxPatternBytes) return known.matcher;
  const matcher = globMatcher(pattern, maxPatternBytes);
  globPatterns.set(pattern, { escape: undefined, caseSensitive: true, maxPatternBytes, matcher });
  return matcher;
}
