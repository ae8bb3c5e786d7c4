/** The chosen path → loops with their accesses and with the conditions that are left to test in each. */
import type { BoundExpression } from "../expression.ts";
import { isCollated, queryIn, some } from "../walk.ts";
import { accessOf } from "./accesses.ts";
import {
  AUTO_INDEX,
  BLOOM_FILTER,
  BY_INDEX,
  BY_ROWID,
  type Candidate,
  COLUMN_EQ,
  COLUMN_IN,
  INDEX_ONLY,
  ONE_ROW,
  SELF_CULLED,
} from "./candidate.ts";
import { explainBloomFilter, explainLoop, isMultiOr } from "./explain.ts";
import { findTerm } from "./find-terms.ts";
import type { LogEstimate } from "./log-estimate.ts";
import { orAccess } from "./or-access.ts";
import { satisfies } from "./order.ts";
import type { Path } from "./path.ts";
import type { Access, LoopPlan, LoopsPlan, PlanLine } from "./plan.ts";
import type { PlannedSource } from "./planned-source.ts";
import type { OrderTerm, Planning } from "./planning.ts";
import {
  includes,
  intersects,
  isEmpty,
  NO_SOURCES,
  sourceBit,
  sourcesBefore,
  type SourceSet,
  union,
  without,
} from "./source-set.ts";
import { EQ, EQUIVALENT, IN, IS, type Term } from "./term.ts";
import { isCovered } from "./table-candidates.ts";
import type { Probe } from "./table-facts.ts";
import { explainUnmatched } from "./unmatched.ts";
import { isDeterministic } from "./usage.ts";

export function finishPlan(planning: Planning, path: Path): LoopsPlan {
  const { sources, order, distinct } = planning;
  const constants = takeConstants(planning);
  const outcome = orderOf(planning, path);
  const { loops: candidates, reverse } = dropJoins(planning, path, outcome.reverse);
  addBloomFilters(planning, candidates);
  const lines = bloomFilterLines(planning, candidates);
  const finisher = new Finisher(planning);
  const loops = candidates.map((candidate, depth) =>
    finisher.loop(candidate, intersects(reverse, sourceBit(depth)), lines[depth]!),
  );
  finisher.placeRest();
  const hasRight = sources.some(({ isRight }) => isRight);
  const terms = order?.length ?? 0;
  const orderedTerms = hasRight ? 0 : outcome.terms;
  return {
    constants,
    loops,
    ordered: order === undefined || orderedTerms === terms,
    groupsSorted: outcome.isSorted === true && !hasRight,
    orderedTerms,
    distinct: distinct === undefined || hasRight ? "no" : outcome.distinct,
    explainUnmatched: () => (hasRight ? explainUnmatched(planning, candidates) : NO_LINES),
    rows: distinct === undefined ? path.rows : path.rows - DISTINCT_FACTOR,
  };
}

const NO_LINES: readonly PlanLine[] = [];

/** Of DISTINCT rows, an eighth is expected to be left. */
const DISTINCT_FACTOR: LogEstimate = 30;

/** Conditions that read no source: tested once, before the loops. What changes from call to call waits for the first loop. */
function takeConstants({ clause, sources }: Planning): BoundExpression[] {
  const constants: BoundExpression[] = [];
  const isLeftOfRight = sources[0]!.isLeftOfRight; // there is one
  for (const term of clause.terms) {
    if (term.isVirtual || !isEmpty(term.needs) || !isDeterministic(term.expression)) continue;
    if (term.outerJoin !== -1 || (term.innerJoin !== -1 && isLeftOfRight)) continue;
    constants.push(term.expression);
    term.isDone = true;
  }
  return constants;
}

interface OrderOutcome {
  /** Groups, too, come in their terms' directions. */
  readonly isSorted?: boolean;
  readonly terms: number;
  readonly reverse: SourceSet;
  readonly distinct: "unique" | "adjacent" | "no";
}

