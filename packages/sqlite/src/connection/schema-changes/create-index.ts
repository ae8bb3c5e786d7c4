/** CREATE INDEX, REINDEX, and how an index is filled: sorted by its own order first, so that its tree is built from the left. */
import { SqlError, SqliteError } from "../../errors.ts";
import type { IndexCursor } from "../../btree/cursor.ts";
import { compareKeys, type KeyInfo } from "../../record/compare-key.ts";
import { RecordWriter } from "../../record/record-writer.ts";
import { buildIndex, plainName } from "../../schema/build-index.ts";
import { storedText } from "../../schema/stored-text.ts";
import { keyInfoOf } from "../../runtime/key-info.ts";
import { EXPRESSION, fold, type Index, ROWID, type Table } from "../../schema/table.ts";
import type { CreateIndex, Expression, Select } from "../../sql/ast.ts";
import { Cells, NULL } from "../../values/value.ts";
import { compileSelect } from "../compile.ts";
import { type Connection, TEMP } from "../connection.ts";
import type { Action, Plan } from "../plan.ts";
import type { ParsedText } from "../prepared-statement.ts";
import { checkIndexCondition, checkIndexExpression } from "./check-expressions.ts";
import { checkCollation } from "./create-table.ts";
import { checkName, findTable, isSystemTable, placeOf } from "./names.ts";
import { SchemaChange } from "./schema-change.ts";
import { indexValues, keyOf, tableSelect } from "./table-select.ts";

/** Throws what the original finds before it makes anything. */
export function createIndex(connection: Connection, statement: CreateIndex, text: ParsedText): Action {
  const { index: name, ifNotExists } = statement;
  const { database, table } = indexedTable(connection, statement);
  checkName(connection, name.name);
  const { catalogue } = connection.databases[database]!;
  if (catalogue.index(name.name) === undefined) {
    const other = findTable(connection, { name: name.name, offset: 0 });
    if (other !== undefined) throw new SqlError(`there is already a table named ${name.name}`);
  } else {
    if (ifNotExists) return { run() {} };
    throw new SqlError(`index ${name.name} already exists`, name.offset);
  }
  const sql = storedText(statement, text.whole, text);
  const { unique, columns, where } = statement;
  const owner = { name: table.name, columns: table.columns, primaryKey: keyOf(table) };
  const parts = { name: name.name, origin: "c", unique, columns, where, sql } as const;
  // Of several mistakes one is told: the first column's, unless that is a name with a collation, then that in WHERE.
  const { expression: first } = columns[0]!; // an index has columns
  const looksAtWhereFirst = first.kind === "collate" && plainName(first) !== undefined;
  if (where !== undefined && looksAtWhereFirst) checkIndexCondition(connection, database, table, where);
  for (let count = 0; count < columns.length; count++) {
    const column = buildIndex(owner, { ...parts, columns: columns.slice(0, count + 1) }).columns[count]!; // the newest one
    checkIndexExpression(connection, database, table, column);
    checkCollation(connection, column.collation);
    if (where !== undefined && count === 0 && !looksAtWhereFirst)
      checkIndexCondition(connection, database, table, where);
  }
  const built = buildIndex(owner, parts);
  const rows = compileSelect(connection, rowsOf(connection, database, table, built));
  return {
    reads: [...rows.reads],
    writes: [database],
    run() {
      const change = new SchemaChange(connection, database);
      const rootPage = change.addTree("index", { name: built.name, tableName: table.name, sql });
      fill(connection, rows, database, table, { ...built, rootPage });
      change.finish();
    },
  };
}

/** Empties indexes and fills them again. */
export function rebuild(
  connection: Connection,
  indexes: readonly { database: number; table: Table; index: Index }[],
): Action {
  const work = indexes.map((one) => ({
    ...one,
    rows: compileSelect(connection, rowsOf(connection, one.database, one.table, one.index)),
  }));
  return {
    writes: [...new Set(work.map(({ database }) => database))],
    run() {
      for (const { database, table, index, rows } of work) {
        connection.btree(database).clear(index.rootPage);
        fill(connection, rows, database, table, index);
      }
    },
  };
}

