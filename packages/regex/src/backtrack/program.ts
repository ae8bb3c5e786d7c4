/** Syntax tree → program for the backtracking machine (machine.ts). Repetitions of single characters are one instruction; others are loops. */
import { assertionNumber } from "../automata/assertions.ts";
import type { Lookalikes } from "../automata/byte-graph.ts";
import { isNullable, setOfNode, takesLookalikes } from "../automata/node-language.ts";
import type { Condition, Node } from "../syntax/ast.ts";
import { fixedLength } from "../syntax/fixed-length.ts";
import { POSIX_MESSAGES, PatternProblem } from "../syntax/problem.ts";
import type { Alphabet } from "../unicode/alphabet.ts";
import { type CodePointSet, contains, intersection } from "../unicode/code-point-set.ts";
import { spareVainRetreats } from "./retreat.ts";

/** Which characters one instruction takes. */
export interface CharacterTest {
  readonly set: CodePointSet;
  /** 1 for the members below 128. */
  readonly ascii: Uint8Array;
  /** What only looks like UTF-8, too. */
  readonly lookalikes: Lookalikes | undefined;
}

export type Instruction =
  | { readonly op: "character"; readonly test: CharacterTest }
  /** Takes between min and max characters. */
  | {
      readonly op: "run";
      readonly test: CharacterTest;
      readonly min: number;
      readonly max: number;
      readonly mode: "greedy" | "lazy" | "possessive";
    }
  | { readonly op: "byte" }
  | { readonly op: "assert"; readonly kind: number }
  | { readonly op: "searchStart" }
  /** Goes on at `preferred`; at `other` when that fails. */
  | { readonly op: "split"; preferred: number; other: number }
  | { readonly op: "jump"; to: number }
  | { readonly op: "save"; readonly slot: number }
  /** Fails when nothing has been taken since `slot` was saved: an empty round ends a loop. */
  | { readonly op: "emptyRound"; readonly slot: number; to: number }
  | { readonly op: "backReference"; readonly indices: readonly number[]; readonly ignoreCase: boolean }
  | {
      readonly op: "look";
      readonly ahead: boolean;
      readonly negated: boolean;
      /** Lengths in characters at which a lookbehind may begin. */
      readonly lengths: readonly number[];
      readonly entry: number;
      next: number;
    }
  | { readonly op: "atomic"; readonly entry: number; next: number }
  | { readonly op: "groupSet"; readonly indices: readonly number[]; otherwise: number }
  | { readonly op: "inRecursion"; readonly index: number; otherwise: number }
  | { readonly op: "call"; readonly index: number }
  /** The end of a group that can be called: returns when it was. */
  | { readonly op: "return"; readonly index: number }
  | { readonly op: "keep" }
  | { readonly op: "accept" }
  | { readonly op: "match" }
  | { readonly op: "fail" };

export interface Program {
  readonly instructions: readonly Instruction[];
  readonly start: number;
  /** Entry of each group's body, its SAVE included; [0] is the whole. */
  readonly groupEntries: readonly number[];
  /** Two for each group, then those of loops. */
  readonly slots: number;
  readonly groups: number;
  /** Groups that back-references ask for: what decides what can still happen, beside instruction and place. */
  readonly referenced: readonly number[];
}

/** Throws PatternProblem. */
export function compileProgram(
  root: Node,
  groups: number,
  alphabet: Alphabet,
  programSize: number,
  lookalikes?: Lookalikes,
): Program {
  return new ProgramCompiler(groups, alphabet, programSize, lookalikes).compile(root);
}

class ProgramCompiler {
  readonly #alphabet: Alphabet;
  readonly #programSize: number;
  readonly #groups: number;
  readonly #lookalikes: Lookalikes | undefined;
  readonly #instructions: Instruction[] = [];
  readonly #groupEntries: number[] = [];
  readonly #referenced = new Set<number>();
  readonly #tests = new Map<Node, CharacterTest>();
  #slots: number;

  constructor(groups: number, alphabet: Alphabet, programSize: number, lookalikes: Lookalikes | undefined) {
    this.#lookalikes = lookalikes;
    this.#groups = groups;
    this.#alphabet = alphabet;
    this.#programSize = programSize;
    this.#slots = 2 * groups + 2;
  }

