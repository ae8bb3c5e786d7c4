/** Actions as plans: rows that are there already, given one by one. */
import { BLOB, Cells, INTEGER, NULL, TEXT } from "../values/value.ts";
import type { Connection } from "./connection.ts";
import type { PlanLine, StatementColumn } from "./execution.ts";
import type { Action, ActionRow, Plan, PlanRun } from "./plan.ts";

export class ActionPlan implements Plan {
  readonly columns: readonly StatementColumn[];
  readonly isReadonly: boolean;
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  readonly atomic: boolean;
  readonly lines: readonly PlanLine[];
  readonly #action: Action;

  constructor(action: Action) {
    const {
      columns = [],
      reads = [],
      writes = [],
      isReadonly = writes.length === 0,
      atomic = false,
      lines = [],
    } = action;
    this.columns = columns.map((name) => ({ name, column: null, table: null, database: null, type: null }));
    this.isReadonly = isReadonly;
    this.reads = reads;
    this.writes = writes;
    this.atomic = atomic;
    this.lines = lines;
    this.#action = action;
  }

  start(connection: Connection, bindings: Cells): PlanRun {
    return new ActionRun(() => this.#action.run(connection, bindings) ?? [], this.columns.length);
  }
}

class ActionRun implements PlanRun {
  readonly row: Cells;
  readonly changes = undefined;
  readonly #begin: () => Iterable<ActionRow>;
  #rows: Iterator<ActionRow> | undefined;

  constructor(begin: () => Iterable<ActionRow>, columns: number) {
    this.#begin = begin;
    this.row = new Cells(columns);
  }

  step(): boolean {
    this.#rows ??= this.#begin()[Symbol.iterator]();
    const next = this.#rows.next();
    if (next.done === true) return false;
    next.value.forEach((value, at) => {
      const tag = value === null ? NULL : typeof value === "string" ? TEXT : typeof value === "object" ? BLOB : INTEGER;
      this.row.set(at, tag, value);
    });
    return true;
  }

  push(onRow: (row: Cells) => boolean): void {
    while (this.step() && onRow(this.row));
  }

  close(): void {}
}
