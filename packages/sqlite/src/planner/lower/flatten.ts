/**
 * Flattening: a subquery or view in FROM becomes part of the query around it, where that means the same, so that both are planned as one
 * (https://www.sqlite.org/optoverview.html#flattening). The conditions are the original's, because what is flattened shows in the order of rows
 * and in EXPLAIN QUERY PLAN; joins on whose left a RIGHT JOIN stands, and compound subqueries, are let alone.
 */
import { simplifyJoins } from "../access/simplify-joins.ts";
import type { BoundExpression } from "../expression.ts";
import type { BoundQuery, BoundSelect, BoundSource, SourceContent } from "../query.ts";
import { conjunction, outerOf, queryIn, replaceInQuery, some } from "../walk.ts";

type QueryContent = Extract<SourceContent, { kind: "query" }>;

/** The query with all that can be flattened in its own FROM flattened; subqueries have been rewritten already. */
export function flatten(query: BoundQuery): BoundQuery {
  let flat = withSimpleJoins(query);
  for (;;) {
    const next = flattenOne(flat);
    if (next === undefined) return flat;
    flat = withSimpleJoins(next);
  }
}

function withSimpleJoins(query: BoundQuery): BoundQuery {
  const cores = query.cores.map((core) =>
    core.kind === "values" ? core : { ...core, sources: simplifyJoins(core.sources, core.where) },
  );
  return { ...query, cores };
}

function flattenOne(query: BoundQuery): BoundQuery | undefined {
  for (const [at, core] of query.cores.entries()) {
    if (core.kind === "values") continue;
    for (const [place, source] of core.sources.entries()) {
      const { content } = source;
      if (content.kind !== "query") continue;
      const inner = withoutIdleOrder(content.query, query, core);
      if (!mayFlatten(query, core, place, content, inner)) continue;
      return merged(query, at, core, place, source, inner);
    }
  }
  return undefined;
}

/** ORDER BY of a subquery says nothing where the query around it has an order of its own, or is a join. */
function withoutIdleOrder(inner: BoundQuery, outer: BoundQuery, core: BoundSelect): BoundQuery {
  const isIdle = inner.orderBy.length > 0 && inner.limit === undefined && inner.offset === undefined;
  return isIdle && (outer.orderBy.length > 0 || core.sources.length > 1)
    ? { ...inner, orderBy: [], orderColumns: [] }
    : inner;
}

function mayFlatten(
  outer: BoundQuery,
  core: BoundSelect,
  place: number,
  content: QueryContent,
  inner: BoundQuery,
): boolean {
  const [innerCore, another] = inner.cores;
  if (content.materialized === true || another !== undefined || innerCore?.kind !== "select") return false;
  const { join } = core.sources[place]!;
  const hasRight = ({ sources }: BoundSelect): boolean =>
    sources.some(({ join: kind }) => kind === "right" || kind === "full");
  if (innerCore.isAggregate || innerCore.distinct || innerCore.sources.length === 0) return false;
  if (hasRight(core) || hasRight(innerCore)) return false;
  const isOrdered = inner.orderBy.length > 0;
  if (isOrdered && (outer.orderBy.length > 0 || core.isAggregate || outer.cores.length > 1)) return false;
  if (isOrdered && place === 0 && hasComplexResult(core) && standsAlone(core)) return false;
  if (inner.limit !== undefined && !mayTakeLimit(outer, core, inner)) return false;
  if (join === "left" && !mayFlattenOptional(core, innerCore)) return false;
  return resultMayMove(outer, core.sources[place]!.id, innerCore);
}

function mayTakeLimit(outer: BoundQuery, core: BoundSelect, { offset }: BoundQuery): boolean {
  return (
    offset === undefined &&
    outer.limit === undefined &&
    outer.cores.length === 1 &&
    core.sources.length === 1 &&
    !core.isAggregate &&
    !core.distinct &&
    core.where === undefined
  );
}

/** On the right of a LEFT JOIN: one table, of which columns are read and nothing that is not NULL where they are. */
function mayFlattenOptional(core: BoundSelect, { sources, result, where }: BoundSelect): boolean {
  return (
    sources.length === 1 &&
    !core.distinct &&
    result.every(({ kind }) => kind === "column") &&
    (where === undefined || !some(where, (e) => queryIn(e) !== undefined))
  );
}

/** Functions and subqueries in the result are not run for rows that sorting by a co-routine would have left out. */
function hasComplexResult({ result }: BoundSelect): boolean {
  return result.some((e) => some(e, (part) => part.kind === "call" || queryIn(part) !== undefined));
}

function standsAlone({ sources }: BoundSelect): boolean {
  const next = sources[1];
  return next === undefined || next.join !== "inner";
}

/** An expression with a query inside can stand in one place only: a query is there once. */
function resultMayMove(outer: BoundQuery, source: number, { result }: BoundSelect): boolean {
  const hasQuery = result.map((e) => some(e, (part) => queryIn(part) !== undefined));
  if (!hasQuery.includes(true)) return true;
  const uses = result.map(() => 0);
  replaceInQuery(outer, (e) => {
    if (e.kind === "column" && e.source === source) uses[e.column]! += 1;
    return undefined;
  });
  return uses.every((count, column) => count < 2 || !hasQuery[column]);
}

function merged(
  outer: BoundQuery,
  at: number,
  core: BoundSelect,
  place: number,
  source: BoundSource,
  inner: BoundQuery,
): BoundQuery {
  const innerCore = inner.cores[0] as BoundSelect; // mayFlatten has looked
  const isOptional = source.join === "left";
  const [first, ...rest] = innerCore.sources;
  const on = conjunction(
    [source.on, ...(isOptional ? [innerCore.where] : []), first!.on].filter((e) => e !== undefined),
  );
  const sources = [{ ...first!, join: source.join, on }, ...rest];
  const where = conjunction(
    [isOptional ? undefined : innerCore.where, core.where].filter((e): e is BoundExpression => e !== undefined),
  );
  const withSources: BoundQuery = {
    ...outer,
    cores: outer.cores.with(at, { ...core, sources: core.sources.toSpliced(place, 1, ...sources), where }),
    orderBy: inner.orderBy.length > 0 ? inner.orderBy : outer.orderBy,
    limit: outer.limit ?? inner.limit,
  };
  const replaced = replaceInQuery(withSources, (e) =>
    e.kind === "column" && e.source === source.id ? innerCore.result[e.column] : undefined,
  );
  return { ...replaced, ...outerOf(replaced) };
}
