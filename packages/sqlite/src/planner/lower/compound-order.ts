/** The order of what merging makes of a compound's cores. */
import type { Collation } from "../../values/collation.ts";
import type { BoundOrder } from "../expression.ts";
import type { BoundQuery } from "../query.ts";

export interface OrderedColumn {
  readonly column: number;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
  readonly collation: Collation;
}

/** ORDER BY; `whole`, or without one: and the columns that it does not name behind it. */
export function mergedOrder(query: BoundQuery, whole: boolean): OrderedColumn[] {
  const { orderBy, orderColumns, columns, compoundCollations } = query;
  const order = orderBy.map(({ descending, nullsFirst, collation }, at) => ({
    column: orderColumns[at]!,
    descending,
    nullsFirst,
    collation,
  }));
  if (!whole && order.length > 0) return order;
  const rest = [...columns.keys()].filter((column) => !orderColumns.includes(column));
  return [
    ...order,
    ...rest.map((column) => ({
      column,
      descending: false,
      nullsFirst: true,
      collation: compoundCollations[column]!, // one for each column of a compound
    })),
  ];
}

/** The order in which the original computes the rows of a compound's core, to merge them; empty: as they come. */
export function orderOfCore(query: BoundQuery, at: number): BoundOrder[] {
  const { cores, operators, orderBy } = query;
  if (orderBy.length === 0) {
    const merged = operators.findLastIndex((operator) => operator !== "UNION ALL");
    if (merged === -1 || at > merged + 1) return [];
  }
  const core = cores[at]!;
  const row = core.kind === "values" ? core.rows[0]! : core.result;
  return mergedOrder(query, operators.at(-1) !== "UNION ALL").map(({ column, ...term }) => ({
    expression: row[column]!,
    ...term,
  }));
}
