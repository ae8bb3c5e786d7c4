/** What the resolver finds out: which local variable a name means, and who captures it. */

import type { Expression } from "../syntax/ast.ts";

/** One local variable: a parameter, a `var`, a local function or class, or the hidden `this` and `super` of methods. */
export interface Binding {
  readonly name: string;
  /** Counted from 0 within the function that declares it; no two of its variables share a number. */
  readonly index: number;
  readonly owner: FunctionScope;
  readonly role: "parameter" | "variable" | "function" | "class" | "this" | "super";
  /** A function inside the owner uses it. */
  captured: boolean;
  /** Assigned after its declaration. */
  assigned: boolean;
  /** Every expression whose value a `var` gets, by its initializer or by assignment; null stands for nil. */
  readonly values: (Expression | null)[];
}

/** One function's view: its own variables, in order of declaration, and those that it captures. */
export interface FunctionScope {
  /** Null for the script itself. */
  readonly parent: FunctionScope | null;
  readonly bindings: Binding[];
  /** Variables of functions around it that it, or a function in it, uses; each with its number, counted from 0. */
  readonly captures: Map<Binding, number>;
  /** Where the function around it has each of them, in their order: the number of a variable of its own, or `~n` for its nth captured one. */
  readonly sources: number[];
}
