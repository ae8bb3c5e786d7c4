/** What can be said of a node's language without making an automaton of it. */
import type { Node } from "../syntax/ast.ts";
import { type Alphabet, characterSet, everything } from "../unicode/alphabet.ts";
import { resolveClass } from "../unicode/character-class.ts";
import { type CodePointSet, difference } from "../unicode/code-point-set.ts";
import { assertionNumber } from "./assertions.ts";

/** Whether an automaton can do it at all: no back-references, nothing of Perl's that is not regular. */
export function isRegular(node: Node): boolean {
  switch (node.type) {
    case "empty":
    case "character":
    case "any":
    case "class":
      return true;
    case "assertion":
      return assertionNumber(node.kind) !== undefined;
    case "group":
      return isRegular(node.body);
    case "repeat":
      return node.mode !== "possessive" && isRegular(node.body);
    case "concatenation":
      return node.parts.every(isRegular);
    case "alternation":
      return node.branches.every(isRegular);
    default:
      return false;
  }
}

/** Whether it can match nothing at all. */
export function isNullable(node: Node): boolean {
  switch (node.type) {
    case "character":
    case "any":
    case "anyByte":
    case "class":
      return false;
    case "group":
    case "atomic":
      return isNullable(node.body);
    case "repeat":
      return node.min === 0 || isNullable(node.body);
    case "concatenation":
      return node.parts.every(isNullable);
    case "alternation":
      return node.branches.some(isNullable);
    default:
      return true;
  }
}

/** Whether it means everything but some characters. */
export function takesLookalikes(node: Node): boolean {
  return node.type === "any" || (node.type === "class" && node.negated);
}

/** What one character, dot or class stands for. */
export function setOfNode(node: Node, alphabet: Alphabet): CodePointSet {
  switch (node.type) {
    case "character":
      return characterSet(node.codePoint, node.ignoreCase, alphabet);
    case "any": {
      const all = everything(alphabet);
      return node.newline ? all : difference(all, [0x0a, 0x0a]);
    }
    case "class":
      return resolveClass(node, alphabet);
    default:
      throw new TypeError(`no set: ${node.type}`);
  }
}
