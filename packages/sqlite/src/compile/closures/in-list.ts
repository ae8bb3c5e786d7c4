/** `x IN (a, b, …)` → closures: a hash of the items when they are constants, else one comparison after another. */
import { applyColumnAffinity } from "../../runtime/affinity-of-value.ts";
import { ValueDictionary } from "../../runtime/dictionary.ts";
import type { Affinity } from "../../values/affinity.ts";
import { applyAffinity } from "../../values/cast.ts";
import { compareValues } from "../../values/compare.ts";
import { Cells, INTEGER, NULL, type Tag } from "../../values/value.ts";
import type { Evaluator, Expression } from "../program.ts";
import type { ClosureCompiler } from "./compiler.ts";

type InList = Extract<Expression, { kind: "in-list" }>;

/** 1, 0 or NULL: when the operand is NULL, or it is not found and an item is NULL. Nothing is in an empty list. */
export function inList(expression: InList, compiler: ClosureCompiler): Evaluator {
  const { not, collation } = expression;
  // REAL would make REALs of INTEGERs, and the original does not.
  const affinity = expression.affinity === "REAL" ? "NUMERIC" : expression.affinity;
  const operand = compiler.expression(expression.operand);
  const found = not ? 0 : 1;
  if (expression.items.every((item) => item.kind === "constant")) {
    const { items, hasNull } = constantItems(expression, affinity);
    const isEmpty = expression.items.length === 0;
    return (frame) => {
      let payload = operand(frame);
      if (affinity !== undefined) payload = applyColumnAffinity(frame, payload, affinity);
      const tag = frame.tag;
      frame.tag = INTEGER;
      if (isEmpty) return 1 - found;
      if (tag !== NULL && items.find(tag, payload) >= 0) return found;
      if (tag !== NULL && !hasNull) return 1 - found;
      frame.tag = NULL;
      return null;
    };
  }
  const items = expression.items.map((item) => compiler.expression(item));
  return (frame) => {
    let payload = operand(frame);
    if (affinity !== undefined) payload = applyColumnAffinity(frame, payload, affinity);
    const tag = frame.tag;
    let isOpen = tag === NULL;
    for (const item of items) {
      let other = item(frame);
      if (affinity !== undefined) other = applyColumnAffinity(frame, other, affinity);
      if (frame.tag === NULL) isOpen = true;
      else if (tag !== NULL && compareValues(tag, payload, frame.tag, other, collation) === 0) {
        frame.tag = INTEGER;
        return found;
      }
    }
    frame.tag = isOpen ? NULL : INTEGER;
    return isOpen ? null : 1 - found;
  };
}

/** The items with the affinity applied, NULLs left out. */
export function constantItems(
  { items, collation }: InList,
  affinity: Affinity | undefined,
): { readonly items: ValueDictionary; readonly hasNull: boolean } {
  const dictionary = new ValueDictionary(collation);
  const cell = new Cells(1);
  let hasNull = false;
  for (const item of items) {
    if (item.kind !== "constant") continue;
    cell.set(0, item.tag, item.payload);
    if (affinity !== undefined) applyAffinity(cell, 0, affinity);
    if (item.tag === NULL) hasNull = true;
    else dictionary.add(cell.tags[0] as Tag, cell.payloads[0]!);
  }
  return { items: dictionary, hasNull };
}
