/** Rows in the four shapes of `better-sqlite3`. */
import type { StatementColumn } from "../connection/execution.ts";
import type { TextEncoding } from "../values/text-codec.ts";
import type { Cells } from "../values/value.ts";
import { type Value, valueOf } from "./values.ts";

/** `flat`: an object by columns' names; `pluck`: the first value; `expand`: an object of objects by table, `$` for what is of none; `raw`: an array. */
export type RowMode = "flat" | "pluck" | "expand" | "raw";

export type RowValue = Value | Value[] | Record<string, Value> | Record<string, Record<string, Value>>;

/** Makes rows of what the engine gives. */
export function rowMaker(
  mode: RowMode,
  columns: readonly StatementColumn[],
  safe: boolean,
  encoding: TextEncoding,
): (cells: Cells) => RowValue {
  switch (mode) {
    case "pluck":
      return (cells) => valueOf(cells, 0, safe, encoding);
    case "raw":
      return (cells) => columns.map((_, at) => valueOf(cells, at, safe, encoding));
    case "expand":
      return (cells) => {
        const row: Record<string, Record<string, Value>> = {};
        for (const [at, { name, table }] of columns.entries()) {
          const of = table ?? "$";
          const part = Object.hasOwn(row, of) ? row[of]! : (row[of] = {});
          part[name] = valueOf(cells, at, safe, encoding);
        }
        return row;
      };
    case "flat": {
      const names = columns.map(({ name }) => name);
      return (cells) => {
        const row: Record<string, Value> = {};
        for (let at = 0; at < names.length; at++) row[names[at]!] = valueOf(cells, at, safe, encoding);
        return row;
      };
    }
  }
}
