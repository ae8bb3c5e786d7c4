/** How many bytes a node's matches have. */
import type { Node } from "../syntax/ast.ts";

export interface Width {
  readonly least: number;
  /** Of one node at most UNBOUNDED; sums of several are exact, so that their differences are, too. */
  readonly most: number;
}

/** As good as no limit, and still a number to calculate with. */
const UNBOUNDED = 0x4000_0000;

/** Bytes of what UTF-8 has for a character, or what only looks like one (RFC 2279). */
const LONGEST_SEQUENCE = 6;
const NONE: Width = { least: 0, most: 0 };
const BYTE: Width = { least: 1, most: 1 };

/** Bounds: `least` may be too low, `most` too high. */
export function widthOf(node: Node, encoding: "utf8" | "bytes"): Width {
  switch (node.type) {
    case "empty":
    case "assertion":
    case "look":
    case "keep":
      return NONE;
    case "anyByte":
      return BYTE;
    case "character":
    case "any":
    case "class":
      return encoding === "bytes" ? BYTE : { least: 1, most: LONGEST_SEQUENCE };
    case "group":
    case "atomic":
      return widthOf(node.body, encoding);
    case "concatenation":
      return repeated(
        node.parts.reduce((sum, part) => added(sum, widthOf(part, encoding)), NONE),
        1,
        1,
      );
    case "alternation": {
      const widths = node.branches.map((branch) => widthOf(branch, encoding));
      return {
        least: Math.min(...widths.map(({ least }) => least)),
        most: Math.max(...widths.map(({ most }) => most)),
      };
    }
    case "repeat":
      return repeated(widthOf(node.body, encoding), node.min, node.max);
    default:
      return { least: 0, most: UNBOUNDED };
  }
}

export function added(a: Width, b: Width): Width {
  return { least: a.least + b.least, most: a.most + b.most };
}

export function repeated({ least, most }: Width, min: number, max: number): Width {
  return { least: Math.min(UNBOUNDED, least * min), most: most === 0 ? 0 : Math.min(UNBOUNDED, most * max) };
}
