/** `x IS NULL` of a column that is never NULL is false: known before anything else is looked at. */
import { INTEGER } from "../../values/value.ts";
import type { BoundExpression, Column } from "../expression.ts";
import type { BoundSource } from "../query.ts";
import { replace, some } from "../walk.ts";
import { isLeft, isRight } from "./simplify-joins.ts";

/** A condition of WHERE or ON, with such tests replaced. `sources`: as they were written, since null rows of outer joins may yet be simplified away. */
export function withKnownNulls(e: BoundExpression, sources: readonly BoundSource[]): BoundExpression {
  if (!some(e, (part) => testedColumn(part)?.notNull === true)) return e;
  const lastRight = sources.findLastIndex(({ join }) => isRight(join));
  const certain = new Set(sources.filter(({ join }, at) => !isLeft(join) && at >= lastRight).map(({ id }) => id));
  return replace(e, (part) => {
    const column = testedColumn(part);
    if (column === undefined || !column.notNull || !certain.has(column.source)) return undefined;
    return { kind: "constant", tag: INTEGER, payload: part.kind === "not-null" ? 1 : 0 };
  });
}

function testedColumn(e: BoundExpression): Column | undefined {
  return (e.kind === "is-null" || e.kind === "not-null") && e.operand.kind === "column" ? e.operand : undefined;
}
