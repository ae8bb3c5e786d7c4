/** Going through expressions as they are written. */
import type * as ast from "../../sql/ast.ts";

/** The direct operands in the order in which the original goes to them; nothing of queries. */
export function operandsOf(e: ast.Expression): readonly ast.Expression[] {
  switch (e.kind) {
    case "identifier":
    case "column":
    case "literal":
    case "variable":
    case "exists":
    case "subquery":
    case "current-time":
      return [];
    case "unary":
    case "null-test":
    case "cast":
    case "collate":
      return [e.operand];
    case "binary":
      return isDropped(e) ? [] : [e.left, e.right];
    case "like":
      return [e.pattern, e.operand, ...optional(e.escape)];
    case "between":
      return [e.operand, e.low, e.high];
    case "in":
      if (!isList(e.among)) return [e.operand];
      return isNowhere(e) ? [] : [e.operand, ...e.among];
    case "case":
      return [
        ...optional(e.operand),
        ...e.branches.flatMap(({ when, result }) => [when, result]),
        ...optional(e.otherwise),
      ];
    case "call":
      return [...e.arguments, ...e.orderBy.map(({ expression }) => expression), ...optional(e.filter)];
    case "row":
      return e.values;
    case "raise":
      return optional(e.message);
  }
}

export function isList(among: ast.In["among"]): among is readonly ast.Expression[] {
  return Array.isArray(among);
}

/** `x IN ()` is false, and nobody looks at x unless a function is called in it. */
export function isNowhere({ among, operand }: ast.In): boolean {
  return isList(among) && among.length === 0 && !callsFunction(operand);
}

/** What IN looks in when it is a query: a SELECT, a table, or the only element of the list, which the original takes for the same. */
export function queryAmong({ among }: ast.In): ast.Select | ast.TableSource | undefined {
  if (!isList(among)) return among;
  const [only] = among;
  return among.length === 1 && only?.kind === "subquery" ? only.select : undefined;
}

/** Calls `visit` for every query that stands in the expression itself, in the order in which the original comes to them. */
export function eachQuery(e: ast.Expression, visit: (query: ast.Select | ast.TableSource) => void): void {
  if (e.kind === "subquery" || e.kind === "exists") return visit(e.select);
  if (e.kind === "in") {
    const query = queryAmong(e);
    if (query !== undefined) {
      eachQuery(e.operand, visit);
      return visit(query);
    }
  }
  for (const operand of operandsOf(e)) eachQuery(operand, visit);
}

/** `x AND 0` is 0 for the original's parser, and nobody looks at x, unless a function is called in it. */
export function isDropped(e: ast.Binary): boolean {
  return (
    e.operator === "AND" && (isZero(e.left) || isZero(e.right)) && !callsFunction(e.left) && !callsFunction(e.right)
  );
}

function isZero(e: ast.Expression): boolean {
  if (nullTestOfLiteral(e) === 0 || (e.kind === "binary" && isDropped(e))) return true;
  return e.kind === "literal" && e.type === "integer" && /^(?:0x)?0+$/i.test(e.text.replaceAll("_", ""));
}

/** `1 IS NULL` and its kin, which are a number for the original's parser. */
export function nullTestOfLiteral(e: ast.Expression): 0 | 1 | undefined {
  let not: boolean;
  let operand: ast.Expression;
  if (e.kind === "null-test") ({ not, operand } = e);
  else if (e.kind === "binary" && (e.operator === "IS" || e.operator === "IS NOT") && isNull(e.right))
    [not, operand] = [e.operator === "IS NOT", e.left];
  else return undefined;
  while (operand.kind === "unary" && (operand.operator === "+" || operand.operator === "-")) operand = operand.operand;
  if (operand.kind !== "literal" || operand.type === "null") return undefined;
  return not ? 1 : 0;
}

function isNull(e: ast.Expression): boolean {
  return e.kind === "literal" && e.type === "null";
}

function callsFunction(e: ast.Expression): boolean {
  if (e.kind === "call" || e.kind === "like" || e.kind === "current-time") return true;
  if (e.kind === "binary" && (e.operator === "->" || e.operator === "->>")) return true;
  return operandsOf(e).some(callsFunction);
}

export function withoutCollate(e: ast.Expression): ast.Expression {
  return e.kind === "collate" ? withoutCollate(e.operand) : e;
}

/** Where the leftmost name or literal stands, by which the original tells where a mistake is; -1: something else stands there. */
export function offsetOfLeaf(e: ast.Expression): number {
  switch (e.kind) {
    case "identifier":
    case "column":
    case "literal":
    case "variable":
    case "call":
      return e.offset;
    case "binary":
      return offsetOfLeaf(e.left);
    case "unary":
    case "collate":
    case "cast":
    case "null-test":
    case "between":
    case "in":
      return offsetOfLeaf(e.operand);
    default:
      return -1;
  }
}

function optional<T>(item: T | undefined): T[] {
  return item === undefined ? [] : [item];
}
