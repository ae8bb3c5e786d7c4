/**
 * The ways to run a loop over a table: all of it, in the order of its rowid or of an index; the rows that equalities and bounds on the first columns of
 * an index find; a hash of it.
 *
 * What each costs is the original's reckoning (https://www.sqlite.org/queryplanner-ng.html), as its choices decide in which order rows come.
 */
import type { Affinity } from "../../values/affinity.ts";
import { EXPRESSION, ROWID } from "../../schema/table.ts";
import { affinityOf, equalExpressions, some } from "../walk.ts";
import {
  AUTO_INDEX,
  BY_INDEX,
  BY_ROWID,
  COLUMN_EQ,
  COLUMN_IN,
  COLUMN_NULL,
  COLUMN_RANGE,
  EXPRESSION_INDEX,
  HIGH_BOUND,
  INDEX_ONLY,
  LOW_BOUND,
  ONE_ROW,
  SKIP_SCAN,
  STREAMED,
  TRANSITIVE,
} from "./candidate.ts";
import type { Candidate } from "./candidate.ts";
import { isNumeric } from "./analyze-terms.ts";
import { coverageOf } from "./covering.ts";
import { fits, TermScan } from "./find-terms.ts";
import { impliesPartialIndex } from "./implication.ts";
import { addEstimates, type LogEstimate, logEstimate, logOfEstimate } from "./log-estimate.ts";
import { adjustRows } from "./row-estimates.ts";
import type { Planning } from "./planning.ts";
import { replacedColumn } from "./propagate-constants.ts";
import type { PlannedSource } from "./planned-source.ts";
import { intersects, type SourceSet, union, without } from "./source-set.ts";
import { type Probe, shapeOf } from "./table-facts.ts";
import { type Clause, EQ, GE, GT, IN, IS, IS_NULL, LE, LT, RANGE, type Term } from "./term.ts";
import { sameName, withoutCollate } from "./usage.ts";

const ANY_OPERATOR = EQ | IN | RANGE | IS_NULL | IS;

/** Rows with a value that an automatic index finds: 20. */
const AUTOMATIC_ROWS: LogEstimate = 43;
/** Values of a query on the right of IN: 25. */
const IN_QUERY_VALUES: LogEstimate = 46;
/** Entries alike in a first column from which on it pays to skip it: 18. */
const SKIP_SCAN_LEAST: LogEstimate = 42;

/** `clause`: that of the whole WHERE, or of a branch of OR. `before`: sources that the join has to have before this one. */
export function addTableCandidates(planning: Planning, source: PlannedSource, clause: Clause, before: SourceSet): void {
  if (planning.candidates.orCosts === undefined) addAutomaticIndex(planning, source, clause, before);
  let order = 1;
  for (const probe of source.probes()) {
    if (probe.where === undefined || impliesPartialIndex(probe.where, source, clause)) {
      const { template } = planning;
      template.probe = probe;
      template.equal = 0;
      template.low = 0;
      template.high = 0;
      template.skipped = 0;
      template.distinctColumns = 0;
      template.terms.length = 0;
      template.order = 0;
      template.setup = 0;
      template.prerequisites = before;
      template.rows = probe.rows[0]!;
      if (probe.index === undefined) addRowidScan(planning, source, clause, order);
      else addIndexScan(planning, source, clause, probe, order);
      addSearches(planning, source, clause, probe, 0);
    }
    order += 1;
  }
}

function addRowidScan(planning: Planning, source: PlannedSource, clause: Clause, order: number): void {
  const { template, candidates } = planning;
  const { rows } = source;
  template.flags = BY_ROWID | (source.estimate?.streamed === true ? STREAMED : 0);
  template.order = mayHelpOrder(planning, source, template.probe!) ? order : 0;
  template.run = rows + 16;
  adjustRows(planning, clause, template, rows);
  candidates.add(template);
  template.rows = rows;
}

function addIndexScan(planning: Planning, source: PlannedSource, clause: Clause, probe: Probe, order: number): void {
  const { template, candidates } = planning;
  const table = source.table!; // an index is a table's
  const shape = shapeOf(table);
  const rows = probe.rows[0]!;
  const { covers, flags } = coverageOf(planning, source, probe);
  template.flags = BY_INDEX | flags;
  const isChanged = planning.parts.whole?.has(source.source.id) === true;
  const helpsOrder = mayHelpOrder(planning, source, probe);
  const isWorthwhile =
    helpsOrder ||
    table.withoutRowid ||
    probe.where !== undefined ||
    (source.indexedBy !== undefined && source.indexedBy !== null) ||
    (covers && !isChanged && !probe.unordered && probe.width < shape.width);
  if (!isWorthwhile) return;
  template.order = helpsOrder ? order : 0;
  template.run = rows + 1 + Math.trunc((15 * probe.width) / shape.width);
  if (!covers) template.run = addEstimates(template.run, lookups(planning, source, probe, rows));
  adjustRows(planning, clause, template, rows);
  const isUnsure = source.isRight && probe.hasExpressions;
  if (!isUnsure) candidates.add(template);
  template.rows = rows;
}

