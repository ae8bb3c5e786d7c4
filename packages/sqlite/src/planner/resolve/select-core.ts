/** One SELECT without what joins it to others: FROM, the result, WHERE, GROUP BY, HAVING, and the ORDER BY of a query that is no more than this. */
import { SqlError } from "../../errors.ts";
import type * as ast from "../../sql/ast.ts";
import type { BoundExpression, BoundOrder } from "../expression.ts";
import type { BoundSelect, BoundSource } from "../query.ts";
import { collationOf, conjunction, conjuncts, sourcesOf } from "../walk.ts";
import type { Binding } from "./binding.ts";
import { comparison } from "./comparison.ts";
import type { ExpandedSelect, ExpandedSource } from "./expanded.ts";
import { bindWhole, widthOfExpression } from "./expression.ts";
import { bindGroupTerms, bindOrderTerms } from "./order-terms.ts";
import { type ResultAlias, Scope, type ScopeOptions, type ScopeSource } from "./scope.ts";
import { bindSource, type FoundSource } from "./sources.ts";

export interface BoundSelectCore {
  readonly core: BoundSelect;
  readonly scope: Scope;
  readonly orderBy: readonly BoundOrder[];
}

const MAX_JOINED = 64;

/** The clauses are bound in the original's order, by which of several mistakes the same one is found. Throws SqlError. */
export function bindSelectCore(
  expanded: ExpandedSelect,
  orderTerms: readonly ast.OrderingTerm[],
  outer: Scope | undefined,
  around: Pick<ScopeOptions, "subqueries" | "fromSchema">,
  binding: Binding,
): BoundSelectCore {
  const { core, columns } = expanded;
  const found = expanded.sources.map((source) => bindSource(source, outer, binding));
  if (found.length > MAX_JOINED) binding.late(`at most ${MAX_JOINED} tables in a join`);
  const scope = new Scope(binding, outer, { ...around, sources: found.map(({ scoped }) => scoped) });
  scope.allowsAggregates = true;
  scope.collectsAggregates = true;
  const aliases = columns.map(({ expression, alias }): ResultAlias => {
    scope.metAggregate = false;
    const bound = bindWhole(expression, scope);
    return {
      name: alias,
      expression: bound,
      isAggregate: scope.metAggregate,
      width: widthOfExpression(expression, scope),
    };
  });
  const isAggregate = core.groupBy.length > 0 || scope.aggregates.length > 0;
  scope.allowsAggregates = isAggregate;
  scope.aliases = aliases;
  if (core.having !== undefined && !isAggregate) throw new SqlError("HAVING clause on a non-aggregate query");
  const having = core.having && bindWhole(core.having, scope);
  scope.collectsAggregates = false;
  const where = core.where && bindWhole(core.where, scope);
  const { sources, moved, readsRight } = bindConditions(expanded.sources, found, scope);
  scope.allowsAggregates = true;
  scope.collectsAggregates = isAggregate;
  // One row needs no order.
  const isOneRow = core.groupBy.length === 0 && (isAggregate || found.length === 0);
  const order = (): BoundOrder[] => bindOrderTerms(orderTerms, scope);
  const orderBy = isOneRow ? binding.unused(order).slice(0, 0) : order();
  scope.collectsAggregates = false;
  const groupBy = bindGroupTerms(core.groupBy, scope);
  if (readsRight) throw new SqlError("ON clause references tables to its right");
  if (core.distinct) for (const { expression } of aliases) binding.comparing(collationOf(expression));
  return {
    core: {
      kind: "select",
      distinct: core.distinct,
      sources,
      where: conjunction(where === undefined ? moved : [where, ...moved]),
      groupBy,
      groupCollations: groupBy.map((term) => binding.comparing(collationOf(term))),
      isAggregate,
      aggregates: scope.aggregates,
      having,
      result: aliases.map(({ expression }) => expression),
    },
    scope,
    orderBy,
  };
}

interface Conditions {
  readonly sources: BoundSource[];
  /** Terms of WHERE. */
  readonly moved: BoundExpression[];
  /** ON names a table to its right where it must not. */
  readonly readsRight: boolean;
}

/**
 * ON and USING of each source. Those of inner joins are parts of WHERE, unless a RIGHT or FULL JOIN behind makes rows of what they leave out. So is a
 * term of ON that is no more than the alias of a result column, by an oversight of the original.
 */
function bindConditions(names: readonly ExpandedSource[], found: readonly FoundSource[], scope: Scope): Conditions {
  const scoped = found.map((source) => source.scoped);
  const moved: BoundExpression[] = [];
  let readsRight = false;
  const sources = found.map(({ bound }, at): BoundSource => {
    const { join, beforeRight } = names[at]!;
    const isOuter = join.left || join.right;
    const terms = conditionsOf(names[at]!, at, scoped, scope).flatMap(conjuncts);
    const isAlias = (term: BoundExpression): boolean => scope.aliases!.some(({ expression }) => expression === term);
    const own = terms.filter((term) => !isAlias(term));
    if (isOuter || names[0]!.beforeRight) readsRight ||= own.some((term) => readsAny(term, scoped.slice(at + 1)));
    if (isOuter || beforeRight) {
      moved.push(...terms.filter(isAlias));
      return { ...bound, on: conjunction(own) };
    }
    moved.push(...terms);
    return { ...bound, on: undefined };
  });
  return { sources, moved, readsRight };
}

function conditionsOf(
  { join, usingPairs }: ExpandedSource,
  at: number,
  scoped: readonly ScopeSource[],
  scope: Scope,
): BoundExpression[] {
  if (join.on !== undefined) return [bindWhole(join.on, scope)];
  return usingPairs.map(({ left, right }) => {
    const columns = left.map(({ source, column }) => scoped[source]!.column(column));
    const shared: BoundExpression =
      columns.length === 1 ? columns[0]! : { kind: "coalesce", operands: columns, shared: true };
    return comparison("=", shared, scoped[at]!.column(right), scope.binding);
  });
}

function readsAny(e: BoundExpression, sources: readonly ScopeSource[]): boolean {
  const read = sourcesOf(e);
  return sources.some(({ id }) => read.has(id));
}
