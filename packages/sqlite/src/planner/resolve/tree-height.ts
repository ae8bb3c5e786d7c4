/** The height of expressions, queries inside of them counted, which a limit bounds. */
import type * as ast from "../../sql/ast.ts";
import { isList, operandsOf, queryAmong } from "./ast-walk.ts";

const heights = new WeakMap<ast.Expression, number>();

export function heightOf(e: ast.Expression): number {
  const known = heights.get(e);
  if (known !== undefined) return known;
  let height = Math.max(0, ...operandsOf(e).map(heightOf));
  if (e.kind === "subquery" || e.kind === "exists") height = heightOfSelect(e.select);
  if (e.kind === "in" && !isList(e.among)) {
    const query = queryAmong(e);
    if (query !== undefined && "cores" in query) height = Math.max(height, heightOfSelect(query));
  }
  heights.set(e, height + 1);
  return height + 1;
}

/** Without what stands in FROM. */
function heightOfSelect({ cores, orderBy, limit, limitOffset }: ast.Select): number {
  let height = 0;
  const see = (e: ast.Expression | undefined): void => {
    if (e !== undefined) height = Math.max(height, heightOf(e));
  };
  for (const core of cores) {
    if (core.kind === "values") {
      for (const row of core.rows) for (const e of row) see(e);
      continue;
    }
    for (const column of core.columns) if (column.kind === "expression") see(column.expression);
    for (const e of [core.where, ...core.groupBy, core.having]) see(e);
  }
  for (const { expression } of orderBy) see(expression);
  for (const e of [limit, limitOffset]) see(e);
  return height;
}
