/**
 * Flattening: a subquery or view in FROM becomes part of the query around it, where that means the same, so that both are planned as one
 * (https://www.sqlite.org/optoverview.html#flattening). The conditions are the original's, because what is flattened shows in the order of rows
 * and in EXPLAIN QUERY PLAN; of compound ones those of UNION ALL count.
 */
import type { Collation } from "../../values/collation.ts";
import { SqlError } from "../../errors.ts";
import { isLeft, isRight, simplifyJoins } from "../access/simplify-joins.ts";
import { type BoundExpression, type Column, ROWID } from "../expression.ts";
import type { Ids } from "../ids.ts";
import type { BoundQuery, BoundSelect, BoundSource, SourceContent } from "../query.ts";
import { copyCore, copyExpression } from "./copy.ts";
import { affinityOf, conjunction, equalExpressions, outerOf, queryIn, replaceInQuery, some } from "../walk.ts";

/** The original's SQLITE_MAX_SRCLIST. */
const MAX_FROM_TERMS = 200;

type QueryContent = Extract<SourceContent, { kind: "query" }>;

/** The query with all that can be flattened in its own FROM flattened; subqueries have been rewritten already. */
export function flatten(query: BoundQuery, ids: Ids): BoundQuery {
  let flat = withSimpleJoins(query);
  for (;;) {
    const next = flattenOne(flat, ids) ?? flattenCompound(flat, ids);
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

function flattenOne(query: BoundQuery, ids: Ids): BoundQuery | undefined {
  for (const [at, core] of query.cores.entries()) {
    if (core.kind === "values") continue;
    for (const [place, source] of core.sources.entries()) {
      const { content } = source;
      if (content.kind !== "query") continue;
      const inner = withoutIdleOrder(content.query, query, core);
      if (!mayFlatten(query, core, place, content, inner)) continue;
      return merged(query, at, place, inner, ids);
    }
  }
  return undefined;
}

/** A compound of UNION ALL in FROM: the query around it becomes one, with a core for each of the compound's. */
function flattenCompound(query: BoundQuery, ids: Ids): BoundQuery | undefined {
  const [core, another] = query.cores;
  if (core?.kind !== "select" || another !== undefined || core.isAggregate || core.distinct) return undefined;
  if (core.sources.some(({ join }) => isRight(join))) return undefined;
  // Each core could have an order of its own only: what is sorted has to be columns of the result.
  const orderColumns = query.orderBy.map(({ expression }) =>
    core.result.findIndex((e) => equalExpressions(e, expression)),
  );
  if (orderColumns.includes(-1)) return undefined;
  for (const [place, { content, join }] of core.sources.entries()) {
    if (content.kind !== "query" || isLeft(join) || content.materialized === true) continue;
    const inner = withoutIdleOrder(content.query, query, core);
    if (!isUnionOfAll(inner)) continue;
    const cores = inner.cores.map((one, number) => {
      const alone: BoundQuery = { ...inner, cores: [one], operators: [] };
      const source: BoundSource = { ...core.sources[place]!, content: { ...content, query: alone } };
      const around: BoundSelect = { ...core, sources: core.sources.with(place, source) };
      const own = number === 0 ? around : copyCore(around, ids);
      const ownInner = own.sources[place]!.content as QueryContent;
      const single: BoundQuery = { ...query, cores: [own], orderBy: [], limit: undefined, offset: undefined };
      return merged(single, 0, place, ownInner.query, ids).cores[0] as BoundSelect;
    });
    const orderBy = query.orderBy.map((term, at) => ({ ...term, expression: cores[0]!.result[orderColumns[at]!]! }));
    const compound: BoundQuery = {
      ...query,
      cores,
      operators: inner.operators,
      orderBy,
      orderColumns,
      compoundCollations: query.columns.map(({ collation }) => collation),
    };
    return { ...compound, ...outerOf(compound) };
  }
  return undefined;
}

function isUnionOfAll({ cores, operators, orderBy, limit, offset }: BoundQuery): boolean {
  const [first] = cores;
  return (
    cores.length > 1 &&
    operators.every((operator) => operator === "UNION ALL") &&
    orderBy.length === 0 &&
    limit === undefined &&
    offset === undefined &&
    first?.kind === "select" &&
    cores.every(
      (core) =>
        core.kind === "select" &&
        !core.distinct &&
        !core.isAggregate &&
        core.sources.length > 0 &&
        !core.sources.some(({ join }) => isRight(join)) &&
        core.result.every((e, at) => affinityOf(e) === affinityOf(first.result[at]!)),
    )
  );
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
  if (innerCore.isAggregate || innerCore.distinct || innerCore.sources.length === 0) return false;
  if (isRight(core.sources[place]!.join)) return false;
  if (place > 0 && innerCore.sources.some(({ join }) => isRight(join))) return false;
  if (isOptional(core, place) && !mayFlattenOptional(core, innerCore)) return false;
  const isOrdered = inner.orderBy.length > 0;
  if (isOrdered && (outer.orderBy.length > 0 || core.isAggregate || outer.cores.length > 1)) return false;
  if (isOrdered && place === 0 && hasComplexResult(core) && standsAlone(core)) return false;
  if (inner.limit !== undefined && !mayTakeLimit(outer, core, inner)) return false;
  return resultMayMove(outer, core, core.sources[place]!.id, innerCore);
}

/** Whether a source may be a row of NULLs. */
function isOptional({ sources }: BoundSelect, place: number): boolean {
  return isLeft(sources[place]!.join) || sources.slice(place + 1).some(({ join }) => isRight(join));
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

/** One source, and nothing in its result but what is NULL when it is, or can be made so. */
function mayFlattenOptional(core: BoundSelect, { sources, result, where }: BoundSelect): boolean {
  const [source, another] = sources;
  if (another !== undefined || core.distinct) return false;
  if (where !== undefined && some(where, (e) => queryIn(e) !== undefined)) return false;
  return source!.content.kind === "table" || result.every((e) => isColumnOf(e, source!));
}

function isColumnOf(e: BoundExpression, { id }: BoundSource): boolean {
  return e.kind === "column" && e.source === id;
}

/** An expression over a table's row, NULL for the null row of an outer join. */
function nullable(e: BoundExpression, source: BoundSource): BoundExpression {
  if (isColumnOf(e, source) || source.content.kind !== "table") return e;
  const { id, content } = source;
  const key = content.table.withoutRowid ? content.table.indexes.find(({ origin }) => origin === "pk") : undefined;
  const column: Column = {
    kind: "column",
    source: id,
    column: key?.columns[0]?.column ?? ROWID,
    affinity: undefined,
    collation: NO_TEXT,
    notNull: false,
  };
  return {
    kind: "case",
    branches: [{ when: { kind: "not-null", operand: column }, result: e }],
    otherwise: undefined,
  };
}

/** Of a column that nothing is compared with. */
const NO_TEXT: Collation = { name: "BINARY", kind: "binary", compare: () => 0 };

/** Functions and subqueries in the result are not run for rows that sorting by a co-routine would have left out. */
function hasComplexResult({ result }: BoundSelect): boolean {
  return result.some((e) => some(e, (part) => part.kind === "call" || queryIn(part) !== undefined));
}

function standsAlone({ sources }: BoundSelect): boolean {
  const next = sources[1];
  return next === undefined || next.join !== "inner";
}

/** A query inside of an expression runs wherever the expression stands; keys of groups have to stay one with what the result calls by them. */
function resultMayMove(outer: BoundQuery, core: BoundSelect, source: number, { result }: BoundSelect): boolean {
  const hasQuery = result.map((e) => some(e, (part) => queryIn(part) !== undefined));
  if (!core.isAggregate || !hasQuery.includes(true)) return true;
  const uses = result.map(() => 0);
  replaceInQuery(outer, (e) => {
    if (e.kind === "column" && e.source === source) uses[e.column]! += 1;
    return undefined;
  });
  return uses.every((count, column) => count < 2 || !hasQuery[column]);
}

function merged(outer: BoundQuery, at: number, place: number, inner: BoundQuery, ids: Ids): BoundQuery {
  const core = outer.cores[at] as BoundSelect; // mayFlatten has looked at both
  const source = core.sources[place]!;
  const innerCore = inner.cores[0] as BoundSelect;
  const mayBeNull = isOptional(core, place);
  const [first, ...rest] = innerCore.sources;
  const on = conjunction([source.on, ...(mayBeNull ? [innerCore.where] : []), first!.on].filter(isThere));
  const sources = [{ ...first!, join: source.join, on }, ...rest];
  const where = conjunction([mayBeNull ? undefined : innerCore.where, core.where].filter(isThere));
  const result = mayBeNull ? innerCore.result.map((e) => nullable(e, first!)) : innerCore.result;
  const all = core.sources.toSpliced(place, 1, ...sources);
  if (all.length > MAX_FROM_TERMS) throw new SqlError(`too many FROM clause terms, max: ${MAX_FROM_TERMS}`);
  const withSources: BoundQuery = {
    ...outer,
    cores: outer.cores.with(at, { ...core, sources: all, where }),
    orderBy: inner.orderBy.length > 0 ? inner.orderBy : outer.orderBy,
    limit: outer.limit ?? inner.limit,
  };
  const replaced = replaceInQuery(withSources, (e) =>
    e.kind === "column" && e.source === source.id ? copyExpression(result[e.column]!, ids) : undefined,
  );
  // What ORDER BY and the result have in common stays one.
  const newResult = (replaced.cores[at] as BoundSelect).result;
  const orderBy = withSources.orderBy.map((term, number) => {
    const same = core.result.findIndex((e) => equalExpressions(e, term.expression));
    return same === -1 || outer.cores.length > 1
      ? replaced.orderBy[number]!
      : { ...term, expression: newResult[same]! };
  });
  return { ...replaced, orderBy, ...outerOf(replaced) };
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}
