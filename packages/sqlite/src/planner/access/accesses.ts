/** A candidate that has been chosen → how lowering reads its rows, and which conditions are met by that. */
import { BLOB, NULL, TEXT } from "../../values/value.ts";
import { encodeText, encodedLength } from "../../values/text-codec.ts";
import { EXPRESSION } from "../../schema/table.ts";
import type { BoundExpression } from "../expression.ts";
import { affinityOf, queryIn, some } from "../walk.ts";
import {
  AUTO_INDEX,
  BY_INDEX,
  BY_ROWID,
  type Candidate,
  COLUMN_EQ,
  COLUMN_IN,
  COLUMN_RANGE,
  HIGH_BOUND,
  LOW_BOUND,
  PARTIAL_AUTO_INDEX,
  SKIP_SCAN,
  TRANSITIVE,
} from "./candidate.ts";
import type { Access, EqualTerm, LoopBound } from "./plan.ts";
import type { Planning } from "./planning.ts";
import type { PlannedSource } from "./planned-source.ts";
import { intersects, type SourceSet } from "./source-set.ts";
import { rowsAmong, rowTermOf } from "./rows-among.ts";
import { canDriveAutomatic } from "./table-candidates.ts";
import { EQUIVALENT, GE, LE, type Term } from "./term.ts";
import { isDeterministic } from "./usage.ts";

/** Takes note that nothing is left to test of a term that an access uses. `notReady`: sources that the loops so far have not come to. */
function finish(used: Term, source: PlannedSource, notReady: SourceSet): void {
  let isParent = false;
  let term: Term | undefined = used;
  while (term !== undefined && !term.isDone) {
    // What WHERE says of a LEFT JOIN's right side is tested for its null rows too.
    if (source.isLeft && term.outerJoin === -1) return;
    if (intersects(notReady, term.needs)) return;
    if (isParent && term.isLooseLike) return;
    term.isDone = true;
    const parent: Term | undefined = term.parent;
    if (parent === undefined) return;
    parent.children -= 1;
    if (parent.children !== 0) return;
    term = parent;
    isParent = true;
  }
}

export function accessOf(
  planning: Planning,
  candidate: Candidate,
  reverse: boolean,
  notReady: SourceSet,
): Exclude<Access, { kind: "or" }> {
  const source = planning.sources[candidate.place]!;
  const { flags } = candidate;
  if ((flags & AUTO_INDEX) !== 0) return hashAccess(planning, candidate, source, notReady);
  if ((flags & BY_INDEX) !== 0) return indexAccess(planning, candidate, source, reverse, notReady);
  if ((flags & BY_ROWID) === 0 || (flags & (COLUMN_EQ | COLUMN_IN | COLUMN_RANGE)) === 0)
    return { kind: "scan", reverse };
  if ((flags & COLUMN_RANGE) !== 0)
    return { kind: "rowid-range", ...boundsOf(candidate, 0, source, notReady), reverse };
  const [term] = candidate.terms;
  const equal = rowTermOf(rowsAmong([term]), term!, reverse) ?? equalTerm(term!, reverse); // the rowid's
  finishEqual(candidate, term!, source, notReady);
  return { kind: "rowid", equal };
}

function finishEqual({ flags }: Candidate, term: Term, source: PlannedSource, notReady: SourceSet): void {
  const isShared = (flags & TRANSITIVE) !== 0 && (term.operators & EQUIVALENT) !== 0;
  if (!isShared) finish(term, source, notReady);
}

function equalTerm(term: Term, descending: boolean): EqualTerm {
  const e = term.expression;
  switch (e.kind) {
    case "in-list":
    case "in-query":
      return { kind: "in", among: e, field: term.field, descending };
    case "compare":
      return { kind: "value", value: compared(term), nullable: e.operator === "IS" };
    default: // x IS NULL
      return { kind: "value", value: NOTHING, nullable: true };
  }
}

const NOTHING: BoundExpression = { kind: "constant", tag: NULL, payload: null };

/** The value of a comparison, as the comparison sees it. */
function compared(term: Term): BoundExpression {
  const e = term.row?.pairs[0] ?? term.expression;
  const value = term.value!; // comparisons have one
  if (e.kind !== "compare" || e.affinity === "none") return value;
  const affinity = e.affinity === "numeric" ? "NUMERIC" : "TEXT";
  const own = affinityOf(value);
  const hasIt = affinity === "TEXT" ? own === "TEXT" : own === "INTEGER" || own === "REAL" || own === "NUMERIC";
  return hasIt && value.kind !== "register" ? value : { kind: "affinity", operand: value, affinity };
}

function boundOf(term: Term): LoopBound | undefined {
  if (term.isNotNullRange) return undefined;
  // Of rows, the first column alone is a bound; the rest is tested.
  return { value: compared(term), inclusive: term.row !== undefined || (term.operators & (LE | GE)) !== 0 };
}

/** The bounds stand behind `equal` terms. x > NULL, which means that x is not NULL, is tested and no bound. */
function boundsOf(
  { terms, flags }: Candidate,
  equal: number,
  source: PlannedSource,
  notReady: SourceSet,
): { low: LoopBound | undefined; high: LoopBound | undefined } {
  const [first, second] = terms.slice(equal);
  const low = (flags & LOW_BOUND) === 0 ? undefined : first;
  const high = (flags & HIGH_BOUND) === 0 ? undefined : low === undefined ? first : second;
  for (const term of [low, high])
    if (term !== undefined && !term.isNotNullRange && term.row === undefined) finish(term, source, notReady);
  return { low: low && boundOf(low), high: high && boundOf(high) };
}

