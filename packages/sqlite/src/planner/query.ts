/** Queries after names have found what they mean: what there is to compute, before anybody has thought about how. */
import type { CompoundOperator } from "../sql/ast.ts";
import type { Index, Table } from "../schema/table.ts";
import type { Affinity } from "../values/affinity.ts";
import type { Collation } from "../values/collation.ts";
import type { BoundAggregate, BoundExpression, BoundOrder } from "./expression.ts";

/** A column of a result. */
export interface ResultColumn {
  readonly name: string;
  /** Undefined: an expression's, which has none. */
  readonly affinity: Affinity | undefined;
  readonly collation: Collation;
  /** The column of a table that it is, for sqlite3_column_origin_name and its kin. */
  readonly origin:
    | { readonly database: string | undefined; readonly table: string; readonly column: string; readonly type: string }
    | undefined;
}

/** A SELECT: one core, or several joined by UNION and its kin, evaluated from the left. */
export interface BoundQuery {
  /** Unique in the statement. */
  readonly id: number;
  /** What EXPLAIN QUERY PLAN calls it: `SCALAR SUBQUERY 3`; 0: the statement itself. */
  readonly number: number;
  readonly columns: readonly ResultColumn[];
  readonly cores: readonly BoundCore[];
  /** `operators[i]` stands between `cores[i]` and `cores[i + 1]`. */
  readonly operators: readonly CompoundOperator[];
  /** Of a simple query: expressions in its core's scope. Of a compound one: `result-column` numbers, see `orderColumns`. */
  readonly orderBy: readonly BoundOrder[];
  /** Of a compound query: for each term of `orderBy`, the number of the result's column that it is. */
  readonly orderColumns: readonly number[];
  /** UNION, INTERSECT, EXCEPT: how the columns are compared. */
  readonly compoundCollations: readonly Collation[];
  readonly limit: BoundExpression | undefined;
  readonly offset: BoundExpression | undefined;
  /** Sources and aggregates outside that it reads; both empty: its rows are the same throughout the statement. */
  readonly outerSources: ReadonlySet<number>;
  readonly outerAggregates: ReadonlySet<number>;
}

export type BoundCore = BoundSelect | BoundValues;

export interface BoundValues {
  readonly kind: "values";
  readonly rows: readonly (readonly BoundExpression[])[];
}

export interface BoundSelect {
  readonly kind: "select";
  readonly distinct: boolean;
  /** From the left; empty: one row of nothing. */
  readonly sources: readonly BoundSource[];
  readonly where: BoundExpression | undefined;
  readonly groupBy: readonly BoundExpression[];
  readonly groupCollations: readonly Collation[];
  /** True with GROUP BY, with aggregates, or with HAVING. */
  readonly isAggregate: boolean;
  readonly aggregates: readonly BoundAggregate[];
  readonly having: BoundExpression | undefined;
  readonly result: readonly BoundExpression[];
}

/** How a source is joined with everything on its left. Conditions of inner joins are moved to `where` unless an outer join stands to the right of them. */
export type JoinKind = "inner" | "cross" | "left" | "right" | "full";

export interface BoundSource {
  /** Unique in the statement. */
  readonly id: number;
  /** As EXPLAIN QUERY PLAN names it: the alias, else the table's name. */
  readonly name: string;
  readonly join: JoinKind;
  /** ON and USING and NATURAL together; undefined: none. */
  readonly on: BoundExpression | undefined;
  readonly content: SourceContent;
}

export type SourceContent =
  | {
      readonly kind: "table";
      /** In the connection's list: 0 main, 1 temp, then those attached. */
      readonly database: number;
      readonly table: Table;
      /** INDEXED BY; null: NOT INDEXED. */
      readonly indexedBy: Index | null | undefined;
    }
  /** A subquery, a view, or a common table that is not recursive. */
  | {
      readonly kind: "query";
      readonly query: BoundQuery;
      /** Set where several sources are the same common table: then it may be computed once. */
      readonly common: CommonQuery | undefined;
      /** True: AS MATERIALIZED; false: AS NOT MATERIALIZED, and views and subqueries. */
      readonly materialized: boolean | undefined;
      /** For EXPLAIN QUERY PLAN. */
      readonly viewName: string | undefined;
    }
  | { readonly kind: "recursive"; readonly common: RecursiveQuery }
  /** Inside a recursive part: the row that is taken from the queue. */
  | { readonly kind: "queue"; readonly common: RecursiveQuery };

/** A common table, by identity. */
export interface CommonQuery {
  readonly name: string;
  /** How many sources read it, as far as binding has come. */
  uses: number;
}

/** A recursive common table. */
export interface RecursiveQuery {
  readonly name: string;
  readonly columns: readonly ResultColumn[];
  /** Rows to begin with: one or more cores. */
  readonly initial: BoundQuery;
  /** Computed for each row that is taken from the queue; several cores, all joined by the same operator. */
  readonly recursive: readonly BoundCore[];
  /** UNION: a row that was there already is left out. */
  readonly distinct: boolean;
  readonly orderBy: readonly {
    readonly column: number;
    readonly descending: boolean;
    readonly nullsFirst: boolean;
    readonly collation: Collation;
  }[];
  readonly limit: BoundExpression | undefined;
  readonly offset: BoundExpression | undefined;
}
