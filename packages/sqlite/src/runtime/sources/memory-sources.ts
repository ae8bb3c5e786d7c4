/** Sources in memory: a row of a store, and registers. */
import type { Payload, Tag } from "../../values/value.ts";
import type { Frame } from "../frame.ts";
import type { Rows } from "../rows.ts";
import { readNull } from "./index-source.ts";
import { Source } from "./source.ts";

export class StoreSource extends Source {
  /** Of the store that is gone through: copies of a subquery may have stores of their own. */
  rows: Rows;
  readonly #first: number;
  /** The number of the row. */
  row = 0;

  constructor(rows: Rows, first: number) {
    super();
    this.rows = rows;
    this.#first = first;
  }

  read(frame: Frame, column: number): Payload {
    if (this.isNull) return readNull(frame);
    const { rows } = this;
    const at = this.row * rows.columns + this.#first + column;
    frame.tag = rows.tags[at] as Tag;
    return rows.payloads[at]!;
  }
}

export class RegisterSource extends Source {
  readonly #first: number;

  constructor(first: number) {
    super();
    this.#first = first;
  }

  read(frame: Frame, column: number): Payload {
    if (this.isNull) return readNull(frame);
    frame.tag = frame.registers.tags[this.#first + column] as Tag;
    return frame.registers.payloads[this.#first + column]!;
  }
}
