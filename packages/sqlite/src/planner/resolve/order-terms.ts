/** Terms of ORDER BY and GROUP BY: a column of the result by its alias or number, or any expression. */
import { SqlError } from "../../errors.ts";
import { fold } from "../../schema/table.ts";
import type * as ast from "../../sql/ast.ts";
import type { Collation } from "../../values/collation.ts";
import type { BoundExpression, BoundOrder } from "../expression.ts";
import type { BoundCore } from "../query.ts";
import { equalExpressions } from "../walk.ts";
import { offsetOfLeaf, withoutCollate } from "./ast-walk.ts";
import type { Binding } from "./binding.ts";
import { orderOf } from "./call.ts";
import { coreWidth, type ExpandedCore, type ExpandedQuery } from "./expanded.ts";
import { bindWhole } from "./expression.ts";
import { plainInteger } from "./literal.ts";
import { useAggregates } from "./names.ts";
import type { ResultAlias, Scope } from "./scope.ts";

/** Of a query that is one SELECT. An alias goes before a column of that name. Throws SqlError. */
export function bindOrderTerms(terms: readonly ast.OrderingTerm[], scope: Scope): BoundOrder[] {
  checkCount(terms.length, "ORDER", scope.binding);
  const beyond: SqlError[] = [];
  const bound = terms.map((term, at) => {
    const named = aliasOf(term.expression, scope.aliases!) ?? numbered(term.expression, at, "ORDER", scope, beyond);
    const expression =
      named === undefined ? bindWhole(term.expression, scope) : collated(term.expression, named, scope);
    return orderOf(term, expression, scope);
  });
  if (beyond.length > 0) throw beyond[0]!;
  return bound;
}

/** An alias counts only where no column has that name. Throws SqlError, for aggregates, too. */
export function bindGroupTerms(terms: readonly ast.Expression[], scope: Scope): BoundExpression[] {
  checkCount(terms.length, "GROUP", scope.binding);
  const beyond: SqlError[] = [];
  const bound = terms.map((term, at) => {
    scope.metAggregate = false;
    const named = numbered(term, at, "GROUP", scope, beyond);
    const expression = named === undefined ? bindWhole(term, scope) : collated(term, named, scope);
    return { expression, isAggregate: scope.metAggregate };
  });
  if (beyond.length > 0) throw beyond[0]!;
  if (bound.some(({ isAggregate }) => isAggregate))
    throw new SqlError("aggregate functions are not allowed in the GROUP BY clause");
  return bound.map(({ expression }) => expression);
}

function checkCount(count: number, clause: "ORDER" | "GROUP", { context }: Binding): void {
  if (count > context.limits.columns) throw new SqlError(`too many terms in ${clause} BY clause`);
}

function aliasOf(term: ast.Expression, aliases: readonly ResultAlias[]): ResultAlias | undefined {
  const plain = withoutCollate(term);
  if (plain.kind !== "identifier") return undefined;
  return aliases.find(({ name }) => name !== undefined && fold(name) === fold(plain.name));
}

/** Numbers past the last column go to `beyond`: they are told only when all terms are bound. */
function numbered(
  term: ast.Expression,
  at: number,
  clause: "ORDER" | "GROUP",
  scope: Scope,
  beyond: SqlError[],
): ResultAlias | undefined {
  const number = plainInteger(withoutCollate(term));
  if (number === undefined) return undefined;
  const aliases = scope.aliases!; // the result is bound first
  if (number < 1 || number > MAX_NUMBER) throw outOfRange(at, clause, aliases.length, offsetOfLeaf(term));
  if (number > aliases.length) beyond.push(outOfRange(at, clause, aliases.length, -1));
  return aliases[Math.min(number, aliases.length) - 1]!;
}

const MAX_NUMBER = 0xffff;

/** A result column, with the COLLATE that stands behind its name. */
function collated(term: ast.Expression, alias: ResultAlias, scope: Scope): BoundExpression {
  const { expression, isAggregate } = alias;
  if (isAggregate) useAggregates(expression, scope);
  if (term.kind !== "collate") return expression;
  return { kind: "collate", operand: expression, collation: scope.binding.collation(term.collation) };
}

function outOfRange(at: number, clause: string, columns: number, offset: number): SqlError {
  return new SqlError(`${ordinal(at + 1)} ${clause} BY term out of range - should be between 1 and ${columns}`, offset);
}

function ordinal(n: number): string {
  const teens = n % 100 >= 11 && n % 100 <= 13;
  const ending = teens ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return `${n}${ending}`;
}

export interface CompoundTerm {
  readonly term: ast.OrderingTerm;
  readonly column: number;
  /** Of the COLLATE that was written. */
  readonly collation: Collation | undefined;
}

/**
 * Of a compound: every term has to be a column's number, its alias in one of the SELECTs, or the very expression of which it is one, tried from
 * the left. Throws SqlError.
 */
export function matchCompoundTerms(
  terms: readonly ast.OrderingTerm[],
  { cores: expanded }: ExpandedQuery,
  cores: readonly BoundCore[],
  scopes: readonly Scope[],
  binding: Binding,
): CompoundTerm[] {
  checkCount(terms.length, "ORDER", binding);
  const columns: (number | undefined)[] = terms.map(() => undefined);
  for (const [i, core] of expanded.entries()) {
    for (const [at, { expression }] of terms.entries())
      columns[at] ??= columnIn(expression, at, core, cores[i]!, scopes[i]!);
  }
  return terms.map((term, at) => {
    const column = columns[at];
    if (column === undefined)
      throw new SqlError(`${ordinal(at + 1)} ORDER BY term does not match any column in the result set`);
    const { expression } = term;
    return {
      term,
      column,
      collation: expression.kind === "collate" ? binding.collation(expression.collation) : undefined,
    };
  });
}

function columnIn(
  term: ast.Expression,
  at: number,
  expanded: ExpandedCore,
  core: BoundCore,
  scope: Scope,
): number | undefined {
  const plain = withoutCollate(term);
  const width = coreWidth(expanded);
  const number = plainInteger(plain);
  if (number !== undefined) {
    if (number < 1 || number > width) throw outOfRange(at, "ORDER", width, offsetOfLeaf(term));
    return number - 1;
  }
  if (expanded.kind === "values" || core.kind === "values") return undefined;
  if (plain.kind === "identifier") {
    const named = expanded.columns.findIndex(({ alias }) => alias !== undefined && fold(alias) === fold(plain.name));
    if (named !== -1) return named;
  }
  const found = scope.aggregates.length;
  scope.allowsAggregates = true;
  scope.collectsAggregates = true;
  const bound = scope.binding.try(() => bindWhole(plain, scope));
  scope.aggregates.length = found; // a new one is in no column
  if (bound === undefined) return undefined;
  const column = core.result.findIndex((result) => equalExpressions(bareOf(result), bound));
  return column === -1 ? undefined : column;
}

function bareOf(e: BoundExpression): BoundExpression {
  return e.kind === "collate" ? bareOf(e.operand) : e;
}
