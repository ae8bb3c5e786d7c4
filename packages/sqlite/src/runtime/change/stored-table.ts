/**
 * A table as it lies in the file, open for changes: its tree, the trees of its indexes, and what turns rows into records and back.
 *
 * A row outside of the file is a piece of registers: the rowid, then every column in the table's own order, virtual ones too. The column that is
 * the rowid under another name is NULL there, as it is in the file. A statement opens a table once, whoever in it works with the table; so nobody
 * may rely on where a cursor stands after somebody else's steps ran. Hot: bench/sqlite.bench.ts.
 */
import type { Btree } from "../../btree/btree.ts";
import type { IndexCursor, TableCursor } from "../../btree/cursor.ts";
import { SqliteError } from "../../errors.ts";
import { compareKeys } from "../../record/compare-key.ts";
import { RecordReader } from "../../record/record-reader.ts";
import { RecordWriter } from "../../record/record-writer.ts";
import { narrowed } from "../../record/varint.ts";
import { type Index, ROWID, type Table } from "../../schema/table.ts";
import { Cells, INTEGER, NULL, REAL, type Tag } from "../../values/value.ts";
import type { Environment, Frame } from "../frame.ts";
import { keyInfoOf } from "../key-info.ts";
import { checkOrder, isVirtual } from "./table-order.ts";

const MAX_ROWID = 2n ** 63n - 1n;
/** Random numbers that are tried for a rowid once the highest is taken. */
const RANDOM_ROWIDS = 100;

/** One index of an open table; for a table without rowid also the table itself. */
export class StoredIndex {
  readonly index: Index;
  readonly root: number;
  readonly cursor: IndexCursor;
  /** An entry, as it goes into the index. */
  readonly entry: Cells;
  /** Whether the row that is being written has an entry. */
  isIncluded = true;
  /** Where the values of a REAL column stand, which may be written as INTEGERs. */
  readonly reals: Uint8Array;

  constructor(index: Index, table: Table, tree: Btree, environment: Environment) {
    this.index = index;
    this.root = table.withoutRowid && index.origin === "pk" ? table.rootPage : index.rootPage;
    this.cursor = tree.index(this.root, keyInfoOf(index, environment));
    this.entry = new Cells(index.columns.length);
    this.reals = Uint8Array.from(index.columns, ({ column }) =>
      column >= 0 && table.columns[column]!.affinity === "REAL" ? 1 : 0,
    );
  }
}

/** Tables that statements have closed, for the next ones: a statement of one row is shorter than making cursors. */
const unusedTables = new WeakMap<Btree, WeakMap<Table, StoredTable[]>>();

export class StoredTable {
  readonly table: Table;
  /** Undefined: without rowid. */
  readonly rows: TableCursor | undefined;
  /** In the order in which they are checked and written; without rowid, the table itself is one of them. */
  readonly indexes: readonly StoredIndex[];
  /** The table itself, without rowid. */
  readonly primary: StoredIndex | undefined;
  readonly reader: RecordReader;
  /** Rows that are being updated while triggers run for others which REPLACE deletes. */
  pins = 0;
  readonly #database: number;
  readonly #tree: Btree;
  readonly #writer: RecordWriter;
  readonly #reals: Uint8Array;
  /** The columns in the order of the record; undefined: as in the table. */
  readonly #order: readonly number[] | undefined;
  readonly #record: Cells;
  readonly #longest: number;
  readonly #hasUserCollations: boolean;

