/** What planning one FROM shares: its sources, the terms of its conditions, the order that is wished for, and what columns are read. */
import type { CompileContext } from "../context.ts";
import type { BoundExpression } from "../expression.ts";
import { analyzeAll, split, type TermContext } from "./analyze-terms.ts";
import { Candidate, Candidates } from "./candidate.ts";
import { type ColumnsRead, columnsReadIn } from "./columns-read.ts";
import { isDistinctAnyway } from "./distinct.ts";
import { withKnownNulls } from "./known-nulls.ts";
import { type LogEstimate, logEstimate } from "./log-estimate.ts";
import type { LoopParts, OrderWish, WishedTerm } from "./plan.ts";
import { PlannedSource } from "./planned-source.ts";
import { propagateConstants } from "./propagate-constants.ts";
import { isRight } from "./simplify-joins.ts";
import { NO_SOURCES, type SourceSet, union } from "./source-set.ts";
import { Clause } from "./term.ts";
import { bare, isConstant, sourcesRead } from "./usage.ts";

/** A wished-for term, as orders are matched with it. */
export interface OrderTerm {
  readonly expression: BoundExpression;
  /** −1: it is no column. */
  readonly source: number;
  readonly column: number;
  readonly descending: boolean;
  /** NULLs stand at the other end than they do by themselves. */
  readonly movesNulls: boolean;
  readonly collation: string;
  readonly reads: SourceSet;
  readonly isConstant: boolean;
}

/** What an order is for. `distinct`: rows that are alike have to come one after another, in any order of the terms; `group`: and in any direction. */
export type OrderKind = "order" | "group" | "distinct";

export interface Planning extends TermContext {
  readonly parts: LoopParts;
  readonly clause: Clause;
  readonly all: SourceSet;
  readonly wish: OrderWish | undefined;
  /** What the loops ought to keep. */
  readonly order: readonly OrderTerm[] | undefined;
  readonly orderKind: OrderKind;
  /** The wish is for min() or max(). */
  readonly isExtreme: boolean;
  /** Rows ought to be distinct by these. */
  readonly distinct: readonly OrderTerm[] | undefined;
  /** They are, whatever the loops. */
  readonly isUnique: boolean;
  /** Of a constant LIMIT. */
  readonly limit: LogEstimate | undefined;
  /** The rows of one branch of an OR are planned: of the first source, whatever stands beside it. */
  readonly isBranch: boolean;
  readonly candidates: Candidates;
  /** Columns of a source that are read. */
  columnsRead(source: PlannedSource): ReadonlySet<number>;
  /** One way to run a loop, changed while many are tried. */
  readonly template: Candidate;
}

export function preparePlanning(parts: LoopParts, wish: OrderWish | undefined, context: CompileContext): Planning {
  // Only in queries; conditions of statements that change rows are taken as they are written.
  const isQuery = parts.whole === undefined || parts.whole.size === 0;
  const known = (e: BoundExpression): BoundExpression => (isQuery ? withKnownNulls(e, parts.sources) : e);
  const bound = parts.sources.map((source) => (source.on === undefined ? source : { ...source, on: known(source.on) }));
  const where = parts.where && known(parts.where);
  const lastRight = bound.findLastIndex(({ join }) => isRight(join));
  const sources = bound.map(
    (source, place) => new PlannedSource(source, place, place < lastRight, parts.queries?.get(source.id), context),
  );
  const terms: TermContext = termContext(sources, context);
  const clause = new Clause(false);
  // ON of inner joins is as good as WHERE, unless a RIGHT JOIN stands behind.
  const isPlain = ({ isOuter, isLeftOfRight }: PlannedSource): boolean => !isOuter && !isLeftOfRight;
  const plain = [where, ...sources.filter(isPlain).map(({ source }) => source.on)].filter((e) => e !== undefined);
  const propagated = isQuery && (plain.length > 1 || plain[0]?.kind === "and") ? propagateConstants(plain) : plain;
  for (const e of propagated) split(clause, e, -1, -1);
  for (const planned of sources) {
    const { source, isOuter } = planned;
    if (source.on !== undefined && !isPlain(planned))
      split(clause, source.on, isOuter ? source.id : -1, isOuter ? -1 : source.id);
  }
  analyzeAll(clause, terms);
  return newPlanning(terms, clause, parts, wish);
}

export function termContext(sources: readonly PlannedSource[], context: CompileContext): TermContext {
  return {
    sources,
    byId: new Map(sources.map((source) => [source.source.id, source])),
    context,
    hasExpressionIndexes: sources.some(({ hasExpressionIndexes }) => hasExpressionIndexes),
  };
}

/** `columns`: those that are read, when it is known already. */
export function newPlanning(
  terms: TermContext,
  clause: Clause,
  parts: LoopParts,
  wish: OrderWish | undefined,
  outer?: Planning,
): Planning {
  const { sources, byId } = terms;
  let columns: ColumnsRead | undefined;
  const wished = wish && orderTerms(wish.terms, terms);
  const isDistinct = wish?.kind === "distinct";
  const distinct = isDistinct ? wished : wish?.distinct && orderTerms(wish.distinct, terms);
  const isUnique = distinct !== undefined && isDistinctAnyway(terms, clause, distinct);
  return {
    ...terms,
    parts,
    clause,
    all: sources.reduce<SourceSet>((all, { bit }) => union(all, bit), NO_SOURCES),
    wish,
    order: wished === undefined || wished.length === 0 || (isDistinct && isUnique) ? undefined : wished,
    orderKind: wish === undefined ? "order" : ORDER_KINDS[wish.kind],
    isExtreme: wish?.kind === "min" || wish?.kind === "max",
    distinct,
    isUnique,
    limit: wish?.limit === undefined ? undefined : logEstimate(wish.limit),
    isBranch: outer !== undefined,
    candidates: new Candidates(),
    template: new Candidate(),
    columnsRead: (source) => {
      if (outer !== undefined) return outer.columnsRead(source);
      columns ??= columnsReadIn(parts, byId);
      return columns.get(source.source.id)!; // it knows all sources
    },
  };
}

const ORDER_KINDS: Readonly<Record<OrderWish["kind"], OrderKind>> = {
  "order-by": "order",
  "group-by": "group",
  distinct: "distinct",
  min: "order",
  max: "order",
};

export function orderTerms(terms: readonly WishedTerm[], { byId }: TermContext): OrderTerm[] {
  return terms.map(({ expression, descending, nullsFirst, collation }) => {
    const own = bare(expression);
    const isColumn = own.kind === "column" || own.kind === "generated";
    return {
      expression: own,
      source: isColumn ? own.source : -1,
      column: isColumn ? (byId.get(own.source)?.columnNumber(own.column) ?? own.column) : 0,
      descending,
      movesNulls: nullsFirst === descending,
      collation,
      reads: sourcesRead(own, byId),
      isConstant: isConstant(own),
    };
  });
}
