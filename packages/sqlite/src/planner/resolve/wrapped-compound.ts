/**
 * Compounds that are ordered by terms with COLLATE.
 *
 * UNION and its kin find equal rows by sorting, and ORDER BY may be done by the same sort, unless it compares texts otherwise. So where any term has
 * COLLATE and not all is UNION ALL, the original makes `SELECT * FROM (the compound) ORDER BY …` of it. GROUP BY and HAVING of the last SELECT come
 * along by mistake, and are applied to the whole. The original does so in a statement's own text, not in views and common tables.
 */
import type * as ast from "../../sql/ast.ts";
import { operandsOf } from "./ast-walk.ts";

export function isWrapped({ operators, orderBy }: ast.Select): boolean {
  return (
    operators.some((operator) => operator !== "UNION ALL") && orderBy.some(({ expression }) => isCollated(expression))
  );
}

/** COLLATE counts wherever it stands in a term. */
function isCollated(e: ast.Expression): boolean {
  return e.kind === "collate" || operandsOf(e).some(isCollated);
}

/** The compound inside, whose terms of ORDER BY are still to be found among its columns. */
export function wrappedCompound(select: ast.Select): ast.Select {
  const { limit: _, limitOffset: __, ...inner } = select;
  const last = select.cores.at(-1)!;
  if (last.kind === "values") return inner;
  const { having: ___, ...core } = last;
  return { ...inner, cores: [...select.cores.slice(0, -1), { ...core, groupBy: [] }] };
}

/** The SELECT around it, without its ORDER BY. */
export function wrapperOf({ cores, limit, limitOffset, offset }: ast.Select): ast.Select {
  const last = cores.at(-1)!;
  const grouping =
    last.kind === "values" ? { groupBy: [] } : { groupBy: last.groupBy, ...(last.having && { having: last.having }) };
  const source: ast.Source = { kind: "table", name: "", offset };
  const join: ast.Join = { operator: ",", natural: false, cross: false, left: false, right: false, source };
  const core: ast.SelectCore = {
    kind: "select",
    distinct: false,
    columns: [{ kind: "star", offset }],
    from: [join],
    windows: [],
    offset,
    ...grouping,
  };
  return {
    cores: [core],
    operators: [],
    orderBy: [],
    ...(limit && { limit }),
    ...(limitOffset && { limitOffset }),
    offset,
  };
}