function indexedTable(connection: Connection, { index, table: name }: CreateIndex): { database: number; table: Table } {
  let database = placeOf(connection, index);
  // An unqualified index goes where its table is: into temp when that has the name.
  if (index.schema === undefined && connection.databases[TEMP]!.catalogue.table(name) !== undefined) database = TEMP;
  const { catalogue, name: schema } = connection.databases[database]!;
  const table = catalogue.table(name);
  if (table === undefined) {
    if (database === TEMP && findTable(connection, { name, offset: 0 }) !== undefined)
      throw new SqlError(`cannot create a TEMP index on non-TEMP table "${name}"`);
    throw new SqlError(`no such table: ${schema}.${name}`);
  }
  if (isSystemTable(table.name))
    throw new SqlError(`table ${fold(name) === "sqlite_schema" ? "sqlite_master" : name} may not be indexed`);
  if (table.kind === "view") throw new SqlError("views may not be indexed");
  if (table.kind === "virtual-table") throw new SqlError("virtual tables may not be indexed");
  return { database, table };
}

/** The query for an index's entries in its order. */
function rowsOf(connection: Connection, database: number, table: Table, index: Index): Select {
  const { name: schema } = connection.databases[database]!;
  const values = indexValues(table, index);
  const orderBy = index.columns.map(({ collation, descending }, at) => {
    // `+` keeps a number from meaning a column of the result.
    const operand: Expression = { kind: "unary", operator: "+", operand: values[at]!, offset: -1 };
    return { expression: { kind: "collate", operand, collation, offset: -1 }, descending } as const;
  });
  return tableSelect(schema, table, values, { where: index.where, orderBy });
}

/** Into an index that is empty. Throws SQLITE_CONSTRAINT_UNIQUE. */
function fill(connection: Connection, rows: Plan, database: number, table: Table, index: Index): void {
  const tree = connection.btree(database);
  const keyInfo = keyInfoOf(index, connection);
  const writer = new RecordWriter(connection.encoding, tree.pager.headerField("schemaFormat"));
  const cursor = tree.index(index.rootPage, keyInfo);
  const count = index.columns.length;
  const realAsInteger = Uint8Array.from(index.columns, ({ column }) =>
    column >= 0 && table.columns[column]!.affinity === "REAL" ? 1 : 0,
  );
  let previous = new Cells(count);
  let current = new Cells(count);
  let isFirst = true;
  const run = rows.start(connection, new Cells(0));
  try {
    run.push((row) => {
      for (let at = 0; at < count; at++) current.set(at, row.tags[at] as 0, row.payloads[at]!);
      if (index.unique && !isFirst && isDuplicate(previous, current, index.keyColumns, keyInfo))
        throw new SqliteError("SQLITE_CONSTRAINT_UNIQUE", uniqueMessage(table, index));
      isFirst = false;
      add(cursor, writer, current, count, realAsInteger);
      [previous, current] = [current, previous];
      return true;
    });
  } finally {
    run.close();
    cursor.close();
  }
}

function add(cursor: IndexCursor, writer: RecordWriter, key: Cells, count: number, realAsInteger: Uint8Array): void {
  writer.write(key, 0, count, realAsInteger);
  cursor.insert(key, writer.bytes, writer.length);
}

function isDuplicate(a: Cells, b: Cells, keyColumns: number, keyInfo: KeyInfo): boolean {
  for (let at = 0; at < keyColumns; at++) {
    if (a.tags[at] === NULL) return false;
  }
  return compareKeys(a, b, keyColumns, keyInfo) === 0;
}

export function uniqueMessage(table: Table, { columns, keyColumns, name }: Index): string {
  const parts = columns.slice(0, keyColumns);
  if (parts.some(({ column }) => column === EXPRESSION)) return `UNIQUE constraint failed: index '${name}'`;
  const names = parts.map(({ column }) => `${table.name}.${column === ROWID ? "rowid" : table.columns[column]!.name}`);
  return `UNIQUE constraint failed: ${names.join(", ")}`;
}
