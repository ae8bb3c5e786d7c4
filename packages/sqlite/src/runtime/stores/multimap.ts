/** A multimap: rows by their first columns, for joins without an index. Rows of one key come as they were appended. */
import type { Collation } from "../../values/collation.ts";
import { type Cells, NULL } from "../../values/value.ts";
import { RowDictionary } from "../dictionary.ts";
import { ForwardScan, type RowScan, Store } from "./store.ts";

const NOBODY = -1;

export class MultimapStore extends Store {
  readonly #collations: readonly Collation[];
  #keys: RowDictionary;
  /** Of each key, its first and its last row. */
  #first: number[] = [];
  #last: number[] = [];
  /** Behind each row the next one of its key. */
  #next: number[] = [];

  constructor(columns: number, collations: readonly Collation[]) {
    super(columns);
    this.#collations = collations;
    this.#keys = new RowDictionary(collations);
  }

  append(cells: Cells, at: number): void {
    const row = this.rows.append(cells, at);
    this.#next.push(NOBODY);
    if (hasNull(cells, at, this.#collations.length)) return; // equal to nothing, and never found
    const key = this.#keys.add(cells.tags, cells.payloads, at);
    if (key === this.#first.length) this.#first.push(row);
    else this.#next[this.#last[key]!] = row;
    this.#last[key] = row;
  }

  /** The first row of the key `cells[at …]`; -1: there is none. */
  firstOf(cells: Cells, at: number): number {
    if (hasNull(cells, at, this.#collations.length)) return NOBODY;
    const key = this.#keys.find(cells.tags, cells.payloads, at);
    return key < 0 ? NOBODY : this.#first[key]!;
  }

  /** The next row of the same key; -1: there is none. */
  after(row: number): number {
    return this.#next[row]!;
  }

  scan(): RowScan {
    return new ForwardScan(this.rows);
  }

  override clear(): void {
    super.clear();
    this.#keys = this.#keys.fresh();
    this.#first = [];
    this.#last = [];
    this.#next = [];
  }
}

function hasNull(cells: Cells, at: number, count: number): boolean {
  for (let i = 0; i < count; i++) {
    if (cells.tags[at + i] === NULL) return true;
  }
  return false;
}
