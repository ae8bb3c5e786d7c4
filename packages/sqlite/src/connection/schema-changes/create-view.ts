/** CREATE VIEW (https://www.sqlite.org/lang_createview.html): what it says is looked at when the view is used. */
import { SqlError } from "../../errors.ts";
import { storedText } from "../../schema/stored-text.ts";
import { fold } from "../../schema/table.ts";
import type { CreateView } from "../../sql/ast.ts";
import type { Connection } from "../connection.ts";
import type { Action } from "../plan.ts";
import type { ParsedText } from "../prepared-statement.ts";
import { checkName, placeOf } from "./names.ts";
import { checkSchemasWithin } from "./schema-references.ts";
import { SchemaChange } from "./schema-change.ts";

/** Throws what the original finds before it makes anything. */
export function createView(connection: Connection, statement: CreateView, text: ParsedText): Action {
  const { view: name, temporary, ifNotExists } = statement;
  if (text.parameters.length > 0) throw new SqlError("parameters are not allowed in views");
  if (temporary && name.schema !== undefined && fold(name.schema) !== "temp")
    throw new SqlError("temporary table name must be unqualified");
  const database = placeOf(connection, name, temporary);
  checkName(connection, name.name);
  const { catalogue } = connection.databases[database]!;
  const other = catalogue.table(name.name);
  if (other !== undefined) {
    if (ifNotExists) return { run() {} };
    throw new SqlError(`${other.kind === "view" ? "view" : "table"} ${name.name} already exists`, name.offset);
  }
  if (catalogue.index(name.name) !== undefined) throw new SqlError(`there is already an index named ${name.name}`);
  checkSchemasWithin(connection, database, "view", name.name, statement.select);
  const sql = storedText(statement, text.whole, text);
  return {
    writes: [database],
    run() {
      const change = new SchemaChange(connection, database);
      change.rows.add({ type: "view", name: name.name, tableName: name.name, rootPage: 0, sql });
      change.finish();
    },
  };
}
