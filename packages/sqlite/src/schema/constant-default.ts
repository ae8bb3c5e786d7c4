import type { Expression } from "../sql/ast.ts";

/** Whether a default is a constant in SQLite's sense: no columns, subqueries, parameters or windows; functions may be called, which need not be constant. */
export function isConstantDefault(expression: Expression): boolean {
  switch (expression.kind) {
    case "literal":
    case "current-time":
      return true;
    case "identifier":
      return !expression.quoted && /^(?:true|false)$/i.test(expression.name);
    case "unary":
    case "null-test":
    case "cast":
    case "collate":
      return isConstantDefault(expression.operand);
    case "binary":
      return isConstantDefault(expression.left) && isConstantDefault(expression.right);
    case "like":
      return [expression.operand, expression.pattern, ...optional(expression.escape)].every(isConstantDefault);
    case "between":
      return [expression.operand, expression.low, expression.high].every(isConstantDefault);
    case "in":
      return Array.isArray(expression.among) && [expression.operand, ...expression.among].every(isConstantDefault);
    case "case": {
      const branches = expression.branches.flatMap(({ when, result }) => [when, result]);
      return [...optional(expression.operand), ...branches, ...optional(expression.otherwise)].every(isConstantDefault);
    }
    case "call":
      return (
        expression.over === undefined &&
        expression.filter === undefined &&
        expression.arguments.every(isConstantDefault)
      );
    case "row":
      return expression.values.every(isConstantDefault);
    case "column":
    case "variable":
    case "exists":
    case "subquery":
    case "raise":
      return false;
  }
}

function optional(expression: Expression | undefined): Expression[] {
  return expression === undefined ? [] : [expression];
}
