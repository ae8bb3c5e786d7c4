/** Rows in registers, by the names that expressions have for them. */
import type { Column, Table } from "../../schema/table.ts";
import type { Affinity } from "../../values/affinity.ts";

/** A table, or a view's result. */
export interface RowShape {
  readonly name: string;
  readonly columns: readonly RowColumn[];
  /** The column that is the rowid; -1: none. */
  readonly rowidAlias: number;
  readonly hasRowid: boolean;
}

export interface RowColumn {
  readonly name: string;
  readonly affinity: Affinity | undefined;
  readonly collation: string;
  readonly notNull: boolean;
}

export interface RowScope {
  /** `new`, `old`, `excluded`, or the table's name or alias. */
  readonly name: string;
  readonly shape: RowShape;
  /** The register of the rowid; the columns follow. */
  readonly first: number;
  /** Only `name.column` finds its columns. */
  readonly qualifiedOnly: boolean;
  /** As in NamedRow; "all" when undefined. */
  readonly traits?: "all" | "collation" | "none";
  /** Whether the row is another one each time that a subquery is evaluated: then it is a source, on which subqueries depend. */
  readonly changes: boolean;
}

export function shapeOf(table: Table): RowShape {
  return {
    name: table.name,
    columns: table.columns.map(({ name, affinity, collation, notNull }: Column) => ({
      name,
      affinity,
      collation,
      notNull: notNull !== undefined,
    })),
    rowidAlias: table.rowidAlias,
    hasRowid: !table.withoutRowid,
  };
}
