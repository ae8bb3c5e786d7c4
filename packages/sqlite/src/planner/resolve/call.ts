/** Calls: which function is meant, with how many arguments it may be called and where, and to which SELECT an aggregate belongs. */
import { SqlError } from "../../errors.ts";
import type { AggregateFunction, ScalarFunction } from "../../functions/function.ts";
import type * as ast from "../../sql/ast.ts";
import type { Collation } from "../../values/collation.ts";
import type { BoundAggregate, BoundExpression, BoundOrder } from "../expression.ts";
import { collationOf, equalExpressions, isCollated, sourcesOf } from "../walk.ts";
import { bindExpression } from "./expression.ts";
import { useAggregates } from "./names.ts";
import { prohibit } from "./prohibited.ts";
import type { Scope } from "./scope.ts";

/** Operators and words that are functions. */
export function bindNamedCall(
  name: string,
  list: readonly ast.Expression[],
  offset: number,
  scope: Scope,
): BoundExpression {
  return bindCall({ kind: "call", name, distinct: false, star: false, arguments: list, orderBy: [], offset }, scope);
}

/** Throws SqlError: `no such function: f`, `wrong number of arguments to function f()`, `misuse of aggregate function f()` and their kin. */
export function bindCall(e: ast.Call, scope: Scope): BoundExpression {
  const { name, offset } = e;
  const { functions } = scope.binding.context;
  const found = functions.find(name, e.arguments.length);
  if (e.over !== undefined || (found === undefined && WINDOW_FUNCTIONS.test(name))) return refuseWindow(e, scope);
  const refusal = found === undefined ? unknownFunction(e, scope) : misuse(e, found, scope);
  if (refusal !== undefined) throw lastMistake(refusal, e.arguments, scope);
  if (found!.kind === "aggregate") return bindAggregate(e, found!, scope);
  const list = e.arguments.map((argument) => bindExpression(argument, scope));
  const scalar = found as ScalarFunction; // it is no aggregate
  if (scalar.inline === true) {
    const bound = inlined(e, list);
    if (bound !== undefined) return bound;
  }
  const collation = scalar.needsCollation === true ? collationOfArguments(list, scope) : scope.binding.binary;
  if (!scalar.deterministic) {
    const places = ["index expressions", "partial index WHERE clauses", "generated columns"] as const;
    prohibit("non-deterministic functions", scope, places, offset);
  }
  checkTrust(scalar, name, scope);
  return { kind: "call", function: scalar, arguments: list, collation };
}

const WINDOW_FUNCTIONS =
  /^(?:row_number|rank|dense_rank|percent_rank|cume_dist|ntile|lag|lead|first_value|last_value|nth_value)$/i;
const NOT_YET = /^(?:json|jsonb)(?:_\w+)?$|^->>?$/i;

/** What is wrong with names in the arguments, as far as the original goes on looking at them, is said rather than what is wrong with the call. */
function lastMistake(refusal: SqlError, list: readonly ast.Expression[], scope: Scope): SqlError {
  for (const argument of list) {
    if (argument.kind !== "identifier" && argument.kind !== "column" && argument.kind !== "call") return refusal;
    bindExpression(argument, scope);
  }
  return refusal;
}

function refuseWindow(e: ast.Call, scope: Scope): never {
  for (const argument of e.arguments) bindExpression(argument, scope);
  if (e.over === undefined) throw new SqlError(`misuse of window function ${e.name}()`, e.offset);
  throw new SqlError("window functions are not supported yet", e.offset);
}

function unknownFunction({ name, offset }: ast.Call, { binding }: Scope): SqlError {
  if (binding.context.functions.has(name))
    return new SqlError(`wrong number of arguments to function ${name}()`, offset);
  if (NOT_YET.test(name)) return new SqlError(`JSON functions are not supported yet: ${name}`, offset);
  return new SqlError(`no such function: ${name}`, offset);
}

function misuse(e: ast.Call, found: ScalarFunction | AggregateFunction, scope: Scope): SqlError | undefined {
  const { name, offset } = e;
  if (found.kind === "aggregate")
    return scope.allowsAggregates ? undefined : new SqlError(`misuse of aggregate function ${name}()`, offset);
  if (e.filter !== undefined) return new SqlError(`FILTER may not be used with non-aggregate ${name}()`, offset);
  if (e.orderBy.length > 0) return new SqlError(`ORDER BY may not be used with non-aggregate ${name}()`, offset);
  if (found.inline === true && found.name === "likelihood" && !isProbability(e.arguments[1]!))
    return new SqlError(`second argument to ${name}() must be a constant between 0.0 and 1.0`, offset);
  return undefined;
}

/** Views, triggers and constraints may not call everything. */
function checkTrust(found: ScalarFunction | AggregateFunction, name: string, scope: Scope): void {
  if (!scope.fromSchema) return;
  const isTrusted = scope.binding.context.trustedSchema || found.innocuous === true;
  if (found.directOnly === true || !isTrusted) scope.binding.late(`unsafe use of ${name}()`);
}

function collationOfArguments(list: readonly BoundExpression[], { binding }: Scope): Collation {
  const own = list.map(collationOf).find((collation) => collation !== undefined);
  return binding.comparing(own);
}

