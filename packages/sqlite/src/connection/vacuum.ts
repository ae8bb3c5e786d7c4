/**
 * VACUUM (https://www.sqlite.org/lang_vacuum.html): the database written anew, each tree from its first entry to its last, without free pages; in the
 * place of the old one, or into another file.
 */
import { Btree } from "../btree/btree.ts";
import { createDatabase } from "../btree/new-database.ts";
import { SqliteError, SqlError } from "../errors.ts";
import { Pager } from "../pager/pager.ts";
import { RecordReader } from "../record/record-reader.ts";
import { keyInfoOf } from "../runtime/key-info.ts";
import type { SchemaRow } from "../schema/catalogue.ts";
import type { Index } from "../schema/table.ts";
import type { Statement } from "../sql/ast.ts";
import { Cells } from "../values/value.ts";
import { MemoryFile, type PagerFile } from "../vfs/pager-file.ts";
import { compileValue } from "./compile.ts";
import { type Connection, MAIN, TEMP } from "./connection.ts";
import type { OpenDatabase } from "./open-database.ts";
import type { Action } from "./plan.ts";
import { SchemaEditor } from "./schema-rows.ts";

/** Header fields that a database keeps when it is written anew. */
const KEPT_FIELDS = ["userVersion", "applicationId", "defaultCacheSize", "schemaFormat"] as const;

/** Throws `unknown database x`. */
export function vacuum(connection: Connection, { schema, into }: Extract<Statement, { kind: "vacuum" }>): Action {
  const database = schema === undefined ? MAIN : connection.databaseNamed(schema);
  if (database === -1) throw new SqlError(`unknown database ${schema}`);
  if (into === undefined) {
    return {
      isReadonly: false,
      writes: [],
      run: () => replace(connection, database),
    };
  }
  const fileName = compileValue(connection, into);
  return {
    isReadonly: true,
    reads: [database],
    run(_, bindings) {
      const name = fileName(bindings);
      if (typeof name !== "string") throw new SqlError("non-text filename");
      checkQuiet(connection);
      writeTo(connection, database, name);
    },
  };
}

function checkQuiet({ transactions }: Connection): void {
  if (!transactions.autocommit) throw new SqlError("cannot VACUUM from within a transaction");
  if (transactions.active > 1) throw new SqlError("cannot VACUUM - SQL statements in progress");
}

function replace(connection: Connection, at: number): void {
  checkQuiet(connection);
  const database = connection.databases[at]!;
  if (at === TEMP && database.pager.pageCount === 0) return;
  database.beginRead();
  if (database.pager.pageCount === 0) return;
  database.beginWrite(0);
  try {
    const { pager } = database;
    const changeCounter = pager.headerField("changeCounter");
    const made = copy(connection, database, new MemoryFile());
    // Counters go on: others tell by them that this is another content.
    made.beginWrite();
    made.setHeaderField("changeCounter", changeCounter);
    pager.replaceBy(made);
    database.prepareCommit();
    database.commit();
    database.replaced();
  } catch (error) {
    database.rollback();
    throw error;
  }
}

function writeTo(connection: Connection, at: number, name: string): void {
  const { disk } = connection.world;
  if (disk === undefined || name === "") throw new SqliteError("SQLITE_CANTOPEN", `unable to open database: ${name}`);
  if ((disk.stat(name)?.size ?? 0) > 0) throw new SqlError("output file already exists");
  let file: PagerFile;
  try {
    file = disk.open(name, "create");
  } catch (error) {
    throw new SqliteError("SQLITE_CANTOPEN", `unable to open database: ${name}`, { cause: error });
  }
  try {
    const database = connection.databases[at]!;
    if (database.pager.pageCount > 0) copy(connection, database, file);
  } finally {
    file.close();
  }
}

/** Writes the database to `file`, which is empty. Returns a pager of that. */
function copy(connection: Connection, { pager, tree, catalogue, nextForm }: OpenDatabase, file: PagerFile): Pager {
  const { pageSize, autoVacuum } = nextForm;
  const made = new Pager({ file, pageSize, reserved: pager.reserved, random: () => connection.randomNumber() });
  made.settings.journalMode = "off";
  const { encoding } = connection;
  made.beginRead();
  made.beginWrite();
  createDatabase(made, { encoding, autoVacuum });
  for (const field of KEPT_FIELDS) made.setHeaderField(field, pager.headerField(field));
  made.setHeaderField("schemaCookie", pager.headerField("schemaCookie") + 1);
  const target = new Btree(made);
  const rows = new SchemaEditor(tree, encoding).rows();
  const into = new SchemaEditor(target, encoding);
  const ordered = inOrder(rows);
  const roots = new Map<string, number>();
  for (const { type, name, tableName, rootPage } of ordered) {
    if (!hasTree({ rootPage })) continue;
    const table = catalogue.table(tableName!);
    const isIndex = type === "index" || (table?.kind === "table" && table.withoutRowid);
    roots.set(`${type} ${name}`, target.create(isIndex ? "index" : "table"));
  }
  for (const { type, name, tableName, rootPage } of rows) {
    const root = roots.get(`${type} ${name}`);
    if (root === undefined) continue;
    const table = catalogue.table(tableName!);
    if (type === "index") copyIndex(tree, target, rootPage!, root, catalogue.index(name!)!, connection);
    else if (table?.kind === "table" && table.withoutRowid)
      copyIndex(
        tree,
        target,
        rootPage!,
        root,
        table.indexes.find(({ origin }) => origin === "pk")!,
        connection,
      );
    else copyTable(tree, target, rootPage!, root);
  }
  for (const row of ordered) into.add({ ...row, rootPage: roots.get(`${row.type} ${row.name}`) ?? row.rootPage });
  target.commit();
  return made;
}

/** As the original makes them: tables with the indexes of their constraints, other indexes, then views, triggers and virtual tables. */
function inOrder<T extends Pick<SchemaRow, "type" | "rootPage" | "sql">>(rows: readonly T[]): T[] {
  const rank = (row: T): number => (!hasTree(row) ? 2 : row.type === "index" && row.sql !== null ? 1 : 0);
  return rows.toSorted((a, b) => rank(a) - rank(b));
}

function hasTree({ rootPage }: Pick<SchemaRow, "rootPage">): boolean {
  return (rootPage ?? 0) !== 0;
}

function copyTable(from: Btree, to: Btree, root: number, newRoot: number): void {
  const source = from.table(root);
  const target = to.table(newRoot);
  for (let more = source.first(); more; more = source.next()) {
    const { bytes, start, end } = source.payload();
    target.insert(source.rowid, bytes.subarray(start, end), end - start, true);
  }
  source.close();
  target.close();
}

function copyIndex(from: Btree, to: Btree, root: number, newRoot: number, index: Index, connection: Connection): void {
  const keyInfo = keyInfoOf(index, connection);
  const source = from.index(root, keyInfo);
  const target = to.index(newRoot, keyInfo);
  const reader = new RecordReader(connection.encoding);
  const key = new Cells(index.columns.length);
  for (let more = source.first(); more; more = source.next()) {
    const { bytes, view, start, end } = source.payload();
    reader.attach(bytes, view, start, end);
    for (let at = 0; at < key.length; at++) reader.read(at, key, at);
    target.insert(key, bytes.subarray(start, end), end - start);
  }
  source.close();
  target.close();
}
