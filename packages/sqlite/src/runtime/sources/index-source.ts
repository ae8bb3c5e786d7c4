/** An index's entries as a source by themselves: every column that is asked for is in them. */
import type { IndexCursor } from "../../btree/cursor.ts";
import { corrupt } from "../../pager/pager.ts";
import type { RecordReader } from "../../record/record-reader.ts";
import type { Index, Table } from "../../schema/table.ts";
import { Cells, INTEGER, NULL, type Payload, REAL, type Tag } from "../../values/value.ts";
import type { Environment, Frame } from "../frame.ts";
import { keyInfoOf } from "../key-info.ts";
import { CursorRecord } from "./cursor-record.ts";
import { Source } from "./source.ts";
import { indexSlotOf, NO_SLOT } from "./table-columns.ts";

const CELL = new Cells(1);

/** Reads a value of a record; `isReal`: an INTEGER there means a REAL. Leaves the tag in the frame. */
export function readValue(frame: Frame, record: RecordReader, slot: number, isReal: boolean): Payload {
  record.read(slot, CELL, 0);
  const payload = CELL.payloads[0]!;
  if (isReal && CELL.tags[0] === INTEGER) {
    frame.tag = REAL;
    return Number(payload);
  }
  frame.tag = CELL.tags[0] as Tag;
  return payload;
}

export function readNull(frame: Frame): null {
  frame.tag = NULL;
  return null;
}

/** The entries of an index, for whoever walks along them. */
export class IndexEntries {
  readonly index: Index;
  readonly cursor: IndexCursor;
  readonly record: CursorRecord<IndexCursor>;
  /** Whether the tree knows of the cursor: not between two executions. */
  #isOpen = true;

  constructor(environment: Environment, database: number, index: Index, root: number = index.rootPage) {
    this.index = index;
    this.cursor = environment.btree(database).index(root, keyInfoOf(index, environment));
    this.record = new CursorRecord(this.cursor, environment.context.encoding);
  }

  /** After `close`; harmless otherwise. */
  open(): void {
    if (this.#isOpen) return;
    this.cursor.reopen();
    this.#isOpen = true;
  }

  close(): void {
    if (this.#isOpen) this.cursor.close();
    this.#isOpen = false;
  }
}

export class IndexSource extends Source {
  readonly #environment: Environment;
  readonly #database: number;
  readonly #table: Table;
  readonly #index: Index;
  #entries: IndexEntries | undefined;

  constructor(environment: Environment, database: number, table: Table, index: Index) {
    super();
    this.#environment = environment;
    this.#database = database;
    this.#table = table;
    this.#index = index;
  }

  get entries(): IndexEntries {
    if (this.#entries === undefined) this.#entries = new IndexEntries(this.#environment, this.#database, this.#index);
    else this.#entries.open();
    return this.#entries;
  }

  read(frame: Frame, column: number): Payload {
    const slot = indexSlotOf(this.#table, this.#index, column);
    if (slot === NO_SLOT) throw corrupt();
    return this.readSlot(frame, slot, this.#table.columns[column]?.affinity === "REAL");
  }

  /** The entry's own column. */
  readSlot(frame: Frame, slot: number, isReal: boolean): Payload {
    if (this.isNull) return readNull(frame);
    const record = this.entries.record.current();
    return record === undefined ? readNull(frame) : readValue(frame, record, slot, isReal);
  }

  override close(): void {
    this.#entries?.close();
    this.isNull = false;
  }
}
