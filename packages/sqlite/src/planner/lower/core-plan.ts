/** What is decided of a core before it is lowered: its loops, how its groups are found, whether its rows come in order. */
import type { AggregateFunction } from "../../functions/function.ts";
import { planLoops } from "../access/plan-loops.ts";
import { addEstimates, type LogEstimate, logEstimate } from "../access/log-estimate.ts";
import type { LoopsPlan, OrderWish, SourceEstimate, WishedTerm } from "../access/plan.ts";
import type { BoundExpression, BoundOrder } from "../expression.ts";
import type { BoundQuery, BoundSelect, RecursiveQuery, SourceContent } from "../query.ts";
import { equalExpressions, sourcesOf } from "../walk.ts";
import { orderOfCore } from "./compound-order.ts";
import { distinctCollation } from "./delivery.ts";
import { isCoroutine, isUncorrelatedContent } from "./from-kinds.ts";
import type { Lowering } from "./lowering.ts";

export type Grouping =
  | { readonly kind: "none" }
  /** count(*) of a whole table. */
  | { readonly kind: "count" }
  /**
   * One group, whatever the rows. `extreme`: min or max of what the loops deliver in order, so that the first value decides. `isDistinct`: so do
   * those of the one aggregate with DISTINCT come that equal ones are one after another.
   */
  | { readonly kind: "one"; readonly extreme?: BoundExpression; readonly isDistinct?: boolean }
  /** Rows of a group come one after another. */
  | { readonly kind: "stream" }
  | { readonly kind: "hash"; readonly descending: readonly boolean[] };

export interface CorePlan {
  readonly loops: LoopsPlan;
  readonly grouping: Grouping;
  /** How many terms of ORDER BY the rows follow as they come out. */
  readonly orderedTerms: number;
  /** Of SELECT DISTINCT: no row comes out twice; equal ones one after another; neither. */
  readonly distinct: "unique" | "adjacent" | "no";
  /** What finds equal rows sorts them too, as EXPLAIN QUERY PLAN has it. */
  readonly sortsWithDistinct?: boolean;
  /** 10·log2 of the rows that come out. */
  readonly rows: LogEstimate;
}

export interface Ordering {
  readonly orderBy: readonly BoundOrder[];
  readonly limited: boolean;
  /** LIMIT, if it is a constant. */
  readonly limit?: number;
  /** False: somebody else sorts, so that `orderBy` is for planning only. */
  readonly sorts?: boolean;
}

export function planCore(core: BoundSelect, ordering: Ordering, lowering: Lowering): CorePlan {
  const known = lowering.plans.get(core);
  if (known !== undefined) return known;
  const plan = newPlan(core, ordering, lowering);
  lowering.plans.set(core, plan);
  return plan;
}

function newPlan(core: BoundSelect, ordering: Ordering, lowering: Lowering): CorePlan {
  const parts = partsOf(core, ordering.orderBy, lowering);
  const loopsFor = (wish: OrderWish | undefined): LoopsPlan => planLoops(parts, wish, lowering.context);
  if (!core.isAggregate) return planRows(core, ordering, loopsFor, lowering);
  return core.groupBy.length === 0 ? planOneGroup(core, loopsFor) : planGroups(core, ordering, loopsFor);
}

type LoopsFor = (wish: OrderWish | undefined) => LoopsPlan;

function planRows(
  core: BoundSelect,
  { orderBy, sorts, ...limits }: Ordering,
  loopsFor: LoopsFor,
  lowering: Lowering,
): CorePlan {
  if (core.distinct && sorts !== false && isResult(orderBy, core)) return planDistinctAsGroups(orderBy, loopsFor);
  const distinct = core.distinct ? anyOrder(core.result, lowering) : undefined;
  const loops = loopsFor(
    orderBy.length > 0
      ? { kind: "order-by", terms: orderBy.map(wished), ...(distinct && { distinct }), ...limits }
      : distinct && { kind: "distinct", terms: distinct, ...limits },
  );
  const orderedTerms = loops.ordered ? orderBy.length : loops.orderedTerms;
  return { loops, grouping: { kind: "none" }, orderedTerms, distinct: loops.distinct, rows: loops.rows };
}

/** Whether ORDER BY is the list of the result's columns, each up or down. */
function isResult(orderBy: readonly BoundOrder[], { result }: BoundSelect): boolean {
  return (
    orderBy.length === result.length &&
    orderBy.every(
      ({ expression, descending, nullsFirst }, at) =>
        nullsFirst !== descending && equalExpressions(expression, result[at]!),
    )
  );
}

