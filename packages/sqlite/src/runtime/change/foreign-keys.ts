/**
 * Foreign keys by counting: a row without its parent counts 1 where the key says when that is looked at, and whatever mends it counts it back.
 *
 * Counters are checked when the statement ends, or for deferred keys when the transaction does. A counter that stands at 0 has nothing to mend,
 * which spares a search.
 */
import type { Block, RoutineCompiler } from "../../compile/program.ts";
import { ConflictError } from "../../errors.ts";
import type { Index, Table } from "../../schema/table.ts";
import { applyAffinity } from "../../values/cast.ts";
import { compareValues } from "../../values/compare.ts";
import type { Collation } from "../../values/collation.ts";
import { Cells, INTEGER, NULL, type Tag } from "../../values/value.ts";
import type { Frame } from "../frame.ts";
import type { ForeignKeyWork } from "./row-delete.ts";
import { StoredTable } from "./stored-table.ts";

/** Adds to what is wrong with a foreign key. */
export function countViolation({ statement, environment }: Frame, deferred: boolean, delta: number): void {
  const { changes } = environment;
  if (changes.deferForeignKeys) changes.deferredImmediate += delta;
  else if (deferred) changes.deferred += delta;
  else statement.violations += delta;
}

function hasNoViolation({ statement, environment }: Frame, deferred: boolean): boolean {
  const { changes } = environment;
  return changes.deferredImmediate === 0 && (deferred ? changes.deferred : statement.violations) === 0;
}

/** Before a statement ends. */
export function checkForeignKeys({ statement }: Frame): void {
  if (statement.violations > 0) throw violated();
}

function violated(): ConflictError {
  return new ConflictError("SQLITE_CONSTRAINT_FOREIGNKEY", "FOREIGN KEY constraint failed", "ABORT");
}

/** A row of the child comes (`delta` 1) or goes (-1): is its parent there? */
export interface ParentLookup {
  readonly database: number;
  readonly parent: Table;
  /** Undefined: the parent's rowid. */
  readonly index: Index | undefined;
  /** Registers of the child's values, in the order of the index. */
  readonly child: readonly number[];
  /** Registers in which the row itself has the parent's columns, where it may be its own parent. */
  readonly itself: readonly number[] | undefined;
  readonly deferred: boolean;
  readonly delta: 1 | -1;
  /** Nothing has happened before that would have to be undone: the row is refused at once. */
  readonly refuses: boolean;
  /** Values are compared by it with the row itself. */
  readonly binary: Collation;
}

export function prepareParentLookup(lookup: ParentLookup): ForeignKeyWork {
  const { database, parent, index, child, itself, deferred, delta, refuses, binary } = lookup;
  const affinities = index?.columns.map(({ column }) => parent.columns[column]?.affinity ?? "INTEGER") ?? ["INTEGER"];
  const key = new Cells(child.length);
  return (frame) => {
    if (delta < 0 && hasNoViolation(frame, deferred)) return;
    const { registers } = frame;
    const { tags, payloads } = registers;
    for (const register of child) {
      if (tags[register] === NULL) return;
    }
    for (const [at, register] of child.entries()) {
      key.set(at, tags[register] as Tag, payloads[register]!);
      if (index === undefined) applyAffinity(key, at, "INTEGER");
    }
    if (delta > 0 && itself !== undefined) {
      const isOwnParent = itself.every(
        (register, at) =>
          compareValues(tags[register] as Tag, payloads[register]!, key.tags[at] as Tag, key.payloads[at]!, binary) ===
          0,
      );
      if (isOwnParent) return;
    }
    const stored = StoredTable.of(frame, database, parent);
    if (index === undefined) {
      if (key.tags[0] === INTEGER && stored.seek(key.payloads[0] as number | bigint)) return;
    } else {
      for (let at = 0; at < child.length; at++) applyAffinity(key, at, affinities[at]!);
      const { cursor } = stored.indexes.find((one) => one.index === index)!;
      if (cursor.seek(key, child.length) === 0) return;
    }
    if (refuses && !frame.environment.changes.deferForeignKeys) throw violated();
    countViolation(frame, deferred, delta);
  };
}

/** A row of the parent comes (`delta` -1) or goes (1): how many children does it have? */
export interface ChildScan {
  /** Runs `countChild` for each. */
  readonly steps: Block;
  readonly deferred: boolean;
  readonly delta: 1 | -1;
}

export function prepareChildScan({ steps, deferred, delta }: ChildScan, compiler: RoutineCompiler): ForeignKeyWork {
  const scan = compiler.block(steps);
  if (delta > 0) return scan;
  return (frame) => {
    if (!hasNoViolation(frame, deferred)) scan(frame);
  };
}

/** A row goes whose parent's table is not there: it counts as mended where it has a parent at all. */
export function prepareOrphanLeaves(child: readonly number[], deferred: boolean): ForeignKeyWork {
  return (frame) => {
    if (child.every((register) => frame.registers.tags[register] !== NULL)) countViolation(frame, deferred, -1);
  };
}

/** One after the other. */
export function inTurn(works: readonly ForeignKeyWork[]): ForeignKeyWork | undefined {
  if (works.length < 2) return works[0];
  return (frame) => {
    for (const work of works) work(frame);
  };
}
