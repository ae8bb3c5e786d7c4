/** Statements as `better-sqlite3` has them. */
import type { Execution, StatementColumn } from "../connection/execution.ts";
import type { PreparedStatement } from "../connection/prepared-statement.ts";
import type { Cells } from "../values/value.ts";
import { bindArguments, clearBindings } from "./bind.ts";
import type { Database } from "./database.ts";
import { translated, translating } from "./errors.ts";
import { type RowMode, rowMaker, type RowValue } from "./rows.ts";
import type { ConnectionState } from "./state.ts";

export interface RunResult {
  changes: number;
  lastInsertRowid: number | bigint;
}

/** What `prepare`, `pragma` and `explain` differ in. */
export interface StatementKind {
  /** Gives rows whatever its columns are, as PRAGMA does. */
  readonly isPragma?: boolean;
  /** Parameters need no values. */
  readonly isExplain?: boolean;
}

export class Statement {
  /** Whether it gives rows. */
  declare readonly reader: boolean;
  /** Whether it leaves the database as it is. */
  declare readonly readonly: boolean;
  declare readonly source: string;
  declare readonly database: Database;
  /** Whether an iterator of it is not at its end. */
  declare readonly busy: boolean;
  readonly #prepared: PreparedStatement;
  readonly #state: ConnectionState;
  /** Parameters have their values for good. */
  #bound: boolean;
  #locked = false;
  #safe: boolean;
  #mode: RowMode = "flat";
  /** For the mode and the columns as they were last. */
  #maker: { readonly columns: readonly StatementColumn[]; readonly make: (cells: Cells) => RowValue } | undefined;

  /** Database.prepare makes statements. */
  constructor(
    prepared: PreparedStatement,
    state: ConnectionState,
    database: Database,
    source: string,
    { isPragma = false, isExplain = false }: StatementKind,
  ) {
    this.#prepared = prepared;
    this.#state = state;
    this.#bound = isExplain;
    this.#safe = state.safeIntegers;
    const fixed = (value: unknown): PropertyDescriptor => ({ value, enumerable: true });
    Object.defineProperties(this, {
      reader: fixed(prepared.columns.length > 0 || isPragma),
      readonly: fixed(prepared.isReadonly),
      source: fixed(source),
      database: fixed(database),
      busy: { get: () => this.#locked && this.#state.isOpen, enumerable: true },
    });
  }

  /** Runs a statement that changes something, or, of one that gives rows, its first step. */
  run(...values: unknown[]): RunResult {
    this.#state.requireIdle();
    this.#requireUnlocked();
    this.#state.requireNoIterators();
    this.#bind(values);
    return this.#executing(() => {
      const prepared = this.#prepared;
      // What changes rows is done with it before its first row comes, in the original; here, when the last one has come.
      prepared.run(() => !prepared.isReadonly);
      const { changes, lastInsertRowid } = prepared.result;
      return {
        changes: Number(changes),
        lastInsertRowid: this.#safe ? BigInt(lastInsertRowid) : Number(lastInsertRowid),
      };
    });
  }

  /** The first row; undefined when there is none. */
  get(...values: unknown[]): RowValue | undefined {
    this.#begin(values);
    return this.#executing(() => {
      const make = this.#rowMaker();
      let row: RowValue | undefined;
      this.#prepared.run((cells) => {
        row = make(cells);
        return false;
      });
      return row;
    });
  }

  all(...values: unknown[]): RowValue[] {
    this.#begin(values);
    return this.#executing(() => {
      const make = this.#rowMaker();
      const rows: RowValue[] = [];
      this.#prepared.run((cells) => {
        rows.push(make(cells));
        return true;
      });
      return rows;
    });
  }

  /** Rows one by one. Until it ends, nothing else may change the database through this connection. */
  iterate(...values: unknown[]): StatementIterator {
    this.#begin(values);
    this.#locked = true;
    return new StatementIterator(
      this,
      this.#state,
      () => this.#prepared.start(),
      () => this.#rowMaker(),
      () => {
        this.#locked = false;
        if (!this.#bound) clearBindings(this.#prepared);
      },
    );
  }

  /** Gives the parameters their values, once and for good. */
  bind(...values: unknown[]): this {
    if (this.#bound) throw new TypeError("The bind() method can only be invoked once per statement object");
    this.#state.requireIdle();
    this.#requireUnlocked();
    bindArguments(this.#prepared, values);
    this.#bound = true;
    return this;
  }

  /** Rows are their first values. */
  pluck(use?: boolean): this {
    return this.#setMode("pluck", arguments.length, use);
  }

  /** Rows are objects of objects, by table. */
  expand(use?: boolean): this {
    return this.#setMode("expand", arguments.length, use);
  }

  /** Rows are arrays. */
  raw(use?: boolean): this {
    return this.#setMode("raw", arguments.length, use);
  }

  /** INTEGERs are BigInts. */
  safeIntegers(use?: boolean): this {
    this.#state.requireNotBusy();
    this.#requireUnlocked();
    this.#safe = toggle(arguments.length, use);
    this.#maker = undefined;
    return this;
  }

  columns(): StatementColumn[] {
    if (!this.reader) throw new TypeError("The columns() method is only for statements that return data");
    this.#state.requireIdle();
    return this.#prepared.columns.map(({ name, column, table, database, type }) => ({
      name,
      column,
      table,
      database,
      type,
    }));
  }

  /** The text; with the values of its parameters where they were bound for good. */
  toString(): string {
    return this.#bound && this.#state.isOpen ? this.#prepared.expandedSql() : this.source;
  }

  #begin(values: readonly unknown[]): void {
    if (!this.reader) throw new TypeError("This statement does not return data. Use run() instead");
    this.#state.requireIdle();
    this.#requireUnlocked();
    this.#bind(values);
  }

  #bind(values: readonly unknown[]): void {
    if (!this.#bound) bindArguments(this.#prepared, values);
    else if (values.length > 0) throw new TypeError("This statement already has bound parameters");
  }

  #executing<T>(body: () => T): T {
    this.#state.busy = true;
    try {
      return translating(body);
    } finally {
      this.#state.busy = false;
      if (!this.#bound) clearBindings(this.#prepared);
    }
  }

  #setMode(mode: RowMode, count: number, use: boolean | undefined): this {
    if (!this.reader) throw new TypeError(`The ${mode}() method is only for statements that return data`);
    this.#state.requireNotBusy();
    this.#requireUnlocked();
    if (toggle(count, use)) this.#mode = mode;
    else if (this.#mode === mode) this.#mode = "flat";
    this.#maker = undefined;
    return this;
  }

  #requireUnlocked(): void {
    if (this.#locked) throw new TypeError("This statement is busy executing a query");
  }

  #rowMaker(): (cells: Cells) => RowValue {
    const { columns, encoding } = this.#prepared;
    // A change of the schema may have brought other columns.
    if (this.#maker?.columns !== columns)
      this.#maker = { columns, make: rowMaker(this.#mode, columns, this.#safe, encoding) };
    return this.#maker.make;
  }
}

