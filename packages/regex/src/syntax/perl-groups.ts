/**
 * The groups of a Perl pattern and what refers to them, by number, relative number or name. References may come before their group, so they are
 * checked, and names resolved, when the whole pattern has been read.
 */
import type { Node } from "./ast.ts";
import { PERL_MESSAGES, type PerlReader } from "./perl-reader.ts";
import { PatternProblem } from "./problem.ts";

interface PendingReference {
  readonly at: number;
  readonly numbers: () => readonly number[];
}

export class PerlGroups {
  readonly #reader: PerlReader;
  readonly #pending: PendingReference[] = [];
  readonly names: Map<string, number[]> = new Map();
  /** How many there are so far. */
  count = 0;

  constructor(reader: PerlReader) {
    this.#reader = reader;
  }

  /** The number of a group that begins. */
  open(name: string | undefined, mayShareName: boolean): number {
    const index = ++this.count;
    if (name === undefined) return index;
    const known = this.names.get(name);
    if (known === undefined) this.names.set(name, [index]);
    else if (!known.includes(index)) {
      if (!mayShareName) this.#reader.fail("nameTwice");
      known.push(index);
    }
    return index;
  }

  /** To be asked at the end, in order: the groups that are referred to, of which there has to be one, and all have to exist. */
  check(numbers: () => readonly number[], at: number = this.#reader.at): void {
    this.#pending.push({ at, numbers });
  }

  /** Throws PatternProblem for the first reference to a group that is not there. */
  resolve(): void {
    for (const { at, numbers } of this.#pending) {
      const valid = numbers();
      if (valid.length > 0 && valid.every((number) => number <= this.count)) continue;
      throw new PatternProblem("ESUBREG", PERL_MESSAGES.noSuchGroup, at);
    }
  }

  /** \1 to \9, and more digits when there are that many groups; undefined, and nothing taken, for what is octal. */
  digits(ignoreCase: boolean): Node | undefined {
    const reader = this.#reader;
    const { at } = reader;
    const digits = reader.match(/\d+/)![0]; // the caller saw one
    const number = Number(digits);
    if (number < 10 || digits.startsWith("8") || digits.startsWith("9") || number <= this.count) {
      return this.reference([number], ignoreCase, at);
    }
    reader.at = at;
    return undefined;
  }

  reference(indices: readonly number[], ignoreCase: boolean, at: number = this.#reader.at): Node {
    this.check(() => indices, at);
    return { type: "backReference", indices, ignoreCase };
  }

  /** The numbers of the groups of that name: filled in when all have been read. */
  named(name: string): readonly number[] {
    const indices: number[] = [];
    this.check(() => {
      if (indices.length === 0) indices.push(...(this.names.get(name) ?? []));
      return indices;
    });
    return indices;
  }

  byName(name: string, ignoreCase: boolean): Node {
    return { type: "backReference", indices: this.named(name), ignoreCase };
  }

  /** Behind \k. */
  namedReference(ignoreCase: boolean): Node {
    const reader = this.#reader;
    for (const [open, close] of [
      ["{", "}"],
      ["<", ">"],
      ["'", "'"],
    ] as const) {
      if (reader.eat(open)) return this.byName(reader.name(close), ignoreCase);
    }
    return reader.fail("kReference");
  }

  /** Behind \g: a reference, or with < or ' a call. */
  gReference(ignoreCase: boolean): Node {
    const reader = this.#reader;
    const number = reader.match(/\{([+-]?)(\d+)\}|([+-]?)(\d+)/);
    if (number !== undefined) {
      return this.reference([this.relative(number[1] ?? number[3]!, Number(number[2] ?? number[4]))], ignoreCase);
    }
    if (reader.eat("{")) return this.byName(reader.name("}"), ignoreCase);
    for (const [open, close] of [
      ["<", ">"],
      ["'", "'"],
    ] as const) {
      if (!reader.eat(open)) continue;
      const call = reader.match(/([+-]?)(\d+)/);
      if (call === undefined) return this.callByName(reader.name(close));
      if (!reader.eat(close)) reader.fail("gReference");
      return this.call(this.relative(call[1]!, Number(call[2])));
    }
    return reader.fail("gReference");
  }

  /** -1 is the last group that has begun, +1 the next. */
  relative(sign: string, number: number): number {
    if (sign === "") return number;
    const index = sign === "-" ? this.count + 1 - number : this.count + number;
    if (index < 1) this.#reader.fail("noSuchGroup", "ESUBREG");
    return index;
  }

  call(index: number): Node {
    if (index > 0) this.check(() => [index]);
    return { type: "call", index };
  }

  callByName(name: string): Node {
    const node = { type: "call" as const, index: 0 };
    this.check(() => {
      const indices = this.names.get(name) ?? [];
      node.index = indices[0] ?? 0;
      return indices;
    });
    return node;
  }
}