  compile(root: Node): Program {
    this.#groupEntries[0] = 0;
    this.#node(root);
    this.#emit({ op: "return", index: 0 });
    this.#emit({ op: "match" });
    spareVainRetreats(this.#instructions);
    return {
      instructions: this.#instructions,
      start: 0,
      groupEntries: this.#groupEntries,
      slots: this.#slots,
      groups: this.#groups,
      referenced: [...this.#referenced],
    };
  }

  get #here(): number {
    return this.#instructions.length;
  }

  #emit<T extends Instruction>(instruction: T): T {
    if (this.#instructions.length >= this.#programSize) throw new PatternProblem("ESIZE", POSIX_MESSAGES.ESIZE);
    this.#instructions.push(instruction);
    return instruction;
  }

  #node(node: Node): void {
    switch (node.type) {
      case "empty":
        break;
      case "character":
      case "any":
      case "class":
        this.#emit({ op: "character", test: this.#test(node) });
        break;
      case "anyByte":
        this.#emit({ op: "byte" });
        break;
      case "assertion":
        if (node.kind === "searchStart") this.#emit({ op: "searchStart" });
        else this.#emit({ op: "assert", kind: assertionNumber(node.kind)! }); // all others have a number
        break;
      case "group":
        this.#group(node.index, node.body);
        break;
      case "concatenation":
        for (const part of node.parts) this.#node(part);
        break;
      case "alternation":
        this.#alternatives(node.branches.map((branch) => () => this.#node(branch)));
        break;
      case "repeat":
        this.#repeat(node);
        break;
      case "backReference":
        for (const index of node.indices) this.#referenced.add(index);
        this.#emit({ op: "backReference", indices: node.indices, ignoreCase: node.ignoreCase });
        break;
      case "look":
        this.#look(node);
        break;
      case "atomic":
        this.#atomic(() => this.#node(node.body));
        break;
      case "keep":
        this.#emit({ op: "keep" });
        break;
      case "conditional":
        this.#conditional(node.condition, node.yes, node.no);
        break;
      case "call":
        this.#emit({ op: "call", index: node.index });
        break;
      case "accept":
        this.#emit({ op: "accept" });
        break;
      default:
    }
  }

  #test(node: Node): CharacterTest {
    let test = this.#tests.get(node);
    if (test === undefined) {
      const set = setOfNode(node, this.#alphabet);
      const ascii = new Uint8Array(128);
      const low = intersection(set, [0, 127]);
      for (let i = 0; i < low.length; i += 2) ascii.fill(1, low[i]!, low[i + 1]! + 1);
      test = { set, ascii, lookalikes: takesLookalikes(node) ? this.#lookalikes : undefined };
      this.#tests.set(node, test);
    }
    return test;
  }

  #group(index: number, body: Node): void {
    if (index === 0) {
      this.#node(body);
      return;
    }
    this.#groupEntries[index] ??= this.#here;
    this.#emit({ op: "save", slot: 2 * index });
    this.#node(body);
    this.#emit({ op: "save", slot: 2 * index + 1 });
    this.#emit({ op: "return", index });
  }

  #alternatives(branches: readonly (() => void)[]): void {
    const jumps: { to: number }[] = [];
    for (const [i, branch] of branches.entries()) {
      if (i === branches.length - 1) {
        branch();
        break;
      }
      const split = this.#emit({ op: "split", preferred: this.#here + 1, other: 0 });
      branch();
      jumps.push(this.#emit({ op: "jump", to: 0 }));
      split.other = this.#here;
    }
    for (const jump of jumps) jump.to = this.#here;
  }

