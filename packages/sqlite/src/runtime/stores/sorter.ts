/**
 * A sorter: rows in the order of their first columns; equal rows stay as they came.
 *
 * With a limit only the first so many rows are kept, in a heap whose top is the last of them, so that most rows of a long table are
 * refused after one comparison.
 */
import type { Cells } from "../../values/value.ts";
import { compareRows, type OrderTerm, sortedRows } from "../row-order.ts";
import { OrderedScan, type RowScan, Store } from "./store.ts";

export class SorterStore extends Store {
  readonly #terms: readonly OrderTerm[];
  /** -1: all rows. */
  #limit = -1;
  /** Row numbers, each behind (in the order) both of those below it in the heap; empty until there are as many rows as the limit. */
  #heap: number[] = [];
  /** When each row came, by its number; the heap gives numbers to later rows again. */
  #arrivals: number[] = [];
  #arrived = 0;
  #order: Uint32Array | undefined;

  constructor(columns: number, terms: readonly OrderTerm[]) {
    super(columns);
    this.#terms = terms;
  }

  /** Before the first row: how many of the first rows are wanted; negative: all. */
  limitTo(rows: number): void {
    this.#limit = rows < 0 ? -1 : rows;
  }

  append(cells: Cells, at: number): void {
    this.#order = undefined;
    const limit = this.#limit;
    if (limit < 0) {
      this.rows.append(cells, at);
      return;
    }
    if (limit === 0) return;
    if (this.rows.count < limit) {
      this.#arrivals[this.rows.append(cells, at)] = this.#arrived++;
      return;
    }
    if (this.#heap.length === 0) this.#makeHeap();
    // The new row waits behind the others for its comparison. It came last: among equals it loses.
    const { rows } = this;
    const candidate = rows.append(cells, at);
    const top = this.#heap[0]!;
    if (compareRows(rows, candidate, top, this.#terms) < 0) {
      rows.replace(top, cells, at);
      this.#arrivals[top] = this.#arrived++;
      this.#sink(0);
    }
    rows.count -= 1;
  }

  scan(reverse: boolean): RowScan {
    this.#order ??= this.#limit < 0 ? sortedRows(this.rows, this.#terms) : this.#heapOrder();
    return new OrderedScan(this.#order, reverse);
  }

  override clear(): void {
    super.clear();
    this.#heap = [];
    this.#arrivals = [];
    this.#arrived = 0;
    this.#order = undefined;
  }

  #compare(a: number, b: number): number {
    return compareRows(this.rows, a, b, this.#terms) || this.#arrivals[a]! - this.#arrivals[b]!;
  }

  #heapOrder(): Uint32Array {
    return Uint32Array.from({ length: this.rows.count }, (_, row) => row).sort((a, b) => this.#compare(a, b));
  }

  #makeHeap(): void {
    this.#heap = Array.from({ length: this.rows.count }, (_, row) => row);
    for (let at = (this.#heap.length >>> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const row = heap[from]!;
    let at = from;
    for (let child = 2 * at + 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && this.#compare(heap[child + 1]!, heap[child]!) > 0) child += 1;
      if (this.#compare(heap[child]!, row) <= 0) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = row;
  }
}
