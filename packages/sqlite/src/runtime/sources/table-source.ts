/**
 * A table's rows as a source: by its own tree, or found through an index.
 *
 * A row that an index has found is looked up in the table when a column is asked for that the index does not have, and not before.
 */
import type { IndexCursor, TableCursor } from "../../btree/cursor.ts";
import { corrupt } from "../../pager/pager.ts";
import type { Index } from "../../schema/table.ts";
import { Cells, INTEGER, type Payload, type Tag } from "../../values/value.ts";
import type { Environment, Frame } from "../frame.ts";
import { keyInfoOf } from "../key-info.ts";
import { CursorRecord } from "./cursor-record.ts";
import { IndexEntries, readNull, readValue } from "./index-source.ts";
import { Source } from "./source.ts";
import { indexSlotOf, NO_SLOT, ROWID_SLOT, type TableColumns } from "./table-columns.ts";
import { ROWID } from "../../schema/table.ts";

export class TableSource extends Source {
  readonly columns: TableColumns;
  /** The index by whose entries rows are found, of which columns may be read too. */
  readonly through: Index | undefined;
  readonly #environment: Environment;
  readonly #database: number;
  #rows: CursorRecord<TableCursor | IndexCursor> | undefined;
  /** Whether the tree knows of the cursor: not between two executions. */
  #isOpen = false;
  /** Opened when they are first walked along. */
  readonly #entries: IndexEntries[] = [];
  /** The entry that has found the row; undefined: the table's own cursor has. */
  #finder: IndexEntries | undefined;
  /** Of the finder's cursor when the row was looked up. */
  #lookedUp = -1;
  /** Key of a row of a table without rowid. */
  #key: Cells | undefined;

  constructor(environment: Environment, database: number, columns: TableColumns, through: Index | undefined) {
    super();
    this.#environment = environment;
    this.#database = database;
    this.columns = columns;
    this.through = through;
  }

  /** The table's own cursor, which finds the row from here on. */
  walk(): TableCursor | IndexCursor {
    this.isNull = false;
    this.#finder = undefined;
    return this.#table().cursor;
  }

  /** The table's own cursor, for who looks up the rows of entries. */
  get rows(): TableCursor | IndexCursor {
    return this.#table().cursor;
  }

  /** The entries of an index, whose cursor finds the row from here on. The table's own key is no such index. */
  walkThrough(index: Index): IndexEntries {
    this.isNull = false;
    let entries = this.#entries.find((known) => known.index === index);
    if (entries === undefined) {
      entries = new IndexEntries(this.#environment, this.#database, index);
      this.#entries.push(entries);
    }
    entries.open();
    this.#finder = entries;
    this.#lookedUp = -1;
    return entries;
  }

  read(frame: Frame, column: number): Payload {
    if (this.isNull) return readNull(frame);
    const finder = this.#finder;
    const isReal = this.columns.isReal(column);
    if (finder !== undefined && (finder.index === this.through || column === ROWID)) {
      const slot = indexSlotOf(this.columns.table, finder.index, column);
      if (slot !== NO_SLOT) {
        const entry = finder.record.current();
        return entry === undefined ? readNull(frame) : readValue(frame, entry, slot, isReal);
      }
    }
    const slot = column === ROWID ? ROWID_SLOT : this.columns.slots[column]!;
    return slot === ROWID_SLOT ? this.rowid(frame) : this.readSlot(frame, slot, column, isReal);
  }

  /** A column by its place in the table's records. */
  readSlot(frame: Frame, slot: number, column: number, isReal: boolean): Payload {
    if (this.isNull) return readNull(frame);
    if (this.#finder !== undefined) this.#lookUp();
    const record = this.#table().current();
    if (record === undefined) return readNull(frame);
    if (record.has(slot)) return readValue(frame, record, slot, isReal);
    const cells = this.columns.defaultOf(column, frame.encoding);
    frame.tag = cells.tags[0] as Tag;
    return cells.payloads[0]!;
  }

  rowid(frame: Frame): Payload {
    if (this.isNull) return readNull(frame);
    if (this.#finder !== undefined) {
      const entry = this.#finder.record.current();
      if (entry === undefined) return readNull(frame);
      return readValue(frame, entry, this.#finder.index.columns.length - 1, false);
    }
    const { cursor } = this.#table();
    if (!cursor.isValid) return readNull(frame);
    frame.tag = INTEGER;
    return (cursor as TableCursor).rowid; // tables without rowid have no such column
  }

  override close(): void {
    if (this.#isOpen) this.#rows?.cursor.close();
    for (const entries of this.#entries) entries.close();
    this.#isOpen = false;
    this.#finder = undefined;
    this.isNull = false;
  }

  #table(): CursorRecord<TableCursor | IndexCursor> {
    if (this.#rows === undefined) {
      const tree = this.#environment.btree(this.#database);
      const { table, key } = this.columns;
      const cursor =
        key === undefined ? tree.table(table.rootPage) : tree.index(table.rootPage, keyInfoOf(key, this.#environment));
      this.#rows = new CursorRecord(cursor, this.#environment.context.encoding);
      this.#isOpen = true;
    } else if (!this.#isOpen) {
      this.#rows.cursor.reopen();
      this.#isOpen = true;
    }
    return this.#rows;
  }

  /** Goes to the row that the finder's entry names. */
  #lookUp(): void {
    const finder = this.#finder!; // asked by the caller
    if (this.#lookedUp === finder.cursor.version) return;
    const entry = finder.record.current();
    if (entry === undefined) return;
    const { cursor } = this.#table();
    const { key } = this.columns;
    const cells = (this.#key ??= new Cells(key?.keyColumns ?? 1));
    let order: number;
    if (key === undefined) {
      entry.read(finder.index.columns.length - 1, cells, 0);
      if (cells.tags[0] !== INTEGER) throw corrupt();
      order = (cursor as TableCursor).seek(cells.payloads[0] as number | bigint);
    } else {
      for (let at = 0; at < key.keyColumns; at++) {
        const { column, collation } = key.columns[at]!;
        const slot = finder.index.columns.findIndex((part) => part.column === column && part.collation === collation);
        entry.read(slot < 0 ? indexSlotOf(this.columns.table, finder.index, column) : slot, cells, at);
      }
      order = (cursor as IndexCursor).seek(cells);
    }
    if (order !== 0) throw corrupt();
    this.#lookedUp = finder.cursor.version;
  }
}
