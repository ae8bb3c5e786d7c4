/** All ways to read each source, and the cheapest way through them. */
import {
  AUTO_INDEX,
  BY_INDEX,
  BY_ROWID,
  COLUMN_EQ,
  COLUMN_IN,
  COLUMN_NULL,
  CONSTRAINT,
  INDEX_ONLY,
  ONE_ROW,
} from "./candidate.ts";
import type { Candidate } from "./candidate.ts";
import { TermScan } from "./find-terms.ts";
import { addOrCandidates } from "./or-candidates.ts";
import { cheapestPath, type Path, searchBreadth } from "./path.ts";
import type { Planning } from "./planning.ts";
import type { PlannedSource } from "./planned-source.ts";
import { ALL_SOURCES, isEmpty, NO_SOURCES, union } from "./source-set.ts";
import { addTableCandidates } from "./table-candidates.ts";
import type { Probe } from "./table-facts.ts";
import { EQ, IS, type Term } from "./term.ts";
import { hasEveryColumn } from "./covering.ts";

/** Throws SqliteError `no query solution`. */
export function choosePath(planning: Planning): Path {
  const lookup = planning.sources.length === 1 && !planning.isBranch ? uniqueLookup(planning) : undefined;
  if (lookup !== undefined) return lookup;
  addCandidates(planning);
  const breadth = searchBreadth(planning);
  const path = cheapestPath(planning, undefined, breadth);
  if (planning.order === undefined) return path;
  deferScans(planning, path);
  return cheapestPath(planning, path.rows < 0 ? 1 : path.rows + 1, breadth);
}

function addCandidates(planning: Planning): void {
  const { sources, clause, candidates, template, isBranch } = planning;
  let before = NO_SOURCES;
  let prior = NO_SOURCES;
  let keepsOrder = false;
  let isBehindRight = false;
  for (const source of isBranch ? sources.slice(0, 1) : sources) {
    candidates.beginSource();
    template.place = source.place;
    template.self = source.bit;
    if (isBehindRight || source.isOuter || source.isCross || source.isLeftOfRight) {
      if (source.isLeftOfRight || source.isCross) keepsOrder = true;
      before = union(before, prior);
      isBehindRight = source.isRight;
    } else if (!keepsOrder) before = NO_SOURCES;
    addTableCandidates(planning, source, clause, before);
    if (clause.hasIndexableOr) addOrCandidates(planning, source, clause, before);
    prior = union(prior, source.bit);
  }
}

/**
 * Once the first path is known: a table for which it uses an index, with equal values, from the outermost loop on, will not be read whole for the
 * sake of an order.
 */
function deferScans({ candidates }: Planning, { loops }: Path): void {
  for (const { flags, place } of loops) {
    if ((flags & (COLUMN_EQ | COLUMN_NULL | COLUMN_IN)) === 0) return;
    for (const candidate of candidates.list)
      if (candidate.place === place && (candidate.flags & (CONSTRAINT | AUTO_INDEX)) === 0)
        candidate.prerequisites = ALL_SOURCES;
  }
}

const ROWID_COST = 33;
const UNIQUE_COST = 39;
/** More columns than that are left to the whole search. */
const MAX_KEY_COLUMNS = 3;

/** The row of a single source that a rowid or a unique key finds: there is nothing to weigh. */
function uniqueLookup(planning: Planning): Path | undefined {
  const source = planning.sources[0]!; // there is one
  if (source.indexedBy !== undefined) return undefined;
  for (const probe of source.probes()) {
    if (probe.index !== undefined && (!probe.unique || probe.where !== undefined || probe.keyColumns > MAX_KEY_COLUMNS))
      continue;
    const terms = constantTerms(planning, source, probe);
    if (terms === undefined) continue;
    const candidate = planning.template;
    candidate.self = source.bit;
    candidate.probe = probe;
    candidate.terms = terms;
    candidate.equal = terms.length;
    candidate.rows = 1;
    if (probe.index === undefined) {
      candidate.flags = COLUMN_EQ | BY_ROWID | ONE_ROW;
      candidate.run = ROWID_COST;
    } else {
      const covers = probe.isTable || hasEveryColumn(planning, source, probe);
      candidate.flags = COLUMN_EQ | BY_INDEX | ONE_ROW | (covers ? INDEX_ONLY : 0);
      candidate.run = UNIQUE_COST;
    }
    return onePath(planning, candidate);
  }
  return undefined;
}

function constantTerms({ clause, byId }: Planning, source: PlannedSource, probe: Probe): Term[] | undefined {
  const operators = probe.index === undefined || probe.uniqueNotNull ? EQ | IS : EQ;
  const terms: Term[] = [];
  for (let position = 0; position < probe.keyColumns; position++) {
    const scan = new TermScan(clause, byId, source, position, operators, probe);
    let term = scan.next();
    while (term !== undefined && !isEmpty(term.needsForValue)) term = scan.next();
    if (term === undefined) return undefined;
    terms.push(term);
  }
  return terms;
}

function onePath({ order }: Planning, candidate: Candidate): Path {
  return {
    done: candidate.self,
    reverse: NO_SOURCES,
    rows: 1,
    cost: candidate.run,
    unsorted: candidate.run,
    ordered: order?.length ?? 0,
    loops: [candidate],
  };
}
