/**
 * A regular pattern that matches wherever the given one does, and more: what the automata can use to pass over text in which the
 * backtracking machine would look in vain. undefined where nothing useful can be said.
 */
import { EMPTY, type Node } from "../syntax/ast.ts";

const ANYTHING: Node = { type: "repeat", body: { type: "anyByte" }, min: 0, max: Infinity, mode: "greedy" };

/** Where the walk is. */
interface Place {
  readonly groups: ReadonlyMap<number, Node>;
  /** Groups around it. */
  readonly inside: ReadonlySet<number>;
  /** In a back-reference: what of its group it repeats. The group's assertions held elsewhere. */
  readonly copy: "none" | "same" | "folded";
}

export function relaxed(root: Node): Node | undefined {
  const groups = new Map<number, Node>();
  collectGroups(root, groups);
  return relax(root, { groups, inside: new Set(), copy: "none" });
}

function collectGroups(node: Node, groups: Map<number, Node>): void {
  switch (node.type) {
    case "group":
      if (node.index > 0) {
        const other = groups.get(node.index); // of a branch that counts from the same number
        groups.set(node.index, other === undefined ? node.body : { type: "alternation", branches: [other, node.body] });
      }
      collectGroups(node.body, groups);
      break;
    case "repeat":
    case "atomic":
      collectGroups(node.body, groups);
      break;
    case "concatenation":
      for (const part of node.parts) collectGroups(part, groups);
      break;
    case "alternation":
      for (const branch of node.branches) collectGroups(branch, groups);
      break;
    default:
  }
}

function relax(node: Node, place: Place): Node | undefined {
  const { groups, inside, copy } = place;
  switch (node.type) {
    case "group": {
      const body = relax(node.body, node.index > 0 ? { ...place, inside: new Set([...inside, node.index]) } : place);
      return body && { ...node, body };
    }
    case "repeat": {
      const body = relax(node.body, place);
      return body && { ...node, body, mode: node.mode === "lazy" ? "lazy" : "greedy" };
    }
    case "concatenation": {
      const parts = node.parts.map((part) => relax(part, place));
      return parts.includes(undefined) ? undefined : { ...node, parts: parts as Node[] }; // none is undefined, as just seen
    }
    case "alternation": {
      const branches = node.branches.map((branch) => relax(branch, place));
      return branches.includes(undefined) ? undefined : { ...node, branches: branches as Node[] }; // likewise
    }
    case "backReference": {
      const [index] = node.indices;
      const body = node.indices.length === 1 ? groups.get(index!) : undefined;
      if (body === undefined || inside.has(index!)) return ANYTHING;
      const folded = node.ignoreCase || copy === "folded";
      return relax(body, { groups, inside: new Set([...inside, index!]), copy: folded ? "folded" : "same" });
    }
    case "atomic":
      return relax(node.body, place);
    case "look":
      return EMPTY;
    case "conditional": {
      const then = relax(node.yes, place);
      const otherwise = relax(node.no, place);
      if (node.condition.type === "define") return EMPTY;
      return then && otherwise && { type: "alternation", branches: [then, otherwise] };
    }
    case "call":
      return ANYTHING;
    case "assertion":
      return node.kind === "searchStart" || copy !== "none" ? EMPTY : node;
    case "character":
      return copy === "folded" ? { ...node, ignoreCase: true } : node;
    case "class":
      return copy === "folded" ? ANYTHING : node;
    // The place where a match is said to begin is no longer where it begins; and what is accepted early can be cut anywhere.
    case "keep":
    case "accept":
    case "anyByte":
      return undefined;
    default:
      return node;
  }
}
