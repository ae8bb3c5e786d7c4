/** Arguments of functions as what they are taken for: `sqlite3_value_text`, `_int64`, `_double` and `_numeric_type`. */
import { asInteger, asReal, textOf } from "../values/cast.ts";
import type { TextEncoding } from "../values/text-codec.ts";
import { numericPrefix } from "../values/text-number.ts";
import { type Cells, INTEGER, type Payload, type RawText, REAL, type Tag, TEXT } from "../values/value.ts";

export function tagAt(cells: Cells, at: number): Tag {
  return cells.tags[at] as Tag; // only tags are put there
}

export function payloadAt(cells: Cells, at: number): Payload {
  return cells.payloads[at]!;
}

/** Of anything but NULL, which is an empty text here. */
export function textAt(cells: Cells, at: number, encoding: TextEncoding): string | RawText {
  return textOf(tagAt(cells, at), payloadAt(cells, at), encoding);
}

export function integerAt(cells: Cells, at: number, encoding: TextEncoding): number | bigint {
  return asInteger(tagAt(cells, at), payloadAt(cells, at), encoding);
}

/** An INTEGER where it does not matter which one it is beyond 2^53. */
export function countAt(cells: Cells, at: number, encoding: TextEncoding): number {
  return Number(integerAt(cells, at, encoding));
}

export function realAt(cells: Cells, at: number, encoding: TextEncoding): number {
  return asReal(tagAt(cells, at), payloadAt(cells, at), encoding);
}

/** INTEGER or REAL for numbers and for texts that are numbers from one end to the other, else the tag that it has. */
export function numericTagAt(cells: Cells, at: number): Tag {
  const tag = tagAt(cells, at);
  if (tag !== TEXT) return tag;
  const text = payloadAt(cells, at);
  if (typeof text !== "string") return TEXT;
  const { extent, isReal, integer } = numericPrefix(text);
  if (extent !== "whole") return TEXT;
  return isReal || integer === undefined ? REAL : INTEGER;
}

/** The number of what `numericTagAt` says is one; undefined for anything else. */
export function numberAt(cells: Cells, at: number, encoding: TextEncoding): number | undefined {
  const tag = tagAt(cells, at);
  if (tag === REAL || tag === INTEGER) return Number(payloadAt(cells, at));
  const numeric = numericTagAt(cells, at);
  if (numeric !== INTEGER && numeric !== REAL) return undefined;
  const value = realAt(cells, at, encoding);
  return numeric === INTEGER && value === 0 ? 0 : value; // no INTEGER is -0
}
