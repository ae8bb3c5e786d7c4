/** What a statement does when its last row is changed. */
import type { Operation } from "../../compile/program.ts";
import { ConflictError } from "../../errors.ts";
import { checkForeignKeys } from "./foreign-keys.ts";
import type { Frame } from "../frame.ts";
import type { Table } from "../../schema/table.ts";
import { endStep } from "./fire.ts";
import { Sequence } from "./sequence.ts";

/** A table with AUTOINCREMENT to which the statement, or anything that it fires, may add rows. */
export interface SequencedTable {
  readonly database: number;
  readonly table: Table;
  /** `sqlite_sequence`. */
  readonly sequences: Table;
}

/** Before rows of RETURNING are given: AUTOINCREMENT's numbers are written, and foreign keys have to be whole. Throws ConflictError. */
export function endOfChanges(sequenced: readonly SequencedTable[]): Operation {
  return {
    name: "end-of-changes",
    prepare: () => (frame) => {
      for (const { database, table, sequences } of sequenced) Sequence.of(frame, database, table, sequences).write();
      checkForeignKeys(frame);
    },
  };
}

/** The last thing: changes() and total_changes(). In a trigger: at the end of each step. */
export const COUNT_CHANGES: Operation = { name: "count-changes", prepare: () => endStep };

/** Before a table goes whose rows have been deleted: foreign keys of others have to be whole. Throws ConflictError. */
export const END_OF_DROPPED_ROWS: Operation = { name: "end-of-dropped-rows", prepare: () => checkForeignKeys };

/**
 * What a statement's failure comes to: a change that was stopped by FAIL would stay, but may not leave rows without their parents; then it fails
 * for that, and is undone.
 */
export function failureOf(error: unknown, frame: Frame): unknown {
  if (!(error instanceof ConflictError) || error.action !== "FAIL") return error;
  try {
    checkForeignKeys(frame);
    return error;
  } catch (violation) {
    return violation;
  }
}
