/** Stores: rows that a program keeps while it runs. Each kind says what appending means and in which order its rows come. */
import type { Cells } from "../../values/value.ts";
import { Rows } from "../rows.ts";

/** A way through a store's rows. */
export interface RowScan {
  /** The number of the next row; -1: there is none. */
  next(): number;
}

export abstract class Store {
  readonly rows: Rows;

  constructor(columns: number) {
    this.rows = new Rows(columns);
  }

  /** Adds `cells[at … at + columns)`, which it may change. */
  abstract append(cells: Cells, at: number): void;

  /** Rows that are appended meanwhile may or may not come. */
  abstract scan(reverse: boolean, sorted: boolean): RowScan;

  clear(): void {
    this.rows.clear();
  }
}

/** Rows by rising number, those that are appended meanwhile too; `isThere`: all but those that were removed. */
export class ForwardScan implements RowScan {
  readonly #rows: Rows;
  readonly #isThere: ((row: number) => boolean) | undefined;
  #at = -1;

  constructor(rows: Rows, isThere?: (row: number) => boolean) {
    this.#rows = rows;
    this.#isThere = isThere;
  }

  next(): number {
    while (++this.#at < this.#rows.count) {
      if (this.#isThere === undefined || this.#isThere(this.#at)) return this.#at;
    }
    return -1;
  }
}

/** Rows in an order that is known beforehand. */
export class OrderedScan implements RowScan {
  readonly #order: ArrayLike<number>;
  readonly #step: 1 | -1;
  #at: number;

  constructor(order: ArrayLike<number>, reverse: boolean) {
    this.#order = order;
    this.#step = reverse ? -1 : 1;
    this.#at = reverse ? order.length : -1;
  }

  next(): number {
    this.#at += this.#step;
    return this.#order[this.#at] ?? -1;
  }
}
