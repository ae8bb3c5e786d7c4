/** A list: rows as they came. One of rowids may also be asked to take each only once. */
import { builtInCollations } from "../../values/collation.ts";
import type { Cells } from "../../values/value.ts";
import { RowDictionary } from "../dictionary.ts";
import { ForwardScan, OrderedScan, type RowScan, Store } from "./store.ts";

/** Rowids are no texts; what they are compared by does not matter. */
const ANY_COLLATION = builtInCollations("utf8").get("BINARY")!;

export class ListStore extends Store {
  #known: RowDictionary | undefined;

  append(cells: Cells, at: number): void {
    this.rows.append(cells, at);
  }

  /** False: an equal row has been added like this before. */
  addNew(cells: Cells, at: number): boolean {
    this.#known ??= new RowDictionary(Array.from({ length: this.rows.columns }, () => ANY_COLLATION));
    const before = this.#known.size;
    this.#known.add(cells.tags, cells.payloads, at);
    if (this.#known.size === before) return false;
    this.rows.append(cells, at);
    return true;
  }

  scan(reverse: boolean): RowScan {
    if (!reverse) return new ForwardScan(this.rows);
    return new OrderedScan(
      Uint32Array.from({ length: this.rows.count }, (_, row) => row),
      true,
    );
  }

  override clear(): void {
    super.clear();
    this.#known = undefined;
  }
}
