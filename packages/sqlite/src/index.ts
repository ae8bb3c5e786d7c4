/** SQLite: the file, the language, the interfaces. */
export { Database } from "./api/node-database.ts";
export type {
  BindArguments,
  BindValue,
  DatabaseOptions,
  IntegerShape,
  RowShape,
  RunResult,
  StatementOptions,
} from "./api/options.ts";
export type { Cursor, Row, Statement } from "./api/statement.ts";
export type { AggregateOptions, FunctionOptions, FunctionResult, UserFunction } from "./api/user-functions.ts";
export type { BackEndChoice } from "./connection/back-end.ts";
export type { PlanLine, StatementColumn } from "./connection/execution.ts";
export type { CommitHook, RollbackHook, UpdateHook } from "./connection/hooks.ts";
export type { Limits } from "./connection/limits.ts";
export type { Snapshot } from "./connection/snapshots.ts";
export type { DatabaseWorld } from "./connection/world.ts";
export { type ResultCode, SqlError, SqliteError } from "./errors.ts";
export type { SqlValue } from "./values/value.ts";
