/** Views and triggers, looked at whether everything that they name is there: before and after names are changed. */
import { SqlError, SqliteError } from "../../errors.ts";
import { ChangeCompiler } from "../../planner/change/compiler.ts";
import { type RowShape, shapeOf } from "../../planner/change/row-scope.ts";
import { firedRows, triggerProgram } from "../../planner/change/triggers.ts";
import { bindSelect } from "../../planner/resolve/bind.ts";
import type { Trigger, View } from "../../schema/table.ts";
import { viewColumns } from "../compile.ts";
import { type Connection, TEMP } from "../connection.ts";
import type { SchemaEditor } from "../schema-rows.ts";

/** The original resolves names here, and looks at nothing else. */
const ABOUT_NAMES = /^no such |^ambiguous column name|is circularly defined$/;

/** `when`: nothing, or " after rename". Throws `error in view v: no such table: main.t` for the first one that does not compile. */
export function checkSchema(connection: Connection, database: number, rows: SchemaEditor, when: string): void {
  const { catalogue } = connection.databases[database]!;
  for (const { type, name } of rows.rows()) {
    if (name === null) continue;
    try {
      const view = catalogue.table(name);
      const trigger = catalogue.trigger(name);
      if (type === "view" && view?.kind === "view") checkView(connection, database, view);
      else if (type === "trigger" && trigger !== undefined) checkTrigger(connection, database, trigger);
    } catch (error) {
      if (!(error instanceof SqliteError)) throw error;
      if (!ABOUT_NAMES.test(error.message)) continue;
      throw new SqlError(`error in ${type} ${name}${when}: ${error.message}`);
    }
  }
}

function checkView(connection: Connection, database: number, { definition }: View): void {
  bindSelect(definition.select, connection.compileContext(), database === TEMP ? {} : { database });
}

function checkTrigger(connection: Connection, database: number, trigger: Trigger): void {
  const { definition } = trigger;
  const shape = shapeFor(connection, database, trigger);
  if (shape === undefined) return;
  const firing = {
    database: database === TEMP ? undefined : database,
    rows: firedRows(shape, definition.event),
    conflict: undefined,
    trigger,
  };
  triggerProgram(definition, firing, new ChangeCompiler(connection.compileContext()));
}

/** Undefined: there is no such table. */
function shapeFor(connection: Connection, database: number, { table: name }: Trigger): RowShape | undefined {
  const table = connection.databases[database]!.catalogue.table(name);
  if (table?.kind === "table") return shapeOf(table);
  if (table?.kind !== "view") return undefined;
  const columns = viewColumns(connection, database, table).map((column) => ({
    name: column.name,
    affinity: undefined,
    collation: "BINARY",
    notNull: false,
  }));
  return { name, columns, hasRowid: false, rowidAlias: -1 };
}
