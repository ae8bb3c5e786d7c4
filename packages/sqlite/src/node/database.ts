/**
 * The interface of Node's own `node:sqlite`, so that programs that were written for it run by changing what they import. What it has not (sessions,
 * extensions, the authorizer) throws, and is listed in this package's README.
 */
import { resolve } from "node:path";
import { Database as Native } from "../api/node-database.ts";
import type { Connection } from "../connection/connection.ts";
import { invalidArgument, invalidState, invalidValue, translating } from "./errors.ts";
import { aggregateFunction, scalarFunction, type UserFunction } from "./functions.ts";
import { initialLimits, limitsOf } from "./limits.ts";
import {
  booleanArgument,
  booleanOption,
  integerOption,
  type Options,
  optionsOf,
  pathArgument,
  stringArgument,
} from "./options.ts";
import { makeStatement, type StatementSettings, type StatementSync } from "./statement.ts";
import { SQLTagStore } from "./tag-store.ts";

/** What a database is opened with. */
interface OpenSettings {
  readonly readonly: boolean;
  readonly foreignKeys: boolean;
  readonly doubleQuotedStrings: boolean;
  readonly busyTimeoutMs: number;
}

export class DatabaseSync implements Disposable {
  declare readonly isOpen: boolean;
  declare readonly isTransaction: boolean;
  declare readonly limits: Record<string, number>;
  readonly #path: string;
  readonly #settings: OpenSettings;
  readonly #limits: ReturnType<typeof initialLimits>;
  readonly #statements: StatementSettings;
  #native: Native | undefined;

