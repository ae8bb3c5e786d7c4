/**
 * What dropping a table does to foreign keys, where they are enforced: as if all of its rows were deleted first, without triggers
 * (https://www.sqlite.org/foreignkeys.html §5).
 */
import { SqliteError } from "../../errors.ts";
import { fold, type Table } from "../../schema/table.ts";
import { Cells } from "../../values/value.ts";
import { compileDelete } from "../compile.ts";
import { type Connection, TEMP } from "../connection.ts";

/** Undefined: nothing refers to the table, and it refers to nothing that is checked later. */
export function dropReferences(
  connection: Connection,
  database: number,
  table: Table,
): { readonly reads: readonly number[]; readonly writes: readonly number[]; run(): void } | undefined {
  if (!connection.settings.foreignKeys || database === TEMP) return undefined;
  const isParent = [...connection.databases[database]!.catalogue.tables()].some(
    (other) => other.kind === "table" && other.foreignKeys.some((key) => fold(key.table) === fold(table.name)),
  );
  const isDeferredChild = table.foreignKeys.some(({ deferred }) => deferred) || connection.rowChanges.deferForeignKeys;
  if (!isParent && !isDeferredChild) return undefined;
  const { name: schema } = connection.databases[database]!;
  const plan = ifSound(() =>
    compileDelete(connection, { kind: "delete", table: { schema, name: table.name, offset: -1 } }),
  );
  if (plan === undefined) return undefined;
  return {
    reads: [...plan.reads],
    writes: plan.writes,
    run() {
      const { rowChanges } = connection;
      const { deferred, deferredImmediate } = rowChanges.violations();
      const { changes, totalChanges } = rowChanges;
      const run = plan.start(connection, new Cells(0));
      run.push(() => true);
      run.close();
      rowChanges.changes = changes;
      rowChanges.totalChanges = totalChanges;
      // Nobody could make up for it later.
      const now = rowChanges.violations();
      if (now.deferred > deferred || now.deferredImmediate > deferredImmediate)
        throw new SqliteError("SQLITE_CONSTRAINT_FOREIGNKEY", "FOREIGN KEY constraint failed");
    },
  };
}

/** Keys that refer to nothing that is there do not keep a table from being dropped. */
function ifSound<T>(compile: () => T): T | undefined {
  try {
    return compile();
  } catch (error) {
    if (error instanceof SqliteError) return undefined;
    throw error;
  }
}
