/** A table from rowid to rowid, forwards or backwards. */
import type { TableCursor } from "../../btree/cursor.ts";
import { ABOVE_ALL, BELOW_ALL } from "../rowid-bounds.ts";

export class RowidScan {
  #cursor: TableCursor | undefined;
  #reverse = false;
  #last: number | bigint = 0;
  /** Whether rowids have to be looked at. */
  #isBounded = false;

  /** Goes to the first row from `low` to `high` (see rowid-bounds.ts), or to the last one. False: there is none. */
  begin(cursor: TableCursor, low: number | bigint, high: number | bigint, reverse: boolean): boolean {
    this.#cursor = cursor;
    this.#reverse = reverse;
    if (low === ABOVE_ALL || high === BELOW_ALL) return false;
    const start = reverse ? high : low;
    this.#last = reverse ? low : high;
    this.#isBounded = this.#last !== (reverse ? BELOW_ALL : ABOVE_ALL);
    if (start === (reverse ? ABOVE_ALL : BELOW_ALL))
      return (reverse ? cursor.last() : cursor.first()) && this.#isWithin();
    const order = cursor.seek(start);
    if (reverse ? order > 0 : order < 0) return this.next();
    return this.#isWithin();
  }

  next(): boolean {
    const cursor = this.#cursor!; // `begin` comes first
    if (!(this.#reverse ? cursor.previous() : cursor.next())) return false;
    return this.#isWithin();
  }

  #isWithin(): boolean {
    if (!this.#isBounded) return true;
    const { rowid } = this.#cursor!;
    return this.#reverse ? rowid >= this.#last : rowid <= this.#last;
  }
}
