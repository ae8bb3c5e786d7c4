/** The rows of sqlite_schema: read, added, changed, removed. */
import type { Btree } from "../btree/btree.ts";
import type { TableCursor } from "../btree/cursor.ts";
import type { SchemaRow } from "../schema/catalogue.ts";
import { RecordReader } from "../record/record-reader.ts";
import { RecordWriter } from "../record/record-writer.ts";
import type { TextEncoding } from "../values/text-codec.ts";
import { Cells, INTEGER, NULL, type Payload, TEXT } from "../values/value.ts";

/** The page on which sqlite_schema begins. */
const SCHEMA_ROOT = 1;

export interface StoredSchemaRow extends SchemaRow {
  readonly rowid: number | bigint;
}

/** In the order of their rowids. Empty when the database has no pages yet. */
export function readSchemaRows(tree: Btree, encoding: TextEncoding): StoredSchemaRow[] {
  if (tree.pager.pageCount === 0) return [];
  const rows: StoredSchemaRow[] = [];
  const cursor = tree.table(SCHEMA_ROOT);
  const reader = new RecordReader(encoding);
  const cells = new Cells(5);
  try {
    for (let more = cursor.first(); more; more = cursor.next()) {
      const { bytes, view, start, end } = cursor.payload();
      reader.attach(bytes, view, start, end);
      for (let column = 0; column < 5; column++) reader.read(column, cells, column);
      const [type, name, tableName, rootPage, sql] = cells.payloads;
      rows.push({
        rowid: cursor.rowid,
        type: textOf(type),
        name: textOf(name),
        tableName: textOf(tableName),
        rootPage: typeof rootPage === "number" && cells.tags[3] === INTEGER ? rootPage : null,
        sql: textOf(sql),
      });
    }
  } finally {
    cursor.close();
  }
  return rows;
}

function textOf(payload: Payload | undefined): string | null {
  return typeof payload === "string" ? payload : null;
}

/** Changes sqlite_schema, within a transaction that writes. */
export class SchemaEditor {
  readonly #tree: Btree;
  readonly #encoding: TextEncoding;

  constructor(tree: Btree, encoding: TextEncoding) {
    this.#tree = tree;
    this.#encoding = encoding;
  }

  rows(): StoredSchemaRow[] {
    return readSchemaRows(this.#tree, this.#encoding);
  }

  /** Adds a row at the end. */
  add(row: SchemaRow): void {
    this.#withCursor((cursor) => {
      const rowid = cursor.last() ? BigInt(cursor.rowid) + 1n : 1n;
      this.#put(cursor, Number(rowid), row);
    });
  }

  /** Writes each row that `change` makes another one of; undefined removes it, and the row itself leaves it. */
  edit(change: (row: StoredSchemaRow) => SchemaRow | undefined): void {
    for (const row of this.rows()) {
      const changed = change(row);
      if (changed === row) continue;
      this.#withCursor((cursor) => {
        if (changed !== undefined) this.#put(cursor, row.rowid, changed);
        else if (cursor.seek(row.rowid) === 0) cursor.delete();
      });
    }
  }

  #withCursor(use: (cursor: TableCursor) => void): void {
    const cursor = this.#tree.table(SCHEMA_ROOT);
    try {
      use(cursor);
    } finally {
      cursor.close();
    }
  }

  #put(cursor: TableCursor, rowid: number | bigint, { type, name, tableName, rootPage, sql }: SchemaRow): void {
    const writer = new RecordWriter(this.#encoding, this.#tree.pager.headerField("schemaFormat"));
    const cells = new Cells(5);
    [type, name, tableName, rootPage, sql].forEach((value, at) => {
      cells.set(at, value === null ? NULL : typeof value === "number" ? INTEGER : TEXT, value);
    });
    writer.write(cells, 0, 5);
    cursor.insert(rowid, writer.bytes, writer.length);
  }
}
