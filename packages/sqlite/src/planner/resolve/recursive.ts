/** Recursive common tables. */
import type { BoundQuery, RecursiveQuery } from "../query.ts";
import { outerOf } from "../walk.ts";
import type { Binding } from "./binding.ts";
import type { ExpandedContent } from "./expanded.ts";
import { bindCores, bindLimits, type BoundCores, compoundOrder, finishQuery, resultColumnsOf } from "./query.ts";
import type { Scope } from "./scope.ts";

type Recursive = Extract<ExpandedContent, { kind: "recursive" }>;

/** Throws SqlError. What columns are depends on the recursive cores, too, in which they are read: those are bound again when that shows. */
export function bindRecursive(content: Recursive, outer: Scope | undefined, binding: Binding): RecursiveQuery {
  const { query, key, firstRecursive } = content;
  const { cores, select } = query;
  const initial = bindCores(query, 0, firstRecursive, outer, binding);
  const building: { -readonly [K in keyof RecursiveQuery]: RecursiveQuery[K] } = {
    name: key.name,
    columns: resultColumnsOf(initial, binding),
    initial: initialQuery(initial, select.operators.slice(0, firstRecursive - 1), binding),
    recursive: [],
    distinct: select.operators.at(-1) === "UNION",
    orderBy: [],
    ...bindLimits(query, outer, binding),
  };
  binding.recursive.set(key, building);
  let recursive = bindCores(query, firstRecursive, cores.length, outer, binding);
  const columns = resultColumnsOf(joined(initial, recursive), binding);
  const isSame = columns.every(({ affinity }, at) => affinity === building.columns[at]!.affinity);
  building.columns = columns;
  if (!isSame) recursive = bindCores(query, firstRecursive, cores.length, outer, binding);
  binding.recursive.delete(key);
  building.recursive = recursive.cores;
  if (recursive.cores.some((core) => core.kind === "select" && core.isAggregate))
    binding.late("recursive aggregate queries not supported");
  const all = joined(initial, recursive);
  const order = compoundOrder(query, all, binding);
  building.orderBy = order.orderBy.map(({ descending, nullsFirst, collation }, at) => ({
    column: order.orderColumns[at]!,
    descending,
    nullsFirst,
    collation,
  }));
  return building;
}

function joined(initial: BoundCores, recursive: BoundCores): BoundCores {
  return {
    cores: [...initial.cores, ...recursive.cores],
    scopes: [...initial.scopes, ...recursive.scopes],
    expanded: initial.expanded,
  };
}

function initialQuery(bound: BoundCores, operators: BoundQuery["operators"], binding: Binding): BoundQuery {
  const parts = { cores: bound.cores, orderBy: [], limit: undefined, offset: undefined };
  return finishQuery({ ...parts, operators, orderColumns: [] }, bound, binding, outerOf(parts));
}
