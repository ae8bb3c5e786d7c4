/** `x IS NULL` of a column that is never NULL is false: known before anything else is looked at. */
import { INTEGER } from "../../values/value.ts";
import type { BoundExpression, Column } from "../expression.ts";
import type { BoundSource } from "../query.ts";
import { replace, some } from "../walk.ts";
import { isLeft, isRight } from "./simplify-joins.ts";

/** A condition of WHERE or ON, with such tests replaced. `sources`: a subquery's columns may have come to stand for a null row since it was written. */
export function withKnownNulls(e: BoundExpression, sources: readonly BoundSource[]): BoundExpression {
  if (!some(e, (part) => testedColumn(part) !== undefined)) return e;
  const lastRight = sources.findLastIndex(({ join }) => isRight(join));
  const certain = new Set(sources.filter(({ join }, at) => !isLeft(join) && at >= lastRight).map(({ id }) => id));
  return replace(e, (part) => {
    const column = testedColumn(part);
    if (column === undefined || !certain.has(column.source)) return undefined;
    return { kind: "constant", tag: INTEGER, payload: part.kind === "not-null" ? 1 : 0 };
  });
}

/** The column, never NULL by itself, of which it is asked whether it is. */
function testedColumn(e: BoundExpression): Column | undefined {
  if (e.kind !== "is-null" && e.kind !== "not-null") return undefined;
  return e.operand.kind === "column" && e.operand.notNull ? e.operand : undefined;
}
