/** `x IS NULL` of a column that is never NULL is false: known before anything else is looked at. */
import { INTEGER } from "../../values/value.ts";
import type { BoundExpression } from "../expression.ts";
import { replace, some } from "../walk.ts";

/** A condition of WHERE or ON, with such tests replaced. */
export function withKnownNulls(e: BoundExpression): BoundExpression {
  if (!some(e, isKnown)) return e;
  return replace(e, (part) =>
    isKnown(part) ? { kind: "constant", tag: INTEGER, payload: part.kind === "not-null" ? 1 : 0 } : undefined,
  );
}

function isKnown(e: BoundExpression): boolean {
  if (e.kind !== "is-null" && e.kind !== "not-null") return false;
  return e.operand.kind === "column" && e.operand.notNull;
}
