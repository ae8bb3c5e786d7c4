/** A set: each row once. Rows come as they were first added, or sorted; NULLs are equal here, and IN's own rules for them are in `membership`. */
import type { Affinity } from "../../values/affinity.ts";
import { applyAffinity } from "../../values/cast.ts";
import type { Collation } from "../../values/collation.ts";
import { compareValues } from "../../values/compare.ts";
import { type Cells, NULL, type Tag } from "../../values/value.ts";
import { RowDictionary } from "../dictionary.ts";
import { ascending, sortedRows } from "../row-order.ts";
import { ForwardScan, OrderedScan, type RowScan, Store } from "./store.ts";

export class SetStore extends Store {
  readonly #collations: readonly Collation[];
  readonly #affinities: readonly (Affinity | undefined)[];
  /** The numbers of rows here are the numbers that it gives. */
  #dictionary: RowDictionary;
  /** Rows that were removed. */
  readonly #removed = new Set<number>();
  /** How many rows have a NULL in them. */
  #withNull = 0;

  constructor(collations: readonly Collation[], affinities: readonly (Affinity | undefined)[]) {
    super(collations.length);
    this.#collations = collations;
    this.#affinities = affinities;
    this.#dictionary = new RowDictionary(collations);
  }

  get size(): number {
    return this.rows.count - this.#removed.size;
  }

  append(cells: Cells, at: number): void {
    const row = this.#numberOf(cells, at);
    if (row === this.rows.count) {
      this.#append(cells, at);
      return;
    }
    if (this.#removed.delete(row) && this.#hasNull(row)) this.#withNull += 1;
    this.rows.replace(row, cells, at);
  }

  /** False: there is an equal row, which stays. */
  addNew(cells: Cells, at: number): boolean {
    const row = this.#numberOf(cells, at);
    if (row < this.rows.count) {
      if (!this.#removed.has(row)) return false;
      this.append(cells, at);
    } else this.#append(cells, at);
    return true;
  }

  /** False: it was not there. */
  remove(cells: Cells, at: number): boolean {
    this.#applyAffinities(cells, at);
    const row = this.#dictionary.find(cells.tags, cells.payloads, at);
    if (row < 0 || this.#removed.has(row)) return false;
    this.#removed.add(row);
    if (this.#hasNull(row)) this.#withNull -= 1;
    return true;
  }

  has(cells: Cells, at: number): boolean {
    const row = this.#dictionary.find(cells.tags, cells.payloads, at);
    return row >= 0 && !this.#removed.has(row);
  }

  /**
   * `cells[at …] IN` this set: 1, 0, or NULL where a NULL on either side leaves it open. In an empty set there is nothing.
   */
  membership(cells: Cells, at: number): 0 | 1 | null {
    if (this.size === 0) return 0;
    const { columns } = this.rows;
    let hasNull = false;
    for (let i = 0; i < columns; i++) hasNull ||= cells.tags[at + i] === NULL;
    if (!hasNull && this.has(cells, at)) return 1;
    if (columns === 1) return hasNull || this.#withNull > 0 ? null : 0;
    return (hasNull || this.#withNull > 0) && this.#mightHave(cells, at) ? null : 0;
  }

  scan(reverse: boolean, sorted: boolean): RowScan {
    const isThere = this.#removed.size === 0 ? undefined : (row: number): boolean => !this.#removed.has(row);
    if (!sorted && !reverse) return new ForwardScan(this.rows, isThere);
    const all = sorted
      ? sortedRows(this.rows, ascending(this.#collations))
      : Uint32Array.from({ length: this.rows.count }, (_, row) => row);
    return new OrderedScan(isThere === undefined ? all : all.filter(isThere), reverse);
  }

  override clear(): void {
    super.clear();
    this.#dictionary = new RowDictionary(this.#collations);
    this.#removed.clear();
    this.#withNull = 0;
  }

  #append(cells: Cells, at: number): void {
    if (this.#hasNull(this.rows.append(cells, at))) this.#withNull += 1;
  }

  #hasNull(row: number): boolean {
    for (let column = 0; column < this.rows.columns; column++) {
      if (this.rows.tag(row, column) === NULL) return true;
    }
    return false;
  }

  #numberOf(cells: Cells, at: number): number {
    this.#applyAffinities(cells, at);
    return this.#dictionary.add(cells.tags, cells.payloads, at);
  }

  #applyAffinities(cells: Cells, at: number): void {
    for (let i = 0; i < this.#affinities.length; i++) {
      const affinity = this.#affinities[i];
      if (affinity !== undefined) applyAffinity(cells, at + i, affinity);
    }
  }

  /** Whether some row differs in no column, where NULL differs from nothing. */
  #mightHave(cells: Cells, at: number): boolean {
    const { rows } = this;
    for (let row = 0; row < rows.count; row++) {
      if (!this.#removed.has(row) && this.#mightEqual(row, cells, at)) return true;
    }
    return false;
  }

  #mightEqual(row: number, cells: Cells, at: number): boolean {
    for (let i = 0; i < this.rows.columns; i++) {
      const tag = cells.tags[at + i] as Tag;
      const other = this.rows.tag(row, i);
      if (tag === NULL || other === NULL) continue;
      const order = compareValues(tag, cells.payloads[at + i]!, other, this.rows.payload(row, i), this.#collations[i]!);
      if (order !== 0) return false;
    }
    return true;
  }
}
