/** Whether an index has all that a statement reads of its table. */
import { EXPRESSION, ROWID } from "../../schema/table.ts";
import type { BoundExpression } from "../expression.ts";
import { children, equalExpressions } from "../walk.ts";
import { EXPRESSION_INDEX, INDEX_ONLY } from "./candidate.ts";
import { withKnownNulls } from "./known-nulls.ts";
import type { Planning } from "./planning.ts";
import type { PlannedSource } from "./planned-source.ts";
import { isVirtual, type Probe } from "./table-facts.ts";

export interface Coverage {
  /** Nothing has to be looked up for WHERE and the result. */
  readonly covers: boolean;
  /** INDEX_ONLY, or EXPRESSION_INDEX where the index has expressions in the place of columns; 0: rows are looked up all the same. */
  readonly flags: number;
}

const COVERS: Coverage = { covers: true, flags: INDEX_ONLY };
const COVERS_BY_EXPRESSIONS: Coverage = { covers: true, flags: EXPRESSION_INDEX };
const COVERS_CHANGE: Coverage = { covers: true, flags: 0 };
const COVERS_NOT: Coverage = { covers: false, flags: 0 };

export function coverageOf(planning: Planning, source: PlannedSource, probe: Probe): Coverage {
  if (probe.isTable || hasWholeTable(source, probe)) return COVERS;
  // Of what is no SELECT of its own: the rows of a change, the branch of an OR.
  const isChanged = planning.isBranch || planning.parts.whole?.has(source.source.id) === true;
  if (hasEveryColumn(planning, source, probe))
    return isChanged && source.table?.withoutRowid === true ? COVERS_CHANGE : COVERS;
  if (isChanged || !probe.hasExpressions || probe.hasVirtual) return COVERS_NOT;
  const flags = expressionCoverage(planning, source, probe);
  if (flags === 0) return COVERS_NOT;
  return flags === INDEX_ONLY ? COVERS : COVERS_BY_EXPRESSIONS;
}

/** An index that was made with all columns of its table. */
function hasWholeTable({ table }: PlannedSource, { index, columns }: Probe): boolean {
  if (table === undefined || index?.origin !== "c" || columns.length < table.columns.length) return false;
  return table.columns.every((_, at) => at === table.rowidAlias || columns.some(({ column }) => column === at));
}

export function hasEveryColumn(planning: Planning, source: PlannedSource, probe: Probe): boolean {
  const table = source.table!; // an index is a table's
  // What a constraint's index has of a key instead of a rowid, the original does not count.
  const known = table.withoutRowid && probe.index?.origin === "u" ? probe.keyColumns : probe.columns.length;
  for (const column of planning.columnsRead(source)) {
    const at = probe.columns.findIndex((part) => part.column === column);
    const isThere = at !== -1 && at < known && !isVirtual(table.columns[column]!);
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
  const conditions = [parts.where, ...parts.sources.map(({ on }) => on)]
    .filter((e) => e !== undefined)
    .map((e) => withKnownNulls(e, parts.sources));
  if (![...parts.reads, ...conditions].every(isCovered)) return 0;
  return usesExpression ? EXPRESSION_INDEX : INDEX_ONLY;
}
