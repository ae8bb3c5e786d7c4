/** The original, to be asked: the newest one that there is, and Node's built-in one, which is older but can be given limits. */
import { createRequire } from "node:module";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { type ResultCode, SqliteError } from "../../../src/errors.ts";
import type { FunctionLimits } from "../../../src/functions/function.ts";

export type Row = Readonly<Record<string, unknown>>;

export interface Original {
  /** INTEGERs are BigInts. Throws SqliteError. */
  rows(sql: string, values?: readonly SQLInputValue[]): Row[];
  exec(sql: string): void;
  close(): void;
}

/** What is used of better-sqlite3, which brings no types. */
interface BetterDatabase {
  prepare(sql: string): BetterStatement;
  exec(sql: string): void;
  defaultSafeIntegers(isOn: boolean): void;
  close(): void;
}
interface BetterStatement {
  readonly reader: boolean;
  all(...values: readonly SQLInputValue[]): Row[];
  run(...values: readonly SQLInputValue[]): unknown;
}
type BetterConstructor = new (path: string) => BetterDatabase;

const BetterSqlite = createRequire(import.meta.url)("better-sqlite3") as BetterConstructor;

/** The version that is followed, by better-sqlite3. */
export class NewestOriginal implements Original {
  readonly #database = new BetterSqlite(":memory:");
  readonly #statements = new Map<string, BetterStatement>();

  constructor() {
    this.#database.defaultSafeIntegers(true);
  }

  rows(sql: string, values: readonly SQLInputValue[] = []): Row[] {
    try {
      let statement = this.#statements.get(sql);
      if (statement === undefined) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
      const bound = values.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value));
      if (statement.reader) return statement.all(...bound);
      statement.run(...bound);
      return [];
    } catch (error) {
      const { code, message } = error as { code: ResultCode; message: string };
      throw new SqliteError(code, message);
    }
  }

  /** Statements of before may see another schema after it, which they cope with. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  close(): void {
    this.#database.close();
  }
}

export class LimitedOriginal implements Original {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(limits: FunctionLimits) {
    this.#database = new DatabaseSync(":memory:", { limits: { ...limits } });
  }

  rows(sql: string, values: readonly SQLInputValue[] = []): Row[] {
    try {
      let statement = this.#statements.get(sql);
      if (statement === undefined) {
        this.#statements.set(sql, (statement = this.#database.prepare(sql)));
        statement.setReadBigInts(true);
      }
      return statement.all(...values);
    } catch (error) {
      const { errcode, message } = error as { errcode: number; message: string };
      throw new SqliteError((errcode & 0xff) === 18 ? "SQLITE_TOOBIG" : "SQLITE_ERROR", message);
    }
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  close(): void {
    this.#database.close();
  }
}
