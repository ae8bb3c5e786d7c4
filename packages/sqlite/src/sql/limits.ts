/** Limits of the language with the original's defaults (https://www.sqlite.org/limits.html). */
export interface SqlLimits {
  /** Columns of a table, an index, a result, a SET; terms of GROUP BY and ORDER BY. */
  readonly columns: number;
  /** Levels of an expression's tree. */
  readonly expressionDepth: number;
  /** SELECTs joined by UNION and its kin. */
  readonly compoundSelect: number;
  /** The highest number of a parameter. */
  readonly variableNumber: number;
  /** Arguments of a function. */
  readonly functionArguments: number;
  /** Bytes of a statement's text. */
  readonly sqlLength: number;
}

export const SQL_LIMITS: SqlLimits = {
  columns: 2_000,
  expressionDepth: 1_000,
  compoundSelect: 500,
  variableNumber: 32_766,
  functionArguments: 1_000,
  sqlLength: 1_000_000_000,
};

/**
 * How deep things may stand within each other, by weight: calls, casts and parentheses 3, CASE 5, subqueries 6. The original counts its
 * parser's stack in this way, where parentheses weigh 1; here they need as much of the stack as a call.
 */
export const MAX_NESTING = 2_494;
