/** The order of rows by sort keys: ORDER BY, groups, sets. */
import { compareValues } from "../values/compare.ts";
import type { Collation } from "../values/collation.ts";
import { NULL, type Tag } from "../values/value.ts";
import type { Rows } from "./rows.ts";

export interface OrderTerm {
  readonly collation: Collation;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** Ascending, NULLs first: the order of the original's ephemeral indexes. */
export function ascending(collations: readonly Collation[]): OrderTerm[] {
  return collations.map((collation) => ({ collation, descending: false, nullsFirst: true }));
}

/** Compares the columns of two rows from `first` on. */
export function compareRows(rows: Rows, a: number, b: number, terms: readonly OrderTerm[], first = 0): number {
  const { tags, payloads, columns } = rows;
  const left = a * columns + first;
  const right = b * columns + first;
  for (let i = 0; i < terms.length; i++) {
    const { collation, descending, nullsFirst } = terms[i]!;
    const tagA = tags[left + i] as Tag;
    const tagB = tags[right + i] as Tag;
    if (tagA === NULL || tagB === NULL) {
      if (tagA === tagB) continue;
      return (tagA === NULL) === nullsFirst ? -1 : 1;
    }
    const order = compareValues(tagA, payloads[left + i]!, tagB, payloads[right + i]!, collation);
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}

/** The numbers of all rows in order; rows that are equal stay as they came. Hot: bench/sqlite.bench.ts. */
export function sortedRows(rows: Rows, terms: readonly OrderTerm[], first = 0): Uint32Array {
  const order = new Uint32Array(rows.count);
  for (let row = 0; row < order.length; row++) order[row] = row;
  const keys = terms.length === 0 ? undefined : numericKeys(rows, first);
  if (keys === undefined) return order.sort((a, b) => compareRows(rows, a, b, terms, first) || a - b);
  const rest = terms.slice(1);
  const sign = terms[0]!.descending ? -1 : 1;
  // The difference of two equal infinities is NaN, and as good as 0 here.
  if (rest.length === 0) return order.sort((a, b) => sign * (keys[a]! - keys[b]!) || a - b);
  return order.sort((a, b) => sign * (keys[a]! - keys[b]!) || compareRows(rows, a, b, rest, first + 1) || a - b);
}

/** The values of a column when all are numbers that JavaScript compares as such; undefined: some are not. */
function numericKeys({ payloads, columns, count }: Rows, column: number): Float64Array | undefined {
  const keys = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const value = payloads[row * columns + column];
    if (typeof value !== "number") return undefined;
    keys[row] = value;
  }
  return keys;
}
