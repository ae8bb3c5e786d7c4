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

/** How to reach a variable that a program keeps. */
interface Accessors {
  readonly get: () => LoxValue | undefined;
  readonly set: (value: LoxValue | undefined) => void;
}

export class Globals {
  readonly #cells = new Map<string, Cell>();
  readonly #owned = new Map<string, Accessors>();

  /** The cell of a name; made where there is none: undefined, or a door to the variable of the program that keeps it. */
  cell(name: string): Cell {
    let cell = this.#cells.get(name);
    if (cell !== undefined) return cell;
    cell = { v: undefined };
    const accessors = this.#owned.get(name);
    if (accessors !== undefined) Object.defineProperty(cell, "v", accessors);
    this.#cells.set(name, cell);
    return cell;
  }

  /** Whether a program keeps the name in a variable of its own; another program that declares it uses the cell. */
  isOwned(name: string): boolean {
    return this.#owned.has(name);
  }

  /** The value that a name has so far; undefined where it is not defined. */
  get(name: string): LoxValue | undefined {
    const accessors = this.#owned.get(name);
    return accessors === undefined ? this.#cells.get(name)?.v : accessors.get();
  }

  /** From now on the name is a variable of a program. */
  own(name: string, get: Accessors["get"], set: Accessors["set"]): void {
    const accessors = { get, set };
    this.#owned.set(name, accessors);
    const cell = this.#cells.get(name);
    if (cell !== undefined) Object.defineProperty(cell, "v", accessors);
  }

  names(): string[] {
    const all = new Set([...this.#cells.keys(), ...this.#owned.keys()]);
    return [...all].filter((name) => this.get(name) !== undefined);
  }
}
