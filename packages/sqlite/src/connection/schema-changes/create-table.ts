/** CREATE TABLE (https://www.sqlite.org/lang_createtable.html). */
import { SqlError, SqliteError } from "../../errors.ts";
import { buildTable } from "../../schema/build-table.ts";
import { storedText } from "../../schema/stored-text.ts";
import { type Table, fold } from "../../schema/table.ts";
import type { CreateTable } from "../../sql/ast.ts";
import { parseStatement } from "../../sql/parser/parse.ts";
import type { Connection } from "../connection.ts";
import { sqlLimits } from "../limits.ts";
import type { Action } from "../plan.ts";
import type { ParsedText } from "../prepared-statement.ts";
import { checkTableExpressions } from "./check-expressions.ts";
import { createTableAs } from "./create-table-as.ts";
import { compileSelect } from "../compile.ts";
import { checkName, placeOf } from "./names.ts";
import { SchemaChange } from "./schema-change.ts";
import { tableSelect } from "./table-select.ts";

const NOTHING: Action = { run() {} };

/** Throws what the original finds before it makes anything. */
export function createTable(connection: Connection, statement: CreateTable, text: ParsedText): Action {
  const { table: name, temporary } = statement;
  if (temporary && name.schema !== undefined && fold(name.schema) !== "temp")
    throw new SqlError("temporary table name must be unqualified");
  const database = placeOf(connection, name, temporary);
  checkName(connection, name.name);
  if (isThere(connection, database, statement)) return NOTHING;
  if (statement.select !== undefined) return createTableAs(connection, database, name.name, statement.select);
  const sql = storedText(statement, text.whole, text);
  const table = buildTable(statement, { sql, limits: sqlLimits(connection.limits) });
  checkCollations(connection, table);
  checkTableExpressions(connection, database, table);
  return {
    writes: [database],
    run() {
      const change = new SchemaChange(connection, database);
      addTable(change, table);
      change.finish();
      checkCircles(connection, change.database.name, table);
    },
  };
}

/** Columns that are computed from each other in a circle show when they are read. Of several the original names the last. */
function checkCircles(connection: Connection, schema: string, table: Table): void {
  let circle: SqliteError | undefined;
  for (const { name, generated } of table.columns) {
    if (generated === undefined) continue;
    try {
      compileSelect(connection, tableSelect(schema, table, [{ kind: "identifier", name, quoted: false, offset: -1 }]));
    } catch (error) {
      if (!(error instanceof SqliteError)) throw error;
      circle = error;
    }
  }
  if (circle !== undefined) throw circle;
}

/** Makes the trees of a table and of its constraints, and their rows. */
export function addTable(change: SchemaChange, table: Table): number {
  const { name, sql } = table;
  const kind = table.withoutRowid ? "index" : "table";
  const root = change.addTree(kind, { name, tableName: name, sql }, "table");
  for (const index of table.indexes) {
    if (table.withoutRowid && index.origin === "pk") continue; // the table itself
    change.addTree("index", { name: index.name, tableName: name, sql: null });
  }
  if (table.autoincrement && change.database.catalogue.table("sqlite_sequence") === undefined) {
    const sequence = "sqlite_sequence";
    change.addTree("table", { name: sequence, tableName: sequence, sql: "CREATE TABLE sqlite_sequence(name,seq)" });
  }
  return root;
}

/** A table from its text, as somebody else wrote it. */
export function tableFrom(sql: string): Table {
  const { statement } = parseStatement(sql);
  if (statement?.kind !== "create-table") throw new SqlError("not a table");
  return buildTable(statement, { sql });
}

function isThere(connection: Connection, database: number, { table, ifNotExists }: CreateTable): boolean {
  const { catalogue } = connection.databases[database]!;
  const other = catalogue.table(table.name);
  if (other !== undefined) {
    if (ifNotExists) return true;
    throw new SqlError(`${other.kind === "view" ? "view" : "table"} ${table.name} already exists`, table.offset);
  }
  if (catalogue.index(table.name) !== undefined) throw new SqlError(`there is already an index named ${table.name}`);
  return false;
}

function checkCollations(connection: Connection, table: Table): void {
  for (const { collation } of table.columns) checkCollation(connection, collation);
  for (const index of table.indexes) {
    for (const { collation } of index.columns) checkCollation(connection, collation);
  }
}

export function checkCollation(connection: Connection, name: string): void {
  if (connection.collation(name) === undefined)
    throw new SqliteError("SQLITE_ERROR_MISSING_COLLSEQ", `no such collation sequence: ${name}`);
}
