/** What the two readers of POSIX patterns (posix.ts, line-parser.ts) have in common. */
import type { AssertionKind, CharacterClass, ClassName } from "./ast.ts";

/** RE_DUP_MAX: the largest number in { }. */
export const LARGEST_REPETITION = 32767;

/** Letters that a backslash turns into anchors, in both dialects. */
export const ESCAPED_ANCHORS: Readonly<Record<string, AssertionKind>> = {
  "<": "wordStart",
  ">": "wordEnd",
  b: "wordBoundary",
  B: "notWordBoundary",
  "`": "lineStart",
  "'": "lineEnd",
};

/** Letters that a backslash turns into classes. */
export const CLASS_ESCAPES: Readonly<Record<string, CharacterClass>> = {
  w: escapedClass("word", false),
  W: escapedClass("word", true),
  s: escapedClass("space", false),
  S: escapedClass("space", true),
};

/** Likewise, under `perlClasses`. */
export const PERL_CLASS_ESCAPES: Readonly<Record<string, CharacterClass>> = {
  d: escapedClass("digit", false),
  D: escapedClass("digit", true),
};

function escapedClass(name: ClassName, negated: boolean): CharacterClass {
  return { type: "class", negated, items: [{ type: "named", name, negated: false }], ignoreCase: false, escape: true };
}