/** Rows that have to be looked up: those of which the index alone does not say that they will not do. */
function lookups(planning: Planning, source: PlannedSource, probe: Probe, rows: LogEstimate): LogEstimate {
  let lookup = rows + 16;
  for (const term of planning.clause.terms) {
    if (!isCovered(term, source, probe)) break;
    if (term.truth <= 0) lookup += term.truth;
    else lookup -= (term.operators & (EQ | IS)) === 0 ? 1 : 20;
  }
  return lookup;
}

/** Whether a term reads nothing of the source but what the index has. */
export function isCovered({ expression }: Term, { source, table }: PlannedSource, probe: Probe): boolean {
  return !some(expression, (part) => {
    const e = replacedColumn(part) ?? part;
    if (e.kind !== "column" && e.kind !== "generated") return false;
    if (e.source !== source.id || e.column === ROWID || e.column === table?.rowidAlias) return false;
    return !probe.columns.some(({ column }) => column === e.column);
  });
}

/** Whether some term that is wished for is a column of the index. */
function mayHelpOrder({ order }: Planning, source: PlannedSource, probe: Probe): boolean {
  if (order === undefined || probe.unordered) return false;
  return order.some((term) => {
    if (term.source === source.source.id) {
      if (term.column === ROWID) return true;
      return probe.columns.some(({ column }, at) => at < probe.keyColumns && column === term.column);
    }
    if (!probe.hasExpressions || term.source !== -1) return false;
    return probe.expressions.some(
      (indexed, at) =>
        at < probe.keyColumns && indexed !== undefined && equalExpressions(term.expression, withoutCollate(indexed)),
    );
  });
}

function addAutomaticIndex(planning: Planning, source: PlannedSource, clause: Clause, before: SourceSet): void {
  const { context, template, candidates } = planning;
  const { content } = source.source;
  if (planning.isBranch || !context.automaticIndex || source.indexedBy !== undefined || source.isRight) return;
  if (source.estimate?.correlated === true || content.kind === "queue") return;
  const depth = logOfEstimate(source.rows);
  for (const term of clause.terms) {
    if (intersects(term.needsForValue, source.bit) || !canDriveAutomatic(term, source)) continue;
    template.equal = 1;
    template.skipped = 0;
    template.probe = undefined;
    template.terms.length = 0;
    template.terms.push(term);
    // A table's rows are dear to copy; those of a query are in an ephemeral table already.
    template.setup = Math.max(0, depth + source.rows + (content.kind === "table" ? 28 : -25));
    template.rows = AUTOMATIC_ROWS;
    template.run = addEstimates(depth, AUTOMATIC_ROWS);
    template.flags = AUTO_INDEX;
    template.prerequisites = union(before, term.needsForValue);
    candidates.add(template);
  }
}

/** Whether a hash by this term's column is of use: it is an equality, and no index there serves it anyway. */
export function canDriveAutomatic(term: Term, source: PlannedSource): boolean {
  if (term.source !== source.source.id || (term.operators & (EQ | IS)) === 0 || term.column < 0) return false;
  if (source.touchesOuter && !isOfJoin(term, source)) return false;
  const e = term.expression;
  const affinity = columnAffinity(term, source);
  if (e.kind !== "compare" || !fits(e.affinity, affinity)) return false;
  return isUnindexed(source, term.column);
}

function columnAffinity(term: Term, { table }: PlannedSource): Parameters<typeof fits>[1] {
  if (table !== undefined) return table.columns[term.column]!.affinity;
  const own = term.own && withoutCollate(term.own);
  return own?.kind === "column" ? own.affinity : undefined;
}

function isUnindexed(source: PlannedSource, column: number): boolean {
  if (source.table === undefined) return true;
  for (const probe of source.probes()) {
    if (probe.index === undefined) continue;
    const at = probe.columns.findIndex((part, i) => i < probe.keyColumns && part.column === column);
    if (at === 0) return false;
    if (at > 0 && probe.hasStatistics && probe.rows[at + 1]! > 20) return false;
  }
  return true;
}

