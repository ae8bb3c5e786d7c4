/** What `node:sqlite` throws: Node's errors with their codes, and ERR_SQLITE_ERROR with SQLite's. */
import { SqliteError } from "../errors.ts";

type NodeError = Error & { code: string };

function withCode(error: Error, code: string): NodeError {
  return Object.assign(error, { code });
}

export function invalidState(message: string): NodeError {
  return withCode(new Error(message), "ERR_INVALID_STATE");
}

export function invalidArgument(message: string): NodeError {
  return withCode(new TypeError(message), "ERR_INVALID_ARG_TYPE");
}

export function invalidValue(message: string): NodeError {
  return withCode(new TypeError(message), "ERR_INVALID_ARG_VALUE");
}

export function outOfRange(message: string): NodeError {
  return withCode(new RangeError(message), "ERR_OUT_OF_RANGE");
}

/** What sqlite3_errstr says of a primary result code. */
const CODE_TEXT: Readonly<Record<number, string>> = {
  1: "SQL logic error",
  3: "access permission denied",
  4: "query aborted",
  5: "database is locked",
  6: "database table is locked",
  7: "out of memory",
  8: "attempt to write a readonly database",
  9: "interrupted",
  10: "disk I/O error",
  11: "database disk image is malformed",
  12: "unknown operation",
  13: "database or disk is full",
  14: "unable to open database file",
  15: "locking protocol",
  17: "database schema has changed",
  18: "string or blob too big",
  19: "constraint failed",
  20: "datatype mismatch",
  21: "bad parameter or other API misuse",
  22: "large file support is disabled",
  23: "authorization denied",
  25: "column index out of range",
  26: "file is not a database",
};

/** The engine's errors as Node's; others, thrown by functions of the program, as they are. */
function translated(error: unknown): unknown {
  if (!(error instanceof SqliteError)) return error;
  const { message, errcode, extendedErrcode } = error;
  const ofNode = withCode(new Error(message, { cause: error }), "ERR_SQLITE_ERROR");
  Object.defineProperty(ofNode, "cause", { enumerable: false });
  return Object.assign(ofNode, { errcode: extendedErrcode, errstr: CODE_TEXT[errcode] ?? "unknown error" });
}

/** Runs `body`, its errors translated. */
export function translating<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw translated(error);
  }
}
