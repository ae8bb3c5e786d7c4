/**
 * The interface of the npm package `better-sqlite3`, so that programs that were written for it run by changing what they import: the same classes,
 * methods, options and errors. What it has not is listed in this package's README.
 */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { Database as Native } from "../api/node-database.ts";
import { backUp, type BackupProgress } from "./backup.ts";
import { SqliteError, translating } from "./errors.ts";
import { aggregateFunction, lengthOf, scalarFunction, traitsOf, type UserFunction } from "./functions.ts";
import { booleanOption, openOptions, type Options } from "./options.ts";
import type { RowValue } from "./rows.ts";
import { ConnectionState } from "./state.ts";
import { Statement, type StatementKind, toggle } from "./statement.ts";
import { type Transaction, type TransactionBody, transactionOf } from "./transaction.ts";

export class Database {
  static readonly SqliteError: typeof SqliteError = SqliteError;
  /** The name as it was given. */
  declare readonly name: string;
  declare readonly open: boolean;
  declare readonly inTransaction: boolean;
  declare readonly readonly: boolean;
  /** Whether it is in memory only. */
  declare readonly memory: boolean;
  readonly #state: ConnectionState;
  readonly #native: Native;

  /** `source`: a path, `":memory:"`, nothing (the same), or a Buffer with the bytes of a database file. */
  constructor(source?: string | Uint8Array | null, options?: Options | null) {
    const bytes = ArrayBuffer.isView(source) ? source : undefined;
    const given = bytes === undefined ? (source ?? "") : ":memory:";
    if (typeof given === "number") throw new TypeError("Opening a database from file descriptors is not supported");
    if (typeof given !== "string") throw new TypeError("Expected first argument to be a string");
    if (typeof (options ?? {}) !== "object") throw new TypeError("Expected second argument to be an options object");
    const path = given.trim();
    const memory = path === "" || path === ":memory:";
    const { readonly, fileMustExist, timeoutMs, verbose } = openOptions(options ?? {}, memory && bytes === undefined);
    if (!memory && !path.startsWith("file:") && !existsSync(dirname(path)))
      throw new TypeError("Cannot open database because the directory does not exist");
    const native = translating(() =>
      Native.open(bytes ?? path, {
        readonly,
        create: !fileMustExist && !readonly,
        busyTimeoutMs: timeoutMs,
        ...(verbose !== undefined && { verbose }),
      }),
    );
    this.#native = native;
    this.#state = new ConnectionState(native.connection);
    Object.defineProperties(this, {
      name: { get: () => given, enumerable: true },
      open: { get: () => native.isOpen, enumerable: true },
      inTransaction: { get: () => native.isOpen && native.inTransaction, enumerable: true },
      readonly: { get: () => readonly, enumerable: true },
      memory: { get: () => memory, enumerable: true },
    });
  }

  prepare(sql: string): Statement {
    return this.#prepare(sql, {});
  }

  /** Runs all statements of `sql`. */
  exec(sql: string): this {
    if (typeof sql !== "string") throw new TypeError("Expected first argument to be a string");
    this.#state.requireIdle();
    this.#state.requireNoIterators();
    this.#state.busy = true;
    try {
      translating(() => {
        for (let at = 0, end = -1; at > end;) {
          end = at;
          const next = this.#state.connection.prepareNext(sql, at + emptyLength(sql, at));
          next.statement?.run(() => true);
          at = next.end;
        }
      });
    } finally {
      this.#state.busy = false;
    }
    return this;
  }

  /** Runs `PRAGMA source` and gives its rows; with `simple` the first value. */
  pragma(source: string, options?: { simple?: boolean } | null): RowValue | RowValue[] | undefined {
    if (typeof source !== "string") throw new TypeError("Expected first argument to be a string");
    if (typeof (options ?? {}) !== "object") throw new TypeError("Expected second argument to be an options object");
    const simple = booleanOption((options ?? {}) as Options, "simple");
    this.#state.requireIdle();
    this.#state.requireNoIterators();
    const statement = this.#prepare(`PRAGMA ${source}`, { isPragma: true });
    return simple ? statement.pluck().get() : statement.all();
  }

  /** The rows of EXPLAIN. Parameters need no values. */
  explain(source: string): RowValue[] {
    if (typeof source !== "string") throw new TypeError("Expected first argument to be a string");
    return this.#prepare(`EXPLAIN ${source}`, { isExplain: true }).all();
  }

