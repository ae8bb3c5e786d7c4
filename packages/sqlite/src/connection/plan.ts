/** What a statement becomes when it is prepared: a program, or an action of the connection itself. */
import type { StatementChanges } from "../runtime/change/statement-changes.ts";
import type { Cells } from "../values/value.ts";
import type { Connection } from "./connection.ts";
import type { PlanLine, StatementColumn } from "./execution.ts";

/** One run of a plan. Who runs it has taken the locks and will end the transaction. */
export interface PlanRun {
  readonly row: Cells;
  /** Undefined of actions. */
  readonly changes: StatementChanges | undefined;
  step(): boolean;
  /** Instead of steps: runs to the end, or until `onRow` says false. */
  push(onRow: (row: Cells) => boolean): void;
  /** To be called once, at the end. */
  close(): void;
}

export interface Plan {
  readonly columns: readonly StatementColumn[];
  readonly isReadonly: boolean;
  /** Databases by number. */
  readonly reads: Iterable<number>;
  readonly writes: readonly number[];
  /** It changes one thing at most, or undoes itself what it leaves half done: nothing has to be kept for undoing it. */
  readonly atomic: boolean;
  readonly lines: readonly PlanLine[];
  /** It says what was true when it was made: it is made anew for every run. */
  readonly isVolatile?: boolean;
  /** The JavaScript that is generated for it, where any is. */
  source?(connection: Connection): string | undefined;
  start(connection: Connection, bindings: Cells): PlanRun;
}

/** BEGIN, PRAGMA, CREATE … : what the connection does itself. Its rows, if there are any, are all made at once. */
export interface Action {
  readonly columns?: readonly string[];
  /** Default: true when it writes to nothing. */
  readonly isReadonly?: boolean;
  readonly reads?: readonly number[];
  readonly writes?: readonly number[];
  readonly atomic?: boolean;
  readonly lines?: readonly PlanLine[];
  run(connection: Connection, bindings: Cells): Iterable<ActionRow> | void;
}

/** Numbers are INTEGERs. */
export type ActionRow = readonly (string | number | bigint | null)[];
