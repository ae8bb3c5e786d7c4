/** Syntax tree → byte automaton, built from the end of the pattern to its start, so that every instruction knows its successor. */
import type { AssertionKind, Node } from "../syntax/ast.ts";
import { POSIX_MESSAGES, PatternProblem } from "../syntax/problem.ts";
import type { Alphabet } from "../unicode/alphabet.ts";
import { type CodePointSet, contains, difference } from "../unicode/code-point-set.ts";
import { RAW_BYTE, pushUtf8 } from "../unicode/utf8.ts";
import { assertionNumber } from "./assertions.ts";
import { type ByteGraph, type Lookalikes, byteGraph, lookalikeGraph } from "./byte-graph.ts";
import { ASSERT, BYTES, FAIL, MATCH, type Nfa, SAVE, SPLIT } from "./nfa.ts";
import { isNullable, setOfNode, takesLookalikes } from "./node-language.ts";

export interface NfaOptions {
  readonly alphabet: Alphabet;
  /** A byte that no match contains; -1 for none. */
  readonly lineTerminator: number;
  readonly direction: "forward" | "reverse";
  /** Put SAVE instructions for the groups. */
  readonly captures: boolean;
  readonly programSize: number;
  /** What only looks like UTF-8 and is yet matched by `.` and negated classes; with "undecided", automata leave lines that have it to others. Default: nothing. */
  readonly lookalikes?: Lookalikes | "undecided" | undefined;
}

/** One automaton for several patterns; MATCH says which. Throws PatternProblem("ESIZE"). */
export function compileNfa(roots: readonly Node[], options: NfaOptions): Nfa {
  return new NfaCompiler(options).compile(roots);
}

class NfaCompiler {
  readonly #options: NfaOptions;
  readonly #forward: boolean;
  readonly #graphs = new Map<Node, ByteGraph>();
  #op = new Uint8Array(64);
  #a = new Int32Array(64);
  #b = new Int32Array(64);
  #next = new Int32Array(64);
  #size = 0;
  #assertions = 0;
  #slots = 0;

  constructor(options: NfaOptions) {
    this.#options = options;
    this.#forward = options.direction === "forward";
  }

  compile(roots: readonly Node[]): Nfa {
    let start = -1;
    for (let pattern = roots.length - 1; pattern >= 0; pattern--) {
      const entry = this.#node(roots[pattern]!, this.#emit(MATCH, pattern, 0, -1));
      start = start === -1 ? entry : this.#emit(SPLIT, entry, start, -1);
    }
    if (start === -1) start = this.#emit(FAIL, 0, 0, -1);
    return {
      op: this.#op,
      a: this.#a,
      b: this.#b,
      next: this.#next,
      start,
      size: this.#size,
      assertions: this.#assertions,
      slots: this.#slots,
    };
  }

  #emit(op: number, a: number, b: number, next: number): number {
    const at = this.#size++;
    if (at >= this.#op.length) this.#grow();
    this.#op[at] = op;
    this.#a[at] = a;
    this.#b[at] = b;
    this.#next[at] = next;
    return at;
  }

  #grow(): void {
    if (this.#size > this.#options.programSize) throw new PatternProblem("ESIZE", POSIX_MESSAGES.ESIZE);
    const length = this.#op.length * 2;
    const grown = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const array = new Int32Array(length);
      array.set(old);
      return array;
    };
    const op = new Uint8Array(length);
    op.set(this.#op);
    this.#op = op;
    this.#a = grown(this.#a);
    this.#b = grown(this.#b);
    this.#next = grown(this.#next);
  }

  /** Emits `node` before `next`; returns where it begins. */
  #node(node: Node, next: number): number {
    switch (node.type) {
      case "empty":
        return next;
      case "character":
      case "any":
      case "class":
        return this.#set(node, next);
      case "assertion":
        return this.#assertion(node.kind, next);
      case "anyByte":
        return this.#anyByte(next);
      case "group": {
        if (!this.#options.captures || node.index === 0) return this.#node(node.body, next);
        this.#slots = Math.max(this.#slots, 2 * node.index + 2);
        const [outer, inner] = this.#forward ? [0, 1] : [1, 0];
        const body = this.#node(node.body, this.#emit(SAVE, 2 * node.index + inner, 0, next));
        return this.#emit(SAVE, 2 * node.index + outer, 0, body);
      }
      case "concatenation": {
        let entry = next;
        const { parts } = node;
        if (this.#forward) for (let i = parts.length - 1; i >= 0; i--) entry = this.#node(parts[i]!, entry);
        else for (const part of parts) entry = this.#node(part, entry);
        return entry;
      }
      case "alternation": {
        const { branches } = node;
        let entry = this.#node(branches.at(-1)!, next);
        for (let i = branches.length - 2; i >= 0; i--)
          entry = this.#split(this.#node(branches[i]!, next), entry, false);
        return entry;
      }
      case "repeat":
        return this.#repeat(node.body, node.min, node.max, node.mode === "lazy", next);
      default:
        throw new TypeError(`not regular: ${node.type}`);
    }
  }

  #assertion(name: AssertionKind, next: number): number {
    const kind = assertionNumber(name)!; // isRegular has seen to it
    this.#assertions |= 1 << kind;
    return this.#emit(ASSERT, kind, 0, next);
  }

