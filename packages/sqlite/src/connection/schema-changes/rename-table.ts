/**
 * ALTER TABLE RENAME TO: the new name stands wherever the table was meant, in its own text, in indexes, triggers, views and foreign keys, and
 * nowhere else.
 */
import { SqlError } from "../../errors.ts";
import type { SchemaRow } from "../../schema/catalogue.ts";
import { fold, type Table } from "../../schema/table.ts";
import { type Connection, TEMP } from "../connection.ts";
import type { Action } from "../plan.ts";
import { checkSchema } from "./check-schema.ts";
import { checkName } from "./names.ts";
import { replaceTableName } from "./rename-references.ts";
import { editRows, isNamed, SchemaChange } from "./schema-change.ts";

const AUTOINDEX = "sqlite_autoindex_";

export function renameTable(connection: Connection, database: number, table: Table, to: string): Action {
  const { catalogue, name: schema } = connection.databases[database]!;
  const isTaken = catalogue.table(to) ?? catalogue.index(to);
  if (isTaken !== undefined) throw new SqlError(`there is already another table or index with this name: ${to}`);
  checkName(connection, to);
  const places = database === TEMP ? [database] : [database, TEMP];
  return {
    writes: places.filter((at) => at === database || connection.databases[at]!.pager.pageCount > 0),
    run() {
      const change = new SchemaChange(connection, database);
      const looksAtAll = !connection.settings.legacyAlterTable;
      if (looksAtAll) checkSchema(connection, database, change.rows, "");
      change.rows.edit((row) => renamedRow(row, table.name, to, schema, true));
      const sequence = catalogue.table("sqlite_sequence");
      if (sequence?.kind === "table" && table.autoincrement) {
        editRows(change.tree, sequence, connection, (columns) =>
          isNamed(columns[0], table.name) ? [to, ...columns.slice(1)] : columns,
        );
      }
      change.finish();
      if (looksAtAll) checkSchema(connection, database, change.rows, " after rename");
      if (!places.includes(TEMP) || database === TEMP || connection.databases[TEMP]!.pager.pageCount === 0) return;
      // Temporary views and triggers may mean tables of other databases.
      const shadow = connection.databases[TEMP]!.catalogue.table(table.name);
      const temporary = new SchemaChange(connection, TEMP);
      temporary.rows.edit((row) => renamedRow(row, table.name, to, schema, shadow === undefined));
      temporary.finish();
    },
  };
}

/** `isMeant`: a name without a schema means the table. */
function renamedRow<T extends SchemaRow>(row: T, from: string, to: string, schema: string, isMeant: boolean): T {
  const sql = row.sql === null ? null : replaceTableName(row.sql, from, to, schema, isMeant);
  const isOwn = isMeant && isNamed(row.tableName, from);
  const tableName = isOwn ? to : row.tableName;
  let { name } = row;
  if (isOwn && row.type === "table") name = to;
  else if (isOwn && row.type === "index" && row.sql === null && name !== null && fold(name).startsWith(AUTOINDEX))
    name = `${AUTOINDEX}${to}${name.slice(AUTOINDEX.length + from.length)}`;
  if (sql === row.sql && tableName === row.tableName && name === row.name) return row;
  return { ...row, name, tableName, sql };
}