/** SELECT DISTINCT with ORDER BY the same columns is planned as GROUP BY: one tree does both. */
function planDistinctAsGroups(orderBy: readonly BoundOrder[], loopsFor: LoopsFor): CorePlan {
  const loops = loopsFor({ kind: "group-by", terms: orderBy.map(wished), groupsInOrder: true, limited: false });
  return {
    loops,
    grouping: { kind: "none" },
    orderedTerms: loops.groupsSorted === true ? orderBy.length : 0,
    distinct: loops.ordered ? "adjacent" : "no",
    sortsWithDistinct: !loops.ordered,
    rows: Math.min(loops.rows, GUESSED_GROUPS),
  };
}

function planGroups(core: BoundSelect, { orderBy }: Ordering, loopsFor: LoopsFor): CorePlan {
  // The original takes over DESC from ORDER BY, term by term, whatever the terms are.
  const terms = core.groupBy.map((expression, at) => {
    const descending = orderBy.length === core.groupBy.length && orderBy[at]!.descending;
    return { expression, descending, nullsFirst: !descending, collation: core.groupCollations[at]!.name };
  });
  const groupsInOrder = orderBy.length === terms.length && terms.every((term, at) => isSameTerm(term, orderBy[at]!));
  // A limit counts for nothing: groups are all made first.
  const loops = loopsFor({ kind: "group-by", terms, groupsInOrder, limited: false });
  return {
    loops,
    grouping: loops.ordered
      ? { kind: "stream" }
      : { kind: "hash", descending: terms.map(({ descending }) => descending) },
    orderedTerms: groupsInOrder && (!loops.ordered || loops.groupsSorted === true) ? orderBy.length : 0,
    distinct: "no",
    rows: Math.min(loops.rows, GUESSED_GROUPS),
  };
}

/** 10·log2(100): as many groups does the original expect at most. */
const GUESSED_GROUPS = 66;

function planOneGroup(core: BoundSelect, loopsFor: LoopsFor): CorePlan {
  // That one row is no duplicate is not noticed.
  const one = { orderedTerms: Infinity, distinct: "no", rows: 0 } as const;
  const [aggregate, another] = core.aggregates;
  if (isCountOfTable(core)) return { ...one, loops: loopsFor(undefined), grouping: { kind: "count" } };
  const argument = another === undefined ? aggregate?.arguments[0] : undefined;
  if (aggregate === undefined || argument === undefined || aggregate.arguments.length > 1)
    return { ...one, loops: loopsFor(undefined), grouping: { kind: "one" } };
  const isMax = aggregate.function.name === "max";
  const term = { expression: argument, descending: isMax, nullsFirst: false, collation: aggregate.collation.name };
  if (isExtreme(aggregate.function, 1) && aggregate.filter === undefined) {
    const loops = loopsFor({ kind: isMax ? "max" : "min", terms: [term], limited: true });
    return { ...one, loops, grouping: loops.ordered ? { kind: "one", extreme: argument } : { kind: "one" } };
  }
  if (!aggregate.distinct) return { ...one, loops: loopsFor(undefined), grouping: { kind: "one" } };
  const any = { ...term, descending: false, nullsFirst: true };
  const loops = loopsFor({ kind: "distinct", terms: [any], limited: false });
  return { ...one, loops, grouping: { kind: "one", isDistinct: loops.distinct !== "no" } };
}

/** min(x) and max(x): the only aggregates that ask for a collation. */
export function isExtreme({ needsCollation }: AggregateFunction, argumentCount: number): boolean {
  return needsCollation === true && argumentCount === 1;
}

function isCountOfTable({ sources, where, aggregates, groupBy, having, result }: BoundSelect): boolean {
  const [aggregate] = aggregates;
  return (
    sources.length === 1 &&
    sources[0]!.content.kind === "table" &&
    sources[0]!.on === undefined &&
    where === undefined &&
    having === undefined &&
    groupBy.length === 0 &&
    aggregates.length === 1 &&
    aggregate!.function.name === "count" &&
    aggregate!.arguments.length === 0 &&
    aggregate!.filter === undefined &&
    !result.some((e) => sourcesOf(e).has(sources[0]!.id))
  );
}

