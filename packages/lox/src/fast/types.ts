/**
 * What kinds of value an expression can have, as far as the text alone tells.
 *
 * Every assignment to a local variable is visible in the source, so the kinds of its values are the union over those
 * assignments; because they may depend on each other (`i = i + 1`), the union is the least fixed point, found by starting
 * from "none" and adding. Where an operand is known to be a number, the generated code has no guard.
 */
import type { Binding } from "../resolve/binding.ts";
import type { BinaryExpression, Expression, LogicalExpression } from "../syntax/ast.ts";

/** A set of kinds, one bit each. */
export type TypeSet = number;

export const NUMBER: TypeSet = 1;
export const STRING: TypeSet = 2;
export const BOOLEAN: TypeSet = 4;
export const NIL: TypeSet = 8;
/** Functions, classes and instances. */
export const OBJECT: TypeSet = 16;
export const ANY: TypeSet = 31;

/** Whether every value of the set is of this kind. */
export function isOnly(set: TypeSet, kind: TypeSet): boolean {
  return (set & ~kind) === 0;
}

/** The kinds of each local variable that a `var` declares; others are looked up with `bindingType`. */
export class LocalTypes {
  readonly #types = new Map<Binding, TypeSet>();

  constructor(bindings: Iterable<Binding>) {
    const variables = [...bindings].filter((binding) => binding.role === "variable");
    for (const variable of variables) this.#types.set(variable, 0);
    // Each round adds at least one of five bits to a variable, and chains of dependence are short: few rounds in practice.
    for (let changed = true; changed;) {
      changed = false;
      for (const variable of variables) {
        const before = this.#types.get(variable)!;
        let now = before;
        for (const value of variable.values) {
          if (now === ANY) break;
          now |= value === null ? NIL : this.of(value);
        }
        if (now === before) continue;
        this.#types.set(variable, now);
        changed = true;
      }
    }
  }

  ofBinding(binding: Binding): TypeSet {
    const known = this.#types.get(binding);
    if (known !== undefined) return known;
    if (binding.role === "this" || binding.role === "super") return OBJECT;
    return binding.assigned || binding.role === "parameter" ? ANY : OBJECT;
  }

  of(node: Expression): TypeSet {
    switch (node.kind) {
      case "literal":
        return literalType(node.value);
      case "grouping":
        return this.of(node.expression);
      case "unary":
        return node.operator === "-" ? NUMBER : BOOLEAN;
      case "binary":
        return this.#binary(node);
      case "logical":
        return this.#logical(node);
      case "variable":
        return node.binding ? this.ofBinding(node.binding) : ANY;
      case "assign":
      case "set":
        return this.of(node.value);
      case "this":
        return OBJECT;
      default:
        return ANY;
    }
  }

  #logical(node: LogicalExpression): TypeSet {
    let set = this.of(node.right);
    let left = node.left;
    for (; left.kind === "logical" && set !== ANY; left = left.left) set |= this.of(left.right);
    return set === ANY ? ANY : set | this.of(left);
  }

  #binary(node: BinaryExpression): TypeSet {
    if (node.operator !== "+") return binaryType(node.operator, ANY, ANY);
    // A long chain of `+` leans to the left; one operand of a known kind decides for the whole.
    let left: Expression = node;
    while (left.kind === "binary" && left.operator === "+") {
      const right = this.of(left.right);
      if (isOnly(right, NUMBER) || isOnly(right, STRING)) return right;
      left = left.left;
    }
    const first = this.of(left);
    return isOnly(first, NUMBER) || isOnly(first, STRING) ? first : NUMBER | STRING;
  }
}

export function literalType(value: string | number | boolean | null): TypeSet {
  if (value === null) return NIL;
  if (typeof value === "number") return NUMBER;
  return typeof value === "string" ? STRING : BOOLEAN;
}

/** The kinds of a result, where the operation does not fail. */
export function binaryType(operator: BinaryExpression["operator"], left: TypeSet, right: TypeSet): TypeSet {
  switch (operator) {
    case "-":
    case "*":
    case "/":
      return NUMBER;
    case "+":
      if (isOnly(left, NUMBER) || isOnly(right, NUMBER)) return NUMBER;
      return isOnly(left, STRING) || isOnly(right, STRING) ? STRING : NUMBER | STRING;
    default:
      return BOOLEAN;
  }
}
