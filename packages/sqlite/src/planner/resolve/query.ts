/** Expanded queries → bound queries: cores one by one, what joins them, ORDER BY and LIMIT of the whole. */
import { SqlError } from "../../errors.ts";
import type { CompoundOperator, OrderingTerm } from "../../sql/ast.ts";
import type { Collation } from "../../values/collation.ts";
import { INTEGER } from "../../values/value.ts";
import type { BoundExpression, BoundOrder } from "../expression.ts";
import type { BoundCore, BoundQuery, ResultColumn } from "../query.ts";
import { collationOf, outerOf as readOutside } from "../walk.ts";
import type { Binding } from "./binding.ts";
import { coreWidth, type ExpandedCore, type ExpandedQuery } from "./expanded.ts";
import { bindWhole } from "./expression.ts";
import { matchCompoundTerms } from "./order-terms.ts";
import { resultColumns } from "./result-columns.ts";
import { Scope } from "./scope.ts";
import { bindSelectCore } from "./select-core.ts";
import { bindValues } from "./values-core.ts";

/** Cores with the scopes in which they were bound, where ORDER BY of the whole is matched. */
export interface BoundCores {
  readonly cores: readonly BoundCore[];
  readonly scopes: readonly Scope[];
  readonly expanded: ExpandedQuery;
}

/** Throws SqlError. */
export function bindQuery(query: ExpandedQuery, outer: Scope | undefined, binding: Binding): BoundQuery {
  const { select, cores } = query;
  const limits = bindLimits(query, outer, binding);
  const bound = bindCores(query, 0, cores.length, outer, binding);
  const { operators } = select;
  if (cores.length > 1) {
    const order = compoundOrder(query, bound, binding);
    const parts = { cores: bound.cores, ...order, ...limits };
    return finishQuery({ ...parts, operators }, bound, binding, outerOf(parts, outer));
  }
  const ordered = query.wrappedOrder === undefined ? bound : liftOrder(bound, query.wrappedOrder, binding);
  const parts = { cores: ordered.cores, orderBy: ordered.orderBy ?? [], ...limits };
  return finishQuery({ ...parts, operators, orderColumns: [] }, ordered, binding, outerOf(parts, outer));
}

/** Takes the ORDER BY of a wrapped compound out of it. */
function liftOrder(
  bound: BoundCores,
  terms: readonly OrderingTerm[],
  binding: Binding,
): BoundCores & { readonly orderBy: readonly BoundOrder[] } {
  const [core] = bound.cores;
  const [source] = core?.kind === "select" ? core.sources : [];
  if (core?.kind !== "select" || source?.content.kind !== "query") throw new Error("a wrapped compound is a source");
  const { content } = source;
  const { orderBy, orderColumns } = content.query;
  const lifted = orderBy.map((order, at): BoundOrder => {
    const column = core.result[orderColumns[at]!]!;
    if (terms[at]!.expression.kind !== "collate")
      return { ...order, expression: column, collation: binding.comparing(collationOf(column)) };
    return { ...order, expression: { kind: "collate", operand: column, collation: order.collation } };
  });
  const query = { ...content.query, orderBy: [], orderColumns: [] };
  const cores = [{ ...core, sources: [{ ...source, content: { ...content, query } }] }];
  return { ...bound, cores, orderBy: lifted };
}

/** Nothing can be read where nothing is around. */
function outerOf(parts: Parameters<typeof readOutside>[0], outer: Scope | undefined): ReturnType<typeof readOutside> {
  return outer === undefined ? NOTHING : readOutside(parts);
}

const NOTHING: ReturnType<typeof readOutside> = { outerSources: new Set(), outerAggregates: new Set() };

/** A query of which only the first row is asked for: `LIMIT x` counts for no more than whether it is 0, as in the original. */
export function bindFirstRow(query: ExpandedQuery, scope: Scope): BoundQuery {
  const { binding } = scope;
  const bound = bindQuery(query, scope, binding);
  if (bound.limit === undefined) return bound;
  const zero: BoundExpression = { kind: "constant", tag: INTEGER, payload: 0 };
  const limit: BoundExpression = {
    kind: "compare",
    operator: "<>",
    left: bound.limit,
    right: zero,
    affinity: "numeric",
    collation: binding.binary,
  };
  return { ...bound, limit };
}

