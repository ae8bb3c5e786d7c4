/**
 * How many instructions a pattern takes at most, be it an automaton's or the backtracking machine's. What is surely small enough need not
 * be built to know that it is.
 */
import type { Node } from "../syntax/ast.ts";

/** No class takes more, whatever Unicode has in it. */
const LARGEST_CLASS = 20_000;
/** A character in all its cases; a dot. */
const LARGEST_CHARACTER = 100;
/** What groups, loops and conditions add. */
const OVERHEAD = 8;

export function sizeBound(node: Node): number {
  switch (node.type) {
    case "character":
      return node.ignoreCase ? LARGEST_CHARACTER : OVERHEAD;
    case "any":
      return LARGEST_CHARACTER;
    case "class":
      return LARGEST_CLASS;
    case "group":
    case "atomic":
    case "look":
      return OVERHEAD + sizeBound(node.body);
    case "repeat": {
      if (node.max === 0) return OVERHEAD;
      const copies = node.max === Infinity ? Math.max(1, node.min) : node.max;
      return OVERHEAD + copies * (OVERHEAD + sizeBound(node.body));
    }
    case "concatenation":
      return sum(node.parts);
    case "alternation":
      return sum(node.branches);
    case "conditional": {
      const condition = node.condition.type === "look" ? 2 * sizeBound(node.condition.body) : 0;
      return 3 * OVERHEAD + condition + sizeBound(node.yes) + sizeBound(node.no);
    }
    default:
      return OVERHEAD;
  }
}

function sum(nodes: readonly Node[]): number {
  return nodes.reduce((size, node) => size + sizeBound(node), OVERHEAD * nodes.length);
}