function partsOf(
  core: BoundSelect,
  orderBy: readonly BoundOrder[],
  lowering: Lowering,
): Parameters<typeof planLoops>[0] {
  const reads = [
    ...core.result,
    ...core.groupBy,
    ...(core.having === undefined ? [] : [core.having]),
    ...orderBy.map(({ expression }) => expression),
    ...core.aggregates.flatMap(({ arguments: list, filter, orderBy: order }) => [
      ...list,
      ...(filter === undefined ? [] : [filter]),
      ...order.map(({ expression }) => expression),
    ]),
  ];
  const queries = new Map<number, SourceEstimate>();
  for (const [place, { id, content }] of core.sources.entries()) {
    if (content.kind === "table") continue;
    const order = content.kind === "query" ? orderOf(content.query) : [];
    queries.set(id, {
      rows: rowsOfContent(content, lowering),
      streamed: isCoroutine(core.sources, place, lowering),
      correlated: content.kind !== "queue" && !isUncorrelatedContent(content),
      ...(order.length === 0 ? {} : { order }),
    });
  }
  return {
    sources: core.sources,
    where: core.where,
    reads,
    queries,
    outerRows: lowering.outerRows,
    resultColumns: core.result.length,
    mayDropJoins: !core.isAggregate,
    whole: lowering.whole,
  };
}

type RowOrder = NonNullable<SourceEstimate["order"]>;

/** The order of a subquery's rows, as far as it is said by columns of its result. */
function orderOf(query: BoundQuery): RowOrder {
  const said = saidOrderOf(query);
  if (query.cores.length === 1 || query.operators.at(-1) === "UNION ALL") return said;
  // Rows that are merged come in the order of all their columns.
  const rest = query.columns.keys().filter((column) => !query.orderColumns.includes(column));
  return [...said, ...rest.map((column) => ({ column, descending: false, nullsFirst: true }))];
}

function saidOrderOf({ orderBy, orderColumns, cores }: BoundQuery): RowOrder {
  const [core] = cores;
  const columns =
    cores.length > 1
      ? orderColumns
      : orderBy.map(({ expression }) =>
          core?.kind === "select" ? core.result.findIndex((e) => equalExpressions(e, expression)) : -1,
        );
  const known = columns.indexOf(-1);
  return orderBy
    .slice(0, known === -1 ? orderBy.length : known)
    .map(({ descending, nullsFirst }, at) => ({ column: columns[at]!, descending, nullsFirst }));
}

function wished({ expression, descending, nullsFirst, collation }: BoundOrder): WishedTerm {
  return { expression, descending, nullsFirst, collation: collation.name };
}

function anyOrder(expressions: readonly BoundExpression[], lowering: Lowering): WishedTerm[] {
  return expressions.map((expression) => ({
    expression,
    descending: false,
    nullsFirst: true,
    collation: distinctCollation(expression, lowering).name,
  }));
}

function isSameTerm(term: WishedTerm, order: BoundOrder): boolean {
  return (
    term.nullsFirst === order.nullsFirst &&
    term.collation === order.collation.name &&
    equalExpressions(term.expression, order.expression)
  );
}

// ── How many rows there will be, as the original guesses ──

function rowsOfContent(content: Exclude<SourceContent, { kind: "table" }>, lowering: Lowering): number {
  if (content.kind === "query") return rowsOfQuery(content.query, lowering);
  return content.kind === "queue" ? 0 : rowsOfRecursive(content.common);
}

function rowsOfQuery(query: BoundQuery, lowering: Lowering): LogEstimate {
  const rows = query.cores
    .map((core, at) =>
      core.kind === "values" ? logEstimate(core.rows.length) : planCore(core, orderingOf(query, at), lowering).rows,
    )
    .reduce(addEstimates);
  const limit = constantLimit(query.limit);
  return limit === undefined ? rows : Math.min(rows, logEstimate(limit));
}

/** What there is to know before planning a core of a query. */
export function orderingOf(query: BoundQuery, at: number): Ordering {
  if (query.cores.length > 1) return { orderBy: orderOfCore(query, at), limited: false, sorts: false };
  const limit = constantLimit(query.limit);
  return { orderBy: query.orderBy, limited: query.limit !== undefined, ...(limit === undefined ? {} : { limit }) };
}

function constantLimit(limit: BoundExpression | undefined): number | undefined {
  return limit?.kind === "constant" && typeof limit.payload === "number" && limit.payload >= 0
    ? Math.floor(limit.payload)
    : undefined;
}

function rowsOfRecursive({ limit }: RecursiveQuery): LogEstimate {
  const rows = constantLimit(limit);
  return rows === undefined ? UNKNOWN_ROWS : Math.min(UNKNOWN_ROWS, logEstimate(rows));
}

/** 2^32: nobody can tell how long a recursive table is. */
const UNKNOWN_ROWS: LogEstimate = 320;
