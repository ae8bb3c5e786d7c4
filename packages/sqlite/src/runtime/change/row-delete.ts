/** Deleting a row: for DELETE, and for what REPLACE puts out of the way. */
import type { Block, RoutineCompiler } from "../../compile/program.ts";
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
  /** The row is in the way of one that is being updated: its triggers may not change the table. */
  readonly pins: boolean;
  /** RETURNING: what is done with the row that is gone. */
  readonly returning: Block | undefined;
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
  readonly #returning: ((frame: Frame) => void) | undefined;
  /** By column: not 0 where its value is needed to delete the row; undefined: all are. */
  readonly #needed: Uint8Array | undefined;
  /** Nothing of the row is needed. */
  readonly #isPlain: boolean;
  readonly #pins: boolean;

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
    this.#returning = plan.returning && compiler.block(plan.returning);
    this.firesSomething =
      this.#before !== undefined ||
      this.#after !== undefined ||
      this.#removed !== undefined ||
      this.#actions !== undefined;
    this.#pins = plan.pins && (this.#before !== undefined || this.#after !== undefined);
    this.#needed = this.firesSomething || plan.returning !== undefined ? undefined : columnsOfEntries(row);
    this.#isPlain = this.#needed?.includes(1) === false;
  }

  /** Deletes the row under the cursor. */
  run(frame: Frame, stored: StoredTable): void {
    if (!this.#isPlain || frame.environment.rowChanged !== undefined) this.row.load(frame, stored, this.#needed);
    if (!this.#pins) return this.#run(frame, stored);
    stored.pins += 1;
    try {
      this.#run(frame, stored);
    } finally {
      stored.pins -= 1;
    }
  }

  #run(frame: Frame, stored: StoredTable): void {
    const before = this.#before;
    if (before !== undefined) {
      if (!before(frame) || !stored.seekImage(frame.registers, this.row.first)) return;
      this.#current.load(frame, stored);
    }
    if (this.#removed !== undefined) {
      this.#removed(frame);
      stored.seekImage(frame.registers, this.row.first);
    }
    if (!this.#pins) stored.checkPins();
    deleteEntries(frame, stored, this.#current);
    stored.deleteHere();
    if (this.#counts) stored.count(frame, "delete", this.row.first);
    if (this.#actions !== undefined) this.#actions(frame);
    if (this.#returning !== undefined) this.#returning(frame);
    if (this.#after !== undefined) this.#after(frame);
  }
}

/** The columns that a row's entries are made of; where some are computed, all. */
function columnsOfEntries({ table, indexes, generated }: RowRules): Uint8Array | undefined {
  if (generated.length > 0) return undefined;
  const needed = new Uint8Array(table.columns.length);
  for (const { columns } of indexes) for (const column of columns) if (column >= 0) needed[column] = 1;
  return needed;
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
