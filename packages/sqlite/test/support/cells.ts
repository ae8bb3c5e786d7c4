import { BLOB, Cells, INTEGER, NULL, REAL, type SqlValue, TEXT } from "../../src/values/value.ts";

/** Values as the engine keeps them: whole numbers are REAL when they are not safe integers or the list says so. */
export function cellsOf(values: readonly SqlValue[]): Cells {
  const cells = new Cells(values.length);
  for (const [at, value] of values.entries()) {
    if (value === null) cells.set(at, NULL, null);
    else if (typeof value === "bigint") cells.set(at, INTEGER, value);
    else if (typeof value === "number") cells.set(at, Number.isSafeInteger(value) ? INTEGER : REAL, value);
    else if (typeof value === "string") cells.set(at, TEXT, value);
    else cells.set(at, BLOB, value);
  }
  return cells;
}