/** What `pluck()`, `pluck(true)` and `pluck(false)` say. */
export function toggle(count: number, use: unknown): boolean {
  if (count === 0) return true;
  if (typeof use !== "boolean") throw new TypeError("Expected first argument to be a boolean");
  return use;
}

/** The rows of a statement that runs. */
export class StatementIterator implements IterableIterator<RowValue, undefined> {
  declare readonly statement: Statement;
  readonly #state: ConnectionState;
  readonly #start: () => Execution;
  readonly #makeRows: () => (cells: Cells) => RowValue;
  readonly #onEnd: () => void;
  #execution: Execution | undefined;
  #make: ((cells: Cells) => RowValue) | undefined;
  #isDone = false;

  constructor(
    statement: Statement,
    state: ConnectionState,
    start: () => Execution,
    makeRows: () => (cells: Cells) => RowValue,
    onEnd: () => void,
  ) {
    Object.defineProperty(this, "statement", { value: statement, enumerable: true });
    this.#state = state;
    this.#start = start;
    this.#makeRows = makeRows;
    this.#onEnd = onEnd;
    state.iterators += 1;
  }

  next(): IteratorResult<RowValue, undefined> {
    this.#state.requireNotBusy();
    if (this.#isDone) return { value: undefined, done: true };
    this.#state.busy = true;
    try {
      this.#execution ??= this.#start();
      if (this.#execution.step()) {
        this.#make ??= this.#makeRows();
        return { value: this.#make(this.#execution.row), done: false };
      }
    } catch (error) {
      this.#end();
      throw translated(error);
    } finally {
      this.#state.busy = false;
    }
    this.#end();
    return { value: undefined, done: true };
  }

  return(): IteratorResult<RowValue, undefined> {
    this.#state.requireNotBusy();
    if (!this.#isDone) this.#end();
    return { value: undefined, done: true };
  }

  [Symbol.iterator](): this {
    return this;
  }

  #end(): void {
    this.#isDone = true;
    this.#state.iterators -= 1;
    try {
      this.#execution?.close();
    } finally {
      this.#onEnd();
    }
  }
}
