/**
 * An oddity of GNU grep's: with -x and -w together, what -o and the colours take for the match is the line with its terminator, provided that
 * the search is done by glibc's regular expressions and not by its search for plain words. Which of the two it is follows from the patterns.
 */
import type { ByteString } from "../byte-string.ts";
import { isAscii } from "../byte-string.ts";
import type { Locale } from "./locale.ts";
import type { Settings } from "./settings.ts";

export function matchesTakeTerminator(
  settings: Settings,
  patterns: readonly ByteString[],
  { encoding }: Locale,
): boolean {
  const { wholeLines, wholeWords, matcher, ignoreCase } = settings;
  if (!wholeLines || !wholeWords || matcher === "perl") return false;
  if (matcher !== "fixed") return patterns.length === 1 || !patterns.every((pattern) => isPlain(pattern, matcher));
  // Plain words are left to the regular expressions where those are said to be faster, or fold cases better.
  if (encoding === "bytes") return patterns.length === 1;
  return ignoreCase && patterns.some((pattern) => !isAscii(pattern));
}

function isPlain(pattern: ByteString, matcher: "bre" | "ere"): boolean {
  return !(matcher === "bre" ? /[$*.[^\\]/ : /[$*.[^\\+?(){|]/).test(pattern);
}
