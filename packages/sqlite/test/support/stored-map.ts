/**
 * A table `t(a, b)` with an index on `b`, kept by the B-trees alone and noted in `sqlite_schema`, so that the original can open what comes of it;
 * beside it a Map that says what must be there.
 */
import { Btree } from "../../src/btree/btree.ts";
import type { IndexCursor, TableCursor } from "../../src/btree/cursor.ts";
import { createDatabase, type NewDatabase } from "../../src/btree/new-database.ts";
import type { Pager } from "../../src/pager/pager.ts";
import type { KeyInfo } from "../../src/record/compare-key.ts";
import { RecordReader } from "../../src/record/record-reader.ts";
import { RecordWriter } from "../../src/record/record-writer.ts";
import { builtInCollations } from "../../src/values/collation.ts";
import { Cells, type Payload } from "../../src/values/value.ts";
import { cellsOf } from "./cells.ts";

const BINARY = builtInCollations("utf8").get("BINARY")!;
const KEY_INFO: KeyInfo = { encoding: "utf8", collations: [BINARY, BINARY], descending: new Uint8Array(2) };

export class StoredMap {
  readonly pager: Pager;
  readonly tree: Btree;
  readonly #writer = new RecordWriter("utf8", 4);
  #rows!: TableCursor;
  #keys!: IndexCursor;
  /** What must be in the table, by rowid. */
  expected = new Map<number, string>();

  /** Begins to read, and makes the table in a transaction of its own when the database is empty. */
  constructor(pager: Pager, autoVacuum: NewDatabase["autoVacuum"] = "none") {
    this.pager = pager;
    pager.beginRead();
    this.tree = new Btree(pager);
    if (pager.pageCount === 0) this.#create(autoVacuum);
    this.open();
  }

  /** Opens cursors on what the schema says; needed again after a rollback. */
  open(): void {
    for (const cursor of this.tree.cursors) cursor.close();
    const roots = this.#roots();
    this.#rows = this.tree.table(roots.get("t")!);
    this.#keys = this.tree.index(roots.get("i")!, KEY_INFO);
  }

  set(rowid: number, value: string, append = false): void {
    const known = this.expected.get(rowid);
    if (known !== undefined) this.#dropKey(rowid, known);
    this.#writer.write(cellsOf([rowid, value]), 0, 2);
    this.#rows.insert(rowid, this.#writer.bytes, this.#writer.length, append);
    const key = cellsOf([value, rowid]);
    this.#writer.write(key, 0, 2);
    this.#keys.insert(key, this.#writer.bytes, this.#writer.length);
    this.expected.set(rowid, value);
  }

  delete(rowid: number): void {
    if (this.#rows.seek(rowid) !== 0) throw new Error(`row ${rowid} is missing`);
    this.#rows.delete();
    this.#dropKey(rowid, this.expected.get(rowid)!);
    this.expected.delete(rowid);
  }

  /** All rows, read through the table and again through the index; throws when the two differ or are out of order. */
  read(): Map<number, string> {
    const reader = new RecordReader("utf8");
    const found = new Map<number, string>();
    const cell = new Cells(1);
    const column = (cursor: TableCursor | IndexCursor, at: number): Payload => {
      const { bytes, view, start, end } = cursor.payload();
      reader.attach(bytes, view, start, end);
      reader.read(at, cell, 0);
      return cell.payloads[0]!;
    };
    let last = -Infinity;
    for (let more = this.#rows.first(); more; more = this.#rows.next()) {
      const rowid = Number(this.#rows.rowid);
      if (rowid <= last) throw new Error(`row ${rowid} comes behind ${last}`);
      last = rowid;
      found.set(rowid, column(this.#rows, 1) as string);
    }
    let entries = 0;
    for (let more = this.#keys.last(); more; more = this.#keys.previous()) {
      const value = column(this.#keys, 0);
      const rowid = column(this.#keys, 1) as number;
      if (found.get(rowid) !== value) throw new Error(`the index has ${String(value)} for ${rowid}`);
      entries += 1;
    }
    if (entries !== found.size) throw new Error(`${entries} entries for ${found.size} rows`);
    return found;
  }

  /** The table's cursor, to walk with while the table changes. */
  cursor(): TableCursor {
    return this.tree.table(this.#rows.root);
  }

  #create(autoVacuum: NewDatabase["autoVacuum"]): void {
    this.pager.beginWrite();
    createDatabase(this.pager, { encoding: "utf8", autoVacuum });
    const schema = this.tree.table(1);
    const roots = [this.tree.create("table"), this.tree.create("index")];
    const rows = [
      ["table", "t", "t", roots[0]!, "CREATE TABLE t(a, b)"],
      ["index", "i", "t", roots[1]!, "CREATE INDEX i ON t(b)"],
    ];
    for (const [at, row] of rows.entries()) {
      this.#writer.write(cellsOf(row), 0, 5);
      schema.insert(at + 1, this.#writer.bytes, this.#writer.length);
    }
    schema.close();
    this.pager.commit();
  }

  #roots(): Map<string, number> {
    const schema = this.tree.table(1);
    const reader = new RecordReader("utf8");
    const cells = new Cells(2);
    const roots = new Map<string, number>();
    for (let more = schema.first(); more; more = schema.next()) {
      const { bytes, view, start, end } = schema.payload();
      reader.attach(bytes, view, start, end);
      reader.read(1, cells, 0);
      reader.read(3, cells, 1);
      roots.set(cells.payloads[0] as string, cells.payloads[1] as number);
    }
    schema.close();
    return roots;
  }

  #dropKey(rowid: number, value: string): void {
    if (this.#keys.seek(cellsOf([value, rowid])) !== 0) throw new Error(`no entry for ${rowid}`);
    this.#keys.delete();
  }
}

/** Changes rows by chance: new ones at the end and in between, replaced ones, removed ones, some that overflow. */
export function changeAtRandom(map: StoredMap, below: (bound: number) => number, changes: number): void {
  for (let change = 0; change < changes; change++) {
    const kind = below(10);
    if (kind >= 7 && map.expected.size >= 5) {
      const rowids = [...map.expected.keys()];
      map.delete(rowids[below(rowids.length)]!);
      continue;
    }
    const append = kind < 4;
    const rowid = append ? Math.max(0, ...map.expected.keys()) + 1 : 1 + below(changes * 2);
    const value =
      below(6) === 0
        ? `k${below(10)}`.repeat(1 + below(400))
        : `v${below(1_000_000).toString(36)}`.repeat(1 + below(4));
    map.set(rowid, value, append);
  }
}
