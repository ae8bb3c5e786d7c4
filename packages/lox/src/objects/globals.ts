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

export class Globals {
  readonly #cells = new Map<string, Cell>();
  readonly #owned = new Set<string>();

  /** The cell of a name; made, undefined, where there is none. */
  cell(name: string): Cell {
    let cell = this.#cells.get(name);
    if (cell === undefined) this.#cells.set(name, (cell = { v: undefined }));
    return cell;
  }

  /** Names that a program keeps in variables of its own; another program that declares them shares the cell. */
  get owned(): ReadonlySet<string> {
    return this.#owned;
  }

  /** The value that a name has so far; undefined where it is not defined. */
  get(name: string): LoxValue | undefined {
    return this.#cells.get(name)?.v;
  }

  /** From now on the cell reads and writes a program's variable. */
  own(name: string, get: () => LoxValue | undefined, set: (value: LoxValue | undefined) => void): void {
    Object.defineProperty(this.cell(name), "v", { get, set, configurable: true, enumerable: true });
    this.#owned.add(name);
  }

  names(): string[] {
    return [...this.#cells].filter(([, cell]) => cell.v !== undefined).map(([name]) => name);
  }
}
