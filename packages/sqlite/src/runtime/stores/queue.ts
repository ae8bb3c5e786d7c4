/** A queue, of which rows are taken while others come: the first that came, or the least by its first columns (ORDER BY of a recursive table). */
import type { Cells } from "../../values/value.ts";
import { compareRows, type OrderTerm } from "../row-order.ts";
import { ForwardScan, type RowScan, Store } from "./store.ts";

/** So many rows that were taken stay in memory before the others are moved to the front. */
const MAX_TAKEN = 1_024;

export class QueueStore extends Store {
  readonly #terms: readonly OrderTerm[];
  /** Rows in front of it have been taken; of a queue without an order. */
  #head = 0;
  /** Row numbers, each before (in the order) both of those below it. */
  #heap: number[] = [];

  constructor(columns: number, terms: readonly OrderTerm[]) {
    super(columns);
    this.#terms = terms;
  }

  append(cells: Cells, at: number): void {
    const row = this.rows.append(cells, at);
    if (this.#terms.length > 0) this.#rise(row);
  }

  /** The number of a row, which stays readable until the next is taken; -1: there is none. */
  take(): number {
    if (this.#terms.length > 0) return this.#takeLeast();
    if (this.#head > MAX_TAKEN && this.#head * 2 > this.rows.count) {
      this.rows.dropFirst(this.#head);
      this.#head = 0;
    }
    return this.#head < this.rows.count ? this.#head++ : -1;
  }

  scan(): RowScan {
    return new ForwardScan(this.rows);
  }

  override clear(): void {
    super.clear();
    this.#head = 0;
    this.#heap = [];
  }

  /** Rows that are equal are taken as they came, which their numbers tell. */
  #compare(a: number, b: number): number {
    return compareRows(this.rows, a, b, this.#terms) || a - b;
  }

  #rise(row: number): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      if (this.#compare(heap[parent]!, row) <= 0) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = row;
  }

  #takeLeast(): number {
    const heap = this.#heap;
    const least = heap[0];
    if (least === undefined) return -1;
    const row = heap.pop()!;
    if (heap.length === 0) return least;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && this.#compare(heap[child + 1]!, heap[child]!) < 0) child += 1;
      if (this.#compare(heap[child]!, row) >= 0) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = row;
    return least;
  }
}
