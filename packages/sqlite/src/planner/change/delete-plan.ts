/** How a row of a table is deleted, by DELETE or for a conflict. */
import type { RowDeletePlan } from "../../runtime/change/row-delete.ts";
import type { Table } from "../../schema/table.ts";
import type * as ast from "../../sql/ast.ts";
import type { ChangeCompiler } from "./compiler.ts";
import { foreignKeysOfDelete } from "./foreign-keys.ts";
import { shapeOf } from "./row-scope.ts";
import { rowRules } from "./rules.ts";
import { firedPrograms, triggersFor } from "./triggers.ts";

export interface DeleteOptions {
  /** Whether DELETE triggers fire. */
  readonly fires: boolean;
  readonly counts: boolean;
  /** See RowDeletePlan. */
  readonly pins: boolean;
  readonly conflict: ast.ConflictResolution | undefined;
  /** The whole table goes: what is wrong with its foreign keys is no matter. */
  readonly dropping?: boolean;
}

/** In registers of its own. */
export function deletePlan(
  table: Table,
  database: number,
  { fires, counts, pins, conflict, dropping = false }: DeleteOptions,
  compiler: ChangeCompiler,
): RowDeletePlan {
  const found = { table, database };
  const shape = shapeOf(table);
  const first = compiler.rowRegisters(table.columns.length, 2);
  const triggers = triggersFor(found, "DELETE", compiler.context);
  const before = fires ? firedPrograms(triggers.before, found, shape, conflict, compiler) : [];
  const after = fires ? firedPrograms(triggers.after, found, shape, conflict, compiler) : [];
  const foreignKeys = foreignKeysOfDelete(found, first, compiler, dropping);
  return {
    row: rowRules(table, database, first, compiler, { toleratesLoops: true }),
    current:
      before.length === 0
        ? undefined
        : rowRules(table, database, compiler.rowRegisters(table.columns.length), compiler),
    before,
    after,
    foreignKeys,
    counts,
    pins,
    returning: undefined,
  };
}
