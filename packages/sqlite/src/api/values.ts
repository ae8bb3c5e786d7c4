/** Values between JavaScript and the engine. */
import { SqliteError } from "../errors.ts";
import { narrowed } from "../record/varint.ts";
import { BLOB, type Cells, INTEGER, NULL, type RawText, REAL, type SqlValue, TEXT } from "../values/value.ts";
import type { TextEncoding } from "../values/text-codec.ts";
import type { BindValue, IntegerShape } from "./options.ts";

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/** Puts a value into `cells`, by the rules of BindValue. Throws TypeError for what is no value, SQLITE_RANGE for a BigInt beyond 64 bits. */
export function bindValue(cells: Cells, at: number, value: BindValue): void {
  switch (typeof value) {
    case "number":
      if (Number.isNaN(value)) cells.set(at, NULL, null);
      else cells.set(at, Number.isSafeInteger(value) && !Object.is(value, -0) ? INTEGER : REAL, value);
      return;
    case "string":
      cells.set(at, TEXT, value);
      return;
    case "bigint":
      if (value < MIN_INT64 || value > MAX_INT64)
        throw new SqliteError("SQLITE_RANGE", "BigInt is beyond the 64 bits of an INTEGER");
      cells.set(at, INTEGER, narrowed(value));
      return;
    case "boolean":
      cells.set(at, INTEGER, value ? 1 : 0);
      return;
    default:
      if (value === null) cells.set(at, NULL, null);
      else if (value instanceof Uint8Array) cells.set(at, BLOB, new Uint8Array(value));
      else
        throw new TypeError(
          `${describe(value)} cannot be bound: null, numbers, BigInts, strings, bytes and booleans can`,
        );
  }
}

function describe(value: unknown): string {
  return value === undefined ? "undefined" : `a value of type ${typeof value}`;
}

/** The value of a cell, which the caller keeps: bytes are copied. Throws RangeError for an INTEGER that `number` cannot tell. */
export function valueOf(cells: Cells, at: number, integers: IntegerShape, encoding: TextEncoding): SqlValue {
  const payload = cells.payloads[at]!;
  switch (cells.tags[at]) {
    case INTEGER:
      return integerOf(payload as number | bigint, integers);
    case REAL:
      return payload as number;
    case TEXT:
      return typeof payload === "string" ? payload : lossyText(payload as RawText, encoding);
    case BLOB:
      // Buffer.prototype.slice shares memory, and Uint8Array's own does not.
      return new Uint8Array(payload as Uint8Array);
    default:
      return null;
  }
}

function integerOf(value: number | bigint, integers: IntegerShape): number | bigint {
  if (integers === "bigint") return BigInt(value);
  if (typeof value === "bigint" && integers === "number")
    throw new RangeError(`${value} is beyond the integers that a number can tell from its neighbours`);
  return value;
}

/** Text whose bytes are none of its encoding: U+FFFD stands where nothing else can. */
export function lossyText(text: RawText, encoding: TextEncoding): string {
  const { bytes } = text;
  if (encoding === "utf8") return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  return new TextDecoder(encoding === "utf16le" ? "utf-16le" : "utf-16be", { ignoreBOM: true }).decode(bytes);
}
