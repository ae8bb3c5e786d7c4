/**
 * The variables of one call. The resolver has numbered them, so that nothing is looked up by name: a function's own variables
 * have slots, and those of functions around it are cells that it got when it was made. A variable of its own that an
 * inner function uses is a cell too; each time its declaration runs, it is a new one.
 */
import type { Program } from "../program.ts";
import type { Binding, FunctionScope } from "../resolve/binding.ts";
import { Cell, type LoxValue } from "./values.ts";

export class Environment {
  readonly program: Program;
  readonly scope: FunctionScope;
  /** For stack traces; null for the script. */
  readonly functionName: string | null;
  readonly #slots: (LoxValue | Cell)[];
  readonly #captured: readonly Cell[];

  constructor(program: Program, scope: FunctionScope, functionName: string | null, captured: readonly Cell[]) {
    this.program = program;
    this.scope = scope;
    this.functionName = functionName;
    this.#slots = new Array<LoxValue>(scope.bindings.length).fill(null);
    this.#captured = captured;
  }

  /** `capture` is the variable's place among the captured ones, or -1 for one of the function's own. */
  get(binding: Binding, capture: number): LoxValue {
    if (capture !== -1) return this.#captured[capture]!.value;
    const slot = this.#slots[binding.index]!;
    return binding.captured ? (slot as Cell).value : (slot as LoxValue); // `declare` has put the cell there
  }

  set(binding: Binding, capture: number, value: LoxValue): void {
    if (capture !== -1) this.#captured[capture]!.value = value;
    else if (binding.captured) (this.#slots[binding.index] as Cell).value = value;
    else this.#slots[binding.index] = value;
  }

  declare(binding: Binding, value: LoxValue): void {
    this.#slots[binding.index] = binding.captured ? new Cell(value) : value;
  }

  /** The cells that a function made here takes along. */
  capture(inner: FunctionScope): Cell[] {
    return Array.from(inner.captures.keys(), (binding) => {
      if (binding.owner === this.scope) return this.#slots[binding.index] as Cell;
      return this.#captured[this.scope.captures.get(binding)!]!;
    });
  }
}