  private constructor(table: Table, tree: Btree, database: number, environment: Environment) {
    this.#database = database;
    const { encoding, limits } = environment.context;
    this.#longest = limits.length;
    this.table = table;
    this.#tree = tree;
    this.rows = table.withoutRowid ? undefined : tree.table(table.rootPage);
    this.indexes = checkOrder(table.indexes).map((index) => new StoredIndex(index, table, tree, environment));
    this.#hasUserCollations = this.indexes.some(({ cursor }) =>
      cursor.keyInfo.collations.some(({ kind }) => kind === "user"),
    );
    this.primary = table.withoutRowid ? this.indexes.find(({ index }) => index.origin === "pk") : undefined;
    this.reader = new RecordReader(encoding);
    this.#writer = new RecordWriter(encoding, tree.pager.headerField("schemaFormat"));
    const order = storedColumns(table);
    this.#order = order.length === table.columns.length && !table.withoutRowid ? undefined : order;
    this.#record = new Cells(this.#order === undefined ? 0 : order.length);
    this.#reals = Uint8Array.from(order, (column) => (table.columns[column]!.affinity === "REAL" ? 1 : 0));
  }

  /** The table, open for the statement of that frame. */
  static of(frame: Frame, database: number, table: Table): StoredTable {
    const { statement, environment } = frame;
    const known = statement.tables.get(table);
    if (known !== undefined) return known;
    const tree = environment.btree(database);
    const opened =
      unusedTables.get(tree)?.get(table)?.pop()?.reopened(tree) ?? new StoredTable(table, tree, database, environment);
    statement.tables.set(table, opened);
    return opened;
  }

  /** No cursor is anywhere in the tree any more, until the next statement. */
  close(): void {
    this.rows?.close();
    for (const { cursor } of this.indexes) cursor.close();
    if (this.#hasUserCollations) return; // They may be others the next time.
    const tables = unusedTables.get(this.#tree) ?? new WeakMap<Table, StoredTable[]>();
    unusedTables.set(this.#tree, tables);
    const unused = tables.get(this.table);
    if (unused === undefined) tables.set(this.table, [this]);
    else unused.push(this);
  }

  private reopened(tree: Btree): this {
    if (this.rows !== undefined) tree.cursors.add(this.rows);
    for (const { cursor } of this.indexes) tree.cursors.add(cursor);
    return this;
  }

  // ── Rows ──

  /** Stands on the row of that rowid; false: there is none. */
  seek(rowid: number | bigint): boolean {
    return this.rows!.seek(rowid) === 0;
  }

  /** Whether `rowid` is known to be higher than all that there are, because the cursor stands on the last row. */
  isBehindLast(rowid: number | bigint): boolean {
    const rows = this.rows!;
    return rows.isLast() && rows.rowid < rowid;
  }

  /** Goes on to the row behind the one that the cursor is on, if that is the one of `rowid`. */
  isNext(rowid: number | bigint): boolean {
    const rows = this.rows!;
    return rows.next() && rows.rowid === rowid;
  }

  /** Stands on the row that `locator` names, as `readLocator` gave it: a rowid, or a key. */
  seekLocator(locator: Cells): boolean {
    const { primary } = this;
    return primary === undefined
      ? this.seek(locator.payloads[0] as number | bigint)
      : primary.cursor.seek(locator, primary.index.keyColumns) === 0;
  }

  /** The same for a locator that stands in `cells` from `at` on. */
  seekLocatorAt(cells: Cells, at: number): boolean {
    const { primary } = this;
    if (primary === undefined) return this.seek(cells.payloads[at] as number | bigint);
    for (let i = 0; i < primary.index.keyColumns; i++)
      primary.entry.set(i, cells.tags[at + i] as Tag, cells.payloads[at + i]!);
    return this.seekLocator(primary.entry);
  }

  /** Stands on the row whose rowid, or key, is in the registers from `first` on. */
  seekImage(cells: Cells, first: number): boolean {
    const { primary } = this;
    if (primary === undefined) return this.seek(cells.payloads[first] as number | bigint);
    this.locatorOf(cells, first, primary.entry);
    return this.seekLocator(primary.entry);
  }

  /** Values that name a row: how many there are. */
  get locatorLength(): number {
    return this.primary === undefined ? 1 : this.primary.index.keyColumns;
  }

  /** What names the row in the registers from `first` on. */
  locatorOf(cells: Cells, first: number, into: Cells): void {
    const { primary } = this;
    if (primary === undefined) return into.set(0, INTEGER, cells.payloads[first]!);
    for (let at = 0; at < primary.index.keyColumns; at++) {
      const from = first + 1 + primary.index.columns[at]!.column;
      into.set(at, cells.tags[from] as Tag, cells.payloads[from]!);
    }
  }

  /** The order of two rows in the table, by what names them; 0: they are the same. */
  compareLocators(a: Cells, b: Cells): number {
    if (this.primary !== undefined)
      return compareKeys(a, b, this.primary.index.keyColumns, this.primary.cursor.keyInfo);
    const left = a.payloads[0] as number | bigint;
    const right = b.payloads[0] as number | bigint;
    return left < right ? -1 : left > right ? 1 : 0;
  }

  /** The row under the cursor, but for columns that are computed: `missing` fills in what the record is too short for. `needed`: not 0 for columns to read; all. */
  read(cells: Cells, first: number, missing: (column: number, at: number) => void, needed?: Uint8Array): void {
    const { rows, reader, table } = this;
    const { bytes, view, start, end } = (rows ?? this.primary!.cursor).payload();
    reader.attach(bytes, view, start, end);
    if (rows === undefined) cells.set(first, NULL, null);
    else cells.set(first, INTEGER, rows.rowid);
    const count = this.#reals.length;
    for (let place = 0; place < count; place++) {
      const column = this.#order === undefined ? place : this.#order[place]!;
      if (needed !== undefined && needed[column] === 0) continue;
      const at = first + 1 + column;
      if (column === table.rowidAlias) cells.set(at, NULL, null);
      else if (reader.has(place)) {
        reader.read(place, cells, at);
        if (cells.tags[at] === INTEGER && this.#reals[place] !== 0)
          cells.set(at, REAL, Number(cells.payloads[at] as number | bigint));
      } else missing(column, at);
    }
  }

  /** Before a row is added or removed. Throws SQLITE_CONSTRAINT_PINNED. */
  checkPins(): void {
    if (this.pins > 0) throw new SqliteError("SQLITE_CONSTRAINT_PINNED", "constraint failed");
  }

  /** Writes the row of the registers: adds it, or puts it in the place of the one with the same rowid. */
  writeRow(cells: Cells, first: number): void {
    const writer = this.#writer;
    if (this.#order === undefined) writer.write(cells, first + 1, this.#reals.length, this.#reals);
    else writer.write(this.#inOrder(cells, first), 0, this.#reals.length, this.#reals);
    this.#checkLength();
    // Looking first whether it is the last costs next to nothing.
    this.rows!.insert(cells.payloads[first] as number | bigint, writer.bytes, writer.length, true);
  }

  /** Counts a row that was changed, and tells who listens. */
  count({ statement, environment, registers }: Frame, kind: "insert" | "update" | "delete", first: number): void {
    statement.rows += 1;
    if (environment.rowChanged !== undefined && this.rows !== undefined)
      environment.rowChanged(kind, this.#database, this.table, registers.payloads[first] as number | bigint);
  }

  /** Removes the row under the cursor, not its entries in indexes. */
  deleteHere(): void {
    (this.rows ?? this.primary!.cursor).delete();
  }

  /** Removes all rows, and their entries in indexes. Returns how many there were. */
  clear(): number {
    let count = this.rows === undefined ? 0 : this.#tree.clear(this.table.rootPage);
    for (const index of this.indexes) {
      const entries = this.#tree.clear(index.root);
      if (index === this.primary) count = entries;
    }
    return count;
  }

  /** A rowid that is not taken: the highest's successor, or a random one when there is none. `above`: no lower than the one behind that. */
  newRowid(above: number | bigint | undefined, random: () => bigint): number | bigint {
    const rows = this.rows!;
    const last = rows.isLast() || rows.last() ? rows.rowid : 0;
    if (above === undefined) return BigInt(last) === MAX_ROWID ? this.#randomRowid(random) : successor(last);
    if (BigInt(above) === MAX_ROWID || BigInt(last) === MAX_ROWID) throw full();
    return successor(above > last ? above : last);
  }

  #randomRowid(random: () => bigint): number | bigint {
    for (let tries = 0; tries < RANDOM_ROWIDS; tries++) {
      const rowid = narrowed((random() & (MAX_ROWID >> 1n)) + 1n);
      if (!this.seek(rowid)) return rowid;
    }
    throw full();
  }

  // ── Entries of indexes ──

  /** Writes what stands in the index's `entry`. */
  writeEntry(index: StoredIndex): void {
    const { entry, cursor, reals } = index;
    const writer = this.#writer;
    writer.write(entry, 0, entry.length, reals);
    this.#checkLength();
    cursor.insert(entry, writer.bytes, writer.length);
  }

  /** Removes the entry that stands in the index's `entry`; a file that has none is damaged. */
  deleteEntry({ entry, cursor, index }: StoredIndex): void {
    const isTable = this.table.withoutRowid && index.origin === "pk";
    if (cursor.seek(entry, isTable ? index.keyColumns : entry.length) !== 0)
      throw new SqliteError("SQLITE_CORRUPT_INDEX", "database disk image is malformed");
    cursor.delete();
  }

  /** The row that an index's entry, under its cursor, belongs to: its rowid into `into`, or the key of a table without rowid. */
  readLocator({ cursor, index }: StoredIndex, into: Cells): void {
    const { reader, table, primary } = this;
    const { bytes, view, start, end } = cursor.payload();
    reader.attach(bytes, view, start, end);
    if (primary === undefined) {
      reader.read(
        index.columns.findLastIndex(({ column }) => column === ROWID),
        into,
        0,
      );
      return;
    }
    for (let at = 0; at < primary.index.keyColumns; at++) {
      const { column } = primary.index.columns[at]!;
      reader.read(index === primary.index ? at : index.columns.findIndex((part) => part.column === column), into, at);
      if (table.columns[column]!.affinity === "REAL" && into.tags[at] === INTEGER)
        into.set(at, REAL, Number(into.payloads[at] as number | bigint));
    }
  }

  /** Registers → the values of the record, where their order differs. */
  #inOrder(cells: Cells, first: number): Cells {
    const record = this.#record;
    for (const [place, column] of this.#order!.entries()) {
      const at = first + 1 + column;
      record.set(place, cells.tags[at] as Tag, cells.payloads[at]!);
    }
    return record;
  }

  #checkLength(): void {
    if (this.#writer.length > this.#longest) throw new SqliteError("SQLITE_TOOBIG", "string or blob too big");
  }
}

/** The columns that are stored, in the order of the record. */
function storedColumns(table: Table): readonly number[] {
  const primary = table.withoutRowid ? table.indexes.find(({ origin }) => origin === "pk") : undefined;
  if (primary !== undefined) return primary.columns.map(({ column }) => column);
  return table.columns.flatMap((column, at) => (isVirtual(column) ? [] : [at]));
}

export function successor(rowid: number | bigint): number | bigint {
  return typeof rowid === "number" && rowid < Number.MAX_SAFE_INTEGER ? rowid + 1 : narrowed(BigInt(rowid) + 1n);
}

function full(): SqliteError {
  return new SqliteError("SQLITE_FULL", "database or disk is full");
}
