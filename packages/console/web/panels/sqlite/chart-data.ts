/** What of a result can be drawn: numbers over a column, or over the rows' order. */
import type { Cell, StatementResult } from "../../../src/tools/sqlite/sqlite-wire.ts";
import { numberOf, shown } from "./cells.ts";

/** Lines in one chart; the page has so many colours. */
export const MAX_LINES = 6;

export interface ChartData {
  /** Ascending, as the chart wants them; places 0, 1, … where `labels` are there. */
  readonly x: readonly number[];
  /** What stands below the places, where x is no number. */
  readonly labels: readonly string[] | undefined;
  readonly lines: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

/** Columns with at least one number, and nothing else but NULL. */
export function numericColumns({ columns, rows }: StatementResult): number[] {
  return columns
    .map((_, at) => at)
    .filter((at) => {
      let numbers = 0;
      for (const row of rows) {
        if (numberOf(row[at]!) !== undefined) numbers += 1;
        else if (row[at] !== null) return false;
      }
      return numbers > 0;
    });
}

/** What x is at first: the first column that holds no numbers, else the first of several with numbers, else the rows' order (−1). */
export function usualX(result: StatementResult): number {
  const numeric = numericColumns(result);
  const other = result.columns.findIndex((_, at) => !numeric.includes(at));
  if (other >= 0) return other;
  return numeric.length > 1 ? 0 : -1;
}

/** `x`: a column, or −1 for the rows' order. */
export function chartData(result: StatementResult, x: number): ChartData {
  const numeric = numericColumns(result);
  const drawn = numeric.filter((at) => at !== x).slice(0, MAX_LINES);
  const isNumber = numeric.includes(x);
  let rows: readonly (readonly Cell[])[] = result.rows;
  if (isNumber) {
    rows = rows
      .filter((row) => numberOf(row[x]!) !== undefined)
      .toSorted((a, b) => numberOf(a[x]!)! - numberOf(b[x]!)!);
  }
  return {
    x: rows.map((row, at) => (isNumber ? numberOf(row[x]!)! : at)),
    labels: isNumber ? undefined : rows.map((row, at) => (x < 0 ? String(at + 1) : shown(row[x]!).text)),
    lines: drawn.map((at) => ({
      name: result.columns[at]!.name,
      values: rows.map((row) => numberOf(row[at]!) ?? null),
    })),
  };
}