function orderOf(planning: Planning, { loops, ordered, reverse }: Path): OrderOutcome {
  const { order, orderKind, wish, distinct, isExtreme, context, sources } = planning;
  const depth = loops.length - 1;
  const last = loops[depth]!; // there is a source
  const satisfied = (terms: readonly OrderTerm[], options: object): { terms: number; reverse: SourceSet } =>
    satisfies(planning, { order: terms, kind: "order", ...options }, loops, depth, last);
  const isUnique = planning.isUnique || (distinct !== undefined && (last.flags & ONE_ROW) !== 0 && loops.length === 1);
  if (order === undefined) {
    const isReversed = context.reverseUnorderedSelects;
    return {
      terms: 0,
      reverse: isReversed ? sourcesBefore(sources.length) : NO_SOURCES,
      distinct: isUnique ? "unique" : "no",
    };
  }
  const isAll = ordered === order.length;
  if (distinct !== undefined) {
    if (orderKind === "distinct")
      return {
        terms: Math.max(0, ordered),
        reverse: NO_SOURCES,
        distinct: isUnique ? "unique" : isAll ? "adjacent" : "no",
      };
    const isAdjacent = !isUnique && satisfied(distinct, { kind: "distinct" }).terms === distinct.length;
    const found = isUnique ? "unique" : isAdjacent ? "adjacent" : "no";
    return { ...innermostOrder(planning, ordered, reverse, satisfied, last), distinct: found };
  }
  if (orderKind === "group" && wish?.groupsInOrder === true && isAll) {
    const sorted = satisfied(order, { kind: "order" });
    if (sorted.terms === order.length)
      return { terms: ordered, reverse: sorted.reverse, distinct: "no", isSorted: true };
  }
  if (isExtreme && ordered > 0) return { terms: ordered, reverse, distinct: "no" };
  return { ...innermostOrder(planning, ordered, reverse, satisfied, last), distinct: "no" };
}

/** When nothing is in order at large, the innermost loop goes in order at least: what is sorted then is so already within each turn around it. */
function innermostOrder(
  { order }: Planning,
  ordered: number,
  reverse: SourceSet,
  satisfied: (terms: readonly OrderTerm[], options: object) => { terms: number; reverse: SourceSet },
  last: Candidate,
): { terms: number; reverse: SourceSet } {
  if (ordered > 0 || order === undefined) return { terms: Math.max(0, ordered), reverse };
  const isRowidIn = (last.flags & (BY_ROWID | COLUMN_IN)) === (BY_ROWID | COLUMN_IN);
  if ((last.flags & ONE_ROW) !== 0 || isRowidIn) return { terms: 0, reverse };
  const inner = satisfied(order, { innermostOnly: true });
  return { terms: 0, reverse: inner.terms === order.length ? inner.reverse : reverse };
}

/** Leaves out LEFT JOINs' right sides that nobody reads and that match once at most (or whose multiples DISTINCT throws away). */
function dropJoins(
  planning: Planning,
  path: Path,
  reverse: SourceSet,
): { loops: readonly Candidate[]; reverse: SourceSet } {
  const { parts, sources, clause, distinct, order, byId } = planning;
  const loops = [...path.loops];
  if (parts.mayDropJoins !== true || loops.length < 2 || !loops.some(({ place }) => sources[place]!.isLeft))
    return { loops, reverse };
  const read = [...parts.reads, ...(order ?? []).map(({ expression }) => expression)];
  for (let at = loops.length - 1; at >= 1; at--) {
    const { place, flags, self } = loops[at]!;
    const source = sources[place]!;
    const { id } = source.source;
    if (!source.isLeft || source.isRight) continue;
    if (distinct === undefined && (flags & ONE_ROW) === 0) continue;
    if (read.some((e) => readsSource(e, id))) continue;
    const isNeeded = clause.terms.some(({ needs, outerJoin }) => intersects(needs, self) && outerJoin !== id);
    if (isNeeded) continue;
    for (const term of clause.terms) if (intersects(term.needs, self)) term.isDone = true;
    loops.splice(at, 1);
    reverse = withoutBit(reverse, at, loops.length);
  }
  return { loops, reverse };

  function readsSource(e: BoundExpression, id: number): boolean {
    return some(e, (part) => {
      if (part.kind === "column" || part.kind === "generated") return part.source === id;
      const { query } = part as { query?: { outerSources: ReadonlySet<number> } };
      return query?.outerSources.has(id) === true && byId.has(id);
    });
  }
}

