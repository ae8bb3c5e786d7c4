/** Names in statements that change the schema: which database is meant, and what may be called how. */
import { SqlError } from "../../errors.ts";
import { fold, type Table, type View, type VirtualTable } from "../../schema/table.ts";
import type { TableName } from "../../sql/ast.ts";
import { type Connection, MAIN, TEMP } from "../connection.ts";

/** Where something is made: the schema that was named, else main, or temp where TEMP was written. Throws `unknown database x`. */
export function placeOf(connection: Connection, { schema }: TableName, temporary = false): number {
  if (schema === undefined) return temporary ? TEMP : MAIN;
  const at = connection.databaseNamed(schema);
  if (at === -1) throw new SqlError(`unknown database ${schema}`);
  return at;
}

/** The order in which databases are looked through for a name without a schema: temp, main, then those attached. */
export function searchOrder(connection: Connection): number[] {
  return connection.databases.map((_, at) => (at < 2 ? 1 - at : at));
}

export interface Found<T> {
  readonly database: number;
  readonly object: T;
}

/** What `look` finds in the schema that is named, or in the first one that has it. */
export function find<T>(
  connection: Connection,
  { schema, name }: TableName,
  look: (database: Connection["main"], name: string) => T | undefined,
): Found<T> | undefined {
  const places = schema === undefined ? searchOrder(connection) : [connection.databaseNamed(schema)];
  for (const database of places) {
    if (database === -1) continue;
    const object = look(connection.databases[database]!, name);
    if (object !== undefined) return { database, object };
  }
  return undefined;
}

export function findTable(connection: Connection, name: TableName): Found<Table | View | VirtualTable> | undefined {
  return find(connection, name, ({ catalogue }, wanted) => catalogue.table(wanted));
}

/** As written: with the schema in front where there was one. */
export function written({ schema, name }: TableName): string {
  return schema === undefined ? name : `${schema}.${name}`;
}

/** Throws for names that SQLite keeps to itself. */
export function checkName(connection: Connection, name: string): void {
  if (!connection.settings.writableSchema && fold(name).startsWith("sqlite_"))
    throw new SqlError(`object name reserved for internal use: ${name}`);
}

/** Whether it is one of SQLite's own tables. */
export function isSystemTable(name: string): boolean {
  return fold(name).startsWith("sqlite_");
}

/** An identifier as the original writes one into text of its own: in double quotes where it needs them. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
