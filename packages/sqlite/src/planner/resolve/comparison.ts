/**
 * Comparisons of values and of rows of values: =, IS, <, BETWEEN, IN, CASE with an operand.
 *
 * Rows are taken apart here: `(a, b) < (c, d)` is `a < c OR (a = c AND b < d)`. What stands on both sides of such an OR is evaluated once.
 */
import { SqlError } from "../../errors.ts";
import type * as ast from "../../sql/ast.ts";
import type { Affinity } from "../../values/affinity.ts";
import type { BoundExpression, BoundInQuery, ComparisonAffinity, ComparisonOperator } from "../expression.ts";
import type { BoundQuery } from "../query.ts";
import { affinityOf, collationOf, columnsOf, comparisonCollation, conjunction, outerOf } from "../walk.ts";
import { isList, isNowhere, offsetOfLeaf, queryAmong } from "./ast-walk.ts";
import type { Binding } from "./binding.ts";
import { bindExpression, widthOfExpression } from "./expression.ts";
import { widthOf } from "./expanded.ts";
import { integerConstant } from "./literal.ts";
import { EVERYWHERE, prohibit } from "./prohibited.ts";
import { bindFirstRow, bindQuery } from "./query.ts";
import type { Scope } from "./scope.ts";

type BoundComparison = Extract<BoundExpression, { kind: "compare" }>;

/** Two values compared, with the affinity and collation that SQLite finds for them. */
export function comparison(
  operator: ComparisonOperator,
  left: BoundExpression,
  right: BoundExpression,
  binding: Binding,
): BoundComparison {
  const collation = binding.comparing(comparisonCollation(left, right));
  return { kind: "compare", operator, left, right, affinity: comparisonAffinity(left, right), collation };
}

/** Columns on both sides: numbers if either is a number. A column on one side: as that column. */
export function comparisonAffinity(left: BoundExpression, right: BoundExpression): ComparisonAffinity {
  const joint = jointAffinity(affinityOf(left), affinityOf(right));
  if (joint === undefined || joint === "BLOB") return "none";
  return joint === "TEXT" ? "text" : "numeric";
}

function jointAffinity(left: Affinity | undefined, right: Affinity | undefined): Affinity | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return isNumeric(left) || isNumeric(right) ? "NUMERIC" : "BLOB";
}

function isNumeric(affinity: Affinity): boolean {
  return affinity === "NUMERIC" || affinity === "INTEGER" || affinity === "REAL";
}

/** A row value, or one value as a row of one. */
export interface RowOperand {
  readonly values: readonly BoundExpression[];
  /** The query whose first row it is: `with-row` has to stand around what uses the values. */
  readonly query: BoundQuery | undefined;
}

export function bindRow(e: ast.Expression, scope: Scope): RowOperand {
  const width = widthOfExpression(e, scope);
  if (width === 1) return { values: [bindExpression(e, scope)], query: undefined };
  if (e.kind === "row") return { values: e.values.map((value) => bindExpression(value, scope)), query: undefined };
  if (e.kind !== "subquery") throw new SqlError("row value misused"); // of no other kind is a row
  prohibit("subqueries", scope, EVERYWHERE, e.offset);
  const query = bindFirstRow(scope.subquery(e.select), scope);
  const values = Array.from({ length: width }, (_, column): BoundExpression => ({ kind: "row-column", query, column }));
  return { values, query };
}

/** `body`, with the rows of the operands that are queries around it. */
function withRows(operands: readonly RowOperand[], body: BoundExpression): BoundExpression {
  return operands.reduceRight<BoundExpression>(
    (inner, { query }) => (query === undefined ? inner : { kind: "with-row", query, body: inner }),
    body,
  );
}

export function bindComparison(
  operator: ComparisonOperator,
  left: ast.Expression,
  right: ast.Expression,
  scope: Scope,
): BoundExpression {
  const width = widthOfExpression(left, scope);
  if (width !== widthOfExpression(right, scope)) throw new SqlError("row value misused", offsetOfLeaf(left));
  const a = bindRow(left, scope);
  const b = bindRow(right, scope);
  return withRows([a, b], compareRows(operator, a.values, b.values, scope.binding));
}

