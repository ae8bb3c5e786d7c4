/** The record under a cursor, attached again only when the cursor has moved or the tree was changed. */
import type { Cursor } from "../../btree/cursor.ts";
import { RecordReader } from "../../record/record-reader.ts";
import type { TextEncoding } from "../../values/text-codec.ts";

export class CursorRecord<C extends Cursor> {
  readonly cursor: C;
  readonly #reader: RecordReader;
  /** Of the cursor when the reader was attached. */
  #version = -1;

  constructor(cursor: C, encoding: TextEncoding) {
    this.cursor = cursor;
    this.#reader = new RecordReader(encoding);
  }

  /** Undefined: the entry was removed since the cursor came to it. Its columns are NULL then, as in the original. */
  current(): RecordReader | undefined {
    const { cursor } = this;
    if (cursor.version !== this.#version) {
      if (!cursor.isValid) return undefined;
      const { bytes, view, start, end } = cursor.payload();
      this.#reader.attach(bytes, view, start, end);
      this.#version = cursor.version;
    }
    return this.#reader;
  }
}
