/** CAST, and what columns make of values by their affinity (https://www.sqlite.org/lang_expr.html §11, datatype3.html §3). */
import type { Affinity } from "./affinity.ts";
import { realText } from "./real-text.ts";
import { decodeText, encodedLength, encodeText, type TextEncoding } from "./text-codec.ts";
import { integerPrefix, numericPrefix, truncated, wholeNumber } from "./text-number.ts";
import { BLOB, type Cells, INTEGER, NULL, type Payload, RawText, REAL, type Tag, TEXT } from "./value.ts";

/** Puts what CAST makes of `cells[at]` there. */
export function cast(cells: Cells, at: number, affinity: Affinity, encoding: TextEncoding): void {
  const tag = cells.tags[at] as Tag;
  const payload = cells.payloads[at]!;
  if (tag === NULL) return;
  switch (affinity) {
    case "BLOB":
      if (tag !== BLOB) cells.set(at, BLOB, bytesOf(textOf(tag, payload, encoding), encoding));
      break;
    case "TEXT":
      cells.set(at, TEXT, textOf(tag, payload, encoding));
      break;
    case "INTEGER":
      cells.set(at, INTEGER, asInteger(tag, payload, encoding));
      break;
    case "REAL":
      cells.set(at, REAL, asReal(tag, payload, encoding));
      break;
    case "NUMERIC":
      castToNumeric(cells, at, encoding);
  }
}

function castToNumeric(cells: Cells, at: number, encoding: TextEncoding): void {
  const tag = cells.tags[at] as Tag;
  if (tag === INTEGER || tag === REAL) return;
  const { isReal, integer, real } = numericPrefix(stringOf(textOf(tag, cells.payloads[at]!, encoding)));
  if (!isReal && integer !== undefined) cells.set(at, INTEGER, integer);
  else if (Math.abs(real) <= MOST_BY_CAST) setNumber(cells, at, real);
  else cells.set(at, REAL, real);
}

/** CAST takes whole REALs for INTEGERs up to here only, columns up to the end. */
const MOST_BY_CAST: number = 2 ** 51 - 1;

/** A REAL, or the INTEGER that it is. */
function setNumber(cells: Cells, at: number, real: number): void {
  const whole = wholeNumber(real);
  if (whole === undefined) cells.set(at, REAL, real);
  else cells.set(at, INTEGER, whole);
}

/** What a value is as an INTEGER: bit operations, LIMIT, CAST. */
export function asInteger(tag: Tag, payload: Payload, encoding: TextEncoding): number | bigint {
  if (tag === INTEGER) return payload as number | bigint;
  if (tag === REAL) return truncated(payload as number);
  return tag === NULL ? 0 : integerPrefix(stringOf(textOf(tag, payload, encoding)));
}

/** What a value is as a REAL. */
export function asReal(tag: Tag, payload: Payload, encoding: TextEncoding): number {
  if (tag === INTEGER || tag === REAL) return Number(payload as number | bigint);
  return tag === NULL ? 0 : numericPrefix(stringOf(textOf(tag, payload, encoding))).real;
}

/** What a value is as a TEXT. */
export function textOf(tag: Tag, payload: Payload, encoding: TextEncoding): string | RawText {
  if (tag === TEXT) return payload as string | RawText;
  if (tag === REAL) return realText(payload as number);
  if (tag !== BLOB) return tag === NULL ? "" : String(payload as number | bigint);
  const bytes = payload as Uint8Array;
  return decodeText(bytes, 0, bytes.length, encoding);
}

/** Good enough to read a number from: bytes that are no text come behind it or make it none. */
function stringOf(text: string | RawText): string {
  return typeof text === "string" ? text : new TextDecoder().decode(text.bytes);
}

function bytesOf(text: string | RawText, encoding: TextEncoding): Uint8Array {
  const bytes = new Uint8Array(encodedLength(text, encoding));
  encodeText(text, encoding, bytes, 0);
  return bytes;
}

/** Applies a column's affinity to `cells[at]`: texts that are numbers become numbers and so on, where nothing is lost. */
export function applyAffinity(cells: Cells, at: number, affinity: Affinity): void {
  const tag = cells.tags[at];
  const payload = cells.payloads[at]!;
  if (affinity === "BLOB" || tag === NULL || tag === BLOB) return;
  if (affinity === "TEXT") {
    if (tag === INTEGER) cells.set(at, TEXT, String(payload as number | bigint));
    else if (tag === REAL) cells.set(at, TEXT, realText(payload as number));
    return;
  }
  if (tag === TEXT) applyToText(cells, at, payload as string | RawText);
  else if (tag === REAL && affinity !== "REAL") setNumber(cells, at, payload as number);
  if (affinity === "REAL" && cells.tags[at] === INTEGER)
    cells.set(at, REAL, Number(cells.payloads[at] as number | bigint));
}

/** Texts that are numbers from one end to the other. */
function applyToText(cells: Cells, at: number, text: string | RawText): void {
  if (text instanceof RawText) return;
  const { extent, isReal, integer, real } = numericPrefix(text);
  if (extent !== "whole") return;
  if (!isReal && integer !== undefined) cells.set(at, INTEGER, integer);
  else setNumber(cells, at, real);
}
