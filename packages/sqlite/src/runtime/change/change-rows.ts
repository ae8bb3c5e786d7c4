/** UPDATE and DELETE of the rows that a query finds, and INSERT, UPDATE and DELETE of views, whose triggers do it all. */
import type { Block, Operation, RoutineCompiler } from "../../compile/program.ts";
import type { Table } from "../../schema/table.ts";
import { applyAffinity } from "../../values/cast.ts";
import { INTEGER } from "../../values/value.ts";
import type { Frame } from "../frame.ts";
import { type FiredProgram, prepareFiring } from "./fire.ts";
import { RowDelete, type RowDeletePlan } from "./row-delete.ts";
import { RowUpdate, type RowUpdatePlan } from "./row-update.ts";
import { RowsToChange } from "./rows-to-change.ts";
import { StoredTable } from "./stored-table.ts";

/** How rows come to be known before they are changed. */
export interface Finding {
  /** Puts each row's values into registers, and runs the operation `addRow(finding)`. */
  readonly steps: Block;
  /** The first of the registers in which a row's values stand, what names the row first: while it is found, and again while it is changed. */
  readonly first: number;
  readonly width: number;
  /** A row's only value is its rowid. */
  readonly hasRowidsOnly: boolean;
  /** In the order of the table, each row once; else as they were found. */
  readonly sorted: boolean;
  /** The rows of the execution that is finding them at the moment. */
  readonly found: { rows: RowsToChange | undefined };
}

export function addRow(first: number, found: Finding["found"]): Operation {
  return { name: "add-row", prepare: () => (frame) => found.rows!.add(frame.registers, first) };
}

/** The same for a row that is given by its rowid, which need not be there: what is no INTEGER without loss finds none. */
export function addRowid(first: number, found: Finding["found"]): Operation {
  return {
    name: "add-rowid",
    prepare: () => (frame) => {
      const { registers } = frame;
      if (registers.tags[first] !== INTEGER) applyAffinity(registers, first, "INTEGER");
      if (registers.tags[first] === INTEGER) found.rows!.add(registers, first);
    },
  };
}

function prepareFinding(
  { steps, width, hasRowidsOnly, found }: Finding,
  compiler: RoutineCompiler,
): (frame: Frame) => RowsToChange {
  const find = compiler.block(steps);
  return (frame) => {
    // A function in the query may run this very statement.
    const outer = found.rows;
    const rows = new RowsToChange(width, hasRowidsOnly);
    found.rows = rows;
    try {
      find(frame);
    } finally {
      found.rows = outer;
    }
    return rows;
  };
}

function eachRow(
  frame: Frame,
  stored: StoredTable,
  rows: RowsToChange,
  { first, sorted }: Finding,
  change: () => void,
): void {
  if (sorted) rows.sort(stored);
  // Rows are often neighbours, until they are not.
  let areNeighbours = false;
  for (let at = 0; at < rows.length; at++) {
    rows.read(at, frame.registers, first);
    frame.turn();
    areNeighbours =
      (areNeighbours || at === 1) &&
      stored.rows !== undefined &&
      stored.isNext(frame.registers.payloads[first] as number | bigint);
    if (areNeighbours || stored.seekLocatorAt(frame.registers, first)) change();
  }
}

export function updateRows(plan: RowUpdatePlan, finding: Finding): Operation {
  return {
    name: "update",
    prepare(compiler) {
      const { database, table } = plan.old;
      const find = prepareFinding(finding, compiler);
      const update = new RowUpdate(plan, compiler);
      return (frame) => {
        const rows = find(frame);
        const stored = StoredTable.of(frame, database, table);
        eachRow(frame, stored, rows, finding, () => {
          update.old.load(frame, stored);
          update.run(frame, stored);
        });
      };
    },
  };
}

export function deleteRows(plan: RowDeletePlan, finding: Finding): Operation {
  return {
    name: "delete",
    prepare(compiler) {
      const { database, table } = plan.row;
      const find = prepareFinding(finding, compiler);
      const rowDelete = new RowDelete(plan, compiler);
      return (frame) => {
        const rows = find(frame);
        const stored = StoredTable.of(frame, database, table);
        eachRow(frame, stored, rows, finding, () => rowDelete.run(frame, stored));
      };
    },
  };
}

/** DELETE of everything, when nobody looks at single rows. */
export function clearTable(database: number, table: Table): Operation {
  return {
    name: "clear-table",
    prepare: () => (frame) => {
      frame.statement.rows += StoredTable.of(frame, database, table).clear();
    },
  };
}

/** Puts into a register whether a table has no rows. */
export function noteEmpty(database: number, table: Table, register: number): Operation {
  return {
    name: "note-empty",
    prepare: () => (frame) => {
      const isEmpty = !StoredTable.of(frame, database, table).rows!.first();
      frame.registers.set(register, INTEGER, isEmpty ? 1 : 0);
    },
  };
}

/** INSTEAD OF triggers, on OLD and NEW from `first` on. */
export interface InsteadPlan {
  readonly first: number;
  readonly count: number;
  readonly programs: readonly FiredProgram[];
  /** Puts values into OLD's and NEW's registers. */
  readonly assign: Block;
  /** RETURNING: what is done with each row. */
  readonly returning: Block | undefined;
}

function prepareInstead(plan: InsteadPlan, compiler: RoutineCompiler): (frame: Frame) => void {
  const assign = compiler.block(plan.assign);
  const fire = prepareFiring(plan.programs, plan.first, plan.count, compiler);
  const give = plan.returning && compiler.block(plan.returning);
  return (frame) => {
    assign(frame);
    if (fire !== undefined && !fire(frame)) return;
    if (give !== undefined) give(frame);
  };
}

/** For the row whose values stand in registers. */
export function fireInstead(plan: InsteadPlan): Operation {
  return { name: "instead-of", prepare: (compiler) => prepareInstead(plan, compiler) };
}

/** For each row that is found. */
export function fireInsteadOfRows(plan: InsteadPlan, finding: Finding): Operation {
  return {
    name: "instead-of-rows",
    prepare(compiler) {
      const find = prepareFinding(finding, compiler);
      const fire = prepareInstead(plan, compiler);
      return (frame) => {
        const rows = find(frame);
        for (let at = 0; at < rows.length; at++) {
          rows.read(at, frame.registers, finding.first);
          fire(frame);
        }
      };
    },
  };
}
