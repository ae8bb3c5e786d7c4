/** In which order a table's indexes are gone through, and what of its columns is stored. */
import type { Column, Index } from "../../schema/table.ts";

/**
 * The order in which uniqueness is checked: the youngest index first, but those whose conflicts delete rows last, so that nothing is deleted for a row
 * that another index refuses.
 */
export function checkOrder(indexes: readonly Index[]): readonly Index[] {
  const youngestFirst = indexes.toReversed();
  return [
    ...youngestFirst.filter(({ onConflict }) => onConflict !== "REPLACE"),
    ...youngestFirst.filter(({ onConflict }) => onConflict === "REPLACE"),
  ];
}

export function isVirtual({ generated }: Column): boolean {
  return generated !== undefined && !generated.stored;
}
