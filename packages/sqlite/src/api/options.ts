/** What callers of the native interface set. */
import type { BackEndChoice } from "../connection/back-end.ts";
import type { Limits } from "../connection/limits.ts";
import type { DatabaseWorld } from "../connection/world.ts";
import type { SqlValue } from "../values/value.ts";

export interface DatabaseOptions {
  /** Refuse every write: SQLITE_READONLY. The file has to be there. Default: false. */
  readonly readonly?: boolean;
  /** Make the file when it is missing; otherwise SQLITE_CANTOPEN. Default: true. */
  readonly create?: boolean;
  /** Where files, time and randomness come from. Default: the real world in Node; without files elsewhere. */
  readonly world?: DatabaseWorld;
  /** Only lower ones than the defaults count, as in the original. */
  readonly limits?: Partial<Limits>;
  readonly backEnd?: BackEndChoice;
  /** How long a lock of another connection is waited for, in milliseconds. Connections of one thread wait in vain, so the default is 0. */
  readonly busyTimeoutMs?: number;
  /** PRAGMA foreign_keys to begin with. Default: false, as the original's. */
  readonly foreignKeys?: boolean;
  /** Double-quoted text that is no column's name means a string. Default: true, as the original's. */
  readonly doubleQuotedStrings?: boolean;
  /** Called with the text of each statement before it runs, parameters put in. */
  readonly verbose?: (sql: string) => void;
  /**
   * For other threads, which cannot call `interrupt`: while the first element is not 0, statements that run throw SQLITE_INTERRUPT as soon as they
   * look. Lies in a SharedArrayBuffer.
   */
  readonly interruptFlag?: Int32Array;
}

/** The shape of rows: an object by columns' names (the last of equal names wins), an array, or the first column's value alone. */
export type RowShape = "object" | "array" | "pluck";

/**
 * What INTEGERs become. `as needed`: numbers within ±(2^53 − 1), and BigInts beyond. `number`: numbers, and a RangeError beyond. `bigint`: BigInts
 * always.
 */
export type IntegerShape = "number" | "bigint" | "as needed";

export interface StatementOptions {
  /** Default: `object`. */
  readonly rows?: RowShape;
  /** Default: `as needed`. */
  readonly integers?: IntegerShape;
}

/**
 * What may be bound. A number that is a safe integer becomes an INTEGER, every other number (and −0) a REAL, NaN NULL; a BigInt an INTEGER, and
 * SQLITE_RANGE beyond 64 bits; true and false 1 and 0. Bytes are copied.
 */
export type BindValue = SqlValue | boolean;

/** By position; or an array, or an object of names with or without their sign (`:a`, `@a`, `$a`), and positions for nameless ones behind it. */
export type BindArguments = readonly (BindValue | readonly BindValue[] | Readonly<Record<string, BindValue>>)[];

export interface RunResult {
  /** Rows that the statement itself inserted, changed or deleted, as `changes()`; 0 of a statement that does not change rows. */
  readonly changes: number | bigint;
  /** As `last_insert_rowid()`. */
  readonly lastInsertRowid: number | bigint;
}
