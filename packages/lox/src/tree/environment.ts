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

  /** `arrived` are the values of the first variables (`this`, parameters), in their order; it becomes the environment's own. */
  constructor(
    program: Program,
    scope: FunctionScope,
    functionName: string | null,
    captured: readonly Cell[],
    arrived: LoxValue[],
  ) {
    this.program = program;
    this.scope = scope;
    this.functionName = functionName;
    this.#captured = captured;
    this.#slots = arrived;
    for (let index = 0; index < arrived.length; index++) {
      if (scope.bindings[index]!.captured) this.#slots[index] = new Cell(arrived[index]!);
    }
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
  capture({ sources }: FunctionScope): readonly Cell[] {
    if (sources.length === 0) return NOTHING;
    return sources.map((source) => (source < 0 ? this.#captured[~source]! : (this.#slots[source] as Cell)));
  }
}

const NOTHING: readonly Cell[] = [];
