/** What the two readers of POSIX patterns (posix.ts, line-parser.ts) have in common. */
import { type AssertionKind, type CharacterClass, type ClassName, type Node, assertion, concatenation } from "./ast.ts";
import { isRawByte } from "./pattern-text.ts";

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

/** A character that stands for itself; a byte that is none is not found between the bytes of a character. */
export function characterNode(codePoint: number, ignoreCase: boolean): Node {
  const character: Node = { type: "character", codePoint, ignoreCase };
  return isRawByte(codePoint) ? concatenation([assertion("characterStart"), character]) : character;
}
