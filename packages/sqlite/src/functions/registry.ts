/**
 * The functions of a connection, by name and number of arguments.
 *
 * Those that a program adds go before the built-in ones, even one that takes any number of arguments before a built-in one that takes just so
 * many. Among a program's own, one for just so many goes before one for any number (https://www.sqlite.org/c3ref/create_function.html).
 */
import type { AggregateFunction, ScalarFunction } from "./function.ts";

export type SqlFunction = ScalarFunction | AggregateFunction;

/** A row of `PRAGMA function_list`. */
export interface FunctionListing {
  readonly name: string;
  readonly builtin: 0 | 1;
  /** s: scalar, a: aggregate, w: an aggregate that can be a window function. */
  readonly type: "s" | "a" | "w";
  /** -1: any; below: so many at least and any number, -3 for one, -4 for two. */
  readonly narg: number;
  readonly flags: number;
}

const DETERMINISTIC = 0x800;
const DIRECT_ONLY = 0x80000;
const SUBTYPE = 0x100000;
const INNOCUOUS = 0x200000;

export class FunctionRegistry {
  readonly #builtIn: ReadonlyMap<string, readonly SqlFunction[]>;
  readonly #added = new Map<string, SqlFunction[]>();

  /** With these, and what will be added. */
  constructor(builtIn: Iterable<SqlFunction>) {
    this.#builtIn = byName(builtIn);
  }

  /** What `name(…)` with so many arguments calls. Names are folded as identifiers are. */
  find(name: string, argumentCount: number): SqlFunction | undefined {
    const folded = foldName(name);
    return bestOf(this.#added.get(folded), argumentCount) ?? bestOf(this.#builtIn.get(folded), argumentCount);
  }

  scalar(name: string, argumentCount: number): ScalarFunction | undefined {
    const found = this.find(name, argumentCount);
    return found?.kind === "scalar" ? found : undefined;
  }

  aggregate(name: string, argumentCount: number): AggregateFunction | undefined {
    const found = this.find(name, argumentCount);
    return found?.kind === "aggregate" ? found : undefined;
  }

  /** With any number of arguments: tells `wrong number of arguments to function x()` from `no such function: x`. */
  has(name: string): boolean {
    const folded = foldName(name);
    return this.#added.has(folded) || this.#builtIn.has(folded);
  }

  /** Adds one or puts it in the place of what was added before for the same number of arguments. */
  add(added: SqlFunction): void {
    this.remove(added.name, added.minArguments, added.maxArguments);
    const name = foldName(added.name);
    this.#added.set(name, [...(this.#added.get(name) ?? []), added]);
  }

  /** Takes away what was added for just these numbers of arguments. */
  remove(name: string, minArguments: number, maxArguments: number): void {
    const folded = foldName(name);
    const rest = (this.#added.get(folded) ?? []).filter(
      (one) => one.minArguments !== minArguments || one.maxArguments !== maxArguments,
    );
    if (rest.length === 0) this.#added.delete(folded);
    else this.#added.set(folded, rest);
  }

  /** In no order. */
  list(): FunctionListing[] {
    return [
      ...[...this.#builtIn.values()].flat().flatMap((one) => listed(one, 1)),
      ...[...this.#added.values()].flat().flatMap((one) => listed(one, 0)),
    ];
  }
}

function foldName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function byName(functions: Iterable<SqlFunction>): Map<string, SqlFunction[]> {
  const names = new Map<string, SqlFunction[]>();
  for (const one of functions) {
    const others = names.get(one.name);
    if (others === undefined) names.set(one.name, [one]);
    else others.push(one);
  }
  return names;
}

function bestOf(functions: readonly SqlFunction[] | undefined, argumentCount: number): SqlFunction | undefined {
  let best: SqlFunction | undefined;
  for (const one of functions ?? []) {
    if (argumentCount < one.minArguments || argumentCount > one.maxArguments) continue;
    if (best === undefined || one.maxArguments < best.maxArguments) best = one;
  }
  return best;
}

function listed(one: SqlFunction, builtin: 0 | 1): FunctionListing[] {
  const type = one.kind === "scalar" ? "s" : one.value === undefined ? "a" : "w";
  const flags =
    (one.kind === "scalar" && one.deterministic ? DETERMINISTIC : 0) +
    (one.directOnly === true ? DIRECT_ONLY : 0) +
    (one.subtype === true ? SUBTYPE : 0) +
    (one.innocuous === true ? INNOCUOUS : 0);
  const row = (narg: number): FunctionListing => ({ name: one.name, builtin, type, narg, flags });
  if (one.maxArguments === Infinity) return [row(one.minArguments === 0 ? -1 : -2 - one.minArguments)];
  const rows: FunctionListing[] = [];
  for (let narg = one.minArguments; narg <= one.maxArguments; narg++) rows.push(row(narg));
  return rows;
}
