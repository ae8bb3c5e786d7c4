/** Where the columns of a table stand in its records, and in those of its indexes. Made once for a program. */
import { EXPRESSION, type Index, ROWID, type Table } from "../../schema/table.ts";
import type { TextEncoding } from "../../values/text-codec.ts";
import type { Cells } from "../../values/value.ts";
import { columnDefault } from "./column-default.ts";

/** The column is the rowid. */
export const ROWID_SLOT = -1;
/** It is nowhere: a virtual column, or one that an index does not have. */
export const NO_SLOT = -2;

export class TableColumns {
  readonly table: Table;
  /** Of a table without rowid: the tree itself. */
  readonly key: Index | undefined;
  /** By column: its place in the table's records. */
  readonly slots: Int32Array;
  readonly #defaults: (Cells | undefined)[] = [];

  constructor(table: Table) {
    this.table = table;
    this.key = table.withoutRowid ? table.indexes.find(({ origin }) => origin === "pk") : undefined;
    this.slots = this.key === undefined ? rowSlots(table) : indexSlots(table, this.key);
  }

  /** Whether the file may hold INTEGERs for the column's REALs. */
  isReal(column: number): boolean {
    return this.table.columns[column]?.affinity === "REAL";
  }

  /** What a row that is shorter has: one value. */
  defaultOf(column: number, encoding: TextEncoding): Cells {
    return (this.#defaults[column] ??= columnDefault(this.table.columns[column]!, encoding));
  }
}

function rowSlots(table: Table): Int32Array {
  let slot = 0;
  return Int32Array.from(table.columns, ({ generated }, column) => {
    if (generated !== undefined && !generated.stored) return NO_SLOT;
    // The alias has a place in the record too, with a NULL in it.
    return column === table.rowidAlias ? (slot++, ROWID_SLOT) : slot++;
  });
}

/** By column of the table: its place in an index's entries. */
export function indexSlots(table: Table, index: Index): Int32Array {
  return Int32Array.from(table.columns, (_, column) => {
    const slot = index.columns.findIndex((part) => part.column === (column === table.rowidAlias ? ROWID : column));
    return slot < 0 ? NO_SLOT : slot;
  });
}

/** The place in an index's entries of a column of the table, of ROWID, or of EXPRESSION − i, the index's own column i; NO_SLOT. */
export function indexSlotOf(table: Table, index: Index, column: number): number {
  if (column <= EXPRESSION) return EXPRESSION - column;
  const wanted = column === table.rowidAlias ? ROWID : column;
  const slot = index.columns.findIndex((part) => part.column === wanted);
  return slot < 0 ? NO_SLOT : slot;
}
