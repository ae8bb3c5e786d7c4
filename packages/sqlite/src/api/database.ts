/**
 * The native interface: a database, opened from a file, from bytes, or empty in memory. Everything is synchronous.
 *
 * Nothing here knows Node: the door (index.ts) gives the real world to those who name files.
 */
import { Connection } from "../connection/connection.ts";
import type { PlanLine } from "../connection/execution.ts";
import type { CommitHook, RollbackHook, UpdateHook } from "../connection/hooks.ts";
import type { Limits } from "../connection/limits.ts";
import type { Snapshot } from "../connection/snapshots.ts";
import type { SqlValue } from "../values/value.ts";
import { handleOf, worldOf } from "./open.ts";
import type { BindArguments, DatabaseOptions, StatementOptions } from "./options.ts";
import { Statement } from "./statement.ts";
import {
  aggregateFrom,
  type AggregateOptions,
  type FunctionOptions,
  scalarFrom,
  type UserFunction,
} from "./user-functions.ts";

export class Database implements Disposable {
  readonly #connection: Connection;

  protected constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * `source`: a file's path; `":memory:"`: a new database in memory; `""`: the same, of which others know nothing either; bytes of a database file,
   * which are copied. Throws SQLITE_CANTOPEN. What is no database is found out when it is first used: SQLITE_NOTADB.
   */
  static open(source: string | Uint8Array = ":memory:", options: DatabaseOptions = {}): Database {
    const world = worldOf(options);
    const name = typeof source === "string" ? source : ":memory:";
    return new this(new Connection(name, handleOf(source, world, options), { ...options, world }));
  }

  /** The path, `":memory:"`, or `""`. */
  get name(): string {
    return this.#connection.name;
  }

  get isOpen(): boolean {
    return this.#connection.isOpen;
  }

  get isReadonly(): boolean {
    return this.#connection.isReadonly;
  }

  /** Whether a transaction is open that a statement began. */
  get inTransaction(): boolean {
    return !this.#connection.autocommit;
  }

  /** As `changes()` in SQL: rows of the last INSERT, UPDATE or DELETE. */
  get changes(): number | bigint {
    return this.#connection.rowChanges.changes;
  }

  get totalChanges(): number | bigint {
    return this.#connection.totalChanges;
  }

  get lastInsertRowid(): number | bigint {
    return this.#connection.lastInsertRowid;
  }

  /** Limits now; setting one takes effect for statements that are prepared afterwards. A limit cannot be raised above its default. */
  get limits(): Readonly<Limits> {
    return this.#connection.limits;
  }

  /** Returns what it was. A negative value changes nothing. */
  setLimit(name: keyof Limits, value: number): number {
    return this.#connection.setLimit(name, value);
  }

  /** The connection itself, for the faces and the shell. */
  get connection(): Connection {
    return this.#connection;
  }

  /**
   * Compiles the first statement of `sql`. `R` says what its rows are with these options. Throws SqliteError; SQLITE_MISUSE when the text holds no statement.
   */
  prepare<R = Record<string, SqlValue>>(sql: string, options: StatementOptions = {}): Statement<R> {
    const { statement, end } = this.#connection.prepareFirst(sql, 0);
    return new Statement<R>(statement, sql.slice(end), options);
  }

  /** Runs all statements of `sql`; rows are thrown away. What ran before one that fails has happened. */
  exec(sql: string): void {
    this.#connection.exec(sql);
  }

  /** The first row's first column; undefined when there is no row. */
  value(sql: string, ...values: BindArguments): SqlValue | undefined {
    return this.prepare<SqlValue>(sql, { rows: "pluck" }).get(...values);
  }

  /** The rows of one statement, as objects. */
  query<R = Record<string, SqlValue>>(sql: string, ...values: BindArguments): R[] {
    return this.prepare<R>(sql).all(...values);
  }

  /**
   * Runs `body` in a transaction and returns what it returns: commits, or rolls back when it throws. Within a transaction a savepoint does the same for
   * this part of it.
   */
  transaction<T>(body: () => T, mode: "deferred" | "immediate" | "exclusive" = "deferred"): T {
    return this.#connection.inTransaction(body, mode);
  }

  /** `name(…)` in SQL calls `call`. null takes such a function away again. */
  function(name: string, call: UserFunction | null, options: FunctionOptions = {}): void {
    this.#connection.addFunction(name, call && scalarFrom(name, call, options), options.arguments ?? call?.length);
  }

  /** An aggregate function, which with `inverse` is a window function as well. */
  aggregate<State>(name: string, options: AggregateOptions<State>): void {
    const made = aggregateFrom(name, options);
    this.#connection.addFunction(name, made, options.arguments ?? Math.max(0, options.step.length - 1));
  }

  /** The order of texts for COLLATE `name`; null takes it away. Indexes are only right as long as it stays the same order. */
  collation(name: string, compare: ((a: string, b: string) => number) | null): void {
    this.#connection.addCollation(name, compare);
  }

  /** Called before each commit; true turns it into a rollback. Returns the one before. */
  onCommit(hook: CommitHook | null): CommitHook | null {
    return this.#connection.hooks.setCommit(hook);
  }

  /** Called after each rollback. Returns the one before. */
  onRollback(hook: RollbackHook | null): RollbackHook | null {
    return this.#connection.hooks.setRollback(hook);
  }

  /** Called for each row of a table with rowids that is inserted, changed or deleted. Returns the one before. */
  onUpdate(hook: UpdateHook | null): UpdateHook | null {
    return this.#connection.hooks.setUpdate(hook);
  }

  /** The plan of a statement in SQLite's words, and the JavaScript that was generated for it, where its back end generates any. */
  explain(sql: string): { readonly plan: readonly PlanLine[]; readonly source: string | undefined } {
    return this.#connection.explain(sql);
  }

  /** Statements that run throw SQLITE_INTERRUPT as soon as they look: called by a function that a statement calls, or between an iterator's rows. */
  interrupt(): void {
    this.#connection.interrupt();
  }

  /** Runs `body`; statements that run inside throw SQLITE_INTERRUPT once `signal` is aborted (user functions and hooks may do that), or its reason when it is already. */
  withSignal<T>(signal: AbortSignal, body: () => T): T {
    return this.#connection.withSignal(signal, body);
  }

  /** The bytes of a database file with this content. */
  serialize(database = "main"): Uint8Array {
    return this.#connection.serialize(database);
  }

  /** Puts a database in memory, made from these bytes of a file (copied), in the place of this one. Throws SQLITE_BUSY within a transaction. */
  deserialize(bytes: Uint8Array, database = "main"): void {
    this.#connection.deserialize(bytes, database);
  }

  /** Keeps the content as it is now, outside of any transaction. What it costs is a copy of each page at its first change afterwards. */
  snapshot(): Snapshot {
    return this.#connection.snapshot();
  }

  /** Goes back to a snapshot of this database, in a transaction of its own that writes the pages that differ. The snapshot stays. */
  restore(snapshot: Snapshot): void {
    this.#connection.restore(snapshot);
  }

  /** Ends what runs, rolls back, and lets the file go. Harmless when it was closed before. */
  close(): void {
    this.#connection.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
