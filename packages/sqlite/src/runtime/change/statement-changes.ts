/**
 * What a statement that changes rows has in common with the programs of its triggers: how many rows it changed, foreign keys that wait for its
 * end, AUTOINCREMENT's numbers, the triggers that are active, and the tables that it opened.
 */
import type { Table, Trigger } from "../../schema/table.ts";
import type { Sequence } from "./sequence.ts";
import type { StoredTable } from "./stored-table.ts";

export class StatementChanges {
  /** Rows changed so far: of the statement, or of the trigger's step that runs. */
  rows = 0;
  /** Rows without their parents, of keys that are checked when the statement ends. */
  violations = 0;
  /** Active programs of triggers, the innermost last; undefined for a foreign key's action. */
  readonly active: (Trigger | undefined)[] = [];
  readonly tables: Map<Table, StoredTable> = new Map();
  /** Of tables with AUTOINCREMENT that rows were added to. */
  readonly sequences: Map<Table, Sequence> = new Map();

  /** The statement has ended, one way or the other. Harmless when it has already. */
  close(): void {
    if (this.tables.size === 0) return;
    for (const table of this.tables.values()) table.close();
    this.tables.clear();
    this.sequences.clear();
  }
}
