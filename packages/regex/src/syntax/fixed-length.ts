import type { Node } from "./ast.ts";

/** Characters that the node takes: undefined when that varies or cannot be told. */
export function fixedLength(node: Node): number | undefined {
  switch (node.type) {
    case "character":
    case "any":
    case "class":
      return 1;
    case "empty":
    case "assertion":
    case "look":
    case "keep":
      return 0;
    case "group":
    case "atomic":
      return fixedLength(node.body);
    case "repeat": {
      const length = node.min === node.max ? fixedLength(node.body) : undefined;
      return length === undefined ? undefined : length * node.min;
    }
    case "concatenation": {
      let sum = 0;
      for (const part of node.parts) {
        const length = fixedLength(part);
        if (length === undefined) return undefined;
        sum += length;
      }
      return sum;
    }
    case "alternation": {
      const [first, ...others] = node.branches.map(fixedLength);
      return others.every((length) => length === first) ? first : undefined;
    }
    default:
      return undefined;
  }
}