/** From the last core to the first, as the original goes. A single SELECT brings its ORDER BY, which is bound with it. */
export function bindCores(
  query: ExpandedQuery,
  from: number,
  to: number,
  outer: Scope | undefined,
  binding: Binding,
): BoundCores & { readonly orderBy: readonly BoundOrder[] | undefined } {
  const { cores, select, subqueries, fromSchema } = query;
  const bound: BoundCore[] = [];
  const scopes: Scope[] = [];
  let orderBy: readonly BoundOrder[] | undefined;
  const isSimple = cores.length === 1;
  for (let at = to - 1; at >= from; at--) {
    const core = cores[at]!;
    const around = { subqueries, fromSchema: fromSchema || outer?.fromSchema === true };
    if (core.kind === "values") {
      const values = bindValues(core, outer, around, binding);
      bound.unshift(...values.cores);
      scopes.unshift(values.scope);
      orderBy = [];
    } else {
      const result = bindSelectCore(core, isSimple ? select.orderBy : [], outer, around, binding);
      bound.unshift(result.core);
      scopes.unshift(result.scope);
      orderBy = result.orderBy;
    }
    const next = cores[at + 1];
    if (next !== undefined && coreWidth(core) !== coreWidth(next)) throw wrongWidths(next, select.operators[at]!);
  }
  return { cores: bound, scopes, expanded: query, orderBy: isSimple ? orderBy : undefined };
}

function wrongWidths(right: ExpandedCore, operator: CompoundOperator): SqlError {
  if (right.kind === "values") return new SqlError("all VALUES must have the same number of terms");
  return new SqlError(`SELECTs to the left and right of ${operator} do not have the same number of result columns`);
}

/** LIMIT and OFFSET see no column at all. */
export function bindLimits(
  { select: { limit, limitOffset }, subqueries }: ExpandedQuery,
  outer: Scope | undefined,
  binding: Binding,
): Pick<BoundQuery, "limit" | "offset"> {
  const scope = new Scope(binding, undefined, { subqueries, rows: outer?.rows ?? [] });
  return {
    limit: limit && bindWhole(limit, scope),
    offset: limitOffset && bindWhole(limitOffset, scope),
  };
}

/** ORDER BY of a compound: each term is one of the columns. */
export function compoundOrder(
  { select: { orderBy } }: ExpandedQuery,
  { cores, scopes, expanded }: BoundCores,
  binding: Binding,
): Pick<BoundQuery, "orderBy" | "orderColumns"> {
  if (orderBy.length === 0) return { orderBy: [], orderColumns: [] };
  const matched = matchCompoundTerms(orderBy, expanded, cores, scopes, binding);
  const own = compoundCollations(cores, binding.binary);
  return {
    orderBy: matched.map(({ term, column, collation }): BoundOrder => ({
      expression: firstRow(cores[0]!)[column]!,
      descending: term.descending,
      nullsFirst: term.nulls === undefined ? !term.descending : term.nulls === "FIRST",
      collation: binding.comparing(collation ?? own[column]),
    })),
    orderColumns: matched.map(({ column }) => column),
  };
}

/** For each column the collation of the leftmost core that has one. */
function compoundCollations(cores: readonly BoundCore[], binary: Collation): (Collation | undefined)[] {
  return firstRow(cores[0]!).map((_, column) => {
    for (const core of cores) {
      // Several rows of VALUES are a subquery of their own in the original, whose columns are BINARY.
      if (core.kind === "values" && core.rows.length > 1) return binary;
      const collation = collationOf(firstRow(core)[column]!);
      if (collation !== undefined) return collation;
    }
    return undefined;
  });
}

export function firstRow(core: BoundCore): readonly BoundExpression[] {
  return core.kind === "values" ? core.rows[0]! : core.result;
}

export function resultColumnsOf({ cores, expanded }: BoundCores, binding: Binding): ResultColumn[] {
  return resultColumns(expanded, cores, binding);
}

export function finishQuery(
  parts: Pick<BoundQuery, "cores" | "operators" | "orderBy" | "orderColumns" | "limit" | "offset">,
  bound: BoundCores,
  binding: Binding,
  outer: Pick<BoundQuery, "outerSources" | "outerAggregates">,
): BoundQuery {
  const isCompared = parts.operators.some((operator) => operator !== "UNION ALL");
  const collations = parts.operators.length === 0 ? [] : compoundCollations(parts.cores, binding.binary);
  return {
    id: binding.ids.query(),
    number: bound.expanded.number,
    columns: resultColumnsOf(bound, binding),
    ...parts,
    compoundCollations: collations.map((own) => (isCompared ? binding.comparing(own) : (own ?? binding.binary))),
    ...outer,
  };
}
