/**
 * glibc's matcher has a short cut in UTF-8 locales: a pattern whose parts mean the same byte by byte is matched as bytes (optimize_utf8 in
 * its regcomp.c). It shows in two places. `.` then takes whatever has the outer form of UTF-8: surrogates, and five and six bytes. And a
 * byte of the pattern that is no character is found inside characters too.
 */
import type { ClassItem, Node } from "./ast.ts";
import { isRawByte } from "./pattern-text.ts";

/** Whether glibc takes the short cut. */
export function readsBytes(node: Node): boolean {
  switch (node.type) {
    case "character":
      return !node.ignoreCase;
    case "any":
    case "empty":
    case "backReference":
      return true;
    case "assertion":
      return node.kind === "lineStart" || node.kind === "lineEnd";
    case "class":
      return !node.negated && !node.ignoreCase && node.items.every(isAsciiCharacter);
    case "group":
      return readsBytes(node.body);
    case "repeat":
      return node.max === 0 || readsBytes(node.body);
    case "concatenation":
      return node.parts.every(readsBytes);
    case "alternation":
      return node.branches.every(readsBytes);
    default:
      return false;
  }
}

function isAsciiCharacter(item: ClassItem): boolean {
  switch (item.type) {
    case "range":
      return item.low === item.high && item.low < 0x80;
    case "equivalence":
    case "collating":
      return item.codePoint < 0x80;
    default:
      return false;
  }
}

/** Whether a dot occurs in it. */
export function hasAny(node: Node): boolean {
  switch (node.type) {
    case "any":
      return true;
    case "group":
    case "repeat":
      return hasAny(node.body);
    case "concatenation":
      return node.parts.some(hasAny);
    case "alternation":
      return node.branches.some(hasAny);
    default:
      return false;
  }
}

/** Whether a byte that is no character occurs in it. */
export function hasRawByte(node: Node): boolean {
  switch (node.type) {
    case "character":
      return isRawByte(node.codePoint);
    case "group":
    case "repeat":
      return hasRawByte(node.body);
    case "concatenation":
      return node.parts.some(hasRawByte);
    case "alternation":
      return node.branches.some(hasRawByte);
    default:
      return false;
  }
}
