/**
 * What dropping a table does to foreign keys, where they are enforced: as if all of its rows were deleted first, without triggers
 * (https://www.sqlite.org/foreignkeys.html §5).
 */
import { lowerDropTable } from "../../planner/change/drop-table.ts";
import type { Table } from "../../schema/table.ts";
import { Cells } from "../../values/value.ts";
import { planOf } from "../compile.ts";
import { type Connection, TEMP } from "../connection.ts";

/** Undefined: no foreign key has anything to say. `run` throws where rows of other tables lose their parents for good. */
export function dropReferences(
  connection: Connection,
  database: number,
  table: Table,
): { readonly reads: readonly number[]; readonly writes: readonly number[]; run(): void } | undefined {
  const program = database === TEMP ? undefined : lowerDropTable(table, database, connection.compileContext());
  if (program === undefined) return undefined;
  const plan = planOf(connection, program);
  return {
    reads: [...plan.reads],
    writes: plan.writes,
    run() {
      const run = plan.start(connection, new Cells(0));
      run.push(() => true);
    },
  };
}
