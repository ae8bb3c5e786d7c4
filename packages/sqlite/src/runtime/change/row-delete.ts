/** Deleting a row: for DELETE, and for what REPLACE puts out of the way. */
import type { RoutineCompiler } from "../../compile/program.ts";
import type { Frame } from "../frame.ts";
import { type FiredProgram, type Fire, prepareFiring } from "./fire.ts";
import { PreparedRow, type RowRules } from "./row-rules.ts";
import type { StoredTable } from "./stored-table.ts";

/** What foreign keys do about a row; undefined: nothing. */
export type ForeignKeyWork = (frame: Frame) => void;

export interface ForeignKeyOperations {
  /** Looks what the OLD row's going means. */
  readonly removed?: ((compiler: RoutineCompiler) => ForeignKeyWork) | undefined;
  /** Looks what the NEW row's coming means. */
  readonly added?: ((compiler: RoutineCompiler) => ForeignKeyWork) | undefined;
  /** ON DELETE and ON UPDATE, on OLD and NEW as triggers have them. */
  readonly actions: readonly FiredProgram[];
}

export interface RowDeletePlan {
  /** OLD; NEW's registers follow, for triggers. */
  readonly row: RowRules;
  /** Where there are BEFORE triggers, which may change the row: what it is afterwards. */
  readonly current: RowRules | undefined;
  readonly before: readonly FiredProgram[];
  readonly after: readonly FiredProgram[];
  readonly foreignKeys: ForeignKeyOperations;
  /** Whether changes() counts the row. */
  readonly counts: boolean;
}

export class RowDelete {
  readonly row: PreparedRow;
  /** Whether somebody else may act while the row is deleted: programs of triggers or of foreign keys. */
  readonly firesSomething: boolean;
  readonly #current: PreparedRow;
  readonly #before: Fire | undefined;
  readonly #after: Fire | undefined;
  readonly #removed: ForeignKeyWork | undefined;
  readonly #actions: Fire | undefined;
  readonly #counts: boolean;
  /** Whether the row's values are needed to delete it. */
  readonly #loads: boolean;

  constructor(plan: RowDeletePlan, compiler: RoutineCompiler) {
    const { row, current, foreignKeys } = plan;
    const width = 2 * (row.table.columns.length + 1);
    const fired = (programs: readonly FiredProgram[]): Fire | undefined =>
      prepareFiring(programs, row.first, width, compiler);
    this.row = new PreparedRow(row, compiler);
    this.#current = current === undefined ? this.row : new PreparedRow(current, compiler);
    this.#before = fired(plan.before);
    this.#after = fired(plan.after);
    this.#removed = foreignKeys.removed?.(compiler);
    this.#actions = fired(foreignKeys.actions);
    this.#counts = plan.counts;
    this.firesSomething =
      this.#before !== undefined ||
      this.#after !== undefined ||
      this.#removed !== undefined ||
      this.#actions !== undefined;
    this.#loads = this.firesSomething || row.table.withoutRowid || row.table.indexes.length > 0;
  }

  /** Deletes the row under the cursor, which `load` has read. False: it was not deleted, or what follows on it was called off. */
  run(frame: Frame, stored: StoredTable, isLoaded: boolean): boolean {
    if (!isLoaded && this.#loads) this.row.load(frame, stored);
    const before = this.#before;
    if (before !== undefined) {
      if (!before(frame) || !stored.seekImage(frame.registers, this.row.first)) return false;
      this.#current.load(frame, stored);
    }
    if (this.#removed !== undefined) {
      this.#removed(frame);
      stored.seekImage(frame.registers, this.row.first);
    }
    deleteEntries(frame, stored, this.#current);
    stored.deleteHere();
    if (this.#counts) frame.statement.rows += 1;
    if (this.#actions !== undefined) this.#actions(frame);
    return this.#after === undefined || this.#after(frame);
  }
}

/** Removes the entries of a row in all indexes but the table itself. `only`: those that are not 0. */
export function deleteEntries(frame: Frame, stored: StoredTable, row: PreparedRow, only?: Uint8Array): void {
  const { indexes, primary } = stored;
  for (let at = 0; at < indexes.length; at++) {
    const index = indexes[at]!;
    if (index === primary || (only !== undefined && only[at] === 0)) continue;
    if (row.entry(frame, at, index)) stored.deleteEntry(index);
  }
}
