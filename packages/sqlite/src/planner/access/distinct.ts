/** SELECT DISTINCT whose rows are distinct by themselves: the rowid, or all of a unique key without NULLs, is among the columns. */
import { findTerm } from "./find-terms.ts";
import { ROWID } from "../../schema/table.ts";
import type { Planning } from "./planning.ts";
import type { PlannedSource } from "./planned-source.ts";
import type { Probe } from "./table-facts.ts";
import { EQ } from "./term.ts";
import { sameName } from "./usage.ts";

export function isDistinctAnyway(planning: Planning): boolean {
  const { sources, distinct } = planning;
  const [source, another] = sources;
  if (source === undefined || another !== undefined || distinct === undefined) return false;
  if (source.table === undefined) return false;
  if (distinct.some((term) => term.source === source.source.id && term.column === ROWID)) return true;
  return source.probes().some((probe) => {
    if (probe.index === undefined || !probe.unique || probe.where !== undefined) return false;
    for (let position = 0; position < probe.keyColumns; position++)
      if (!isKnown(planning, source, probe, position)) return false;
    return true;
  });
}

/** A column of the key that is equal to a constant, or is in the result and never NULL. */
function isKnown(
  { clause, byId, all, distinct }: Planning,
  source: PlannedSource,
  probe: Probe,
  position: number,
): boolean {
  if (findTerm(clause, byId, source, position, all, EQ, probe) !== undefined) return true;
  const { column, collation } = probe.columns[position]!;
  const isThere = distinct?.some(
    (term) => term.source === source.source.id && term.column === column && sameName(term.collation, collation),
  );
  return isThere === true && (column === ROWID || source.table?.columns[column]?.notNull !== undefined);
}
