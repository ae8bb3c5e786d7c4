/** What is decided of a core before it is lowered: its loops, how its groups are found, whether its rows come in order. */
import type { AggregateFunction } from "../../functions/function.ts";
import { planLoops } from "../access/plan-loops.ts";
import type { LoopsPlan, OrderWish, SourceEstimate } from "../access/plan.ts";
import type { BoundExpression, BoundOrder } from "../expression.ts";
import type { BoundQuery, BoundSelect, RecursiveQuery, SourceContent } from "../query.ts";
import { equalExpressions, sourcesOf } from "../walk.ts";
import { distinctCollation } from "./delivery.ts";
import type { Lowering } from "./lowering.ts";

export type Grouping =
  | { readonly kind: "none" }
  /** count(*) of a whole table. */
  | { readonly kind: "count" }
  /** One group, whatever the rows. `extreme`: min or max of what the loops deliver in order, so that the first value decides. */
  | { readonly kind: "one"; readonly extreme: BoundExpression | undefined }
  /** Rows of a group come one after another. */
  | { readonly kind: "stream" }
  | { readonly kind: "hash"; readonly descending: readonly boolean[] };

export interface CorePlan {
  readonly loops: LoopsPlan;
  readonly grouping: Grouping;
  /** Rows come out as ORDER BY wants them. */
  readonly isOrdered: boolean;
  /** Rows come out without duplicates, or those alike one after another. */
  readonly isDistinct: boolean;
  /** 10·log2 of the rows that come out. */
  readonly rows: number;
}

export interface Ordering {
  readonly orderBy: readonly BoundOrder[];
  readonly limited: boolean;
}

export function planCore(core: BoundSelect, ordering: Ordering, lowering: Lowering): CorePlan {
  const known = lowering.plans.get(core);
  if (known !== undefined) return known;
  const plan = newPlan(core, ordering, lowering);
  lowering.plans.set(core, plan);
  return plan;
}

function newPlan(core: BoundSelect, { orderBy, limited }: Ordering, lowering: Lowering): CorePlan {
  const loopsFor = (wish: OrderWish | undefined): LoopsPlan =>
    planLoops(partsOf(core, orderBy, lowering), wish, lowering.context);
  if (!core.isAggregate) {
    const wish: OrderWish | undefined =
      orderBy.length > 0
        ? { kind: "order-by", terms: wishedOrder(orderBy), limited }
        : core.distinct
          ? { kind: "distinct", terms: anyOrder(core.result, lowering), limited }
          : undefined;
    const loops = loopsFor(wish);
    const isOrdered = orderBy.length === 0 || loops.ordered;
    return {
      loops,
      grouping: { kind: "none" },
      isOrdered,
      isDistinct: wish?.kind === "distinct" && loops.ordered,
      rows: loops.rows,
    };
  }
  if (core.groupBy.length === 0) return planOneGroup(core, loopsFor);
  const descending = core.groupBy.map((_, at) => orderBy.length === core.groupBy.length && orderBy[at]!.descending);
  const terms = core.groupBy.map((expression, at) => ({
    expression,
    descending: descending[at]!,
    nullsFirst: !descending[at]!,
    collation: core.groupCollations[at]!.name,
  }));
  const groupsAreOrdered = orderBy.length === terms.length && terms.every((term, at) => isSameTerm(term, orderBy[at]!));
  const loops = loopsFor({ kind: groupsAreOrdered ? "order-by" : "group-by", terms, limited });
  return {
    loops,
    grouping: loops.ordered ? { kind: "stream" } : { kind: "hash", descending },
    isOrdered: orderBy.length === 0 || groupsAreOrdered,
    isDistinct: false,
    rows: Math.min(loops.rows, GUESSED_GROUPS),
  };
}

/** 10·log2(100): as many groups does the original expect at most. */
const GUESSED_GROUPS = 66;

function planOneGroup(core: BoundSelect, loopsFor: (wish: OrderWish | undefined) => LoopsPlan): CorePlan {
  const one = { isOrdered: true, isDistinct: true, rows: 0 };
  const [aggregate, another] = core.aggregates;
  if (isCountOfTable(core)) return { ...one, loops: loopsFor(undefined), grouping: { kind: "count" } };
  const argument = aggregate?.arguments[0];
  if (
    aggregate === undefined ||
    argument === undefined ||
    another !== undefined ||
    !isExtreme(aggregate.function, aggregate.arguments.length) ||
    aggregate.filter !== undefined
  )
    return { ...one, loops: loopsFor(undefined), grouping: { kind: "one", extreme: undefined } };
  const descending = aggregate.function.name === "max";
  const term = { expression: argument, descending, nullsFirst: false, collation: aggregate.collation.name };
  const loops = loopsFor({ kind: descending ? "max" : "min", terms: [term], limited: true });
  return { ...one, loops, grouping: { kind: "one", extreme: loops.ordered ? argument : undefined } };
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
  for (const { id, content } of core.sources) {
    if (content.kind !== "table") queries.set(id, { rows: rowsOfContent(content, lowering), streamed: false });
  }
  return { sources: core.sources, where: core.where, reads, queries };
}

function wishedOrder(orderBy: readonly BoundOrder[]): OrderWish["terms"] {
  return orderBy.map(({ expression, descending, nullsFirst, collation }) => ({
    expression,
    descending,
    nullsFirst,
    collation: collation.name,
  }));
}

/** DISTINCT compares by each column's own collation, which access planning finds in the expressions. */
function anyOrder(expressions: readonly BoundExpression[], lowering: Lowering): OrderWish["terms"] {
  return expressions.map((expression) => ({
    expression,
    descending: false,
    nullsFirst: true,
    collation: distinctCollation(expression, lowering).name,
  }));
}

function isSameTerm(term: OrderWish["terms"][number], order: BoundOrder): boolean {
  return (
    term.nullsFirst === order.nullsFirst &&
    term.collation === order.collation.name &&
    equalExpressions(term.expression, order.expression)
  );
}

// ── How many rows there will be, as the original guesses ──

function rowsOfContent(content: Exclude<SourceContent, { kind: "table" }>, lowering: Lowering): number {
  if (content.kind === "query") return rowsOfQuery(content.query, lowering);
  return content.kind === "queue" ? 0 : rowsOfRecursive(content.common, lowering);
}

function rowsOfQuery(query: BoundQuery, lowering: Lowering): number {
  const ordering = query.cores.length === 1 ? query.orderBy : [];
  let rows = query.cores
    .map((core) =>
      core.kind === "values"
        ? Math.round(10 * Math.log2(core.rows.length))
        : planCore(core, { orderBy: ordering, limited: query.limit !== undefined }, lowering).rows,
    )
    .reduce((a, b) => Math.max(a, b) + (Math.abs(a - b) <= 10 ? 10 - Math.round(Math.abs(a - b) / 2) : 0));
  const { limit } = query;
  if (limit?.kind === "constant" && typeof limit.payload === "number" && limit.payload >= 0)
    rows = Math.min(rows, Math.round(10 * Math.log2(Math.max(1, limit.payload))));
  return rows;
}

function rowsOfRecursive({ initial }: RecursiveQuery, lowering: Lowering): number {
  return rowsOfQuery(initial, lowering) + RECURSION_FACTOR;
}

/** The original takes a recursive table for 32 times as long as what it begins with. */
const RECURSION_FACTOR = 50;
