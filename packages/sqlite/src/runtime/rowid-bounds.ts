/** Values beside rowids: what `rowid > 4.5` and `rowid < 'a'` mean (https://www.sqlite.org/datatype3.html §4.2). */
import { applyAffinity } from "../values/cast.ts";
import { truncated, wholeNumber } from "../values/text-number.ts";
import { Cells, INTEGER, NULL, type Payload, REAL, type Tag } from "../values/value.ts";

/** No rowid is as low, or as high; as the lower bound the one, as the upper bound the other leaves nothing out. */
export const BELOW_ALL: number = -Infinity;
export const ABOVE_ALL: number = Infinity;

const CELL = new Cells(1);
const LEAST = -(2n ** 63n);
const GREATEST = 2n ** 63n - 1n;

/** The least rowid that is above the value, or equal to it when `inclusive`. */
export function lowestRowid(tag: Tag, payload: Payload, inclusive: boolean): number | bigint {
  CELL.set(0, tag, payload);
  applyAffinity(CELL, 0, "NUMERIC");
  const value = CELL.payloads[0]!;
  if (CELL.tags[0] === INTEGER) return inclusive ? (value as number | bigint) : above(value as number | bigint);
  // NULL lets nothing through, and every number is below all texts and blobs.
  if (CELL.tags[0] !== REAL) return ABOVE_ALL;
  const real = value as number;
  if (real < -(2 ** 63)) return BELOW_ALL;
  if (real >= 2 ** 63) return ABOVE_ALL;
  const next = Math.ceil(real);
  return inclusive || next !== real ? truncated(next) : above(truncated(real));
}

/** The greatest rowid that is below the value, or equal to it when `inclusive`. */
export function highestRowid(tag: Tag, payload: Payload, inclusive: boolean): number | bigint {
  CELL.set(0, tag, payload);
  applyAffinity(CELL, 0, "NUMERIC");
  const value = CELL.payloads[0]!;
  if (CELL.tags[0] === INTEGER) return inclusive ? (value as number | bigint) : below(value as number | bigint);
  if (CELL.tags[0] !== REAL) return CELL.tags[0] === NULL ? BELOW_ALL : ABOVE_ALL;
  const real = value as number;
  if (real < -(2 ** 63)) return BELOW_ALL;
  if (real >= 2 ** 63) return ABOVE_ALL;
  const next = Math.floor(real);
  return inclusive || next !== real ? truncated(next) : below(truncated(real));
}

/** The rowid that a value is; undefined: it is none. Texts and REALs are when nothing is lost. */
export function rowidOf(tag: Tag, payload: Payload): number | bigint | undefined {
  if (tag === INTEGER) return payload as number | bigint;
  if (tag === REAL) return wholeNumber(payload as number);
  CELL.set(0, tag, payload);
  applyAffinity(CELL, 0, "NUMERIC");
  return CELL.tags[0] === INTEGER ? (CELL.payloads[0] as number | bigint) : undefined;
}

function above(rowid: number | bigint): number | bigint {
  if (typeof rowid === "number" && rowid < Number.MAX_SAFE_INTEGER) return rowid + 1;
  const exact = BigInt(rowid);
  return exact === GREATEST ? ABOVE_ALL : asRowid(exact + 1n);
}

function below(rowid: number | bigint): number | bigint {
  if (typeof rowid === "number" && rowid > Number.MIN_SAFE_INTEGER) return rowid - 1;
  const exact = BigInt(rowid);
  return exact === LEAST ? BELOW_ALL : asRowid(exact - 1n);
}

function asRowid(exact: bigint): number | bigint {
  const number = Number(exact);
  return Number.isSafeInteger(number) ? number : exact;
}
