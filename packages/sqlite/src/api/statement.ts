/** A prepared statement, as programs use it. */
import { SqliteError } from "../errors.ts";
import type { Execution, StatementColumn } from "../connection/execution.ts";
import type { PreparedStatement } from "../connection/prepared-statement.ts";
import type { Cells, SqlValue } from "../values/value.ts";
import type { TextEncoding } from "../values/text-codec.ts";
import { bindNamed, bindPositional, isNamed } from "./bind.ts";
import type { BindArguments, BindValue, IntegerShape, RowShape, RunResult, StatementOptions } from "./options.ts";
import { valueOf } from "./values.ts";

/** A row of shape `object`, `array` or `pluck`. */
export type Row = Record<string, SqlValue> | SqlValue[] | SqlValue;

/**
 * Statements may be run again and again; a change of the schema compiles them anew. `rows` and `integers` say what rows look like, and may be set at
 * any time. Values that a call binds stay bound for later calls that bind nothing there; what was never bound is NULL.
 */
export class Statement<R = Record<string, SqlValue>> {
  rows: RowShape;
  integers: IntegerShape;
  readonly #prepared: PreparedStatement;
  readonly #tail: string;

  /** Database.prepare makes statements. */
  constructor(
    prepared: PreparedStatement,
    tail: string,
    { rows = "object", integers = "as needed" }: StatementOptions,
  ) {
    this.#prepared = prepared;
    this.#tail = tail;
    this.rows = rows;
    this.integers = integers;
  }

  /** The statement's own text. */
  get sql(): string {
    return this.#prepared.sql;
  }

  /** The text with parameters' values put in, as sqlite3_expanded_sql. */
  get expandedSql(): string {
    return this.#prepared.expandedSql();
  }

  /** What stood behind the statement in the text that was prepared. */
  get tail(): string {
    return this.#tail;
  }

  /** Empty of a statement that gives no rows. */
  get columns(): readonly StatementColumn[] {
    return this.#prepared.columns;
  }

  /** Names of the parameters with their sign, in the order of their numbers from 1; undefined where there is none. */
  get parameters(): readonly (string | undefined)[] {
    return this.#prepared.parameters;
  }

  /** Whether it leaves the database as it is, as sqlite3_stmt_readonly. */
  get isReadonly(): boolean {
    return this.#prepared.isReadonly;
  }

  /** Whether it runs at this moment: an iterator of it is not at its end. */
  get isBusy(): boolean {
    return this.#prepared.isBusy;
  }

  /** 0: no; 1: EXPLAIN; 2: EXPLAIN QUERY PLAN. As sqlite3_stmt_isexplain. */
  get isExplain(): 0 | 1 | 2 {
    return this.#prepared.explain;
  }

  /** Where parameters lie, number n at n − 1, for those who know tags and payloads (values/value.ts). */
  get bindings(): Cells {
    return this.#prepared.bindings;
  }

  /** Binds values for the calls to come. Throws SQLITE_RANGE for a parameter that there is not, TypeError for what is no value. */
  bind(...values: BindArguments): this {
    const [first, ...rest] = values;
    if (Array.isArray(first)) bindPositional(this.#prepared, first as readonly BindValue[], false);
    else if (isNamed(first)) {
      bindNamed(this.#prepared, first);
      bindPositional(this.#prepared, rest as readonly BindValue[], true);
    } else bindPositional(this.#prepared, values as readonly BindValue[], false);
    return this;
  }

  /** All parameters are NULL again. */
  clearBindings(): this {
    const { bindings } = this.#prepared;
    bindings.tags.fill(0);
    bindings.payloads.fill(null);
    return this;
  }

  /** Runs it to its end, whatever rows there are. */
  run(...values: BindArguments): RunResult {
    this.#bind(values);
    this.#prepared.run(proceed);
    return this.#prepared.result;
  }

  /** The first row; the statement ends there. */
  get(...values: BindArguments): R | undefined {
    this.#bind(values);
    let row: R | undefined;
    this.#prepared.run((cells) => {
      row = this.#row(cells);
      return false;
    });
    return row;
  }

  all(...values: BindArguments): R[] {
    this.#bind(values);
    const rows: R[] = [];
    this.#prepared.run((cells) => {
      rows.push(this.#row(cells));
      return true;
    });
    return rows;
  }

  /** Rows one by one; leaving the loop ends the statement. What is bound while it runs counts for the next run. */
  *iterate(...values: BindArguments): Generator<R, void, undefined> {
    this.#bind(values);
    const execution = this.#prepared.start();
    try {
      while (execution.step()) yield this.#row(execution.row);
    } finally {
      execution.close();
    }
  }

  /** A run whose rows are looked at cell by cell, without objects. */
  cursor(...values: BindArguments): Cursor {
    this.#bind(values);
    return new Cursor(this.#prepared.start(), this.integers, this.#prepared.encoding);
  }

  #bind(values: BindArguments): void {
    if (this.#prepared.isBusy) throw new SqliteError("SQLITE_MISUSE", "this statement is busy executing");
    if (values.length > 0) this.bind(...values);
  }

  /** `R` is what the caller of `prepare` says of `rows`. */
  #row(cells: Cells): R {
    const { integers } = this;
    const { columns, encoding } = this.#prepared;
    switch (this.rows) {
      case "pluck":
        return valueOf(cells, 0, integers, encoding) as R;
      case "array": {
        const row: SqlValue[] = [];
        for (let at = 0; at < columns.length; at++) row.push(valueOf(cells, at, integers, encoding));
        return row as R;
      }
      case "object": {
        const row: Record<string, SqlValue> = {};
        for (let at = 0; at < columns.length; at++) {
          const { name } = columns[at]!;
          const value = valueOf(cells, at, integers, encoding);
          if (name === "__proto__")
            Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true });
          else row[name] = value;
        }
        return row as R;
      }
    }
  }
}

function proceed(): boolean {
  return true;
}

/** A statement that runs, and the row on which it stands. */
export class Cursor implements Disposable {
  readonly #execution: Execution;
  readonly #integers: IntegerShape;
  readonly #encoding: TextEncoding;

  constructor(execution: Execution, integers: IntegerShape, encoding: TextEncoding) {
    this.#execution = execution;
    this.#integers = integers;
    this.#encoding = encoding;
  }

  /** Goes to the next row. False: there is none, and the statement is done. */
  step(): boolean {
    return this.#execution.step();
  }

  /** The row's tags and payloads (values/value.ts), until the next step. */
  get row(): Cells {
    return this.#execution.row;
  }

  /** The value of a column, from 0. */
  value(column: number): SqlValue {
    return valueOf(this.#execution.row, column, this.#integers, this.#encoding);
  }

  close(): void {
    this.#execution.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
