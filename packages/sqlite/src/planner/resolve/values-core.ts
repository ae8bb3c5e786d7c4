/** VALUES. */
import type * as ast from "../../sql/ast.ts";
import type { BoundCore } from "../query.ts";
import type { Binding } from "./binding.ts";
import { bindWhole } from "./expression.ts";
import { Scope, type ScopeOptions } from "./scope.ts";

/** Rows see what is around them only. A single row that calls aggregates is a SELECT of them over one row of nothing. */
export function bindValues(
  { rows }: ast.Values,
  outer: Scope | undefined,
  around: Pick<ScopeOptions, "subqueries" | "fromSchema">,
  binding: Binding,
): { cores: readonly BoundCore[]; scope: Scope } {
  const scope = new Scope(binding, outer, around);
  scope.allowsAggregates = true;
  scope.collectsAggregates = rows.length === 1;
  const bound = rows.map((row) => row.map((value) => bindWhole(value, scope)));
  if (scope.aggregates.length === 0) return { cores: [{ kind: "values", rows: bound }], scope };
  const core: BoundCore = {
    kind: "select",
    distinct: false,
    sources: [],
    where: undefined,
    groupBy: [],
    groupCollations: [],
    isAggregate: true,
    aggregates: scope.aggregates,
    having: undefined,
    result: bound[0]!,
  };
  return { cores: [core], scope };
}
