/**
 * PCRE2 refuses patterns whose compiled form has more than 64 KiB. Repeated groups are written out in it, repeated characters are not. The
 * sizes below are those of its opcodes (pcre2_internal.h, offsets of two bytes), near enough for patterns that are not near the limit.
 */
import type { Node } from "./ast.ts";

const LARGEST_PATTERN_BYTES = 65535;

const CHARACTER = 2;
const CLASS = 33;
const GROUP = 6;
const CAPTURE = 8;
const BRANCH = 3;
const COUNTS = 4;

export function isTooLargeForPerl(root: Node): boolean {
  return sizeOf(root) > LARGEST_PATTERN_BYTES;
}

function sizeOf(node: Node): number {
  switch (node.type) {
    case "character":
      return CHARACTER;
    case "class":
      return node.escape === true ? CHARACTER : CLASS;
    case "group":
      return (node.index > 0 ? CAPTURE : GROUP) + sizeOf(node.body);
    case "atomic":
    case "look":
      return GROUP + sizeOf(node.body);
    case "concatenation":
      return node.parts.reduce((sum, part) => sum + sizeOf(part), 0);
    case "alternation":
      return node.branches.reduce((sum, branch) => sum + BRANCH + sizeOf(branch), 0);
    case "conditional":
      return GROUP + sizeOf(node.yes) + sizeOf(node.no);
    case "repeat": {
      const { body, min, max } = node;
      if (body.type === "character" || body.type === "any" || body.type === "class") return sizeOf(body) + COUNTS;
      return sizeOf(body) * Math.max(1, max === Infinity ? min : max);
    }
    default:
      return CHARACTER;
  }
}
