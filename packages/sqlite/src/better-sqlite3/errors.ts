/** What `better-sqlite3` throws. */
import { SqliteError as EngineError } from "../errors.ts";

/** An error of the database, with SQLite's (extended) result code as a string: `SQLITE_CONSTRAINT_UNIQUE`. */
export class SqliteError extends Error {
  code: string;

  constructor(message: string, code: string) {
    if (typeof code !== "string") throw new TypeError("Expected second argument to be a string");
    super(message);
    this.code = code;
  }
}

Object.defineProperty(SqliteError.prototype, "name", {
  value: "SqliteError",
  writable: true,
  enumerable: false,
  configurable: true,
});

/** The engine's errors in this interface's class; others, thrown by functions of the program, as they are. */
export function translated(error: unknown): unknown {
  return error instanceof EngineError ? new SqliteError(error.message, error.code) : error;
}

/** Runs `body`, its errors translated. */
export function translating<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw translated(error);
  }
}