  /** `path`: a string, its bytes, or a file URL; `":memory:"`: in memory. */
  constructor(path: string | Uint8Array | URL, options?: Options) {
    this.#path = pathArgument(path);
    const given = optionsOf(options);
    const opens = booleanOption(given, "open", true);
    const readonly = booleanOption(given, "readOnly", false);
    const foreignKeys = booleanOption(given, "enableForeignKeyConstraints", true);
    const doubleQuotedStrings = booleanOption(given, "enableDoubleQuotedStringLiterals", false);
    booleanOption(given, "allowExtension", false);
    const busyTimeoutMs = Math.max(0, integerOption(given, "timeout", 0));
    this.#statements = {
      readBigInts: booleanOption(given, "readBigInts", false),
      returnArrays: booleanOption(given, "returnArrays", false),
      allowBareNamedParameters: booleanOption(given, "allowBareNamedParameters", true),
      allowUnknownNamedParameters: booleanOption(given, "allowUnknownNamedParameters", false),
    };
    booleanOption(given, "defensive", true);
    this.#limits = initialLimits(given);
    this.#settings = { readonly, foreignKeys, doubleQuotedStrings, busyTimeoutMs };
    const limits = limitsOf(() => this.#open().connection);
    const getter = (get: () => unknown): PropertyDescriptor => ({ get, enumerable: true, configurable: true });
    Object.defineProperties(this, {
      isOpen: getter(() => this.#native !== undefined),
      isTransaction: getter(() => this.#open().inTransaction),
      limits: getter(() => {
        this.#open();
        return limits;
      }),
      [Symbol.for("sqlite-type")]: { value: "node:sqlite", enumerable: true },
    });
    if (opens) this.open();
  }

  open(): void {
    if (this.#native !== undefined) throw invalidState("database is already open");
    const { readonly, ...settings } = this.#settings;
    const native = translating(() => Native.open(this.#path, { readonly, create: !readonly, ...settings }));
    for (const [name, value] of this.#limits) native.setLimit(name, value);
    this.#native = native;
  }

  close(): void {
    const native = this.#open();
    this.#native = undefined;
    translating(() => native.close());
  }

  prepare(sql: string, options?: Options): StatementSync {
    const native = this.#open();
    const text = stringArgument(sql, "sql");
    const given = optionsOf(options);
    const settings: StatementSettings = { ...this.#statements };
    for (const name of Object.keys(settings) as (keyof StatementSettings)[]) // its own keys
      settings[name] = booleanOption(given, name, settings[name]);
    const { connection } = native;
    const { statement } = translating(() => connection.prepareNext(text, 0));
    if (statement === undefined) throw invalidValue("The SQL query contains no statements.");
    return makeStatement(
      statement,
      settings,
      () => this.#native === native,
      () => ({ changes: native.changes, lastInsertRowid: native.lastInsertRowid }),
    );
  }

  /** Runs all statements of `sql`. */
  exec(sql: string): void {
    const native = this.#open();
    const text = stringArgument(sql, "sql");
    translating(() => native.exec(text));
  }

  function(name: string, options: Options | UserFunction, call?: UserFunction): void {
    const { connection } = this.#open();
    const text = stringArgument(name, "name");
    const body = call ?? options;
    if (typeof body !== "function") throw invalidArgument('The "function" argument must be a function.');
    const { made, count } = scalarFunction(text, call === undefined ? {} : optionsOf(options), body as UserFunction);
    translating(() => connection.addFunction(text, made, count));
  }

  aggregate(name: string, options: Options): void {
    const { connection } = this.#open();
    const { made, count } = aggregateFunction(name, options);
    translating(() => connection.addFunction(stringArgument(name, "name"), made, count));
  }

  createTagStore(maxSize = 1000): SQLTagStore {
    this.#open();
    if (!Number.isInteger(maxSize) || maxSize <= 0)
      throw invalidArgument('The "maxSize" argument must be a positive integer.');
    return new SQLTagStore(this, maxSize);
  }

  /** The file's path; null for a database in memory, and for a name that no database has. */
  location(dbName = "main"): string | null {
    this.#open();
    const isFile = stringArgument(dbName, "dbName") === "main" && this.#path !== ":memory:" && this.#path !== "";
    return isFile ? resolve(this.#path) : null;
  }

  /** The bytes of a database file with this content. */
  serialize(dbName = "main"): Uint8Array {
    const native = this.#open();
    const name = stringArgument(dbName, "dbName");
    return translating(() => native.serialize(name));
  }

  /** Puts a database made from the bytes of a file in the place of this one. */
  deserialize(buffer: Uint8Array, options?: Options): void {
    const native = this.#open();
    if (!(buffer instanceof Uint8Array)) throw invalidArgument('The "buffer" argument must be a Uint8Array.');
    const { dbName = "main" } = optionsOf(options);
    if (buffer.length === 0) throw invalidValue('The "buffer" argument must not be empty.');
    translating(() => native.deserialize(buffer, stringArgument(dbName, "options.dbName")));
  }

  /** There is nothing that this would forbid: schemas cannot be written to by SQL here at all. */
  enableDefensive(active: boolean): void {
    this.#open();
    booleanArgument(active, "active");
  }

  enableLoadExtension(allow: boolean): void {
    this.#open();
    if (booleanArgument(allow, "allow"))
      throw invalidState("Cannot enable extension loading because it was disabled at database creation.");
  }

  loadExtension(path: string): never {
    this.#open();
    stringArgument(path, "path");
    throw invalidState("extension loading is not allowed");
  }

  setAuthorizer(callback: unknown): void {
    this.#open();
    if (callback === null) return;
    if (typeof callback !== "function") throw invalidArgument('The "callback" argument must be a function or null.');
    throw invalidState("authorizers are not supported yet");
  }

  createSession(): never {
    this.#open();
    throw invalidState("sessions are not supported yet");
  }

  applyChangeset(): never {
    this.#open();
    throw invalidState("changesets are not supported yet");
  }

  [Symbol.dispose](): void {
    if (this.#native !== undefined) this.close();
  }

  /** The connection, for `backup`. Throws when it is closed. */
  static connectionOf(database: DatabaseSync): Connection {
    return database.#open().connection;
  }

  #open(): Native {
    if (this.#native === undefined) throw invalidState("database is not open");
    return this.#native;
  }
}
