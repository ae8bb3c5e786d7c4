/** `StatementSync`. */
import type { Execution, StatementColumn } from "../connection/execution.ts";
import type { PreparedStatement } from "../connection/prepared-statement.ts";
import type { Cells } from "../values/value.ts";
import { bindArguments } from "./bind.ts";
import { invalidState, translating } from "./errors.ts";
import { booleanArgument } from "./options.ts";
import { type SQLOutputValue, valueOf } from "./values.ts";

/** A row: an object without prototype, or an array. */
export type Row = Record<string, SQLOutputValue> | SQLOutputValue[];

export interface StatementResult {
  changes: number | bigint;
  lastInsertRowid: number | bigint;
}

export interface StatementSettings {
  readBigInts: boolean;
  returnArrays: boolean;
  allowBareNamedParameters: boolean;
  allowUnknownNamedParameters: boolean;
}

/** Only this module makes statements. */
const KEY = Symbol("made by DatabaseSync");

export class StatementSync {
  /** The text as it was prepared. */
  declare readonly sourceSQL: string;
  /** The text with the parameters' values. */
  declare readonly expandedSQL: string;
  readonly #prepared: PreparedStatement;
  readonly #settings: StatementSettings;
  readonly #isOpen: () => boolean;
  readonly #changes: () => { changes: number | bigint; lastInsertRowid: number | bigint };
  #isClosed = false;
  #running: RowIterator | undefined;

  constructor(
    key: symbol,
    prepared: PreparedStatement,
    settings: StatementSettings,
    isOpen: () => boolean,
    changes: () => { changes: number | bigint; lastInsertRowid: number | bigint },
  ) {
    if (key !== KEY) throw Object.assign(new Error("Illegal constructor"), { code: "ERR_ILLEGAL_CONSTRUCTOR" });
    this.#prepared = prepared;
    this.#settings = settings;
    this.#isOpen = isOpen;
    this.#changes = changes;
    const getter = (get: () => string): PropertyDescriptor => ({ get, enumerable: true, configurable: true });
    Object.defineProperties(this, {
      sourceSQL: getter(() => this.#open().sql),
      expandedSQL: getter(() => this.#open().expandedSql()),
    });
  }

  /** All rows. */
  all(...values: unknown[]): Row[] {
    const prepared = this.#begin(values);
    const rows: Row[] = [];
    translating(() =>
      prepared.run((cells) => {
        rows.push(this.#row(cells));
        return true;
      }),
    );
    return rows;
  }

  /** The first row; undefined when there is none. */
  get(...values: unknown[]): Row | undefined {
    const prepared = this.#begin(values);
    let row: Row | undefined;
    translating(() =>
      prepared.run((cells) => {
        row ??= this.#row(cells);
        // What changes rows goes on to its end.
        return !prepared.isReadonly;
      }),
    );
    return row;
  }

  /** Rows one by one; using the statement otherwise invalidates the iterator. */
  iterate(...values: unknown[]): IteratorObject<Row, null> {
    const prepared = this.#begin(values);
    const execution = translating(() => prepared.start());
    this.#running = new RowIterator(
      execution,
      (cells) => this.#row(cells),
      () => this.#isOpen() && !this.#isClosed,
    );
    return this.#running;
  }

  run(...values: unknown[]): StatementResult {
    const prepared = this.#begin(values);
    translating(() => prepared.run(() => !prepared.isReadonly));
    const { changes, lastInsertRowid } = this.#changes();
    const shown = this.#settings.readBigInts ? BigInt : Number;
    return { changes: shown(changes), lastInsertRowid: shown(lastInsertRowid) };
  }

  columns(): StatementColumn[] {
    return this.#open().columns.map(({ column, database, name, table, type }) => {
      const shown: StatementColumn = Object.create(null) as StatementColumn; // filled in the next line
      return Object.assign(shown, { column, database, name, table, type });
    });
  }

  setReadBigInts(readBigInts: boolean): void {
    this.#open();
    this.#settings.readBigInts = booleanArgument(readBigInts, "readBigInts");
  }

  setReturnArrays(returnArrays: boolean): void {
    this.#open();
    this.#settings.returnArrays = booleanArgument(returnArrays, "returnArrays");
  }

  setAllowBareNamedParameters(allowBareNamedParameters: boolean): void {
    this.#open();
    this.#settings.allowBareNamedParameters = booleanArgument(allowBareNamedParameters, "allowBareNamedParameters");
  }

  setAllowUnknownNamedParameters(enabled: boolean): void {
    this.#open();
    this.#settings.allowUnknownNamedParameters = booleanArgument(enabled, "enabled");
  }

  /** The statement cannot be used any more. */
  close(): void {
    this.#open();
    this.#running?.invalidate();
    this.#isClosed = true;
  }

  #open(): PreparedStatement {
    if (this.#isClosed || !this.#isOpen()) throw invalidState("statement has been finalized");
    return this.#prepared;
  }

  #begin(values: readonly unknown[]): PreparedStatement {
    const prepared = this.#open();
    this.#running?.invalidate();
    this.#running = undefined;
    const { allowBareNamedParameters: bare, allowUnknownNamedParameters: unknown } = this.#settings;
    bindArguments(prepared, values, { bare, unknown });
    return prepared;
  }

  #row(cells: Cells): Row {
    const { columns, encoding } = this.#prepared;
    const { readBigInts, returnArrays } = this.#settings;
    if (returnArrays) return columns.map((_, at) => valueOf(cells, at, readBigInts, encoding));
    const row = Object.create(null) as Record<string, SQLOutputValue>; // filled below
    for (let at = 0; at < columns.length; at++) row[columns[at]!.name] = valueOf(cells, at, readBigInts, encoding);
    return row;
  }
}

/** For DatabaseSync. */
export function makeStatement(
  prepared: PreparedStatement,
  settings: StatementSettings,
  isOpen: () => boolean,
  changes: () => { changes: number | bigint; lastInsertRowid: number | bigint },
): StatementSync {
  return new StatementSync(KEY, prepared, settings, isOpen, changes);
}

class RowIterator extends Iterator<Row, null> {
  readonly #execution: Execution;
  readonly #row: (cells: Cells) => Row;
  readonly #isOpen: () => boolean;
  #isDone = false;
  #isInvalid = false;

  constructor(execution: Execution, row: (cells: Cells) => Row, isOpen: () => boolean) {
    super();
    this.#execution = execution;
    this.#row = row;
    this.#isOpen = isOpen;
  }

  override next(): IteratorResult<Row, null> {
    this.#requireOpen();
    if (this.#isInvalid) throw invalidState("iterator was invalidated");
    if (!this.#isDone && translating(() => this.#execution.step()))
      return result(false, this.#row(this.#execution.row));
    this.#isDone = true;
    return result(true, null);
  }

  override return(): IteratorResult<Row, null> {
    this.#requireOpen();
    this.#end();
    return result(true, null);
  }

  invalidate(): void {
    if (this.#isDone) return;
    this.#end();
    this.#isInvalid = true;
  }

  #requireOpen(): void {
    if (!this.#isOpen()) throw invalidState("statement has been finalized");
  }

  #end(): void {
    this.#isDone = true;
    translating(() => this.#execution.close());
  }
}

function result(done: false, value: Row): IteratorYieldResult<Row>;
function result(done: true, value: null): IteratorReturnResult<null>;
function result(done: boolean, value: Row | null): IteratorResult<Row, null> {
  return Object.assign(Object.create(null), { done, value }) as IteratorResult<Row, null>; // as the two forms say
}
