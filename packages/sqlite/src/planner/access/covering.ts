/** Whether an index has all that a statement reads of its table. */
import { EXPRESSION, ROWID } from "../../schema/table.ts";
import type { BoundExpression } from "../expression.ts";
import { children, equalExpressions } from "../walk.ts";
import { EXPRESSION_INDEX, INDEX_ONLY } from "./candidate.ts";
import type { Planning } from "./planning.ts";
import type { PlannedSource } from "./planned-source.ts";
import { isVirtual, type Probe } from "./table-facts.ts";

/** INDEX_ONLY, or EXPRESSION_INDEX where it has expressions in the place of columns; 0: it has not everything. */
export function coverageOf(planning: Planning, source: PlannedSource, probe: Probe): number {
  if (probe.isTable || hasEveryColumn(planning, source, probe)) return INDEX_ONLY;
  return probe.hasExpressions && !probe.hasVirtual ? expressionCoverage(planning, source, probe) : 0;
}

export function hasEveryColumn(planning: Planning, source: PlannedSource, probe: Probe): boolean {
  const table = source.table!; // an index is a table's
  for (const column of planning.columnsRead(source)) {
    const isThere = probe.columns.some((part) => part.column === column) && !isVirtual(table.columns[column]!);
    if (!isThere && !isFixedByPartial(column, probe.where)) return false;
  }
  return true;
}

/** `… WHERE x = 5` of a partial index says what x is. */
function isFixedByPartial(column: number, where: BoundExpression | undefined): boolean {
  if (where === undefined) return false;
  if (where.kind === "and") return isFixing(where.left, column) || isFixedByPartial(column, where.right);
  return isFixing(where, column);
}

function isFixing(e: BoundExpression, column: number): boolean {
  if (e.kind !== "compare" || (e.operator !== "=" && e.operator !== "IS")) return false;
  const { left, right, collation } = e;
  if (left.kind !== "column" || left.column !== column || left.affinity === "BLOB") return false;
  return right.kind === "constant" && collation.kind === "binary";
}

function expressionCoverage({ parts }: Planning, source: PlannedSource, probe: Probe): number {
  if (parts.whole?.has(source.source.id) === true) return 0;
  let usesExpression = false;
  const isCovered = (e: BoundExpression): boolean => {
    if (e.kind === "column") {
      if (e.source !== source.source.id) return true;
      const column = source.columnNumber(e.column);
      return column === ROWID || probe.columns.some((part) => part.column === column && column !== EXPRESSION);
    }
    if (probe.expressions.some((indexed) => indexed !== undefined && equalExpressions(e, indexed))) {
      usesExpression = true;
      return true;
    }
    return children(e).every(isCovered);
  };
  const conditions = [parts.where, ...parts.sources.map(({ on }) => on)].filter((e) => e !== undefined);
  if (![...parts.reads, ...conditions].every(isCovered)) return 0;
  return usesExpression ? EXPRESSION_INDEX : INDEX_ONLY;
}
