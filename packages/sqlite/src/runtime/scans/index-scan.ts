/**
 * Entries of an index that begin with given values, within bounds on the column behind them.
 *
 * The bounds are turned into the index's own direction, so that there is one key to start at and one to end at. Where there is one bound only
 * NULLs are the other: they come before all values, and no bound lets them through.
 */
import type { IndexCursor } from "../../btree/cursor.ts";
import { compareRecordToKey } from "../../record/compare-key.ts";
import { Cells, type Payload, type Tag } from "../../values/value.ts";

export class IndexScan {
  readonly #equal: number;
  readonly #reverse: boolean;
  /** The equal values, and behind them the bound where the scan starts or ends. */
  readonly #startKey: Cells;
  readonly #endKey: Cells;
  #cursor: IndexCursor | undefined;
  readonly #hasLow: boolean;
  readonly #hasHigh: boolean;
  readonly #lowInclusive: boolean;
  readonly #highInclusive: boolean;
  /** How many values of the end's key have to be compared. */
  #endCount = 0;
  #endInclusive = true;

  /** Undefined bounds: there are none. */
  constructor(
    equal: number,
    reverse: boolean,
    low: { readonly inclusive: boolean } | undefined,
    high: { readonly inclusive: boolean } | undefined,
  ) {
    this.#equal = equal;
    this.#reverse = reverse;
    this.#startKey = new Cells(equal + 1);
    this.#endKey = new Cells(equal + 1);
    this.#hasLow = low !== undefined;
    this.#hasHigh = high !== undefined;
    this.#lowInclusive = low?.inclusive ?? false;
    this.#highInclusive = high?.inclusive ?? false;
  }

  /** The value of equal column `at`. */
  setEqual(at: number, tag: Tag, payload: Payload): void {
    this.#startKey.set(at, tag, payload);
    this.#endKey.set(at, tag, payload);
  }

  /** `low` is no NULL where there is such a bound, nor is `high`. Goes to the first entry. False: there is none. */
  begin(cursor: IndexCursor, lowTag: Tag, low: Payload, highTag: Tag, high: Payload): boolean {
    this.#cursor = cursor;
    const equal = this.#equal;
    const isBounded = this.#hasLow || this.#hasHigh;
    if (!isBounded) {
      this.#endCount = equal;
      this.#endInclusive = true;
      return this.#start(equal, true);
    }
    // Without a lower bound: above NULL.
    const isDown = cursor.keyInfo.descending[equal] !== 0;
    const startsHigh = isDown !== this.#reverse;
    const [startTag, start] = startsHigh ? [highTag, high] : [lowTag, low];
    const [endTag, end] = startsHigh ? [lowTag, low] : [highTag, high];
    this.#startKey.set(equal, startTag, start);
    this.#endKey.set(equal, endTag, end);
    const hasEnd = startsHigh || this.#hasHigh;
    this.#endCount = hasEnd ? equal + 1 : equal;
    this.#endInclusive = hasEnd ? (startsHigh ? this.#lowInclusive : this.#highInclusive) : true;
    const hasStart = !startsHigh || this.#hasHigh;
    if (!hasStart) return this.#start(equal, true);
    return this.#start(equal + 1, startsHigh ? this.#highInclusive : this.#lowInclusive);
  }

  next(): boolean {
    const cursor = this.#cursor!; // `begin` comes first
    if (!(this.#reverse ? cursor.previous() : cursor.next())) return false;
    return this.#isWithin();
  }

  #start(count: number, inclusive: boolean): boolean {
    const cursor = this.#cursor!;
    const reverse = this.#reverse;
    if (count === 0) return (reverse ? cursor.last() : cursor.first()) && this.#isWithin();
    // Entries equal to the key belong to the scan or are left out.
    const order = cursor.seek(this.#startKey, count, inclusive === reverse ? -1 : 1);
    if (reverse ? order > 0 : order < 0) return this.next();
    // Below the key, with nowhere to be: the index is empty.
    return (order !== -1 || cursor.isValid) && this.#isWithin();
  }

  #isWithin(): boolean {
    if (this.#endCount === 0) return true;
    const { bytes, view, start, end } = this.#cursor!.payload();
    return this.accepts(bytes, view, start, end);
  }

  /** Whether the scan goes as far as the entry in `bytes[start…end)`, for loops that go along the cells themselves. */
  accepts(bytes: Uint8Array, view: DataView, start: number, end: number): boolean {
    if (this.#endCount === 0) return true;
    const { keyInfo } = this.#cursor!;
    const order = compareRecordToKey(bytes, view, start, end, this.#endKey, this.#endCount, keyInfo);
    if (this.#endInclusive) return this.#reverse ? order >= 0 : order <= 0;
    return this.#reverse ? order > 0 : order < 0;
  }
}
