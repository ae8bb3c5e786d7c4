/**
 * The rows that an UPDATE or DELETE is about: found first, changed afterwards, so that no change meets a row that it has moved.
 *
 * A row is kept by its rowid, or by its key where there is none, and, for UPDATE … FROM, with the values that it will get: of several for the same
 * row the last one counts, as in the original.
 */
import { Cells, INTEGER, type Tag } from "../../values/value.ts";
import type { StoredTable } from "./stored-table.ts";

export class RowsToChange {
  readonly #width: number;
  /** Instead of rows, where there is nothing else. */
  #rowids: (number | bigint)[] = [];
  #rows: Cells[] = [];

  readonly #hasRowidsOnly: boolean;

  /** Each row has so many values, those that name it first. */
  constructor(width: number, hasRowidsOnly: boolean) {
    this.#width = width;
    this.#hasRowidsOnly = hasRowidsOnly;
  }

  /** Takes the row that is named by the values in `cells` from `at` on. */
  add(cells: Cells, at: number): void {
    if (this.#hasRowidsOnly) {
      this.#rowids.push(cells.payloads[at] as number | bigint);
      return;
    }
    const row = new Cells(this.#width);
    for (let i = 0; i < this.#width; i++) row.set(i, cells.tags[at + i] as Tag, cells.payloads[at + i]!);
    this.#rows.push(row);
  }

  /** Puts them in the order of the table, each once. */
  sort(stored: StoredTable): void {
    if (this.#hasRowidsOnly) {
      const rowids = this.#rowids;
      if (rowids.every((rowid, at) => at === 0 || rowids[at - 1]! < rowid)) return;
      this.#rowids = [...new Set(rowids)].toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      return;
    }
    const sorted = this.#rows.toSorted((a, b) => stored.compareLocators(a, b));
    this.#rows = sorted.filter(
      (row, at) => at + 1 === sorted.length || stored.compareLocators(row, sorted[at + 1]!) !== 0,
    );
  }

  get length(): number {
    return this.#hasRowidsOnly ? this.#rowids.length : this.#rows.length;
  }

  /** Puts row `at`'s values into `cells` from `into` on. */
  read(at: number, cells: Cells, into: number): void {
    if (this.#hasRowidsOnly) {
      cells.set(into, INTEGER, this.#rowids[at]!);
      return;
    }
    const row = this.#rows[at]!;
    for (let i = 0; i < this.#width; i++) cells.set(into + i, row.tags[i] as Tag, row.payloads[i]!);
  }
}
