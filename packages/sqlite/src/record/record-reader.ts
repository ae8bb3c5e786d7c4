/**
 * Records → values, as late as possible: the header is read as far as a column is asked for, and a value is made when it is.
 *
 * A record may have fewer columns than its table (those were added later) and, in a damaged file, a header that lies. What lies outside the
 * record counts as corrupt.
 */
import { SqliteError } from "../errors.ts";
import { decodeText, type TextEncoding } from "../values/text-codec.ts";
import { type Cells, INTEGER, NULL, REAL, type Tag, TEXT } from "../values/value.ts";
import { contentLength, tagOfSerialType } from "./serial-type.ts";
import { narrowed, readVarint, varintEnd } from "./varint.ts";

const NO_BYTES = new Uint8Array(0);
const NO_VIEW = new DataView(NO_BYTES.buffer);
const NO_TYPES = new Float64Array(0);
const NO_OFFSETS = new Uint32Array(0);
/** Columns that a reader has room for at first. */
const FIRST_COLUMNS = 16;

export class RecordReader {
  readonly #encoding: TextEncoding;
  #bytes: Uint8Array = NO_BYTES;
  #view: DataView = NO_VIEW;
  #end = 0;
  #headerEnd = 0;
  /** Where the header goes on behind the columns that were read. */
  #headerAt = 0;
  /** Where the content of the next column begins. */
  #contentAt = 0;
  /** Columns whose place is known. */
  #known = 0;
  /** Made when the first record is looked at: many readers never look at any. */
  #types: Float64Array = NO_TYPES;
  #offsets: Uint32Array = NO_OFFSETS;

  constructor(encoding: TextEncoding) {
    this.#encoding = encoding;
  }

  /** Looks at the record in `bytes[start…end)`, which must stay as it is while columns are read. `view` is of the same memory. */
  attach(bytes: Uint8Array, view: DataView, start: number, end: number): void {
    this.#bytes = bytes;
    this.#view = view;
    this.#end = end;
    this.#known = 0;
    const headerLength = readVarint(bytes, start);
    this.#headerAt = varintEnd;
    this.#headerEnd = this.#contentAt = start + headerLength;
    if (this.#headerEnd > end || this.#headerAt > this.#headerEnd) throw corrupt();
  }

  /** How many columns the record has. */
  count(): number {
    while (this.#next());
    return this.#known;
  }

  /** The serial type of a column; 0, as of NULL, when the record has not so many: ask `has`. */
  typeOf(column: number): number {
    return this.has(column) ? this.#types[column]! : 0;
  }

  tagOf(column: number): Tag {
    return tagOfSerialType(this.typeOf(column));
  }

  /** Where the content of a column begins, in the memory that was attached. */
  offsetOf(column: number): number {
    return this.has(column) ? this.#offsets[column]! : this.#end;
  }

  has(column: number): boolean {
    while (this.#known <= column) {
      if (!this.#next()) return false;
    }
    return true;
  }

  /** Puts a column's value into `cells`. BLOBs are copied. NULL when the record has no such column. */
  read(column: number, cells: Cells, at: number): void {
    const { tags, payloads } = cells;
    const type = this.typeOf(column);
    const tag = tagOfSerialType(type);
    tags[at] = tag;
    if (tag === NULL) {
      payloads[at] = null;
      return;
    }
    const offset = this.#offsets[column]!;
    if (tag === INTEGER) payloads[at] = readInteger(this.#view, offset, type);
    else if (tag === REAL) {
      const value = this.#view.getFloat64(offset);
      // A file may hold one all the same; it has always been read as NULL.
      tags[at] = Number.isNaN(value) ? NULL : REAL;
      payloads[at] = Number.isNaN(value) ? null : value;
    } else {
      const end = offset + contentLength(type);
      payloads[at] =
        tag === TEXT ? decodeText(this.#bytes, offset, end, this.#encoding) : this.#bytes.slice(offset, end);
    }
  }

  #next(): boolean {
    if (this.#headerAt >= this.#headerEnd) return false;
    const column = this.#known;
    if (column === this.#types.length) this.#grow();
    const type = readVarint(this.#bytes, this.#headerAt);
    this.#headerAt = varintEnd;
    const offset = this.#contentAt;
    const end = offset + contentLength(type);
    if (end > this.#end || this.#headerAt > this.#headerEnd) throw corrupt();
    this.#types[column] = type;
    this.#offsets[column] = offset;
    this.#contentAt = end;
    this.#known = column + 1;
    return true;
  }

  #grow(): void {
    const types = new Float64Array(Math.max(FIRST_COLUMNS, this.#types.length * 2));
    types.set(this.#types);
    this.#types = types;
    const offsets = new Uint32Array(types.length);
    offsets.set(this.#offsets);
    this.#offsets = offsets;
  }
}

/** The INTEGER of this serial type (1 to 6, 8, 9) at `at`. */
export function readInteger(view: DataView, at: number, serialType: number): number | bigint {
  switch (serialType) {
    case 1:
      return view.getInt8(at);
    case 2:
      return view.getInt16(at);
    case 3:
      return view.getInt8(at) * 0x1_0000 + view.getUint16(at + 1);
    case 4:
      return view.getInt32(at);
    case 5:
      return view.getInt16(at) * 2 ** 32 + view.getUint32(at + 2);
    case 6: {
      const high = view.getInt32(at);
      // Below 2^53 both halves fit into a number.
      if (high >= -0x20_0000 && high < 0x20_0000) {
        const value = high * 2 ** 32 + view.getUint32(at + 4);
        if (Number.isSafeInteger(value)) return value;
      }
      return narrowed(view.getBigInt64(at));
    }
    default:
      return serialType - 8;
  }
}

function corrupt(): SqliteError {
  return new SqliteError("SQLITE_CORRUPT", "database disk image is malformed");
}
