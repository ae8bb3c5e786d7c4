/** SELECT DISTINCT whose rows are distinct by themselves: the rowid, or all of a unique key without NULLs, is among the columns. */
import { findTerm } from "./find-terms.ts";
import { ROWID } from "../../schema/table.ts";
import type { TermContext } from "./analyze-terms.ts";
import type { OrderTerm } from "./planning.ts";
import type { PlannedSource } from "./planned-source.ts";
import type { Probe } from "./table-facts.ts";
import { ALL_SOURCES } from "./source-set.ts";
import { type Clause, EQ } from "./term.ts";
import { sameName } from "./usage.ts";

export function isDistinctAnyway(context: TermContext, clause: Clause, distinct: readonly OrderTerm[]): boolean {
  const [source, another] = context.sources;
  if (source?.table === undefined || another !== undefined) return false;
  if (distinct.some((term) => term.source === source.source.id && term.column === ROWID)) return true;
  return source.probes().some((probe) => {
    if (probe.index === undefined || !probe.unique || probe.where !== undefined) return false;
    for (let position = 0; position < probe.keyColumns; position++)
      if (!isKnown(context, clause, source, probe, position, distinct)) return false;
    return true;
  });
}

/** A column of the key that is equal to a constant, or is in the result and never NULL. */
function isKnown(
  { byId }: TermContext,
  clause: Clause,
  source: PlannedSource,
  probe: Probe,
  position: number,
  distinct: readonly OrderTerm[],
): boolean {
  if (findTerm(clause, byId, source, position, ALL_SOURCES, EQ, probe) !== undefined) return true;
  const { column, collation } = probe.columns[position]!;
  const isThere = distinct.some(
    (term) => term.source === source.source.id && term.column === column && sameName(term.collation, collation),
  );
  return isThere && (column === ROWID || source.table?.columns[column]?.notNull !== undefined);
}
