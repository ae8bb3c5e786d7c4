/** DROP TABLE, INDEX, VIEW and TRIGGER. */
import { SqlError } from "../../errors.ts";
import type { Catalogue } from "../../schema/catalogue.ts";
import { fold, type Index, type Table, type Trigger, type View, type VirtualTable } from "../../schema/table.ts";
import type { Drop } from "../../sql/ast.ts";
import { type Connection, TEMP } from "../connection.ts";
import type { Action } from "../plan.ts";
import { dropReferences } from "./drop-references.ts";
import { find, findTable, type Found, written } from "./names.ts";
import { isNamed, SchemaChange } from "./schema-change.ts";

const NOTHING: Action = { run() {} };

/** Tables of SQLite's own that may be dropped. */
const STATISTICS = /^sqlite_stat[134]$/;

/** Throws what the original finds before it drops anything. */
export function drop(connection: Connection, statement: Drop): Action {
  switch (statement.what) {
    case "table":
    case "view":
      return dropTable(connection, statement);
    case "index":
      return dropIndex(connection, statement);
    case "trigger":
      return dropTrigger(connection, statement);
  }
}

function dropTable(connection: Connection, { what, name, ifExists }: Drop): Action {
  const found = findTable(connection, name);
  if (found === undefined) {
    if (ifExists) return NOTHING;
    throw new SqlError(`no such ${what}: ${written(name)}`);
  }
  const { database, object } = found;
  const folded = fold(object.name);
  if (folded.startsWith("sqlite_") && !STATISTICS.test(folded))
    throw new SqlError(`table ${displayName(object)} may not be dropped`);
  if (what === "table" && object.kind === "view") throw new SqlError(`use DROP VIEW to delete view ${object.name}`);
  if (what === "view" && object.kind !== "view") throw new SqlError(`use DROP TABLE to delete table ${object.name}`);
  const triggers = triggersOn(connection, found);
  const checkReferences = object.kind === "table" ? dropReferences(connection, database, object) : undefined;
  return {
    ...(checkReferences !== undefined && { reads: [...checkReferences.reads] }),
    writes: [
      ...new Set([database, ...triggers.map((trigger) => trigger.database), ...(checkReferences?.writes ?? [])]),
    ],
    run() {
      checkReferences?.run();
      for (const trigger of triggers) {
        if (trigger.database === database) continue;
        const change = new SchemaChange(connection, trigger.database);
        change.rows.edit((row) => (row.type === "trigger" && isNamed(row.name, trigger.object.name) ? undefined : row));
        change.finish();
      }
      const change = new SchemaChange(connection, database);
      removeTable(change, object);
      change.finish();
    },
  };
}

/** Removes a table or view with everything that belongs to it in its database. */
function removeTable(change: SchemaChange, object: Table | View | VirtualTable): void {
  const { name } = object;
  if (object.kind === "table") {
    if (object.autoincrement) change.removeFrom("sqlite_sequence", ([table]) => isNamed(table, name));
    removeStatistics(change, 0, name);
  }
  change.rows.edit((row) => (isNamed(row.tableName, name) ? undefined : row));
  if (object.kind !== "table") return;
  change.dropTrees([object.rootPage, ...object.indexes.map(({ rootPage }) => rootPage)].filter((root) => root > 1));
}

/** Rows of the statistics' tables in which column `column` has that name. */
function removeStatistics(change: SchemaChange, column: 0 | 1, name: string): void {
  for (const table of ["sqlite_stat1", "sqlite_stat3", "sqlite_stat4"])
    change.removeFrom(table, (columns) => isNamed(columns[column], name));
}

function dropIndex(connection: Connection, { name, ifExists }: Drop): Action {
  const found = find(
    connection,
    name,
    ({ catalogue }, wanted) => catalogue.index(wanted) ?? keyNamed(catalogue, wanted),
  );
  if (found === undefined) {
    if (ifExists) return NOTHING;
    throw new SqlError(`no such index: ${written(name)}`);
  }
  const { database, object: index } = found;
  if (index.origin !== "c")
    throw new SqlError("index associated with UNIQUE or PRIMARY KEY constraint cannot be dropped");
  return {
    writes: [database],
    run() {
      const change = new SchemaChange(connection, database);
      change.rows.edit((row) => (row.type === "index" && isNamed(row.name, index.name) ? undefined : row));
      removeStatistics(change, 1, index.name);
      change.dropTrees([index.rootPage]);
      change.finish();
    },
  };
}

/** The key of a table without rowid has a name, and no tree beside the table's. */
export function keyNamed(catalogue: Catalogue, name: string): Index | undefined {
  for (const table of catalogue.tables()) {
    if (table.kind !== "table" || !table.withoutRowid) continue;
    const index = table.indexes.find((one) => one.origin === "pk" && fold(one.name) === fold(name));
    if (index !== undefined) return index;
  }
  return undefined;
}

function dropTrigger(connection: Connection, { name, ifExists }: Drop): Action {
  const found = find(connection, name, ({ catalogue }, wanted) => catalogue.trigger(wanted));
  if (found === undefined) {
    if (ifExists) return NOTHING;
    throw new SqlError(`no such trigger: ${written(name)}`);
  }
  const { database, object: trigger } = found;
  return {
    writes: [database],
    run() {
      const change = new SchemaChange(connection, database);
      change.rows.edit((row) => (row.type === "trigger" && isNamed(row.name, trigger.name) ? undefined : row));
      change.finish();
    },
  };
}

/** Of a table's own database, and those of temp that are on it. */
function triggersOn(
  connection: Connection,
  { database, object }: Found<Table | View | VirtualTable>,
): Found<Trigger>[] {
  const own = connection.databases[database]!.catalogue.triggersOn(object.name);
  const triggers = own.map((trigger) => ({ database, object: trigger }));
  if (database === TEMP) return triggers;
  for (const trigger of connection.databases[TEMP]!.catalogue.triggersOn(object.name)) {
    const { schema } = trigger.definition.table;
    const meant = findTable(connection, { ...trigger.definition.table, name: object.name });
    if (schema === undefined ? meant?.database === database : connection.databaseNamed(schema) === database)
      triggers.push({ database: TEMP, object: trigger });
  }
  return triggers;
}

function displayName({ name }: { readonly name: string }): string {
  return fold(name) === "sqlite_schema" ? "sqlite_master" : name;
}