/** Functions that evaluate no more arguments than they need, or are their argument. */
function inlined(e: ast.Call, list: readonly BoundExpression[]): BoundExpression | undefined {
  switch (e.name.toLowerCase()) {
    case "coalesce":
    case "ifnull":
      return { kind: "coalesce", operands: list };
    case "iif":
    case "if": {
      const branches: { when: BoundExpression; result: BoundExpression }[] = [];
      for (let at = 0; at + 1 < list.length; at += 2) branches.push({ when: list[at]!, result: list[at + 1]! });
      return { kind: "case", branches, otherwise: list.length % 2 === 1 ? list.at(-1) : undefined, called: true };
    }
    case "likelihood":
    case "likely":
    case "unlikely":
      return { kind: "coalesce", operands: [list[0]!], likelihood: likelihoodOf(e) };
    default:
      return undefined;
  }
}

function isProbability(e: ast.Expression): boolean {
  return e.kind === "literal" && e.type === "float" && Number(e.text.replaceAll("_", "")) <= 1;
}

/** As the original has it: in 2^27ths, of which planning sees no fractions. */
function likelihoodOf({ name, arguments: [, stated] }: ast.Call): number {
  if (stated?.kind === "literal") return Number(stated.text.replaceAll("_", ""));
  return name.toLowerCase() === "likely" ? 0.9375 : 0.0625;
}

// ── Aggregates ──

function bindAggregate(e: ast.Call, found: AggregateFunction, scope: Scope): BoundExpression {
  const { binding } = scope;
  const { metAggregate, collectsAggregates } = scope;
  scope.allowsAggregates = false;
  scope.collectsAggregates = false;
  const list = e.arguments.map((argument) => bindExpression(argument, scope));
  const orderBy = e.orderBy.map((term) => orderOf(term, bindExpression(term.expression, scope), scope));
  const filter = e.filter && bindExpression(e.filter, scope);
  scope.allowsAggregates = true;
  scope.collectsAggregates = collectsAggregates;
  scope.metAggregate = metAggregate;
  checkTrust(found, e.name, scope);
  const own: Omit<BoundAggregate, "id"> = {
    function: found,
    arguments: list,
    distinct: e.distinct,
    filter,
    orderBy,
    collation: e.distinct ? binding.comparing(list[0] && collationOf(list[0])) : collationOfArguments(list, scope),
  };
  const owner = ownerOf(own, scope);
  if (owner === undefined) {
    binding.late(`misuse of aggregate: ${e.name}()`, e.offset);
    return { kind: "constant", tag: 0, payload: null };
  }
  const id = owner.aggregates.find((other) => isSame(other, own))?.id ?? binding.ids.aggregate();
  binding.aggregateCalls.set(id, e);
  if (!owner.aggregates.some((other) => other.id === id)) owner.aggregates.push({ id, ...own });
  const result: BoundExpression = { kind: "aggregate", aggregate: id };
  useAggregates(result, owner);
  if (e.distinct && list.length !== 1) binding.late("DISTINCT aggregates must have exactly one argument");
  // COLLATE that is written in an argument counts for the result.
  const collated = list.find(isCollated);
  const collation = collated && collationOf(collated);
  return collation === undefined ? result : { kind: "collate", operand: result, collation };
}

/** The innermost SELECT of whose columns the call reads any; the innermost of all when it reads none. */
function ownerOf({ arguments: list, filter, orderBy }: Omit<BoundAggregate, "id">, start: Scope): Scope | undefined {
  const reads = new Set<number>();
  for (const e of [...list, ...orderBy.map(({ expression }) => expression)]) sourcesOf(e, reads);
  if (filter !== undefined) sourcesOf(filter, reads);
  if (reads.size === 0) return start;
  for (let scope: Scope | undefined = start; scope !== undefined; scope = scope.outer) {
    if (scope.sources.some(({ id }) => reads.has(id))) return scope;
  }
  return undefined;
}

function isSame(a: Omit<BoundAggregate, "id">, b: Omit<BoundAggregate, "id">): boolean {
  const areAlike = (x: BoundExpression | undefined, y: BoundExpression | undefined): boolean =>
    x === undefined || y === undefined ? x === y : equalExpressions(x, y);
  return (
    a.function === b.function &&
    a.distinct === b.distinct &&
    a.collation === b.collation &&
    a.arguments.length === b.arguments.length &&
    a.arguments.every((argument, at) => areAlike(argument, b.arguments[at])) &&
    areAlike(a.filter, b.filter) &&
    a.orderBy.length === b.orderBy.length &&
    a.orderBy.every((term, at) => {
      const other = b.orderBy[at]!;
      const isAlike = term.descending === other.descending && term.nullsFirst === other.nullsFirst;
      return isAlike && term.collation === other.collation && equalExpressions(term.expression, other.expression);
    })
  );
}

/** A term of ORDER BY with what it is ordered by. */
export function orderOf(
  { descending, nulls }: Pick<ast.OrderingTerm, "descending" | "nulls">,
  expression: BoundExpression,
  { binding }: Scope,
): BoundOrder {
  const nullsFirst = nulls === undefined ? !descending : nulls === "FIRST";
  return { expression, descending, nullsFirst, collation: binding.comparing(collationOf(expression)) };
}
