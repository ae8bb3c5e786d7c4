/** A statement that runs, seen from outside: rows come one by one, or are pushed. */
import type { Cells } from "../values/value.ts";

/** One run of a statement. It holds its locks until `step` has said false, or thrown, or it was closed. */
export interface Execution {
  /** The row that `step` came to; the next step overwrites it. */
  readonly row: Cells;
  /** Goes to the next row. False: the statement is done. Throws SqliteError, after which it is done too. */
  step(): boolean;
  /** Ends it early. Harmless when it is done. */
  close(): void;
}

/** A column of a result, as sqlite3_column_name, _origin_name and their kin tell it. */
export interface StatementColumn {
  readonly name: string;
  /** The column of a table that it comes from unchanged; null: it is computed. */
  readonly column: string | null;
  readonly table: string | null;
  /** `main`, `temp`, or the name of an attached database. */
  readonly database: string | null;
  /** As declared. */
  readonly type: string | null;
}

/** A line of EXPLAIN QUERY PLAN; `parent` 0: it hangs on no other. */
export interface PlanLine {
  readonly id: number;
  readonly parent: number;
  readonly detail: string;
}
