/**
 * Queries between parsing and binding: every name in FROM has found its table, view or common table, joins know their columns, and stars are
 * written out. The original goes over the whole statement in this way before it looks at any other name, so that errors here come first, and
 * the number of a subquery's columns is known wherever it stands.
 *
 * A view or common table is expanded anew at each place that names it.
 */
import type * as ast from "../../sql/ast.ts";
import type { Index, Table } from "../../schema/table.ts";
import type { CommonQuery } from "../query.ts";

/** Queries that stand in expressions, by the node that holds them: a SELECT, or the table of `x IN t`. */
export type Subqueries = ReadonlyMap<object, ExpandedQuery>;

export interface ExpandedQuery {
  readonly select: ast.Select;
  readonly cores: readonly ExpandedCore[];
  /** Of the expressions of all its cores, its ORDER BY and its LIMIT. */
  readonly subqueries: Subqueries;
  /** The text comes from a view. */
  readonly fromSchema: boolean;
  /** See query-numbers.ts. */
  readonly number: number;
  /** Its only source has the ORDER BY that is its own: see wrapped-compound.ts. */
  readonly wrappedOrder?: readonly ast.OrderingTerm[];
}

export type ExpandedCore = ExpandedSelect | ast.Values;

export interface ExpandedSelect {
  readonly kind: "select";
  readonly core: ast.SelectCore;
  readonly sources: readonly ExpandedSource[];
  readonly columns: readonly ExpandedColumn[];
}

export interface ExpandedColumn {
  readonly expression: ast.Expression;
  /** After AS, or of the column that a star stands for. */
  readonly alias: string | undefined;
  /** As written; undefined: the original has no text for it. */
  readonly text: string | undefined;
  /** In a join in parentheses, which is a query of its own: the column inside. */
  readonly inner: InnerColumn | undefined;
}

/** What a column of a join in parentheses is called inside of it. */
export interface InnerColumn {
  /** `*`: of no database. Undefined with `table`: of all tables that USING joins. */
  readonly schema: string | undefined;
  readonly table: string | undefined;
  readonly name: string;
  readonly kind: "column" | "rowid" | "using";
  /** A star does not stand for it. */
  readonly hidden: boolean;
}

export interface SourceColumn {
  readonly name: string;
  /** A star without a table's name does not stand for it. */
  readonly hidden: boolean;
}

/** A recursive common table, by identity. */
export interface RecursiveKey {
  readonly name: string;
}

export type ExpandedContent =
  | {
      readonly kind: "table";
      readonly database: number;
      readonly table: Table;
      readonly indexedBy: Index | null | undefined;
    }
  | {
      readonly kind: "query";
      readonly query: ExpandedQuery;
      readonly common: CommonQuery | undefined;
      readonly materialized: boolean | undefined;
      readonly viewName: string | undefined;
      /** `CREATE VIEW v(a, b)` has so many columns, whatever its SELECT has. */
      readonly declaredColumns: number | undefined;
    }
  /** The cores from `firstRecursive` on read the table itself. */
  | {
      readonly kind: "recursive";
      readonly query: ExpandedQuery;
      readonly key: RecursiveKey;
      readonly firstRecursive: number;
    }
  | { readonly kind: "queue"; readonly key: RecursiveKey };

export interface ExpandedSource {
  readonly alias: string | undefined;
  /** The table's, view's or common table's own name. */
  readonly tableName: string;
  /** The database that it is in, in the connection's list; undefined: none. */
  readonly database: number | undefined;
  readonly content: ExpandedContent;
  readonly columns: readonly SourceColumn[];
  /** Whether `rowid` may mean it. */
  readonly hasRowid: boolean;
  /** Of a join in parentheses: what its columns are inside. */
  readonly inner: readonly InnerColumn[] | undefined;
  readonly join: ast.Join;
  /** Of USING or NATURAL. */
  readonly using: readonly string[];
  readonly usingPairs: readonly UsingPair[];
  /** A RIGHT or FULL JOIN stands to the right of it. */
  readonly beforeRight: boolean;
}

/** A column that USING joins: one to the left (of several sources when RIGHT or FULL joins are there), and one of the source itself. */
export interface UsingPair {
  readonly left: readonly { readonly source: number; readonly column: number }[];
  readonly right: number;
}

/** How many columns a query has, by its leftmost core. */
export function widthOf(query: ExpandedQuery): number {
  return coreWidth(query.cores[0]!);
}

export function coreWidth(core: ExpandedCore): number {
  return core.kind === "values" ? core.rows[0]!.length : core.columns.length;
}
