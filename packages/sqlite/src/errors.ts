/**
 * Errors with SQLite's result codes (https://www.sqlite.org/rescode.html). A primary code is the low byte of an extended one.
 */
const RESULT_CODES = {
  SQLITE_ERROR: 1,
  SQLITE_INTERNAL: 2,
  SQLITE_PERM: 3,
  SQLITE_ABORT: 4,
  SQLITE_BUSY: 5,
  SQLITE_LOCKED: 6,
  SQLITE_NOMEM: 7,
  SQLITE_READONLY: 8,
  SQLITE_INTERRUPT: 9,
  SQLITE_IOERR: 10,
  SQLITE_CORRUPT: 11,
  SQLITE_NOTFOUND: 12,
  SQLITE_FULL: 13,
  SQLITE_CANTOPEN: 14,
  SQLITE_PROTOCOL: 15,
  SQLITE_SCHEMA: 17,
  SQLITE_TOOBIG: 18,
  SQLITE_CONSTRAINT: 19,
  SQLITE_MISMATCH: 20,
  SQLITE_MISUSE: 21,
  SQLITE_NOLFS: 22,
  SQLITE_AUTH: 23,
  SQLITE_RANGE: 25,
  SQLITE_NOTADB: 26,
  SQLITE_ABORT_ROLLBACK: 516,
  SQLITE_BUSY_RECOVERY: 261,
  SQLITE_BUSY_SNAPSHOT: 517,
  SQLITE_CANTOPEN_ISDIR: 526,
  SQLITE_CONSTRAINT_CHECK: 275,
  SQLITE_CONSTRAINT_COMMITHOOK: 531,
  SQLITE_CONSTRAINT_FOREIGNKEY: 787,
  SQLITE_CONSTRAINT_FUNCTION: 1043,
  SQLITE_CONSTRAINT_NOTNULL: 1299,
  SQLITE_CONSTRAINT_PRIMARYKEY: 1555,
  SQLITE_CONSTRAINT_TRIGGER: 1811,
  SQLITE_CONSTRAINT_UNIQUE: 2067,
  SQLITE_CONSTRAINT_VTAB: 2323,
  SQLITE_CONSTRAINT_ROWID: 2579,
  SQLITE_CONSTRAINT_PINNED: 2835,
  SQLITE_CONSTRAINT_DATATYPE: 3091,
  SQLITE_CORRUPT_VTAB: 267,
  SQLITE_CORRUPT_SEQUENCE: 523,
  SQLITE_CORRUPT_INDEX: 779,
  SQLITE_ERROR_MISSING_COLLSEQ: 257,
  SQLITE_IOERR_READ: 266,
  SQLITE_IOERR_SHORT_READ: 522,
  SQLITE_IOERR_WRITE: 778,
  SQLITE_IOERR_FSYNC: 1034,
  SQLITE_IOERR_DIR_FSYNC: 1290,
  SQLITE_IOERR_TRUNCATE: 1546,
  SQLITE_IOERR_FSTAT: 1802,
  SQLITE_IOERR_DELETE: 2570,
  SQLITE_READONLY_RECOVERY: 264,
  SQLITE_READONLY_ROLLBACK: 776,
  SQLITE_READONLY_DBMOVED: 1032,
} as const;

export type ResultCode = keyof typeof RESULT_CODES;

/** Everything that the engine throws on SQL, values and files from outside. */
export class SqliteError extends Error {
  override readonly name = "SqliteError";
  /** Extended where there is an extended one: `SQLITE_CONSTRAINT_UNIQUE`. */
  readonly code: ResultCode;

  constructor(code: ResultCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** The primary result code: 19 for every `SQLITE_CONSTRAINT…`. */
  get errcode(): number {
    return RESULT_CODES[this.code] & 0xff;
  }

  /** The extended result code. */
  get extendedErrcode(): number {
    return RESULT_CODES[this.code];
  }
}

/** What becomes of a statement that fails: it is undone, what it did so far stays, or the transaction is undone with it. */
export type FailureAction = "ABORT" | "FAIL" | "ROLLBACK";

/** A constraint or a RAISE that stops a statement. Every other error is as one with ABORT. */
export class ConflictError extends SqliteError {
  readonly action: FailureAction;

  constructor(code: ResultCode, message: string, action: FailureAction) {
    super(code, message);
    this.action = action;
  }
}

/** SQL that cannot be compiled, and where in its text the trouble is. */
export class SqlError extends SqliteError {
  /** UTF-16 units from the start of the text; -1 when it is no single place. */
  readonly offset: number;

  constructor(message: string, offset = -1) {
    super("SQLITE_ERROR", message);
    this.offset = offset;
  }
}
