/**
 * What generated code calls: reading values in place, and everything that is not worth being spelled out in it.
 *
 * Results of two parts leave the tag in the frame, as closures do.
 */
import { corrupt } from "../../pager/pager.ts";
import type { ComparisonAffinity } from "../../planner/expression.ts";
import { readInteger } from "../../record/record-reader.ts";
import { readVarint, varintEnd } from "../../record/varint.ts";
import { compareOperands } from "../../runtime/comparison.ts";
import type { ValueDictionary } from "../../runtime/dictionary.ts";
import type { Frame } from "../../runtime/frame.ts";
import {
  type ArithmeticOperator,
  arithmetic,
  type BitOperator,
  bitwise,
  concatenate,
  invert,
  negate,
} from "../../values/arithmetic.ts";
import type { Affinity } from "../../values/affinity.ts";
import { applyAffinity, cast } from "../../values/cast.ts";
import type { Collation } from "../../values/collation.ts";
import { Cells, INTEGER, NULL, type Payload, type Tag } from "../../values/value.ts";
import { SqliteError } from "../../errors.ts";

const CELLS = new Cells(2);

/** A varint of several bytes that is a length or a type; `varintAfter` says where it ends. */
export function varintAt(bytes: Uint8Array, at: number): number {
  const value = readVarint(bytes, at);
  if (value > 0xffff_ffff) throw corrupt();
  return value;
}

export function varintAfter(): number {
  return varintEnd;
}

/** Where a varint of any length ends. */
export function skipVarint(bytes: Uint8Array, at: number): number {
  let end = at;
  while (end < at + 8 && bytes[end]! > 0x7f) end += 1;
  return end + 1;
}

/** The INTEGER of a serial type; short ones are read byte by byte, which is quicker than through the view. */
export function integerAt(bytes: Uint8Array, view: DataView, at: number, type: number): number | bigint {
  if (type === 1) return (bytes[at]! << 24) >> 24;
  if (type === 2) return ((bytes[at]! << 24) >> 16) | bytes[at + 1]!;
  if (type === 4) return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  if (type === 3) return ((bytes[at]! << 24) >> 8) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
  return readInteger(view, at, type);
}

/** Bytes of a value by its serial type, up to 11, and one: −1 stands for a value that the record does not have. */
export const LENGTHS: Uint8Array = Uint8Array.of(0, 0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0);

export function malformed(): never {
  throw corrupt();
}

export function sameBytes(bytes: Uint8Array, at: number, other: Uint8Array): boolean {
  for (let i = 0; i < other.length; i++) {
    if (bytes[at + i] !== other[i]) return false;
  }
  return true;
}

function taken(frame: Frame): Payload {
  frame.tag = CELLS.tags[0] as Tag;
  return CELLS.payloads[0]!;
}

export function calculate(
  frame: Frame,
  operator: ArithmeticOperator,
  tagA: Tag,
  a: Payload,
  tagB: Tag,
  b: Payload,
): Payload {
  CELLS.set(0, tagA, a);
  CELLS.set(1, tagB, b);
  arithmetic(operator, CELLS, 0, 1, 0, frame.encoding);
  return taken(frame);
}

export function onBits(frame: Frame, operator: BitOperator, tagA: Tag, a: Payload, tagB: Tag, b: Payload): Payload {
  CELLS.set(0, tagA, a);
  CELLS.set(1, tagB, b);
  bitwise(operator, CELLS, 0, 1, 0, frame.encoding);
  return taken(frame);
}

export function joined(frame: Frame, tagA: Tag, a: Payload, tagB: Tag, b: Payload): Payload {
  CELLS.set(0, tagA, a);
  CELLS.set(1, tagB, b);
  concatenate(CELLS, 0, 1, 0, frame.encoding);
  return taken(frame);
}

export function negated(frame: Frame, tag: Tag, payload: Payload): Payload {
  CELLS.set(0, tag, payload);
  negate(CELLS, 0, 0, frame.encoding);
  return taken(frame);
}

export function inverted(frame: Frame, tag: Tag, payload: Payload): Payload {
  CELLS.set(0, tag, payload);
  invert(CELLS, 0, 0, frame.encoding);
  return taken(frame);
}

export function converted(frame: Frame, affinity: Affinity, tag: Tag, payload: Payload): Payload {
  CELLS.set(0, tag, payload);
  cast(CELLS, 0, affinity, frame.encoding);
  return taken(frame);
}

export function withAffinity(frame: Frame, affinity: Affinity, tag: Tag, payload: Payload): Payload {
  CELLS.set(0, tag, payload);
  applyAffinity(CELLS, 0, affinity);
  return taken(frame);
}

/** LIMIT and OFFSET. */
export function integerOrMismatch(tag: Tag, payload: Payload): Payload {
  CELLS.set(0, tag, payload);
  applyAffinity(CELLS, 0, "NUMERIC");
  if (CELLS.tags[0] !== INTEGER) throw new SqliteError("SQLITE_MISMATCH", "datatype mismatch");
  return CELLS.payloads[0]!;
}

/** A counter less one. */
export function lessOne(value: number | bigint): number | bigint {
  if (typeof value === "number") return value - 1;
  const less = value - 1n;
  return less <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(less) : less;
}

/** The order of two values, neither of them NULL. */
export function order(
  tagA: Tag,
  a: Payload,
  tagB: Tag,
  b: Payload,
  affinity: ComparisonAffinity,
  collation: Collation,
): number {
  return compareOperands(tagA, a, tagB, b, affinity, collation);
}

/** Equality of two numbers of any kind. */
export function sameNumber(a: number | bigint, b: number | bigint): boolean {
  if (a === b) return true;
  return typeof a !== typeof b && !(a < b) && !(a > b);
}

/** `x IN (constants)`: 1, 0, or 2 for NULL. */
export function amongConstants(
  items: ValueDictionary,
  hasNull: boolean,
  affinity: Affinity | undefined,
  tag: Tag,
  payload: Payload,
): number {
  if (tag === NULL) return 2;
  CELLS.set(0, tag, payload);
  if (affinity !== undefined) applyAffinity(CELLS, 0, affinity);
  if (items.find(CELLS.tags[0] as Tag, CELLS.payloads[0]!) >= 0) return 1;
  return hasNull ? 2 : 0;
}
