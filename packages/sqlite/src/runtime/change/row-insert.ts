/**
 * Adding a row: INSERT and REPLACE, for each row of what they insert.
 *
 * The values stand in NEW's registers as they were given: the rowid (or the column that is it) in the first, everything else behind. BEFORE triggers
 * see a copy with affinities applied and, where the rowid is not known yet, -1 for it.
 */
import type { Block, RoutineCompiler } from "../../compile/program.ts";
import { SqliteError } from "../../errors.ts";
import type { Table } from "../../schema/table.ts";
import { applyAffinity } from "../../values/cast.ts";
import { type Cells, INTEGER, NULL } from "../../values/value.ts";
import type { Frame } from "../frame.ts";
import { type ConstraintPlan, Constraints, ENTRIES_READY, LEFT_OUT } from "./constraints.ts";
import { type Fire, type FiredProgram, prepareFiring } from "./fire.ts";
import type { ForeignKeyOperations, ForeignKeyWork } from "./row-delete.ts";
import { PreparedRow, type RowRules } from "./row-rules.ts";
import { Sequence } from "./sequence.ts";
import { StoredTable } from "./stored-table.ts";

export interface RowInsertPlan {
  readonly constraints: ConstraintPlan;
  /** Whether the statement gives rowids; NULL ones are made anew all the same. */
  readonly givesRowid: boolean;
  /** The copy that BEFORE triggers see; OLD's registers, which are NULL, are in front. Undefined: there are none. */
  readonly copy: RowRules | undefined;
  readonly before: readonly FiredProgram[];
  /** OLD's registers, which are NULL, are in front of NEW's. */
  readonly after: readonly FiredProgram[];
  readonly foreignKeys: ForeignKeyOperations;
  /** `sqlite_sequence`, for AUTOINCREMENT. */
  readonly sequences: Table | undefined;
  /** RETURNING: what is done with the finished row. */
  readonly returning: Block | undefined;
}

/** The step that adds the row. */
export function prepareInsert(plan: RowInsertPlan, compiler: RoutineCompiler): (frame: Frame) => void {
  const insert = new RowInsert(plan, compiler);
  return (frame) => insert.run(frame);
}

class RowInsert {
  readonly #database: number;
  readonly #table: Table;
  readonly #constraints: Constraints;
  readonly #row: PreparedRow;
  readonly #plan: RowInsertPlan;
  readonly #copy: PreparedRow | undefined;
  readonly #before: Fire | undefined;
  readonly #after: Fire | undefined;
  readonly #added: ForeignKeyWork | undefined;
  readonly #returning: ((frame: Frame) => void) | undefined;

  constructor(plan: RowInsertPlan, compiler: RoutineCompiler) {
    const { constraints, copy } = plan;
    const { row } = constraints;
    const width = row.table.columns.length + 1;
    this.#plan = plan;
    this.#database = row.database;
    this.#table = row.table;
    this.#constraints = new Constraints(constraints, compiler);
    this.#row = this.#constraints.row;
    this.#copy = copy && new PreparedRow(copy, compiler);
    this.#before = copy && prepareFiring(plan.before, copy.first - width, 2 * width, compiler);
    this.#after = prepareFiring(plan.after, row.first - width, 2 * width, compiler);
    this.#added = plan.foreignKeys.added?.(compiler);
    this.#returning = plan.returning && compiler.block(plan.returning);
  }

  run(frame: Frame): void {
    const stored = StoredTable.of(frame, this.#database, this.#table);
    if (this.#before !== undefined && !this.#fireBefore(frame, this.#copy!, this.#before)) return;
    if (stored.rows !== undefined) this.#giveRowid(frame, stored);
    if (this.#row.hasGenerated) this.#row.computeGenerated(frame);
    const verdict = this.#constraints.check(frame, stored);
    if (verdict === LEFT_OUT) return;
    if (this.#added !== undefined) this.#added(frame);
    this.#constraints.write(frame, stored, verdict === ENTRIES_READY);
    stored.count(frame, "insert", this.#row.first);
    if (stored.rows !== undefined)
      frame.environment.changes.lastInsertRowid = frame.registers.payloads[this.#row.first] as number | bigint;
    // RETURNING gives the row as it is before AFTER triggers.
    if (this.#returning !== undefined) this.#returning(frame);
    if (this.#after !== undefined) this.#after(frame);
  }

  #fireBefore(frame: Frame, copy: PreparedRow, fire: Fire): boolean {
    const { registers } = frame;
    copyRow(registers, this.#row.first, copy.first, this.#table);
    if (!this.#table.withoutRowid) {
      if (!this.#plan.givesRowid || registers.tags[copy.first] === NULL) registers.set(copy.first, INTEGER, -1);
      else beRowid(registers, copy.first);
    }
    if (copy.hasGenerated) copy.computeGenerated(frame);
    copy.applyAffinities(frame, true);
    return fire(frame);
  }

  #giveRowid(frame: Frame, stored: StoredTable): void {
    const { registers } = frame;
    const { first } = this.#row;
    const { sequences, givesRowid } = this.#plan;
    const sequence = sequences === undefined ? undefined : Sequence.of(frame, this.#database, this.#table, sequences);
    if (givesRowid && registers.tags[first] !== NULL) {
      beRowid(registers, first);
      sequence?.note(registers.payloads[first] as number | bigint);
      return;
    }
    const { environment } = frame.environment.context;
    const rowid = stored.newRowid(sequence?.highest, () => environment.random());
    registers.set(first, INTEGER, rowid);
    sequence?.note(rowid);
  }
}

function copyRow({ tags, payloads }: Cells, from: number, to: number, table: Table): void {
  for (let at = 0; at <= table.columns.length; at++) {
    tags[to + at] = tags[from + at]!;
    payloads[to + at] = payloads[from + at]!;
  }
}

/** Makes a rowid of what was given for one. Throws SQLITE_MISMATCH. */
export function beRowid(registers: Cells, at: number): void {
  if (registers.tags[at] === INTEGER) return;
  applyAffinity(registers, at, "INTEGER");
  if (registers.tags[at] !== INTEGER) throw new SqliteError("SQLITE_MISMATCH", "datatype mismatch");
}
