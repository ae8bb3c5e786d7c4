/** Expressions that stand in the schema, of indexes and of partial indexes' conditions, over a source of the statement. */
import { SqlError } from "../../errors.ts";
import type { Expression } from "../../sql/ast.ts";
import type { CompileContext } from "../context.ts";
import type { BoundExpression } from "../expression.ts";
import type { BoundSource } from "../query.ts";
import { Binder } from "../resolve/bind.ts";
import { tableSource } from "../resolve/sources.ts";

/** To be compared with the statement's expressions and not to be evaluated. Undefined: it cannot be bound (a function is missing), so the index is not used. */
export function bindSchemaExpression(
  expression: Expression,
  source: BoundSource,
  context: CompileContext,
): BoundExpression | undefined {
  const { content } = source;
  if (content.kind !== "table") return undefined;
  const { table, database } = content;
  const binder = new Binder(context);
  const { names } = binder.table(table, database).scoped;
  const scoped = tableSource(source.id, names, table, binder.binding);
  try {
    return binder.expression(expression, {
      sources: [{ bound: source, scoped }],
      place: "index expressions",
      fromSchema: true,
    });
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
}
