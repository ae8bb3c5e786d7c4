/** Changing a row: UPDATE, and what an upsert does with the row that was there. */
import type { Block, RoutineCompiler } from "../../compile/program.ts";
import { ROWID } from "../../schema/table.ts";
import type { Tag } from "../../values/value.ts";
import type { Frame } from "../frame.ts";
import { type ConstraintPlan, Constraints, ENTRIES_READY, keyChanges, LEFT_OUT } from "./constraints.ts";
import { type Fire, type FiredProgram, prepareFiring } from "./fire.ts";
import { deleteEntries, type ForeignKeyOperations, type ForeignKeyWork } from "./row-delete.ts";
import { beRowid } from "./row-insert.ts";
import { PreparedRow, type RowRules } from "./row-rules.ts";
import type { StoredTable } from "./stored-table.ts";

export interface RowUpdatePlan {
  /** Of NEW, whose registers are right behind OLD's. */
  readonly constraints: ConstraintPlan;
  readonly old: RowRules;
  /** Where there are BEFORE triggers, which may change the row: what it is afterwards. */
  readonly current: RowRules | undefined;
  /** Puts new values into NEW's registers, for the columns of `changed` that are not computed. */
  readonly assign: Block;
  readonly changed: ReadonlySet<number>;
  readonly before: readonly FiredProgram[];
  readonly after: readonly FiredProgram[];
  readonly foreignKeys: ForeignKeyOperations;
  /** RETURNING: what is done with the finished row. */
  readonly returning: Block | undefined;
}

export class RowUpdate {
  readonly old: PreparedRow;
  readonly #constraints: Constraints;
  readonly #new: PreparedRow;
  readonly #current: PreparedRow;
  readonly #assign: (frame: Frame) => void;
  readonly #before: Fire | undefined;
  readonly #after: Fire | undefined;
  readonly #removed: ForeignKeyWork | undefined;
  readonly #added: ForeignKeyWork | undefined;
  readonly #actions: Fire | undefined;
  readonly #returning: ((frame: Frame) => void) | undefined;
  readonly #changesRowid: boolean;
  readonly #changesKey: boolean;
  /** Columns that stay as they are. */
  readonly #kept: readonly number[];

  constructor(plan: RowUpdatePlan, compiler: RoutineCompiler) {
    const { old, current, changed } = plan;
    const { table } = old;
    const fired = (programs: readonly FiredProgram[]): Fire | undefined =>
      prepareFiring(programs, old.first, 2 * (table.columns.length + 1), compiler);
    this.#constraints = new Constraints(plan.constraints, compiler);
    this.#new = this.#constraints.row;
    this.old = new PreparedRow(old, compiler);
    this.#current = current === undefined ? this.old : new PreparedRow(current, compiler);
    this.#assign = compiler.block(plan.assign);
    this.#before = fired(plan.before);
    this.#after = fired(plan.after);
    this.#removed = plan.foreignKeys.removed?.(compiler);
    this.#added = plan.foreignKeys.added?.(compiler);
    this.#actions = fired(plan.foreignKeys.actions);
    this.#returning = plan.returning && compiler.block(plan.returning);
    this.#changesRowid = changed.has(ROWID);
    this.#changesKey = keyChanges(table, changed);
    this.#kept = table.columns.flatMap(({ generated }, at) => (generated !== undefined || changed.has(at) ? [] : [at]));
  }

  /** Updates the row under the cursor, which stands in OLD's registers already. */
  run(frame: Frame, stored: StoredTable): void {
    const { registers } = frame;
    const next = this.#new;
    const constraints = this.#constraints;
    this.#copyKept(frame, this.old);
    if (!this.#changesRowid) {
      registers.tags[next.first] = registers.tags[this.old.first]!;
      registers.payloads[next.first] = registers.payloads[this.old.first]!;
    }
    this.#assign(frame);
    if (this.#changesRowid) beRowid(registers, next.first);
    if (next.hasGenerated) next.computeGenerated(frame);
    if (this.#before !== undefined && !this.#fireBefore(frame, stored, this.#before)) return;
    const verdict = constraints.check(frame, stored);
    if (verdict === LEFT_OUT) return;
    // Triggers of rows that REPLACE deleted may have deleted this one.
    const hasMoved = this.#before !== undefined || this.#changesKey || verdict !== ENTRIES_READY;
    if (hasMoved && !stored.seekImage(registers, this.old.first)) return;
    if (this.#removed !== undefined) {
      this.#removed(frame);
      stored.seekImage(registers, this.old.first);
    }
    deleteEntries(frame, stored, this.#current, constraints.touched);
    if (this.#changesKey || this.#added !== undefined || stored.rows === undefined) {
      stored.seekImage(registers, this.old.first);
      stored.deleteHere();
    }
    if (this.#added !== undefined) this.#added(frame);
    constraints.write(frame, stored, false);
    stored.count(frame, "update", next.first);
    if (this.#actions !== undefined) this.#actions(frame);
    if (this.#returning !== undefined) this.#returning(frame);
    if (this.#after !== undefined) this.#after(frame);
  }

  /** Columns that are not assigned are what they were, or what a BEFORE trigger made of them; those that are stay as they were computed. */
  #fireBefore(frame: Frame, stored: StoredTable, fire: Fire): boolean {
    const next = this.#new;
    next.applyAffinities(frame, true);
    if (!fire(frame) || !stored.seekImage(frame.registers, this.old.first)) return false;
    this.#current.load(frame, stored);
    this.#copyKept(frame, this.#current);
    if (next.hasGenerated) next.computeGenerated(frame);
    return true;
  }

  #copyKept({ registers }: Frame, from: PreparedRow): void {
    const to = this.#new.first + 1;
    const source = from.first + 1;
    for (const column of this.#kept)
      registers.set(to + column, registers.tags[source + column] as Tag, registers.payloads[source + column]!);
  }
}
