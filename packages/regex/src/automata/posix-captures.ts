/**
 * What the groups of a POSIX pattern captured, once the whole match is known (POSIX XBD 9.1: subpatterns, from left to right, take as much as
 * they can; consistent with the whole being longest).
 *
 * A part is known to match exactly [from, to). A concatenation gives its first part the longest stretch after which the rest can still
 * end at `to`: the ends that the part can reach, read forward, and the starts from which the rest reaches `to`, read backward, meet there.
 * Repetitions do the same round by round. A group keeps what it captured last. Time: for each part, its size × the length of the match;
 * for a repetition that much a round.
 */
import type { Node } from "../syntax/ast.ts";
import { concatenation } from "../syntax/ast.ts";
import type { Alphabet } from "../unicode/alphabet.ts";
import { type WordRules, holds } from "./assertions.ts";
import type { Lookalikes } from "./byte-graph.ts";
import { ASSERT, BYTES, MATCH, type Nfa, SAVE, SPLIT } from "./nfa.ts";
import { compileNfa } from "./nfa-compiler.ts";
import { isNullable } from "./node-language.ts";

export interface CaptureOptions {
  readonly alphabet: Alphabet;
  readonly rules: WordRules;
  readonly lineTerminator: number;
  readonly programSize: number;
  readonly lookalikes: Lookalikes | undefined;
}

/** The line that a match lies in. */
interface Line {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export class PosixCaptures {
  readonly #root: Node;
  readonly #options: CaptureOptions;
  readonly #forward = new Map<Node, Nfa>();
  readonly #reverse = new Map<Node, Nfa>();
  /** What follows the first parts of a concatenation, and a repetition after one round. */
  readonly #rests = new Map<Node, Map<number, Node>>();
  readonly #groups = new Map<Node, readonly number[]>();
  #line: Line = { bytes: new Uint8Array(0), start: 0, end: 0 };
  #found: Int32Array;

  constructor(root: Node, groups: number, options: CaptureOptions) {
    this.#root = root;
    this.#options = options;
    this.#found = new Int32Array(2 * groups + 2);
  }

  /** Start and end of each group in the match [from, to), by twice its number; -1 for those without part. Undefined when the pattern does not match there. */
  captures(bytes: Uint8Array, lineStart: number, lineEnd: number, from: number, to: number): Int32Array | undefined {
    this.#line = { bytes, start: lineStart, end: lineEnd };
    this.#found = new Int32Array(this.#found.length).fill(-1);
    if (!this.#reaches(this.#root, from, to)) return undefined;
    this.#assign(this.#root, from, to);
    this.#found[0] = from;
    this.#found[1] = to;
    return this.#found;
  }

  #assign(node: Node, from: number, to: number): void {
    switch (node.type) {
      case "group":
        // What its groups took in an earlier round counts no more.
        for (const index of this.#groupsIn(node.body)) this.#found.fill(-1, 2 * index, 2 * index + 2);
        this.#assign(node.body, from, to);
        if (node.index > 0) {
          this.#found[2 * node.index] = from;
          this.#found[2 * node.index + 1] = to;
        }
        break;
      case "alternation":
        this.#assign(
          node.branches.find((branch) => this.#reaches(branch, from, to))!,
          from,
          to,
        );
        break;
      case "concatenation": {
        let at = from;
        for (const [index, part] of node.parts.entries()) {
          const next =
            index === node.parts.length - 1 ? to : this.#meeting(part, this.#restOf(node, index), at, to, at);
          this.#assign(part, at, next);
          at = next;
        }
        break;
      }
      case "repeat":
        this.#assignRounds(node, from, to);
        break;
      default:
    }
  }

  #assignRounds(node: Node & { readonly type: "repeat" }, from: number, to: number): void {
    const { body, max } = node;
    if (max === 0) return;
    if (from === to) {
      // Matching nothing is better than not matching.
      if (isNullable(body) && this.#reaches(body, from, to)) this.#assign(body, from, to);
      return;
    }
    let left = node;
    let at = from;
    while (at < to && left.max > 0) {
      const rest = this.#roundsAfter(left);
      const next = this.#meeting(body, rest, at, to, at + 1);
      this.#assign(body, at, next);
      at = next;
      left = rest;
    }
    if (left.min > 0 && left.max > 0) this.#assign(body, to, to);
  }

  /** The last place, from `least` on, that the part reaches from `from` and from which the rest reaches `to`. */
  #meeting(part: Node, rest: Node, from: number, to: number, least: number): number {
    const ends = this.#walk(this.#compiled(part, "forward"), from, to, 1);
    const starts = this.#walk(this.#compiled(rest, "reverse"), to, from, -1);
    for (let place = to; place >= least; place--) {
      if (ends[place - from] === 1 && starts[to - place] === 1) return place;
    }
    return from; // a round that takes nothing: only to fill up the minimum
  }

