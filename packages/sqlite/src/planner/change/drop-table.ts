/** DROP TABLE, before the table goes: with foreign keys it deletes its rows first, as DELETE does but without triggers. */
import type { Program } from "../../compile/program.ts";
import { deleteRows } from "../../runtime/change/change-rows.ts";
import { END_OF_DROPPED_ROWS } from "../../runtime/change/statement-end.ts";
import type { Table } from "../../schema/table.ts";
import type { CompileContext } from "../context.ts";
import { ChangeCompiler, runs } from "./compiler.ts";
import { deletePlan } from "./delete-plan.ts";
import { lowerFinding } from "./finding.ts";
import { referencesTo } from "./foreign-key-match.ts";
import { shapeOf } from "./row-scope.ts";

/**
 * Undefined: no foreign key has anything to say. The program counts no changes, and throws where rows of other tables lose their parents for good:
 * ConflictError, `FOREIGN KEY constraint failed`.
 */
export function lowerDropTable(table: Table, database: number, context: CompileContext): Program | undefined {
  if (!context.foreignKeys) return undefined;
  const isParent = referencesTo(table, context.databases[database]!).length > 0;
  if (!isParent && !table.foreignKeys.some(({ deferred }) => deferred || context.deferForeignKeys)) return undefined;
  const compiler = new ChangeCompiler(context);
  compiler.writes.add(database);
  const target = { schema: context.databases[database]!.name, name: table.name, offset: -1 };
  const options = { target, with: undefined, from: [], where: undefined, values: [], wholeRow: false };
  const finding = lowerFinding(shapeOf(table), table, options, compiler);
  const plan = deletePlan(
    table,
    database,
    { fires: false, counts: false, pins: false, conflict: undefined, dropping: true },
    compiler,
  );
  return compiler.finish([runs(deleteRows(plan, { ...finding, sorted: true })), runs(END_OF_DROPPED_ROWS)], [], false);
}
