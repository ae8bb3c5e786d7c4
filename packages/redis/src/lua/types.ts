/**
 * Which local variables only ever hold numbers: every assignment to a local is visible in the source, so this is the greatest fixed
 * point of "all it is assigned are numbers". Arithmetic on such variables needs no guard.
 */
import type { Binding, Expression } from "./ast.ts";

const ARITHMETIC: ReadonlySet<string> = new Set(["+", "-", "*", "/", "%", "^"]);

export function inferNumbers(bindings: readonly Binding[]): void {
  for (const binding of bindings) binding.isNumber = binding.values.length > 0;
  for (let changed = true; changed;) {
    changed = false;
    for (const binding of bindings) {
      if (!binding.isNumber || binding.values.every(isNumberValue)) continue;
      binding.isNumber = false;
      changed = true;
    }
  }
}

function isNumberValue(value: Binding["values"][number]): boolean {
  if (value === null || value === "any") return false;
  return value === "number" || isNumber(value);
}

/** Whether the expression gives a number whenever it gives anything. Left-leaning chains are walked, not recursed into. */
export function isNumber(node: Expression): boolean {
  let at = node;
  while (at.kind === "binary" && ARITHMETIC.has(at.operator)) {
    if (!isNumber(at.right)) return false;
    at = at.left;
  }
  switch (at.kind) {
    case "number":
      return true;
    case "local":
      return at.binding.isNumber;
    case "paren":
      return isNumber(at.inner);
    case "unary":
      return at.operator === "-" && isNumber(at.operand);
    default:
      return false;
  }
}
