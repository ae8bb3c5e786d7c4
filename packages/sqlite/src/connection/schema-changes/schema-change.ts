/** A change of the schema of one database, while it happens: pages, rows of sqlite_schema, the cookie. */
import { SqliteError } from "../../errors.ts";
import { RecordReader } from "../../record/record-reader.ts";
import { RecordWriter } from "../../record/record-writer.ts";
import type { SchemaRow } from "../../schema/catalogue.ts";
import { fold, type Table } from "../../schema/table.ts";
import { Cells, type Payload, TEXT } from "../../values/value.ts";
import type { Connection } from "../connection.ts";
import type { OpenDatabase } from "../open-database.ts";
import { SchemaEditor } from "../schema-rows.ts";
import type { Btree } from "../../btree/btree.ts";

export class SchemaChange {
  readonly database: OpenDatabase;
  readonly rows: SchemaEditor;
  readonly #connection: Connection;

  /** Makes the database when there is none yet. */
  constructor(connection: Connection, database: number) {
    this.#connection = connection;
    this.database = connection.databases[database]!;
    this.database.create(connection.encoding);
    this.rows = new SchemaEditor(this.database.tree, connection.encoding);
  }

  get tree(): Btree {
    return this.database.tree;
  }

  /** Adds an object with a tree of its own; the tree's root. */
  addTree(kind: "table" | "index", row: Omit<SchemaRow, "type" | "rootPage">, type: "table" | "index" = kind): number {
    const rootPage = this.tree.create(kind);
    this.rows.add({ ...row, type, rootPage });
    return rootPage;
  }

  /** Frees trees. Where pages move because of that, rows that name them are changed. Throws SQLITE_LOCKED while others read. */
  dropTrees(roots: readonly number[]): void {
    if (this.#connection.transactions.active > 1) throw new SqliteError("SQLITE_LOCKED", "database table is locked");
    // The last one first: what moves then is none of them.
    for (const root of roots.toSorted((a, b) => b - a)) {
      const moved = this.tree.drop(root);
      if (moved === undefined) continue;
      this.rows.edit((row) => (row.rootPage === moved.from ? { ...row, rootPage: moved.to } : row));
    }
  }

  /** Removes rows of a table of SQLite's own, where its first columns say so. */
  removeFrom(name: string, isGone: (columns: readonly Payload[]) => boolean): void {
    const table = this.database.catalogue.table(name);
    if (table?.kind !== "table") return;
    editRows(this.tree, table, this.#connection, (columns) => (isGone(columns) ? undefined : columns));
  }

  /** The schema is what sqlite_schema says now. */
  finish(): void {
    this.database.schemaChanged();
  }
}

/** Goes through the rows of a table without indexes; undefined removes a row, and texts that are other ones are written. */
export function editRows(
  tree: Btree,
  table: Table,
  { encoding }: Connection,
  edit: (columns: readonly Payload[]) => readonly Payload[] | undefined,
): void {
  const cursor = tree.table(table.rootPage);
  const reader = new RecordReader(encoding);
  const writer = new RecordWriter(encoding, tree.pager.headerField("schemaFormat"));
  const cells = new Cells(table.columns.length);
  try {
    for (let more = cursor.first(); more; more = cursor.next()) {
      const { bytes, view, start, end } = cursor.payload();
      reader.attach(bytes, view, start, end);
      for (let column = 0; column < cells.length; column++) reader.read(column, cells, column);
      const edited = edit(cells.payloads);
      if (edited === undefined) cursor.delete();
      else if (edited !== cells.payloads) {
        edited.forEach((payload, at) => {
          if (payload !== cells.payloads[at]) cells.set(at, TEXT, payload);
        });
        writer.write(cells, 0, cells.length);
        cursor.insert(cursor.rowid, writer.bytes, writer.length);
      }
    }
  } finally {
    cursor.close();
  }
}

/** Whether a value is that name, whatever the case of ASCII letters. */
export function isNamed(value: unknown, name: string): boolean {
  return typeof value === "string" && fold(value) === fold(name);
}