/** Conditions of an outer join's ON restrict its right side; those of WHERE do not restrict what outer joins touch. */
function isOfJoin(term: Term, source: PlannedSource): boolean {
  const { id } = source.source;
  return term.outerJoin === id || (term.innerJoin === id && !source.isOuter);
}

/** Extends what the template has by one more column of the index, in every way that the terms allow, and so on. `factor`: how often IN repeats it. */
function addSearches(
  planning: Planning,
  source: PlannedSource,
  clause: Clause,
  probe: Probe,
  factor: LogEstimate,
): void {
  const { template, candidates, byId } = planning;
  let operators = (template.flags & LOW_BOUND) !== 0 ? LT | LE : ANY_OPERATOR;
  if (probe.unordered) operators &= ~RANGE;
  const { equal, low, high, skipped, flags, prerequisites, rows } = template;
  const termCount = template.terms.length;
  const position = equal;
  const total = probe.rows[0]!;
  const depth = logOfEstimate(total);
  const isKeyLast = position === probe.keyColumns - 1;
  const restore = (): void => {
    template.equal = equal;
    template.low = low;
    template.high = high;
    template.flags = flags;
    template.terms.length = termCount;
  };
  template.setup = 0;
  const scan = new TermScan(clause, byId, source, position, operators, probe);
  for (let term = scan.next(); term !== undefined && !candidates.isExhausted; term = scan.next()) {
    if ((term.operators === IS_NULL || term.isNotNullRange) && isNeverNull(source, probe, position)) continue;
    if (intersects(term.needsForValue, source.bit)) continue;
    if (term.isLikeBound && (term.operators & LT) !== 0) continue;
    if (source.touchesOuter && !isOfJoin(term, source)) continue;
    restore();
    template.terms.push(term);
    template.prerequisites = without(union(prerequisites, term.needsForValue), source.bit);
    let values = 0;
    let bounds: [Term | undefined, Term | undefined] | undefined;
    if ((term.operators & IN) !== 0) {
      const counted = valuesOfIn(template, term);
      if (counted === undefined) continue;
      values = counted;
      if (probe.hasStatistics && depth >= 10 && !prefersLookup(probe.rows[position]!, values, depth)) {
        // One pass over the index beats looking each value up.
        if (factor >= 2) continue;
      }
      template.flags |= COLUMN_IN;
    } else if ((term.operators & (EQ | IS)) !== 0) {
      const column = probe.columns[position]!.column;
      template.flags |= COLUMN_EQ;
      if (column === ROWID) template.flags |= ONE_ROW;
      else if (column >= 0 && factor === 0 && isKeyLast) {
        const isOne = probe.uniqueNotNull || (probe.keyColumns === 1 && probe.unique && (term.operators & EQ) !== 0);
        if (isOne) template.flags |= ONE_ROW;
      }
      if (scan.isTransitive) template.flags |= TRANSITIVE;
    } else if ((term.operators & IS_NULL) !== 0) template.flags |= COLUMN_NULL;
    else bounds = addBound(template, term, source, probe);
    if (bounds !== undefined) template.rows = rowsWithin(bounds, rows);
    else {
      template.equal += 1;
      if (term.truth <= 0 && probe.columns[position]!.column >= 0) template.rows += term.truth - values;
      else
        template.rows +=
          probe.rows[template.equal]! - probe.rows[template.equal - 1]! + ((term.operators & IS_NULL) === 0 ? 0 : 10);
    }
    const entryCost =
      probe.index === undefined ? 16 : 1 + Math.trunc((15 * probe.width) / shapeOf(source.table!).width);
    template.run = addEstimates(depth, template.rows + entryCost);
    if ((template.flags & (INDEX_ONLY | BY_ROWID | EXPRESSION_INDEX)) === 0)
      template.run = addEstimates(template.run, template.rows + 16);
    const unadjusted = template.rows;
    template.run += factor + values;
    template.rows += factor + values;
    adjustRows(planning, clause, template, total);
    candidates.add(template);
    template.rows = bounds === undefined ? unadjusted : rows;
    const mayGoOn =
      (template.flags & HIGH_BOUND) === 0 &&
      template.equal < probe.columns.length &&
      (template.equal < probe.keyColumns || !(probe.isTable || probe.index === undefined));
    if (mayGoOn) addSearches(planning, source, clause, probe, factor + values);
    template.rows = rows;
  }
  restore();
  template.prerequisites = prerequisites;
  template.skipped = skipped;
  template.rows = rows;
  const maySkip =
    position === skipped &&
    position + 1 < probe.keyColumns &&
    position === termCount &&
    !probe.noSkipScan &&
    probe.hasStatistics &&
    probe.rows[position + 1]! >= SKIP_SCAN_LEAST;
  if (!maySkip) return;
  template.equal += 1;
  template.skipped += 1;
  template.terms.push(undefined);
  template.flags |= SKIP_SCAN;
  const different = probe.rows[position]! - probe.rows[position + 1]!;
  template.rows -= different;
  addSearches(planning, source, clause, probe, different + 5 + factor);
  restore();
  template.rows = rows;
  template.skipped = skipped;
}

