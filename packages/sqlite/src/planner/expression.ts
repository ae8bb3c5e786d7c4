/**
 * Expressions as they are after names have found what they mean, in two stages of one shape: bound (subqueries are queries) and lowered
 * (subqueries are steps, see compile/program.ts).
 *
 * Everything that SQLite decides by looking at operands' forms is decided here already: the affinity and the collation of each comparison, row
 * values taken apart, BETWEEN and CASE with what they compare evaluated once, functions found. What is left is to evaluate.
 */
import type { AggregateFunction, ScalarFunction } from "../functions/function.ts";
import type { Affinity } from "../values/affinity.ts";
import type { ArithmeticOperator, BitOperator } from "../values/arithmetic.ts";
import type { Collation } from "../values/collation.ts";
import type { Payload, Tag } from "../values/value.ts";
import type { BoundQuery } from "./query.ts";

/** A column's number that means the rowid. */
export { ROWID } from "../schema/table.ts";

export type ComparisonOperator = "=" | "<>" | "<" | "<=" | ">" | ">=" | "IS" | "IS NOT";

/** What a comparison does to both operands first: text that looks like a number becomes one; numbers become text beside text. */
export type ComparisonAffinity = "none" | "numeric" | "text";

export interface Constant {
  readonly kind: "constant";
  readonly tag: Tag;
  readonly payload: Payload;
}

/** The value bound to parameter `index`, from 1. */
export interface Parameter {
  readonly kind: "parameter";
  readonly index: number;
}

/** A column of the row on which a source stands; NULL while the source is a null row of an outer join. */
export interface Column {
  readonly kind: "column";
  readonly source: number;
  /** In the source's columns (a table's own numbering, virtual columns counted); ROWID. */
  readonly column: number;
  /** The declared one, or that of the subquery's expression; undefined: none at all, as of an expression. */
  readonly affinity: Affinity | undefined;
  readonly collation: Collation;
  /** True: never NULL, nor in a null row that an outer join might make. */
  readonly notNull: boolean;
}

/** A virtual generated column: its expression over the same source, with the column's own affinity applied to the result. */
export interface Generated<E> {
  readonly kind: "generated";
  readonly source: number;
  readonly column: number;
  readonly value: E;
  readonly affinity: Affinity;
  readonly collation: Collation;
}

export interface Arithmetic<E> {
  readonly kind: "arithmetic";
  readonly operator: ArithmeticOperator | BitOperator;
  readonly left: E;
  readonly right: E;
}

export interface Concatenation<E> {
  readonly kind: "concat";
  readonly left: E;
  readonly right: E;
}

/** `negate`: −x; `bit-not`: ~x; `plus`: +x, which is x without affinity as a column. */
export interface Unary<E> {
  readonly kind: "negate" | "bit-not" | "plus";
  readonly operand: E;
}

/** 1, 0 or NULL. IS and IS NOT are never NULL. */
export interface Comparison<E> {
  readonly kind: "compare";
  readonly operator: ComparisonOperator;
  readonly left: E;
  readonly right: E;
  readonly affinity: ComparisonAffinity;
  readonly collation: Collation;
}

/** In three-valued logic. Evaluation stops when the result is known. */
export interface Logic<E> {
  readonly kind: "and" | "or";
  /** Of AND: it was written as BETWEEN, which counts as one condition when plans are weighed. */
  readonly between?: true;
  /** Of AND: rows are compared, column by column, for which plans do not look at the columns in every respect. */
  readonly row?: true;
  readonly left: E;
  readonly right: E;
}

/** `not`: in three-valued logic; `is-null` and `not-null`: 0 or 1; `is-true` … `is-not-false`: of x as a truth value, 0 or 1. */
export interface Test<E> {
  readonly kind: "not" | "is-null" | "not-null" | "is-true" | "is-false" | "is-not-true" | "is-not-false";
  readonly operand: E;
}

/** `x IN (a, b, …)`. Affinity is applied to the operand and, when "numeric" or "text", to the items, as in the original. */
export interface InList<E> {
  readonly kind: "in-list";
  readonly not: boolean;
  readonly operand: E;
  readonly items: readonly E[];
  /** Of the comparison of `operand` with every item: the operand's own. */
  readonly affinity: Affinity | undefined;
  readonly collation: Collation;
}

/** The first branch whose condition is true. CASE with an operand is `let` around comparisons. */
export interface Conditional<E> {
  readonly kind: "case";
  readonly branches: readonly { readonly when: E; readonly result: E }[];
  /** Absent: NULL. */
  readonly otherwise: E | undefined;
  /** It was written as iif(), whose values may be of any kind, whatever its arguments look like. */
  readonly called?: true;
}

