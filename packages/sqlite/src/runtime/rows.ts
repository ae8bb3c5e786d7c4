/** Rows of values in memory, one behind another, without an object for each. */
import type { Cells, Payload, Tag } from "../values/value.ts";

const FIRST_TAGS = 64;

export class Rows {
  readonly columns: number;
  /** Rows that there are. */
  count = 0;
  /** The value in `column` of `row` is at `row * columns + column`. */
  tags: Uint8Array = new Uint8Array(FIRST_TAGS);
  payloads: Payload[] = [];

  constructor(columns: number) {
    this.columns = columns;
  }

  /** Adds `cells[at … at + columns)` and returns the number of the row. */
  append(cells: Cells, at: number): number {
    const { columns } = this;
    const row = this.count++;
    const start = row * columns;
    if (start + columns > this.tags.length) this.#grow(start + columns);
    for (let column = 0; column < columns; column++) {
      this.tags[start + column] = cells.tags[at + column]!;
      this.payloads[start + column] = cells.payloads[at + column]!;
    }
    return row;
  }

  /** Puts `cells[at … at + columns)` in the place of a row. */
  replace(row: number, cells: Cells, at: number): void {
    const start = row * this.columns;
    for (let column = 0; column < this.columns; column++) {
      this.tags[start + column] = cells.tags[at + column]!;
      this.payloads[start + column] = cells.payloads[at + column]!;
    }
  }

  tag(row: number, column: number): Tag {
    return this.tags[row * this.columns + column] as Tag; // only tags are put there
  }

  payload(row: number, column: number): Payload {
    return this.payloads[row * this.columns + column]!;
  }

  /** Copies columns from `column` on. */
  copy(row: number, column: number, count: number, into: Cells, at: number): void {
    const start = row * this.columns + column;
    for (let i = 0; i < count; i++) {
      into.tags[at + i] = this.tags[start + i]!;
      into.payloads[at + i] = this.payloads[start + i]!;
    }
  }

  /** Takes away the first `count` rows; the others count from 0 then. */
  dropFirst(count: number): void {
    const cells = count * this.columns;
    this.tags.copyWithin(0, cells, this.count * this.columns);
    this.payloads.splice(0, cells);
    this.count -= count;
  }

  clear(): void {
    this.count = 0;
    this.payloads = [];
  }

  #grow(cells: number): void {
    const tags = new Uint8Array(Math.max(cells, this.tags.length * 2));
    tags.set(this.tags);
    this.tags = tags;
  }
}
