/** Statements run by the original (Node's built-in sqlite) and by us, and what each of them said. */
import { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";
import { Database } from "../../src/api/node-database.ts";
import type { BackEndChoice } from "../../src/connection/back-end.ts";
import { SqliteError } from "../../src/errors.ts";
import type { SqlValue } from "../../src/values/value.ts";

/** What a statement said: rows with types to be told apart, or an error. */
export interface Outcome {
  readonly columns?: readonly string[];
  readonly rows?: readonly (readonly string[])[];
  readonly error?: string;
}

/** A value with its storage class: INTEGERs are BigInts on both sides. */
function shown(value: SqlValue): string {
  if (typeof value === "bigint") return `${value}`;
  if (typeof value === "number") return `${Object.is(value, -0) ? "-0" : value} real`;
  if (value === null) return "NULL";
  return typeof value === "string" ? JSON.stringify(value) : `x'${Buffer.from(value).toString("hex")}'`;
}

export function runOriginal(db: DatabaseSync, sql: string): Outcome {
  try {
    const statement = db.prepare(sql);
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    const columns = statement.columns().map(({ name }) => name);
    const rows = statement.all() as unknown as SqlValue[][]; // setReturnArrays
    return { columns, rows: rows.map((row) => row.map(shown)) };
  } catch (error) {
    const { message, errcode } = error as { message: string; errcode: number };
    return { error: `${errcode} ${message}` };
  }
}

export function runOurs(db: Database, sql: string): Outcome {
  try {
    const statement = db.prepare<SqlValue[]>(sql, { rows: "array", integers: "bigint" });
    const rows = statement.all();
    return { columns: statement.columns.map(({ name }) => name), rows: rows.map((row) => row.map(shown)) };
  } catch (error) {
    if (!(error instanceof SqliteError)) throw error;
    return { error: `${error.extendedErrcode} ${error.message}` };
  }
}

/** Runs each statement on both, and expects the same of both. Returns ours, for who wants to look further. */
export function expectSame(
  statements: readonly string[],
  backEnd: BackEndChoice = "auto",
  ours: Database = Database.open(":memory:", { backEnd }),
): Database {
  // Node turns foreign keys on by itself.
  const original = new DatabaseSync(":memory:", { enableForeignKeyConstraints: false });
  try {
    for (const sql of statements)
      expect({ sql, ...runOurs(ours, sql) }).toEqual({ sql, ...runOriginal(original, sql) });
  } finally {
    original.close();
  }
  return ours;
}