function compareRows(
  operator: ComparisonOperator,
  left: readonly BoundExpression[],
  right: readonly BoundExpression[],
  binding: Binding,
): BoundExpression {
  const pairs = left.map((value, at) => [value, right[at]!] as const);
  if (pairs.length === 1) return comparison(operator, ...pairs[0]!, binding);
  switch (operator) {
    case "=":
    case "IS":
      return pairs
        .map(([a, b]): BoundExpression => comparison(operator, a, b, binding))
        .reduce((left, right) => ({ kind: "and", row: true, left, right }));
    case "<>":
    case "IS NOT": {
      const equal = operator === "<>" ? "=" : "IS";
      return { kind: "not", operand: conjunction(pairs.map(([a, b]) => comparison(equal, a, b, binding)))! };
    }
    default:
      return ordered(operator, pairs, binding);
  }
}

/** Rows in order: the first values that differ decide. */
function ordered(
  operator: "<" | "<=" | ">" | ">=",
  pairs: readonly (readonly [BoundExpression, BoundExpression])[],
  binding: Binding,
): BoundExpression {
  const [[a, b] = [], ...rest] = pairs;
  if (rest.length === 0) return comparison(operator, a!, b!, binding);
  const strict = operator === "<=" ? "<" : operator === ">=" ? ">" : operator;
  return evaluatedOnce(a!, binding, (x) =>
    evaluatedOnce(b!, binding, (y) => ({
      kind: "or",
      left: comparison(strict, x, y, binding),
      right: { kind: "and", left: comparison("=", x, y, binding), right: ordered(operator, rest, binding) },
    })),
  );
}

/** `body` of an expression that it may use several times. */
function evaluatedOnce(
  value: BoundExpression,
  binding: Binding,
  body: (value: BoundExpression) => BoundExpression,
): BoundExpression {
  switch (value.kind) {
    case "constant":
    case "parameter":
    case "column":
    case "register":
    case "local":
    case "row-column":
      return body(value);
    default: {
      const id = binding.ids.local();
      const local: BoundExpression = { kind: "local", id, affinity: affinityOf(value), collation: collationOf(value) };
      // COLLATE that was written goes on counting for more than a column's collation.
      const shown: BoundExpression = value.kind === "collate" ? { ...value, operand: local } : local;
      return { kind: "let", id, value, body: body(shown) };
    }
  }
}

export function bindBetween(e: ast.Between, scope: Scope): BoundExpression {
  const width = widthOfExpression(e.operand, scope);
  const isAlike = [e.low, e.high].every((bound) => widthOfExpression(bound, scope) === width);
  if (!isAlike) throw new SqlError("row value misused", offsetOfLeaf(e.operand));
  const { binding } = scope;
  const rows = [e.operand, e.low, e.high].map((part) => bindRow(part, scope));
  const [operand, low, high] = rows.map(({ values }) => values) as [
    BoundExpression[],
    BoundExpression[],
    BoundExpression[],
  ]; // of three
  const between = allEvaluatedOnce(operand, binding, (values) => ({
    kind: "and",
    between: true,
    left: compareRows(">=", values, low, binding),
    right: compareRows("<=", values, high, binding),
  }));
  const test = withRows(rows, between);
  return e.not ? { kind: "not", operand: test } : test;
}

function allEvaluatedOnce(
  values: readonly BoundExpression[],
  binding: Binding,
  body: (values: readonly BoundExpression[]) => BoundExpression,
): BoundExpression {
  const [first, ...rest] = values;
  if (first === undefined) return body([]);
  return evaluatedOnce(first, binding, (x) => allEvaluatedOnce(rest, binding, (others) => body([x, ...others])));
}

export function bindCase(e: ast.Case, scope: Scope): BoundExpression {
  if (e.operand === undefined) return branchesOf(e, scope, (when) => bindExpression(when, scope));
  const operand = bindRow(e.operand, scope);
  const { binding } = scope;
  const bound = allEvaluatedOnce(operand.values, binding, (values) =>
    branchesOf(e, scope, (when) => {
      const row = bindRow(when, scope);
      if (row.values.length === values.length) return withRows([row], compareRows("=", values, row.values, binding));
      binding.late("row value misused");
      return integerConstant(0);
    }),
  );
  return withRows([operand], bound);
}

function branchesOf(e: ast.Case, scope: Scope, condition: (when: ast.Expression) => BoundExpression): BoundExpression {
  const branches = e.branches.map(({ when, result }) => ({
    when: condition(when),
    result: bindExpression(result, scope),
  }));
  return { kind: "case", branches, otherwise: e.otherwise && bindExpression(e.otherwise, scope) };
}