  #reaches(node: Node, from: number, to: number): boolean {
    return this.#walk(this.#compiled(node, "forward"), from, to, 1)[to - from] === 1;
  }

  #restOf(node: Node & { readonly type: "concatenation" }, index: number): Node {
    return this.#remembered(node, index, () => concatenation(node.parts.slice(index + 1)));
  }

  #roundsAfter(node: Node & { readonly type: "repeat" }): Node & { readonly type: "repeat" } {
    if (node.max === Infinity && node.min === 0) return node;
    const rest = this.#remembered(node, 0, () => ({ ...node, min: Math.max(0, node.min - 1), max: node.max - 1 }));
    return rest as Node & { readonly type: "repeat" }; // made of one
  }

  #remembered(node: Node, index: number, make: () => Node): Node {
    let rests = this.#rests.get(node);
    if (rests === undefined) {
      rests = new Map();
      this.#rests.set(node, rests);
    }
    let rest = rests.get(index);
    if (rest === undefined) {
      rest = make();
      rests.set(index, rest);
    }
    return rest;
  }

  #groupsIn(node: Node): readonly number[] {
    let indices = this.#groups.get(node);
    if (indices === undefined) {
      indices = groupsIn(node);
      this.#groups.set(node, indices);
    }
    return indices;
  }

  #compiled(node: Node, direction: "forward" | "reverse"): Nfa {
    const known = direction === "forward" ? this.#forward : this.#reverse;
    let nfa = known.get(node);
    if (nfa === undefined) {
      nfa = compileNfa([node], { ...this.#options, direction, captures: false });
      known.set(node, nfa);
    }
    return nfa;
  }

  /** For each distance from `from` towards `to`: 1 where the automaton, started at `from`, matches. */
  #walk(nfa: Nfa, from: number, to: number, step: 1 | -1): Uint8Array {
    const { bytes, start, end } = this.#line;
    const { op, a, b, next } = nfa;
    const distance = Math.abs(to - from);
    const matches = new Uint8Array(distance + 1);
    const reached = new Int32Array(nfa.size).fill(-1);
    let threads: number[] = [nfa.start];
    for (let walked = 0; walked <= distance && threads.length > 0; walked++) {
      const at = from + step * walked;
      const byte = step === 1 ? bytes[at] : bytes[at - 1];
      const stack = threads;
      threads = [];
      while (stack.length > 0) {
        const pc = stack.pop()!;
        if (reached[pc] === walked) continue;
        reached[pc] = walked;
        switch (op[pc]) {
          case SPLIT:
            stack.push(a[pc]!, b[pc]!);
            break;
          case SAVE:
            stack.push(next[pc]!);
            break;
          case ASSERT:
            if (holds(a[pc]!, bytes, start, end, at, this.#options.rules)) stack.push(next[pc]!);
            break;
          case MATCH:
            matches[walked] = 1;
            break;
          case BYTES:
            if (walked < distance && byte! >= a[pc]! && byte! <= b[pc]!) threads.push(next[pc]!);
            break;
          default:
        }
      }
    }
    return matches;
  }
}

function groupsIn(node: Node): readonly number[] {
  switch (node.type) {
    case "group":
      return node.index > 0 ? [node.index, ...groupsIn(node.body)] : groupsIn(node.body);
    case "repeat":
      return groupsIn(node.body);
    case "concatenation":
      return node.parts.flatMap(groupsIn);
    case "alternation":
      return node.branches.flatMap(groupsIn);
    default:
      return [];
  }
}
