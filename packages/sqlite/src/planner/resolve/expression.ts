/** Expressions as written → bound expressions. */
import { type Affinity, affinityOfType } from "../../values/affinity.ts";
import type * as ast from "../../sql/ast.ts";
import type { BoundExpression } from "../expression.ts";
import type { BoundQuery } from "../query.ts";
import { isDropped, withoutCollate } from "./ast-walk.ts";
import { bindCall, bindNamedCall } from "./call.ts";
import { bindBetween, bindCase, bindComparison, bindIn } from "./comparison.ts";
import { widthOf } from "./expanded.ts";
import { integerConstant, literalConstant, NULL_CONSTANT } from "./literal.ts";
import { bindColumn, truthOf } from "./names.ts";
import { EVERYWHERE, prohibit } from "./prohibited.ts";
import { bindFirstRow } from "./query.ts";
import type { Scope } from "./scope.ts";

/** An expression that is no part of another one. Throws SqlError. */
export function bindWhole(e: ast.Expression, scope: Scope): BoundExpression {
  scope.begin(e);
  return bindExpression(e, scope);
}

/** One value. A row value, or a query of several columns, is an error here, found late. Throws SqlError. */
export function bindExpression(e: ast.Expression, scope: Scope): BoundExpression {
  switch (e.kind) {
    case "identifier":
    case "column":
      return bindColumn(e, scope);
    case "literal":
      return literalConstant(e, scope.binding);
    case "variable":
      prohibit("parameters", scope, EVERYWHERE, e.offset);
      return { kind: "parameter", index: e.index };
    case "unary":
      return bindUnary(e, scope);
    case "binary":
      return bindBinary(e, scope);
    case "null-test":
      return { kind: e.not ? "not-null" : "is-null", operand: bindExpression(e.operand, scope) };
    case "like": {
      const list = [e.pattern, e.operand, ...(e.escape === undefined ? [] : [e.escape])];
      const call = bindNamedCall(
        e.operator === "LIKE" || e.operator === "GLOB" ? e.operator.toLowerCase() : e.operator,
        list,
        e.offset,
        scope,
      );
      return e.not ? { kind: "not", operand: call } : call;
    }
    case "between":
      return bindBetween(e, scope);
    case "in":
      return bindIn(e, scope);
    case "exists":
      prohibit("subqueries", scope, EVERYWHERE, e.offset);
      return { kind: "exists", query: withoutDistinct(bindFirstRow(scope.subquery(e.select), scope)) };
    case "case":
      return bindCase(e, scope);
    case "cast":
      return { kind: "cast", operand: bindExpression(e.operand, scope), affinity: castAffinity(e.type) };
    case "collate": {
      const operand = bindExpression(e.operand, scope);
      return { kind: "collate", operand, collation: scope.binding.collation(e.collation) };
    }
    case "call":
      return bindCall(e, scope);
    case "subquery": {
      prohibit("subqueries", scope, EVERYWHERE, e.offset);
      const expanded = scope.subquery(e.select);
      const query = bindFirstRow(expanded, scope);
      const width = widthOf(expanded);
      if (width !== 1) scope.binding.late(`sub-select returns ${width} columns - expected 1`);
      return { kind: "subquery", query };
    }
    case "row":
      for (const value of e.values) bindExpression(value, scope);
      scope.binding.late("row value misused");
      return NULL_CONSTANT;
    case "current-time":
      return bindNamedCall(e.what.toLowerCase(), [], e.offset, scope);
    case "raise": {
      const message = e.message && bindExpression(e.message, scope);
      if (!scope.binding.inTrigger) scope.binding.late("RAISE() may only be used within a trigger-program");
      return { kind: "raise", action: e.action, message };
    }
  }
}

/** EXISTS asks for no different rows and no order, and OFFSET passes over all of them, as in the original. */
function withoutDistinct(query: BoundQuery): BoundQuery {
  const [core, ...others] = query.cores;
  if (core?.kind !== "select" || others.length > 0) return query;
  return { ...query, cores: [{ ...core, distinct: false }], orderBy: [] };
}

/** CAST without a type is to NUMERIC, unlike a column without one. */
function castAffinity(type: string): Affinity {
  return type === "" ? "NUMERIC" : affinityOfType(type);
}

function bindUnary(e: ast.Unary, scope: Scope): BoundExpression {
  if (
    e.operator === "-" &&
    e.operand.kind === "literal" &&
    (e.operand.type === "integer" || e.operand.type === "float")
  )
    return literalConstant(e.operand, scope.binding, true);
  const operand = bindExpression(e.operand, scope);
  switch (e.operator) {
    case "-":
      return { kind: "negate", operand };
    case "+":
      return { kind: "plus", operand };
    case "~":
      return { kind: "bit-not", operand };
    case "NOT":
      return { kind: "not", operand };
  }
}

function bindBinary(e: ast.Binary, scope: Scope): BoundExpression {
  const { operator } = e;
  switch (operator) {
    case "AND":
    case "OR": {
      if (isDropped(e)) return integerConstant(0);
      const left = bindExpression(e.left, scope);
      return { kind: operator === "AND" ? "and" : "or", left, right: bindExpression(e.right, scope) };
    }
    case "IS":
    case "IS NOT":
      return bindIs(e, operator, scope);
    case "=":
    case "<>":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return bindComparison(operator, e.left, e.right, scope);
    case "->":
    case "->>":
      return bindNamedCall(operator, [e.left, e.right], e.offset, scope);
    case "||": {
      const left = bindExpression(e.left, scope);
      return { kind: "concat", left, right: bindExpression(e.right, scope) };
    }
    default: {
      const left = bindExpression(e.left, scope);
      return { kind: "arithmetic", operator, left, right: bindExpression(e.right, scope) };
    }
  }
}

/** IS NULL and IS TRUE are tests of one operand. */
function bindIs(e: ast.Binary, operator: "IS" | "IS NOT", scope: Scope): BoundExpression {
  const not = operator === "IS NOT";
  if (e.right.kind === "literal" && e.right.type === "null")
    return { kind: not ? "not-null" : "is-null", operand: bindExpression(e.left, scope) };
  const right = withoutCollate(e.right);
  const truth = truthOf(right, scope);
  if (truth === undefined && right.kind === "identifier") bindExpression(right, scope); // what is wrong with it is said first
  if (truth === undefined) return bindComparison(operator, e.left, e.right, scope);
  const operand = bindExpression(e.left, scope);
  if (truth) return { kind: not ? "is-not-true" : "is-true", operand };
  return { kind: not ? "is-not-false" : "is-false", operand };
}

/** Of how many columns an expression is. */
export function widthOfExpression(e: ast.Expression, scope: Scope): number {
  if (e.kind === "row") return e.values.length;
  return e.kind === "subquery" ? widthOf(scope.subquery(e.select)) : 1;
}