function isNeverNull({ table }: PlannedSource, probe: Probe, position: number): boolean {
  const { column } = probe.columns[position]!;
  if (column === ROWID) return true;
  return column !== EXPRESSION && table!.columns[column]!.notNull !== undefined; // an index is a table's
}

/** How many values IN has to look up; undefined: a row's field that was used already. */
function valuesOfIn(template: Candidate, term: Term): LogEstimate | undefined {
  const e = term.expression;
  if (e.kind === "in-list") return logEstimate(e.items.length);
  let values = IN_QUERY_VALUES;
  for (let i = 0; i < template.terms.length - 1; i++) {
    const other = template.terms[i];
    if (other?.expression !== e) continue;
    if (other.field === term.field) {
      template.terms.length -= 1;
      return undefined;
    }
    values = 0; // the row's values are walked once for all its fields
  }
  return values;
}

function prefersLookup(entries: LogEstimate, values: LogEstimate, depth: LogEstimate): boolean {
  return entries + logOfEstimate(values) + 10 - (values + depth) >= 0;
}

/** Adds a bound, and LIKE's other one with it. Gives both bounds. */
function addBound(
  template: Candidate,
  term: Term,
  source: PlannedSource,
  probe: Probe,
): [Term | undefined, Term | undefined] {
  if ((term.operators & (GT | GE)) !== 0) {
    template.flags |= COLUMN_RANGE | LOW_BOUND;
    template.low = boundColumns(template, term, source, probe);
    if (!term.isLikeBound) return [term, undefined];
    const { terms } = term.clause;
    const above = terms[terms.indexOf(term) + 1]!; // it was added right behind
    template.terms.push(above);
    template.flags |= HIGH_BOUND;
    template.high = 1;
    return [term, above];
  }
  const below = (template.flags & LOW_BOUND) === 0 ? undefined : template.terms.at(-2);
  template.flags |= COLUMN_RANGE | HIGH_BOUND;
  template.high = boundColumns(template, term, source, probe);
  return [below, term];
}

/** Of a comparison of rows: how many of its columns the index has in the same order. */
function boundColumns({ equal }: Candidate, { row }: Term, source: PlannedSource, probe: Probe): number {
  if (row === undefined) return 1;
  const most = Math.min(row.pairs.length, probe.columns.length - equal);
  const first = probe.columns[equal]!;
  for (let i = 1; i < most; i++) {
    const { left, right, collation } = row.pairs[i]!;
    const part = probe.columns[equal + i]!;
    // The rowid has no collation, which ends it in the original.
    if (left.kind !== "column" || left.column === ROWID || left.source !== source.source.id) return i;
    const column = source.columnNumber(left.column);
    if (column !== source.columnNumber(part.column) || part.descending !== first.descending) return i;
    const affinity = column === ROWID ? "INTEGER" : source.table?.columns[column]?.affinity;
    if (jointAffinity(affinityOf(left), affinityOf(right)) !== affinity || !sameName(collation.name, part.collation))
      return i;
  }
  return most;
}

function jointAffinity(left: Affinity | undefined, right: Affinity | undefined): Affinity | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return isNumeric(left) || isNumeric(right) ? "NUMERIC" : "BLOB";
}

/** A bound leaves a quarter; two of them, of which nothing else is known, an eighth of that again. */
function rowsWithin([low, high]: [Term | undefined, Term | undefined], rows: LogEstimate): LogEstimate {
  let within = boundedBy(high, boundedBy(low, rows));
  if (low !== undefined && low.truth > 0 && high !== undefined && high.truth > 0) within -= 20;
  const most = rows - (low === undefined ? 0 : 1) - (high === undefined ? 0 : 1);
  return Math.min(most, Math.max(10, within));
}

function boundedBy(term: Term | undefined, rows: LogEstimate): LogEstimate {
  if (term === undefined) return rows;
  if (term.truth <= 0) return rows + term.truth;
  return term.isNotNullRange ? rows : rows - 20;
}