export function bindIn(e: ast.In, scope: Scope): BoundExpression {
  const { among, not } = e;
  const { binding } = scope;
  const source = queryAmong(e);
  if (source !== undefined) return bindInQuery(e, source, scope);
  if (!isList(among) || among.length === 0) {
    if (!isNowhere(e)) bindRow(e.operand, scope); // for its mistakes and its aggregates
    return integerConstant(not ? 1 : 0);
  }
  if (e.operand.kind === "row") return bindInRows(e, among, scope);
  const operand = bindExpression(e.operand, scope);
  const items = among.map((item) => bindExpression(item, scope));
  if (items.length === 1 && isConstant(among[0]!)) {
    // As the original's parser has it, so that a COLLATE on the right counts, too.
    const equal = comparison("=", operand, { kind: "plus", operand: items[0]! }, binding);
    return not ? { kind: "not", operand: equal } : equal;
  }
  const own = affinityOf(operand);
  // Of the items none has a say.
  const affinity = own === "REAL" ? "NUMERIC" : own;
  return { kind: "in-list", not, operand, items, affinity, collation: binding.comparing(collationOf(operand)) };
}

/** Constant before any name is looked up: literals and parameters, and what operators make of them. */
function isConstant(e: ast.Expression): boolean {
  switch (e.kind) {
    case "literal":
    case "variable":
      return true;
    case "identifier":
      return !e.quoted && /^(?:true|false)$/i.test(e.name);
    case "unary":
    case "null-test":
    case "cast":
    case "collate":
      return isConstant(e.operand);
    case "binary":
      return e.operator !== "->" && e.operator !== "->>" && isConstant(e.left) && isConstant(e.right);
    case "between":
      return isConstant(e.operand) && isConstant(e.low) && isConstant(e.high);
    case "in":
      return isList(e.among) && isConstant(e.operand) && e.among.every(isConstant);
    case "case":
      return [e.operand, ...e.branches.flatMap(({ when, result }) => [when, result]), e.otherwise].every(
        (part) => part === undefined || isConstant(part),
      );
    default:
      return false;
  }
}

function bindInQuery(e: ast.In, source: ast.Select | ast.TableSource, scope: Scope): BoundExpression {
  prohibit("subqueries", scope, EVERYWHERE, e.offset);
  const expanded = scope.subquery(source);
  const query = bindQuery(expanded, scope, scope.binding);
  const operand = bindRow(e.operand, scope);
  const width = widthOf(expanded);
  if (width !== operand.values.length) {
    scope.binding.late(`sub-select returns ${width} columns - expected ${operand.values.length}`);
    return integerConstant(0);
  }
  return withRows([operand], inQuery(operand.values, query, e.not, scope.binding));
}

/** `(a, b) IN ((1, 2), (3, 4))` is IN of VALUES. */
function bindInRows(e: ast.In, among: readonly ast.Expression[], scope: Scope): BoundExpression {
  prohibit("subqueries", scope, EVERYWHERE, e.offset);
  const { binding } = scope;
  const operand = bindRow(e.operand, scope);
  const width = operand.values.length;
  const rows = among.map((item): readonly BoundExpression[] => {
    const size = widthOfExpression(item, scope);
    if (item.kind !== "row" || size !== width) {
      const count = item.kind === "row" ? size : 1;
      throw new SqlError(`IN(...) element has ${count} term${count === 1 ? "" : "s"} - expected ${width}`);
    }
    return item.values.map((value) => bindExpression(value, scope));
  });
  const cores = [{ kind: "values", rows }] as const;
  const columns = rows[0]!.map((_, at) => ({
    name: `column${at + 1}`,
    affinity: undefined,
    collation: binding.binary,
    origin: undefined,
  }));
  const parts = { cores, orderBy: [], limit: undefined, offset: undefined };
  const shape = { columns, operators: [], orderColumns: [], compoundCollations: [] };
  const query: BoundQuery = {
    id: binding.ids.query(),
    number: binding.numbers.of(e),
    ...parts,
    ...shape,
    ...outerOf(parts),
  };
  return inQuery(operand.values, query, e.not, binding);
}

function inQuery(
  operands: readonly BoundExpression[],
  query: BoundQuery,
  not: boolean,
  binding: Binding,
): BoundInQuery {
  const columns = columnsOf(query);
  return {
    kind: "in-query",
    not,
    operands,
    query,
    affinities: operands.map((operand, at) => jointAffinity(affinityOf(operand), affinityOf(columns[at]!))),
    collations: operands.map((operand, at) => binding.comparing(comparisonCollation(operand, columns[at]!))),
  };
}