  #repeat(node: Node & { readonly type: "repeat" }): void {
    const { body, min, max, mode } = node;
    if (max === 0) {
      // Its groups can still be called.
      if (hasGroup(body)) {
        const skip = this.#emit({ op: "jump", to: 0 });
        this.#node(body);
        this.#emit({ op: "fail" });
        skip.to = this.#here;
      }
      return;
    }
    if (body.type === "character" || body.type === "class" || body.type === "any") {
      this.#emit({ op: "run", test: this.#test(body), min, max, mode });
      return;
    }
    if (mode === "possessive") {
      this.#atomic(() => this.#repeat({ ...node, mode: "greedy" }));
      return;
    }
    for (let i = 0; i < min; i++) this.#node(body);
    if (max === Infinity) this.#loop(body, mode === "lazy");
    else {
      const leaving: { preferred: number; other: number }[] = [];
      for (let i = min; i < max; i++) {
        leaving.push(this.#emit({ op: "split", preferred: this.#here + 1, other: -1 }));
        this.#node(body);
      }
      for (const split of leaving) this.#leave(split, this.#here, mode === "lazy");
    }
  }

  #leave(split: { preferred: number; other: number }, exit: number, lazy: boolean): void {
    if (lazy) {
      split.other = split.preferred;
      split.preferred = exit;
    } else split.other = exit;
  }

  #loop(body: Node, lazy: boolean): void {
    const split = this.#emit({ op: "split", preferred: this.#here + 1, other: -1 });
    const at = this.#here - 1;
    if (isNullable(body)) {
      const slot = this.#slots++;
      this.#emit({ op: "save", slot });
      this.#node(body);
      const check = this.#emit({ op: "emptyRound", slot, to: -1 });
      this.#emit({ op: "jump", to: at });
      check.to = this.#here;
    } else {
      this.#node(body);
      this.#emit({ op: "jump", to: at });
    }
    this.#leave(split, this.#here, lazy);
  }

  /** A part that is matched by itself, to its own `match`. */
  #subprogram(body: () => void): number {
    const skip = this.#emit({ op: "jump", to: 0 });
    const entry = this.#here;
    body();
    this.#emit({ op: "match" });
    skip.to = this.#here;
    return entry;
  }

  #atomic(body: () => void): void {
    const entry = this.#subprogram(body);
    const atomic = this.#emit({ op: "atomic", entry, next: 0 });
    atomic.next = this.#here;
  }

  #look(node: { readonly ahead: boolean; readonly negated: boolean; readonly body: Node }): void {
    const branches = node.body.type === "alternation" ? node.body.branches : [node.body];
    const lengths = node.ahead ? [] : branches.map((branch) => fixedLength(branch) ?? 0);
    const entry = this.#subprogram(() => this.#node(node.body));
    const look = this.#emit({
      op: "look",
      ahead: node.ahead,
      negated: node.negated,
      lengths: [...new Set(lengths)].sort((a, b) => a - b),
      entry,
      next: 0,
    });
    look.next = this.#here;
  }

  #conditional(condition: Condition, then: Node, otherwise: Node): void {
    if (condition.type === "define") {
      const skip = this.#emit({ op: "jump", to: 0 });
      this.#node(then);
      this.#emit({ op: "fail" });
      skip.to = this.#here;
      return;
    }
    if (condition.type === "look") {
      // Both ways ask, once as it is and once the other way round.
      this.#alternatives([
        () => {
          this.#look(condition);
          this.#node(then);
        },
        () => {
          this.#look({ ...condition, negated: !condition.negated });
          this.#node(otherwise);
        },
      ]);
      return;
    }
    const test =
      condition.type === "group"
        ? this.#emit({ op: "groupSet", indices: condition.indices, otherwise: 0 })
        : this.#emit({ op: "inRecursion", index: condition.index, otherwise: 0 });
    this.#node(then);
    const jump = this.#emit({ op: "jump", to: 0 });
    test.otherwise = this.#here;
    this.#node(otherwise);
    jump.to = this.#here;
  }
}

function hasGroup(node: Node): boolean {
  switch (node.type) {
    case "group":
      return node.index > 0 || hasGroup(node.body);
    case "repeat":
    case "atomic":
    case "look":
      return hasGroup(node.body);
    case "concatenation":
      return node.parts.some(hasGroup);
    case "alternation":
      return node.branches.some(hasGroup);
    default:
      return false;
  }
}

export function takes(test: CharacterTest, codePoint: number): boolean {
  return codePoint < 128 ? test.ascii[codePoint] === 1 : contains(test.set, codePoint);
}
