/** Expressions that stand in the schema, of indexes and of partial indexes' conditions, over a source of the statement. */
import type { Expression } from "../../sql/ast.ts";
import type { CompileContext } from "../context.ts";
import type { BoundExpression } from "../expression.ts";
import type { BoundSource } from "../query.ts";

/** Undefined: it cannot be bound, so the index is not used. */
export function bindSchemaExpression(
  _expression: Expression,
  _source: BoundSource,
  _context: CompileContext,
): BoundExpression | undefined {
  return undefined;
}
