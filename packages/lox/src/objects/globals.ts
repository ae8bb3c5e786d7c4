/**
 * Global variables, shared by all programs that run on one `Lox` object and by its host.
 *
 * A program of the fast engine keeps the globals that it declares in JavaScript variables, where V8 sees that most
 * never change, and registers accessors here. Everybody else reaches them through a cell.
 */
import type { LoxValue } from "./objects.ts";

export interface Cell {
  /** `undefined`: not defined (yet). */
  v: LoxValue | undefined;
}

/** How to reach the variables that a program keeps, by their number. */
type Read = (index: number) => LoxValue | undefined;
type Write = (index: number, value: LoxValue | undefined) => void;

interface Variable {
  readonly index: number;
  readonly read: Read;
  readonly write: Write;
}

export class Globals {
  readonly #cells = new Map<string, Cell>();
  readonly #owned = new Map<string, Variable>();

  /** The cell of a name; made where there is none: undefined, or a door to the variable of the program that keeps it. */
  cell(name: string): Cell {
    let cell = this.#cells.get(name);
    if (cell !== undefined) return cell;
    cell = { v: undefined };
    const variable = this.#owned.get(name);
    if (variable !== undefined) redirect(cell, variable);
    this.#cells.set(name, cell);
    return cell;
  }

  /** Whether a program keeps the name in a variable of its own; another program that declares it uses the cell. */
  isOwned(name: string): boolean {
    return this.#owned.has(name);
  }

  /** The value that a name has so far; undefined where it is not defined. */
  get(name: string): LoxValue | undefined {
    const variable = this.#owned.get(name);
    return variable === undefined ? this.#cells.get(name)?.v : variable.read(variable.index);
  }

  /** From now on these names are variables of a program. */
  own(names: readonly string[], read: Read, write: Write): void {
    for (const [index, name] of names.entries()) {
      const variable = { index, read, write };
      this.#owned.set(name, variable);
      const cell = this.#cells.get(name);
      if (cell !== undefined) redirect(cell, variable);
    }
  }

  names(): string[] {
    const all = new Set([...this.#cells.keys(), ...this.#owned.keys()]);
    return [...all].filter((name) => this.get(name) !== undefined);
  }
}

/** Makes of a cell a door to a program's variable. */
function redirect(cell: Cell, { index, read, write }: Variable): void {
  Object.defineProperty(cell, "v", { get: () => read(index), set: (value: LoxValue) => write(index, value) });
}
