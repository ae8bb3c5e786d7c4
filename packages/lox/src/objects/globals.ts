/**
 * Global variables, shared by all programs that run on one `Lox` object and by its host.
 *
 * A program of the fast engine keeps the globals that it declares as properties of one object: where the object is known,
 * V8 folds those that are assigned once, and most are, to their values. Everybody else reaches them through a cell.
 */
import type { LoxValue } from "./objects.ts";

export interface Cell {
  /** `undefined`: not defined (yet). */
  v: LoxValue | undefined;
}

/** The globals that a program keeps, with a `$` before their names; none where it is not defined (yet). */
export interface Variables {
  [property: `$${string}`]: LoxValue | undefined;
}

/** Inherits nothing of JavaScript's. Not `Object.create(null)`, which V8 makes a hash table. */
class VariablesObject {
  static {
    Object.setPrototypeOf(this.prototype, null);
  }
}

export class Globals {
  readonly #cells = new Map<string, Cell>();
  readonly #owned = new Map<string, Variables>();

  /** The cell of a name; made where there is none: undefined, or a door to the variable of the program that keeps it. */
  cell(name: string): Cell {
    let cell = this.#cells.get(name);
    if (cell !== undefined) return cell;
    cell = { v: undefined };
    const variables = this.#owned.get(name);
    if (variables !== undefined) redirect(cell, variables, name);
    this.#cells.set(name, cell);
    return cell;
  }

  /** Whether a program keeps the name in a variable of its own; another program that declares it uses the cell. */
  isOwned(name: string): boolean {
    return this.#owned.has(name);
  }

  /** The value that a name has so far; undefined where it is not defined. */
  get(name: string): LoxValue | undefined {
    const variables = this.#owned.get(name);
    return variables === undefined ? this.#cells.get(name)?.v : variables[`$${name}`];
  }

  /** From now on these names are variables of a program, which keep the values that they have. */
  own(names: readonly string[]): Variables {
    const variables = new VariablesObject() as Variables;
    for (const name of names) {
      const value = this.get(name);
      // Undefined ones are left out: their definition will be their first assignment, and perhaps their only one.
      if (value !== undefined) variables[`$${name}`] = value;
      this.#owned.set(name, variables);
      const cell = this.#cells.get(name);
      if (cell !== undefined) redirect(cell, variables, name);
    }
    return variables;
  }

  names(): string[] {
    const all = new Set([...this.#cells.keys(), ...this.#owned.keys()]);
    return [...all].filter((name) => this.get(name) !== undefined);
  }
}

/** Makes of a cell a door to a program's variable. */
function redirect(cell: Cell, variables: Variables, name: string): void {
  const property = `$${name}` as const;
  Object.defineProperty(cell, "v", {
    get: () => variables[property],
    set: (value: LoxValue) => {
      variables[property] = value;
    },
  });
}
