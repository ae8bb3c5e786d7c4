/** Foreign keys of a schema: which there are on either side of a table, and by what the parent's rows are found. */
import { SqlError } from "../../errors.ts";
import { fold, type ForeignKey, type Index, type Table } from "../../schema/table.ts";
import { checkOrder } from "../../runtime/change/table-order.ts";
import type { DatabaseSchema } from "../context.ts";

export interface Reference {
  readonly key: ForeignKey;
  readonly child: Table;
}

/** Foreign keys that refer to a table, the youngest first. */
export function referencesTo(table: Table, { catalogue }: DatabaseSchema): Reference[] {
  const found: Reference[] = [];
  for (const child of catalogue.tables()) {
    if (child.kind !== "table") continue;
    for (const key of child.foreignKeys) if (fold(key.table) === fold(table.name)) found.push({ key, child });
  }
  return found.toReversed();
}

/** How the rows of a parent are found. */
export interface ParentKey {
  /** Undefined: the rowid. */
  readonly index: Index | undefined;
  /** The parent's columns, in the order of the index. */
  readonly parent: readonly number[];
  /** The child's, in the same order. */
  readonly child: readonly number[];
}

/** The rowid or unique index that a foreign key refers to. Undefined: there is none. */
export function parentKey({ from, to }: ForeignKey, parent: Table): ParentKey | undefined {
  const { rowidAlias, columns } = parent;
  if (from.length === 1 && rowidAlias >= 0) {
    if (to === undefined || fold(to[0]!) === fold(columns[rowidAlias]!.name))
      return { index: undefined, parent: [rowidAlias], child: from };
  }
  for (const index of checkOrder(parent.indexes)) {
    if (!index.unique || index.where !== undefined || index.keyColumns !== from.length) continue;
    const key = index.columns.slice(0, index.keyColumns);
    const names = key.map(({ column }) => column);
    if (to === undefined) {
      if (index.origin === "pk") return { index, parent: names, child: from };
      continue;
    }
    const child = key.map(({ column, collation }) => {
      const name = columns[column];
      if (name === undefined || name.collation.toUpperCase() !== collation.toUpperCase()) return -1;
      return from[to.findIndex((one) => fold(one) === fold(name.name))] ?? -1;
    });
    if (!child.includes(-1)) return { index, parent: names, child };
  }
  return undefined;
}

export function mismatch(child: Table, { table }: ForeignKey): SqlError {
  return new SqlError(`foreign key mismatch - "${child.name}" referencing "${table}"`);
}