function indexAccess(
  planning: Planning,
  candidate: Candidate,
  source: PlannedSource,
  reverse: boolean,
  notReady: SourceSet,
): Extract<Access, { kind: "index" }> {
  const { flags, terms, equal } = candidate;
  const probe = candidate.probe!; // it is by index
  const index = probe.index!;
  const covering = hasAllColumns(planning, source, candidate);
  const whole = { kind: "index", index, equal: [], low: undefined, high: undefined, reverse, covering } as const;
  // Where columns are skipped: all entries, in the same order; the conditions are tested.
  if ((flags & SKIP_SCAN) !== 0) return whole;
  const rows = rowsAmong(terms.slice(0, equal));
  const equals = terms.slice(0, equal).map((term, at) => {
    finishEqual(candidate, term!, source, notReady); // none is skipped
    const descending = reverse !== probe.columns[at]!.descending;
    return rowTermOf(rows, term!, descending) ?? equalTerm(term!, descending);
  });
  const { low, high } = boundsOf(candidate, equal, source, notReady);
  const access = { ...whole, equal: equals, low, high };
  if (terms[equal]?.isLikeBound !== true || low === undefined || high === undefined) return access;
  const blobs = { low: asBlob(low), high: asBlob(high) };
  // Of a column that goes down, blobs come before texts.
  return probe.columns[equal]!.descending ? { ...access, ...blobs, blobs: { low, high } } : { ...access, blobs };
}

function asBlob({ value, inclusive }: LoopBound): LoopBound {
  const inner = value.kind === "affinity" ? value.operand : value;
  if (inner.kind !== "constant" || inner.tag !== TEXT || typeof inner.payload !== "string")
    throw new Error("a bound of LIKE that is no text");
  const bytes = new Uint8Array(encodedLength(inner.payload, "utf8"));
  encodeText(inner.payload, "utf8", bytes, 0);
  return { value: { kind: "constant", tag: BLOB, payload: bytes }, inclusive };
}

/** Whether lowering can do without the table: every column that is read is in the index as it is. */
function hasAllColumns(planning: Planning, source: PlannedSource, { probe }: Candidate): boolean {
  if (planning.isBranch || probe === undefined || probe.isTable || source.isRight || source.isLeftOfRight) return false;
  if (planning.parts.whole?.has(source.source.id) === true) return false;
  const { columns } = probe;
  for (const column of planning.columnsRead(source)) {
    if (source.table?.columns[column]?.generated !== undefined) return false;
    if (!columns.some((part) => part.column === column && part.column !== EXPRESSION)) return false;
  }
  return true;
}

function hashAccess(
  planning: Planning,
  candidate: Candidate,
  source: PlannedSource,
  notReady: SourceSet,
): Access & { readonly kind: "hash" | "scan" } {
  const keys: {
    own: BoundExpression;
    probe: BoundExpression;
    compare: Extract<BoundExpression, { kind: "compare" }>;
  }[] = [];
  const columns: number[] = [];
  const terms: Term[] = [];
  const filters: BoundExpression[] = [];
  let isPartial = false;
  for (const term of planning.clause.terms) {
    if (!term.isVirtual && isOwnCondition(term, source)) {
      isPartial = true;
      if (!term.isDone) filters.push(term.expression);
      term.isDone = true;
    }
    const isKey =
      canDriveAutomatic(term, source) &&
      !intersects(term.needsForValue, notReady) &&
      !intersects(term.needsForValue, source.bit);
    if (!isKey || columns.includes(term.column) || term.expression.kind !== "compare") continue;
    columns.push(term.column);
    terms.push(term);
    // A hash finds no NULLs: `x IS y` stays a condition to be tested.
    if (term.expression.operator === "=") keys.push({ own: term.own!, probe: term.value!, compare: term.expression }); // canDriveAutomatic saw both
  }
  for (const term of terms)
    if (term.expression.kind === "compare" && term.expression.operator === "=") finish(term, source, notReady);
  candidate.terms = terms;
  candidate.equal = terms.length;
  if (isPartial) candidate.flags |= PARTIAL_AUTO_INDEX;
  if (keys.length === 0) return unhashed(filters, planning);
  const order = keptColumns(planning, source).filter((column) => !columns.includes(column));
  return { kind: "hash", keys, filters, order };
}

/** The columns that the original's automatic index has, in order: those that are read and those that tell rows apart; of a query all. */
function keptColumns(planning: Planning, { source, table }: PlannedSource): number[] {
  const read = planning.columnsRead(planning.byId.get(source.id)!); // it is one of them
  if (table !== undefined)
    return [...table.columns.keys()].filter(
      (column) => read.has(column) || (table.withoutRowid && table.columns[column]!.primaryKeyPosition > 0),
    );
  const { content } = source;
  const columns = content.kind === "table" ? [] : (content.kind === "query" ? content.query : content.common).columns;
  return [...columns.keys()];
}

/** All rows: what was to be left out of the hash is tested after all. */
function unhashed(filters: readonly BoundExpression[], { clause }: Planning): Extract<Access, { kind: "scan" }> {
  for (const term of clause.terms) if (filters.includes(term.expression)) term.isDone = false;
  return { kind: "scan", reverse: false };
}

/** A condition of nothing but the source's own columns, which holds before it is joined. */
function isOwnCondition(term: Term, source: PlannedSource): boolean {
  if (source.isLeftOfRight) return false;
  if (source.isLeft ? term.outerJoin !== source.source.id : term.outerJoin !== -1) return false;
  if (term.innerJoin !== -1) return false;
  return onlyReads(term.expression, source.source.id) && isDeterministic(term.expression);
}

function onlyReads(e: BoundExpression, id: number): boolean {
  return !some(e, (part) => {
    if (part.kind === "column" || part.kind === "generated") return part.source !== id;
    return (
      queryIn(part) !== undefined || part.kind === "register" || part.kind === "aggregate" || part.kind === "row-column"
    );
  });
}
