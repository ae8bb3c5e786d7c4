/** RETURNING: rows are kept as they are changed, and given when all changes are done. */
import type { Block } from "../../compile/program.ts";
import { SqlError } from "../../errors.ts";
import type * as ast from "../../sql/ast.ts";
import { lowerExpression } from "../lower/expressions.ts";
import { scanList } from "../lower/from.ts";
import type { ResultColumn } from "../query.ts";
import { bindResults } from "./binding.ts";
import type { ChangeCompiler } from "./compiler.ts";
import type { RowScope } from "./row-scope.ts";

export interface Returning {
  readonly columns: readonly ResultColumn[];
  /** Keeps the values for the row in the registers of that scope. */
  keep(row: RowScope): Block;
  /** Gives what was kept. */
  readonly give: Block;
}

/** `row` is one of the rows that will be kept: what its names are. */
export function lowerReturning(
  returning: readonly ast.ResultColumn[] | undefined,
  row: RowScope,
  compiler: ChangeCompiler,
): Returning | undefined {
  if (returning === undefined) return undefined;
  if (compiler.firing !== undefined) throw new SqlError("cannot use RETURNING in a trigger");
  const { builder, lowering } = compiler;
  const columns = bindResults(returning, byOwnName(row), compiler).map(({ column }) => column);
  const store = builder.store({ kind: "list", columns: columns.length });
  const source = builder.source({ kind: "store", store, first: 0 });
  return {
    columns,
    keep: (kept) => {
      const values = bindResults(returning, byOwnName(kept), compiler).map(({ expression }) =>
        lowerExpression(expression, lowering),
      );
      return [{ kind: "append", store, values }];
    },
    give: [
      scanList(
        source,
        store,
        [{ kind: "emit", values: columns.map((_, at) => lowering.stored(source, at)) }],
        lowering,
      ),
    ],
  };
}

/** The table by its own name: an alias is not known to RETURNING. */
function byOwnName(row: RowScope): RowScope {
  return { ...row, name: row.shape.name };
}