  /** `body` in a transaction: committed when it returns, rolled back when it throws. */
  transaction<F extends TransactionBody>(body: F): Transaction<F> {
    return transactionOf(body, this.#state, this);
  }

  function(name: string, options: Options | UserFunction | null | undefined, body?: UserFunction): this {
    const call = typeof options === "function" ? options : body;
    const given = typeof options === "function" ? {} : (options ?? {});
    if (typeof name !== "string") throw new TypeError("Expected first argument to be a string");
    if (typeof call !== "function") throw new TypeError("Expected last argument to be a function");
    if (typeof given !== "object") throw new TypeError("Expected second argument to be an options object");
    if (name === "") throw new TypeError("User-defined function name cannot be an empty string");
    const traits = traitsOf(name, given, this.#state.safeIntegers, () => lengthOf(call));
    this.#requireQuiet();
    translating(() => this.#state.connection.addFunction(name, scalarFunction(call, traits), traits.count));
    return this;
  }

  aggregate(name: string, options: Options): this {
    if (typeof name !== "string") throw new TypeError("Expected first argument to be a string");
    if (typeof options !== "object" || options === null)
      throw new TypeError("Expected second argument to be an options object");
    if (name === "") throw new TypeError("User-defined function name cannot be an empty string");
    const start = "start" in options ? options["start"] : null;
    const step = functionOption(options, "step");
    if (step === undefined) throw new TypeError('Missing required option "step"');
    const inverse = functionOption(options, "inverse");
    const result = functionOption(options, "result");
    const traits = traitsOf(name, options, this.#state.safeIntegers, () =>
      Math.max(0, Math.max(lengthOf(step), inverse === undefined ? 0 : lengthOf(inverse)) - 1),
    );
    this.#requireQuiet();
    const made = aggregateFunction({ start, step, inverse, result }, traits);
    translating(() => this.#state.connection.addFunction(name, made, traits.count));
    return this;
  }

  /** Not supported: throws. */
  table(name: string): never {
    if (typeof name !== "string") throw new TypeError("Expected first argument to be a string");
    throw new SqliteError("virtual tables are not supported yet", "SQLITE_ERROR");
  }

  /** Not supported: throws. */
  loadExtension(path: string): never {
    if (typeof path !== "string") throw new TypeError("Expected first argument to be a string");
    throw new SqliteError("loadable extensions are not supported", "SQLITE_ERROR");
  }

  /** The bytes of a database file with this content. */
  serialize(options?: Options | null): Buffer {
    if (typeof (options ?? {}) !== "object") throw new TypeError("Expected first argument to be an options object");
    const attached = options && "attached" in options ? options["attached"] : "main";
    if (typeof attached !== "string") throw new TypeError('Expected the "attached" option to be a string');
    if (attached === "") throw new TypeError('The "attached" option cannot be an empty string');
    this.#requireQuiet();
    return Buffer.from(translating(() => this.#native.serialize(attached)).buffer);
  }

  async backup(filename: string, options?: Options | null): Promise<BackupProgress> {
    return await backUp(this.#state, filename, options ?? {});
  }

  /** New statements and functions give INTEGERs as BigInts. */
  defaultSafeIntegers(use?: boolean): this {
    this.#state.safeIntegers = toggle(arguments.length, use);
    return this;
  }

  /** Changes are allowed while iterators run. */
  unsafeMode(use?: boolean): this {
    if (!this.#state.isOpen) throw new TypeError("The database connection is not open");
    this.#state.unsafe = toggle(arguments.length, use);
    return this;
  }

  close(): this {
    if (!this.#state.isOpen) return this;
    this.#state.requireNotBusy();
    this.#state.requireNoIteratorsAtAll();
    translating(() => this.#native.close());
    return this;
  }

  #requireQuiet(): void {
    this.#state.requireIdle();
    this.#state.requireNoIteratorsAtAll();
  }

  #prepare(sql: string, kind: StatementKind): Statement {
    if (typeof sql !== "string") throw new TypeError("Expected first argument to be a string");
    this.#state.requireIdle();
    const { connection } = this.#state;
    const { statement, end } = translating(() => connection.prepareNext(sql, emptyLength(sql, 0)));
    if (statement === undefined) throw new RangeError("The supplied SQL string contains no statements");
    if (!REST.test(sql.slice(end))) throw new RangeError("The supplied SQL string contains more than one statement");
    return new Statement(statement, this.#state, this, sql, kind);
  }
}

/** What `console.log` shows. */
Object.defineProperty(Database.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: Database): object {
    const { name, open, inTransaction, readonly, memory } = this;
    return { name, open, inTransaction, readonly, memory };
  },
});

/** Characters of space and empty statements from `at` on. */
function emptyLength(sql: string, at: number): number {
  EMPTY.lastIndex = at;
  return EMPTY.exec(sql)![0].length;
}

const EMPTY = /[ ;\t-\r]*/y;

/** Nothing but space, semicolons and comments. */
const REST = /^(?:[ ;\t-\r]|--[^\n]*(?:\n|$)|\/\*(?:[^*]|\*(?!\/))*(?:\*\/|$))*$/;

function functionOption(options: Options, key: string): ((...values: unknown[]) => unknown) | undefined {
  const value = options[key] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== "function") throw new TypeError(`Expected the "${key}" option to be a function`);
  return value as (...values: unknown[]) => unknown;
}
