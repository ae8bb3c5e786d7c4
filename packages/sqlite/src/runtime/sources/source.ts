/** A source: where the columns of a row come from. Access steps move it from row to row. */
import type { Payload } from "../../values/value.ts";
import type { Frame } from "../frame.ts";

export abstract class Source {
  /** All columns are NULL: the null row of an outer join. */
  isNull = false;

  /** A column of the row; the tag is left in `frame.tag`. */
  abstract read(frame: Frame, column: number): Payload;

  /** Gives cursors back. */
  close(): void {}
}