/** The set of depths once that at `at` is gone. */
function withoutBit(set: SourceSet, at: number, count: number): SourceSet {
  let result = NO_SOURCES;
  for (let depth = 0; depth < count; depth++)
    if (intersects(set, sourceBit(depth < at ? depth : depth + 1))) result = union(result, sourceBit(depth));
  return result;
}

/** A table that is searched more often than it has rows gets a filter, where statistics say so. */
function addBloomFilters({ sources, context }: Planning, loops: readonly Candidate[]): void {
  if (loops.length < 2) return;
  let searches = 0;
  for (const [depth, candidate] of loops.entries()) {
    const { source, table, rows } = sources[candidate.place]!;
    if (table === undefined || source.content.kind !== "table") return;
    if (context.databases[source.content.database]!.statistics.rows(table.name) === undefined) return;
    const wanted = SELF_CULLED | COLUMN_EQ;
    if (depth >= 1 && (candidate.flags & wanted) === wanted && isBloomable(candidate) && searches > rows) {
      candidate.flags |= BLOOM_FILTER;
      candidate.flags &= ~INDEX_ONLY;
    }
    searches += candidate.rows;
  }
}

function isBloomable({ flags, probe, equal }: Candidate): boolean {
  if ((flags & BY_ROWID) !== 0) return true;
  return (
    probe !== undefined && probe.columns.slice(0, equal).every(({ collation }) => collation.toUpperCase() === "BINARY")
  );
}

/** For each loop the lines before its own. A filter is filled where the first of them is; later ones join it when they can. */
function bloomFilterLines({ sources }: Planning, loops: readonly Candidate[]): PlanLine[][] {
  const lines: PlanLine[][] = loops.map(() => []);
  const told = new Set<Candidate>();
  let ready: SourceSet = NO_SOURCES;
  for (const [depth, loop] of loops.entries()) {
    if ((loop.flags & BLOOM_FILTER) !== 0 && !told.has(loop)) {
      for (const other of loops.slice(depth)) {
        const source = sources[other.place]!;
        const isFirst = other === loop;
        if ((other.flags & BLOOM_FILTER) === 0 || told.has(other)) continue;
        if (
          !isFirst &&
          (source.isLeft ||
            source.isLeftOfRight ||
            (other.flags & COLUMN_IN) !== 0 ||
            !includes(ready, other.prerequisites))
        )
          continue;
        told.add(other);
        lines[depth]!.push({ text: explainBloomFilter(other, source), children: [] });
      }
    }
    ready = union(ready, loop.self);
  }
  return lines;
}

/** Takes the loops from the outermost on. */
class Finisher {
  readonly #planning: Planning;
  /** The right side of the last RIGHT or FULL JOIN. */
  readonly #lastRight: SourceSet;
  #ready: SourceSet = NO_SOURCES;

  constructor(planning: Planning) {
    this.#planning = planning;
    this.#lastRight = planning.sources.findLast(({ isRight }) => isRight)?.bit ?? NO_SOURCES;
  }