/** The first argument that is not NULL; those behind it are not evaluated. */
export interface Coalesce<E> {
  readonly kind: "coalesce";
  readonly operands: readonly E[];
  /** A column that FULL JOINs share: it has the affinity and the collation of its first operand. */
  readonly shared?: true;
  /** Of one operand, which it is: how likely it is true, as likely() and its kin say. */
  readonly likelihood?: number;
}

export interface Cast<E> {
  readonly kind: "cast";
  readonly operand: E;
  readonly affinity: Affinity;
}

/** What a column of this affinity makes of a value that is stored into it. */
export interface ApplyAffinity<E> {
  readonly kind: "affinity";
  readonly operand: E;
  readonly affinity: Affinity;
}

/** `x COLLATE c`: x; matters only to who asks for its collation while binding. */
export interface Collate<E> {
  readonly kind: "collate";
  readonly operand: E;
  readonly collation: Collation;
}

/** LIKE, GLOB, REGEXP and MATCH are calls too: like(pattern, text, escape?). */
export interface Call<E> {
  readonly kind: "call";
  readonly function: ScalarFunction;
  readonly arguments: readonly E[];
  /** For functions that ask for one. */
  readonly collation: Collation;
}

/** Evaluates `value` once, for `local` nodes of that id inside `body`. */
export interface Let<E> {
  readonly kind: "let";
  readonly id: number;
  readonly value: E;
  readonly body: E;
}

export interface Local {
  readonly kind: "local";
  readonly id: number;
  /** Those of the value that it stands for. */
  readonly affinity: Affinity | undefined;
  readonly collation: Collation | undefined;
}

/** RAISE in a trigger's program. */
export interface Raise<E> {
  readonly kind: "raise";
  readonly action: "IGNORE" | "ROLLBACK" | "ABORT" | "FAIL";
  readonly message: E | undefined;
}

/** A register: a slot of the frame. In bound trees only NEW and OLD in triggers and the row that constraints look at are registers already. */
export interface Register {
  readonly kind: "register";
  readonly register: number;
  readonly affinity: Affinity | undefined;
  readonly collation: Collation | undefined;
}

// ── The bound stage's own ──

/** A SELECT as a value: column `column` of its first row, NULL when there is none. */
export interface BoundScalarSubquery {
  readonly kind: "subquery";
  readonly query: BoundQuery;
}

/** Evaluates the first row of `query` (NULLs when there is none) for `row-column` nodes of the same query inside `body`. */
export interface BoundWithRow {
  readonly kind: "with-row";
  readonly query: BoundQuery;
  readonly body: BoundExpression;
}

export interface BoundRowColumn {
  readonly kind: "row-column";
  readonly query: BoundQuery;
  readonly column: number;
}

export interface BoundExists {
  readonly kind: "exists";
  readonly query: BoundQuery;
}

/** `(x, y) IN (SELECT …)`; one operand a column. */
export interface BoundInQuery {
  readonly kind: "in-query";
  readonly not: boolean;
  readonly operands: readonly BoundExpression[];
  readonly query: BoundQuery;
  /** Applied to operand and to the query's values, one a column; undefined: none. */
  readonly affinities: readonly (Affinity | undefined)[];
  readonly collations: readonly Collation[];
}

/** The result of aggregate `aggregate` (see BoundCore.aggregates), of the core in which it belongs: here, or outside of this subquery. */
export interface BoundAggregateResult {
  readonly kind: "aggregate";
  /** Unique in the statement. */
  readonly aggregate: number;
}

export type BoundExpression =
  | Constant
  | Parameter
  | Column
  | Generated<BoundExpression>
  | Arithmetic<BoundExpression>
  | Concatenation<BoundExpression>
  | Unary<BoundExpression>
  | Comparison<BoundExpression>
  | Logic<BoundExpression>
  | Test<BoundExpression>
  | InList<BoundExpression>
  | Conditional<BoundExpression>
  | Coalesce<BoundExpression>
  | Cast<BoundExpression>
  | ApplyAffinity<BoundExpression>
  | Collate<BoundExpression>
  | Call<BoundExpression>
  | Let<BoundExpression>
  | Local
  | Raise<BoundExpression>
  | Register
  | BoundScalarSubquery
  | BoundWithRow
  | BoundRowColumn
  | BoundExists
  | BoundInQuery
  | BoundAggregateResult;

/** A call of an aggregate function. */
export interface BoundAggregate {
  /** Unique in the statement. */
  readonly id: number;
  readonly function: AggregateFunction;
  readonly arguments: readonly BoundExpression[];
  readonly distinct: boolean;
  readonly filter: BoundExpression | undefined;
  readonly orderBy: readonly BoundOrder[];
  readonly collation: Collation;
}

export interface BoundOrder {
  readonly expression: BoundExpression;
  readonly descending: boolean;
  /** Where NULLs go; the default is first when ascending, last when descending. */
  readonly nullsFirst: boolean;
  readonly collation: Collation;
}