  /** Any but the terminator. */
  #anyByte(next: number): number {
    const { lineTerminator } = this.#options;
    const above = this.#emit(BYTES, lineTerminator + 1, 0xff, next);
    return lineTerminator <= 0 ? above : this.#split(this.#emit(BYTES, 0, lineTerminator - 1, next), above, false);
  }

  #split(preferred: number, other: number, swap: boolean): number {
    return swap ? this.#emit(SPLIT, other, preferred, -1) : this.#emit(SPLIT, preferred, other, -1);
  }

  #repeat(body: Node, min: number, max: number, lazy: boolean, next: number): number {
    if (max === 0 || body.type === "empty") return next;
    let entry = next;
    let mandatory = min;
    if (max === Infinity) {
      entry = this.#loop(body, min, lazy, next);
      mandatory = Math.max(0, min - 1);
    } else {
      // x{0,2} is (x(x)?)?: as soon as one is left out, all that follow are.
      for (let i = min; i < max; i++) {
        const size = this.#size;
        entry = this.#split(this.#node(body, entry), next, lazy);
        if (this.#size === size + 1) break; // matches only nothing
      }
    }
    for (let i = 0; i < mandatory; i++) {
      const size = this.#size;
      entry = this.#node(body, entry);
      if (this.#size === size) break;
    }
    return entry;
  }

  /** x+ where min is above nought, else x*. A body that may match nothing is looped as (x+)?, so that doing so ends the loop. */
  #loop(body: Node, min: number, lazy: boolean, next: number): number {
    const again = this.#emit(SPLIT, -1, -1, -1);
    const entry = this.#node(body, again);
    this.#a[again] = lazy ? next : entry;
    this.#b[again] = lazy ? entry : next;
    if (min > 0) return entry;
    return isNullable(body) ? this.#split(entry, next, lazy) : again;
  }

  #set(node: Node, next: number): number {
    const { alphabet, lineTerminator } = this.#options;
    if (node.type === "character" && (!node.ignoreCase || node.codePoint >= RAW_BYTE))
      return this.#plainCharacter(node.codePoint, next);
    let graph = this.#graphs.get(node);
    if (graph === undefined) {
      const set = without(setOfNode(node, alphabet), lineTerminator);
      graph = byteGraph(set, alphabet.encoding, this.#options.direction);
      this.#graphs.set(node, graph);
    }
    const entry = this.#graph(graph, next);
    return takesLookalikes(node) ? this.#lookalikes(entry, next) : entry;
  }

  /** What is taken from `entry` on, or what only looks like a character. */
  #lookalikes(entry: number, next: number): number {
    const { lookalikes, direction } = this.#options;
    if (lookalikes === undefined) return entry;
    if (lookalikes !== "undecided")
      return this.#split(entry, this.#graph(lookalikeGraph(lookalikes, direction), next), false);
    const mark = this.#assertion("lookalike", next);
    return this.#split(entry, this.#graph(lookalikeGraph("decoded", direction), mark), false);
  }

  /** A character that stands for itself is its bytes, one after the other. */
  #plainCharacter(codePoint: number, next: number): number {
    if (codePoint === this.#options.lineTerminator) return this.#emit(FAIL, 0, 0, -1);
    if (codePoint >= RAW_BYTE) return this.#emit(BYTES, codePoint - RAW_BYTE, codePoint - RAW_BYTE, next);
    if (codePoint < 0x80 || this.#options.alphabet.encoding === "bytes")
      return this.#emit(BYTES, codePoint, codePoint, next);
    const bytes: number[] = [];
    pushUtf8(codePoint, bytes);
    if (this.#forward) bytes.reverse();
    let entry = next;
    for (const byte of bytes) entry = this.#emit(BYTES, byte, byte, entry);
    return entry;
  }

  #graph(graph: ByteGraph, next: number): number {
    const entries = new Int32Array(graph.length);
    for (let group = 0; group < graph.length; group++) {
      const edges = graph[group]!;
      let entry = -1;
      for (let i = edges.length - 3; i >= 0; i -= 3) {
        const target = edges[i + 2]!;
        const edge = this.#emit(BYTES, edges[i]!, edges[i + 1]!, target === -1 ? next : entries[target]!);
        entry = entry === -1 ? edge : this.#emit(SPLIT, edge, entry, -1);
      }
      entries[group] = entry === -1 ? this.#emit(FAIL, 0, 0, -1) : entry;
    }
    return entries[graph.length - 1]!;
  }
}

/** Sets without a terminator, by what they were made of, so that their graphs are found again. */
const reduced = new WeakMap<CodePointSet, Map<number, CodePointSet>>();

function without(set: CodePointSet, terminator: number): CodePointSet {
  if (terminator < 0 || !contains(set, terminator)) return set;
  let known = reduced.get(set);
  if (known === undefined) {
    known = new Map();
    reduced.set(set, known);
  }
  let rest = known.get(terminator);
  if (rest === undefined) {
    rest = difference(set, [terminator, terminator]);
    known.set(terminator, rest);
  }
  return rest;
}
