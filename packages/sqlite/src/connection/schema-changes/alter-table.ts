/** ALTER TABLE (https://www.sqlite.org/lang_altertable.html): RENAME TO and ADD COLUMN, by changing the text in sqlite_schema. */
import { SqlError } from "../../errors.ts";
import { fold, type Table } from "../../schema/table.ts";
import type { AlterTable } from "../../sql/ast.ts";
import type { Connection } from "../connection.ts";
import type { Action } from "../plan.ts";
import type { ParsedText } from "../prepared-statement.ts";
import { addColumn } from "./add-column.ts";
import { findTable, isSystemTable, written } from "./names.ts";
import { renameTable } from "./rename-table.ts";

/** Throws what the original finds before it changes anything. */
export function alterTable(connection: Connection, statement: AlterTable, _text: ParsedText): Action {
  const { action, table: name } = statement;
  const found = findTable(connection, name);
  if (found === undefined) throw new SqlError(`no such table: ${written(name)}`);
  const { database, object } = found;
  switch (action.kind) {
    case "rename-table":
      return renameTable(connection, database, checkAlterable(object, "rename"), action.to);
    case "add-column":
      if (object.kind === "view") throw new SqlError("Cannot add a column to a view");
      return addColumn(connection, database, checkAlterable(object, "add"), action);
    case "rename-column":
    case "drop-column":
    case "drop-constraint":
    case "set-not-null":
    case "drop-not-null":
    case "add-check":
      throw new SqlError(`ALTER TABLE: ${action.kind.replaceAll("-", " ").toUpperCase()} is not supported yet`);
  }
}

function checkAlterable(object: NonNullable<ReturnType<typeof findTable>>["object"], what: "rename" | "add"): Table {
  if (isSystemTable(object.name)) {
    const shown = fold(object.name) === "sqlite_schema" ? "sqlite_master" : object.name;
    throw new SqlError(`table ${shown} may not be altered`);
  }
  if (object.kind === "view") throw new SqlError(`view ${object.name} may not be altered`);
  if (object.kind === "virtual-table")
    throw new SqlError(what === "add" ? "virtual tables may not be altered" : "virtual tables are not supported yet");
  return object;
}
