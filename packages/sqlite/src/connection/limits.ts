/** Limits of `sqlite3_limit` under their names, and the original's defaults (https://www.sqlite.org/limits.html). */
import type { SqlLimits } from "../sql/limits.ts";

export interface Limits {
  /** Bytes of a TEXT, a BLOB or a row. */
  length: number;
  /** Bytes of a statement's text. */
  sqlLength: number;
  /** Columns of a table, an index, a result; terms of ORDER BY and GROUP BY. */
  column: number;
  /** Depth of an expression's tree. */
  exprDepth: number;
  /** SELECTs in a compound. */
  compoundSelect: number;
  /** Instructions of a program; there is no such thing here, and it is kept only to be told again. */
  vdbeOp: number;
  /** Arguments of a function. */
  functionArg: number;
  /** Attached databases. */
  attached: number;
  /** Bytes of a pattern of LIKE and GLOB. */
  likePatternLength: number;
  /** The highest number of a parameter. */
  variableNumber: number;
  /** Triggers within triggers. */
  triggerDepth: number;
  /** Threads that help with sorting: none does, whatever is set. */
  workerThreads: number;
}

export const DEFAULT_LIMITS: Readonly<Limits> = {
  length: 1_000_000_000,
  sqlLength: 1_000_000_000,
  column: 2_000,
  exprDepth: 1_000,
  compoundSelect: 500,
  vdbeOp: 250_000_000,
  functionArg: 1_000,
  attached: 10,
  likePatternLength: 50_000,
  variableNumber: 32_766,
  triggerDepth: 1_000,
  workerThreads: 0,
};

/** Those that the language keeps. */
export function sqlLimits(limits: Readonly<Limits>): SqlLimits {
  return {
    columns: limits.column,
    expressionDepth: limits.exprDepth,
    compoundSelect: limits.compoundSelect,
    variableNumber: limits.variableNumber,
    functionArguments: limits.functionArg,
    sqlLength: limits.sqlLength,
  };
}
