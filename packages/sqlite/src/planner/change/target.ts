/** What a statement changes: a table, or a view whose triggers say what that means. */
import { SqlError } from "../../errors.ts";
import { SCHEMA_TABLE } from "../../schema/catalogue.ts";
import type { Table, Trigger, View } from "../../schema/table.ts";
import type { ChangeTarget } from "../../sql/ast.ts";
import type { CompileContext } from "../context.ts";
import { locateTable } from "../resolve/locate-table.ts";

/** The number of the database that is called `temp`. */
export const TEMP = 1;

export interface Found {
  readonly database: number;
  readonly table: Table | View;
}

/** In a trigger's statements (`database`) names without a schema are of the trigger's. Throws SqlError: `no such table: x`. */
export function findTarget(target: ChangeTarget, context: CompileContext, database?: number): Found {
  return locateTable(target, context, database);
}

/** Throws SqlError when nothing of the target may be changed. */
export function checkChangeable({ table, database }: Found, insteadOf: readonly Trigger[]): void {
  if (table.kind === "view") {
    if (insteadOf.length === 0) throw new SqlError(`cannot modify ${table.name} because it is a view`);
  } else if (table.rootPage === SCHEMA_TABLE.rootPage)
    throw new SqlError(`table sqlite_${database === TEMP ? "temp_" : ""}master may not be modified`);
}

/** A target as messages about it have it. */
export function shownName({ schema, name, alias }: ChangeTarget): string {
  return alias ?? (schema === undefined ? name : `${schema}.${name}`);
}