  loop(candidate: Candidate, reverse: boolean, lines: readonly PlanLine[]): LoopPlan {
    const planning = this.#planning;
    const { all, sources } = planning;
    const source = sources[candidate.place]!;
    const ready = union(this.#ready, source.bit);
    const notReady = without(all, ready);
    const access: Access = isMultiOr(candidate)
      ? orAccess(planning, candidate, source, this.#ready)
      : accessOf(planning, candidate, reverse, notReady);
    this.#ready = ready;
    const onFilters: BoundExpression[] = [];
    // An index that has not everything: what it has is looked at before the row is looked up.
    const looksUp = (candidate.flags & (BY_INDEX | INDEX_ONLY)) === BY_INDEX;
    const filters = this.#take(source, looksUp ? candidate.probe : undefined, onFilters);
    return {
      source: source.source,
      access,
      filters,
      onFilters,
      explain: () => [...lines, ...explained(candidate, source, access, planning)],
    };
  }

  /** The conditions that can be tested now; those with a query that depends on the row come last. ON of the source's outer join goes to `onFilters`. */
  #take(source: PlannedSource, probe: Probe | undefined, onFilters: BoundExpression[]): BoundExpression[] {
    const early: BoundExpression[] = [];
    const now: BoundExpression[] = [];
    const late: BoundExpression[] = [];
    const lateOn: BoundExpression[] = [];
    for (const term of this.#planning.clause.terms) {
      if (term.isVirtual || term.isDone || !includes(this.#ready, term.needs) || !this.#isTime(term, source)) continue;
      term.isDone = true;
      const isOn = term.outerJoin !== -1;
      if (term.hasCorrelatedQuery) (isOn ? lateOn : late).push(term.expression);
      else if (isOn) onFilters.push(term.expression);
      else (probe !== undefined && isCovered(term, source, probe) ? early : now).push(term.expression);
    }
    onFilters.push(...lateOn);
    return [...early, ...now, ...late, ...this.#foretold(source)];
  }

  /** `a.x = b.y AND b.y = 5`, where b is to come: a.x = 5 leaves rows out already now, and b.y = 5 needs no test then. */
  #foretold(source: PlannedSource): BoundExpression[] {
    if (source.touchesOuter) return [];
    const { clause, all, byId } = this.#planning;
    const notReady = without(all, this.#ready);
    const foretold: BoundExpression[] = [];
    for (const { isVirtual, isDone, operators, source: id, column, own } of clause.terms.slice(0, clause.written)) {
      if (isVirtual || isDone || id !== source.source.id || own === undefined) continue;
      if ((operators & (EQ | IS)) === 0 || (operators & EQUIVALENT) === 0) continue;
      const other = findTerm(clause, byId, source, column, union(notReady, source.bit), EQ | IN | IS, undefined);
      const spelled = other === undefined || other.isDone ? undefined : restated(other, own);
      if (other === undefined || spelled === undefined) continue;
      other.isDone = true;
      foretold.push(spelled);
    }
    return foretold;
  }

  #isTime({ outerJoin, innerJoin }: Term, source: PlannedSource): boolean {
    if (outerJoin !== -1) return outerJoin === source.source.id;
    if (innerJoin !== -1) return includes(this.#ready, this.#planning.byId.get(innerJoin)!.bit);
    // Behind a RIGHT JOIN everything on its left may be NULLs once more. Up to it, loops are in the order of FROM.
    return includes(this.#ready, this.#lastRight);
  }

  /** Everything has found its place by now. */
  placeRest(): void {
    for (const term of this.#planning.clause.terms)
      if (!term.isVirtual && !term.isDone) throw new Error("a condition that no loop tests");
  }
}

/** What a term says of its column, said of another one that is the same. */
function restated({ expression: e, value }: Term, own: BoundExpression): BoundExpression | undefined {
  if (isCollated(e)) return undefined;
  switch (e.kind) {
    case "compare":
      return value && { ...e, operator: e.operator === "IS" ? "IS" : "=", left: own, right: value };
    case "in-list":
      return { ...e, operand: own };
    case "in-query":
      return e.operands.length === 1 ? { ...e, operands: [own] } : undefined;
    default:
      return undefined;
  }
}

function explained(
  candidate: Candidate,
  source: PlannedSource,
  access: Access,
  planning: Planning,
): readonly PlanLine[] {
  if (access.kind === "or") return NO_LINES;
  const text = explainLoop(candidate, source, planning.isExtreme, isChangedInPass(candidate, source, planning));
  const line = { text, children: NO_LINES };
  if ((candidate.flags & AUTO_INDEX) === 0 || !hasBloomFilter(candidate)) return [line];
  return [{ text: explainBloomFilter(candidate, source), children: NO_LINES }, line];
}

/** The original changes rows as it finds them, with the table at hand, unless a query in WHERE might see that. */
function isChangedInPass({ flags }: Candidate, { source, table }: PlannedSource, { parts }: Planning): boolean {
  if (parts.whole?.has(source.id) !== true || table?.withoutRowid !== false) return false;
  return (flags & ONE_ROW) !== 0 || parts.where === undefined || !some(parts.where, (e) => queryIn(e) !== undefined);
}

/** A hash has one, unless collations forbid. */
function hasBloomFilter({ terms }: Candidate): boolean {
  return terms.every((term) => term?.expression.kind !== "compare" || term.expression.collation.kind === "binary");
}
