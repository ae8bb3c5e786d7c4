/** CREATE TRIGGER (https://www.sqlite.org/lang_createtrigger.html): its steps are looked at when it fires. */
import { SqlError } from "../../errors.ts";
import { storedText } from "../../schema/stored-text.ts";
import { fold } from "../../schema/table.ts";
import type { CreateTrigger } from "../../sql/ast.ts";
import { type Connection, MAIN, TEMP } from "../connection.ts";
import type { Action } from "../plan.ts";
import type { ParsedText } from "../prepared-statement.ts";
import { checkName, find, isSystemTable, placeOf } from "./names.ts";
import { SchemaChange } from "./schema-change.ts";
import { checkSchemasWithin } from "./schema-references.ts";

/** Throws what the original finds before it makes anything. */
export function createTrigger(connection: Connection, statement: CreateTrigger, text: ParsedText): Action {
  const { trigger: name, table: on, temporary, ifNotExists, time } = statement;
  if (text.parameters.length > 0) throw new SqlError("trigger cannot use variables");
  if (temporary && name.schema !== undefined) throw new SqlError("temporary trigger may not have qualified name");
  const database = placeFor(connection, statement);
  const { catalogue, name: schema } = connection.databases[database]!;
  const found = find(connection, tableNameFor(connection, database, statement), (one, wanted) =>
    one.catalogue.table(wanted),
  );
  if (found === undefined) throw new SqlError(`no such table: ${schema}.${on.name}`);
  const table = found.object;
  if (table.kind === "virtual-table") throw new SqlError("cannot create triggers on virtual tables");
  checkName(connection, name.name);
  if (catalogue.trigger(name.name) !== undefined) {
    if (ifNotExists) return { run() {} };
    throw new SqlError(`trigger ${name.name} already exists`, name.offset);
  }
  if (isSystemTable(table.name)) throw new SqlError("cannot create trigger on system table");
  if (table.kind === "view" && time !== "INSTEAD OF")
    throw new SqlError(`cannot create ${time} trigger on view: ${on.name}`);
  if (table.kind === "table" && time === "INSTEAD OF")
    throw new SqlError(`cannot create INSTEAD OF trigger on table: ${on.name}`);
  for (const step of statement.steps) checkStep(step);
  checkSchemasWithin(connection, database, "trigger", name.name, {
    when: statement.when,
    steps: statement.steps,
  });
  const sql = storedText(statement, text.whole, text);
  return {
    writes: [database],
    run() {
      const change = new SchemaChange(connection, database);
      change.rows.add({ type: "trigger", name: name.name, tableName: table.name, rootPage: 0, sql });
      change.finish();
    },
  };
}

function checkStep(step: CreateTrigger["steps"][number]): void {
  if (step.kind === "select-step") return;
  const { table: target } = step;
  if (target.schema !== undefined)
    throw new SqlError(
      "qualified table names are not allowed on INSERT, UPDATE, and DELETE statements within triggers",
    );
  if (target.indexedBy === null)
    throw new SqlError("the NOT INDEXED clause is not allowed on UPDATE or DELETE statements within triggers");
  if (target.indexedBy !== undefined)
    throw new SqlError("the INDEXED BY clause is not allowed on UPDATE or DELETE statements within triggers");
}

/** An unqualified trigger goes where its table is: into temp when that has the name. */
function placeFor(connection: Connection, { trigger, table, temporary }: CreateTrigger): number {
  if (temporary) return TEMP;
  if (trigger.schema !== undefined) return placeOf(connection, trigger);
  const isNamedTemp = table.schema !== undefined && fold(table.schema) === "temp";
  if (isNamedTemp || (table.schema === undefined && connection.databases[TEMP]!.catalogue.table(table.name)))
    return TEMP;
  return table.schema === undefined ? MAIN : placeOf(connection, table);
}

/** A trigger in temp may be on any database's table; every other one is on its own database's. */
function tableNameFor(connection: Connection, database: number, { table }: CreateTrigger): CreateTrigger["table"] {
  if (database === TEMP) return table;
  return { ...table, schema: connection.databases[database]!.name };
}
