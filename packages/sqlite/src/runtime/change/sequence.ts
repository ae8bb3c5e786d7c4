/**
 * AUTOINCREMENT: `sqlite_sequence` has for each such table the highest rowid that it ever had.
 *
 * A statement reads the number when it first needs it, and writes it when it ends, triggers' rows included, even when none was added. The table may hold anything, because
 * programs may write to it: no row of the table's name counts as 0, and what is no INTEGER counts as what CAST makes of it.
 */
import { SqliteError } from "../../errors.ts";
import type { Table } from "../../schema/table.ts";
import { asInteger } from "../../values/cast.ts";
import { Cells, INTEGER, type Tag, TEXT } from "../../values/value.ts";
import type { Frame } from "../frame.ts";
import { StoredTable } from "./stored-table.ts";

const NAME = 1;
const SEQ = 2;

export class Sequence {
  /** The highest rowid so far. */
  highest: number | bigint = 0;
  readonly #table: Table;
  readonly #stored: StoredTable;
  readonly #cells = new Cells(3);
  /** Of the table's row in sqlite_sequence. */
  #rowid: number | bigint | undefined;
  /** The number that is written there. */
  #written: number | bigint = 0;

  private constructor(table: Table, stored: StoredTable, frame: Frame) {
    this.#table = table;
    this.#stored = stored;
    const rows = stored.rows!;
    const { encoding } = frame;
    const cells = this.#cells;
    for (let more = rows.first(); more; more = rows.next()) {
      stored.read(cells, 0, (_, at) => cells.set(at, 0, null));
      if (cells.tags[NAME] !== TEXT || cells.payloads[NAME] !== table.name) continue;
      this.#rowid = rows.rowid;
      this.highest = this.#written = asInteger(cells.tags[SEQ] as Tag, cells.payloads[SEQ]!, encoding);
      return;
    }
  }

  /** That of `table` in the statement of this frame. */
  static of(frame: Frame, database: number, table: Table, sequences: Table): Sequence {
    const known = frame.statement.sequences.get(table);
    if (known !== undefined) return known;
    if (sequences.withoutRowid || sequences.columns.length !== 2)
      throw new SqliteError("SQLITE_CORRUPT_SEQUENCE", "database disk image is malformed");
    const sequence = new Sequence(table, StoredTable.of(frame, database, sequences), frame);
    frame.statement.sequences.set(table, sequence);
    return sequence;
  }

  /** A row with this rowid was added. */
  note(rowid: number | bigint): void {
    if (rowid > this.highest) this.highest = rowid;
  }

  /** Writes the number, when it is higher than the one that is there or there is none. */
  write(): void {
    if (this.#rowid !== undefined && this.highest <= this.#written) return;
    const stored = this.#stored;
    const cells = this.#cells;
    this.#rowid ??= stored.newRowid(undefined, () => 0n);
    cells.set(0, INTEGER, this.#rowid);
    cells.set(NAME, TEXT, this.#table.name);
    cells.set(SEQ, INTEGER, this.highest);
    stored.writeRow(cells, 0);
  }
}
