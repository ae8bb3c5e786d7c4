/**
 * Arithmetic (https://www.sqlite.org/lang_expr.html §2): INTEGERs of 64 bits that become REALs when they overflow, REALs, and anything else as the
 * number that it begins with. NULL makes NULL, and so does dividing by zero.
 *
 * Every operation puts its result into `cells[out]`, which may be one of its operands. Compiled code does the common cases, two small
 * INTEGERs or two REALs, by itself and comes here with the rest.
 */
import { asInteger, textOf } from "./cast.ts";
import { narrowed } from "../record/varint.ts";
import type { TextEncoding } from "./text-codec.ts";
import { numericPrefix } from "./text-number.ts";
import { BLOB, type Cells, INTEGER, NULL, type Payload, type RawText, REAL, type Tag, TEXT } from "./value.ts";

export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%";
export type BitOperator = "&" | "|" | "<<" | ">>";

const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 63n - 1n;

/** `cells[left] operator cells[right]`. */
export function arithmetic(
  operator: ArithmeticOperator,
  cells: Cells,
  left: number,
  right: number,
  out: number,
  encoding: TextEncoding,
): void {
  const [tagA, tagB] = [cells.tags[left] as Tag, cells.tags[right] as Tag];
  if (tagA === NULL || tagB === NULL) return cells.set(out, NULL, null);
  const a = numberOf(tagA, cells.payloads[left]!, encoding);
  const b = numberOf(tagB, cells.payloads[right]!, encoding);
  if (a.tag === INTEGER && b.tag === INTEGER) return integers(operator, a.value, b.value, cells, out);
  if (operator === "%") {
    // Both are cut to INTEGERs first, texts by their digits alone, and the result is a REAL all the same.
    const x = BigInt(asInteger(tagA, cells.payloads[left]!, encoding));
    const y = BigInt(asInteger(tagB, cells.payloads[right]!, encoding));
    return y === 0n ? cells.set(out, NULL, null) : setReal(cells, out, Number(x % y));
  }
  const [x, y] = [Number(a.value), Number(b.value)];
  if (operator === "/" && y === 0) return cells.set(out, NULL, null);
  setReal(cells, out, operator === "+" ? x + y : operator === "-" ? x - y : operator === "*" ? x * y : x / y);
}

interface Numeric {
  readonly tag: Tag;
  readonly value: number | bigint;
}

/** A value as the number that it is or begins with. */
function numberOf(tag: Tag, payload: Payload, encoding: TextEncoding): Numeric {
  if (tag === INTEGER || tag === REAL) return { tag, value: payload as number | bigint };
  const text = tag === TEXT ? (payload as string | RawText) : textOf(tag, payload, encoding);
  const prefix = numericPrefix(typeof text === "string" ? text : new TextDecoder().decode(text.bytes));
  if (prefix.isReal || prefix.integer === undefined) return { tag: REAL, value: prefix.real };
  return { tag: INTEGER, value: prefix.integer };
}

function integers(
  operator: ArithmeticOperator,
  a: number | bigint,
  b: number | bigint,
  cells: Cells,
  out: number,
): void {
  if ((operator === "/" || operator === "%") && b === 0) return cells.set(out, NULL, null);
  if (typeof a === "number" && typeof b === "number") {
    const small = smallIntegers(operator, a, b);
    if (Number.isSafeInteger(small)) return cells.set(out, INTEGER, small + 0);
  }
  const [x, y] = [BigInt(a), BigInt(b)];
  const exact =
    operator === "+" ? x + y : operator === "-" ? x - y : operator === "*" ? x * y : operator === "/" ? x / y : x % y;
  if (exact >= MIN_INTEGER && exact <= MAX_INTEGER) return cells.set(out, INTEGER, narrowed(exact));
  const [r, s] = [Number(a), Number(b)];
  setReal(cells, out, operator === "+" ? r + s : operator === "-" ? r - s : operator === "*" ? r * s : r / s);
}

/** Exact wherever the result is a safe integer. */
function smallIntegers(operator: ArithmeticOperator, a: number, b: number): number {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return Math.trunc(a / b);
    case "%":
      return a % b;
  }
}

/** What is no number is NULL. */
function setReal(cells: Cells, out: number, value: number): void {
  if (Number.isNaN(value)) cells.set(out, NULL, null);
  else cells.set(out, REAL, value);
}

/** `cells[left] operator cells[right]` on the bits of INTEGERs. A shift by a negative number goes the other way. */
export function bitwise(
  operator: BitOperator,
  cells: Cells,
  left: number,
  right: number,
  out: number,
  encoding: TextEncoding,
): void {
  const [tagA, tagB] = [cells.tags[left] as Tag, cells.tags[right] as Tag];
  if (tagA === NULL || tagB === NULL) return cells.set(out, NULL, null);
  const a = BigInt(asInteger(tagA, cells.payloads[left]!, encoding));
  const b = BigInt(asInteger(tagB, cells.payloads[right]!, encoding));
  const result = operator === "&" ? a & b : operator === "|" ? a | b : shifted(a, operator === "<<" ? b : -b);
  cells.set(out, INTEGER, narrowed(BigInt.asIntN(64, result)));
}

/** To the left by `by` bits, or to the right, where the sign comes after. */
function shifted(value: bigint, by: bigint): bigint {
  if (by >= 64n) return 0n;
  if (by <= -64n) return value < 0n ? -1n : 0n;
  return value << by;
}

/** `-cells[at]`. */
export function negate(cells: Cells, at: number, out: number, encoding: TextEncoding): void {
  const tag = cells.tags[at] as Tag;
  if (tag === NULL) return cells.set(out, NULL, null);
  const { tag: kind, value } = numberOf(tag, cells.payloads[at]!, encoding);
  if (kind === REAL) return cells.set(out, REAL, -(value as number) + 0);
  integers("-", 0, value, cells, out);
}

/** `~cells[at]`. */
export function invert(cells: Cells, at: number, out: number, encoding: TextEncoding): void {
  const tag = cells.tags[at] as Tag;
  if (tag === NULL) return cells.set(out, NULL, null);
  cells.set(out, INTEGER, narrowed(~BigInt(asInteger(tag, cells.payloads[at]!, encoding))));
}

/** `cells[left] || cells[right]`. */
export function concatenate(cells: Cells, left: number, right: number, out: number, encoding: TextEncoding): void {
  const [tagA, tagB] = [cells.tags[left] as Tag, cells.tags[right] as Tag];
  if (tagA === NULL || tagB === NULL) return cells.set(out, NULL, null);
  const a = textOf(tagA, cells.payloads[left]!, encoding);
  const b = textOf(tagB, cells.payloads[right]!, encoding);
  cells.set(out, TEXT, typeof a === "string" && typeof b === "string" ? a + b : joined(a, b));
}

/** Only a database in UTF-8 has texts that are no strings. */
function joined(a: string | RawText, b: string | RawText): string | RawText {
  const [first, second] = [a, b].map((text) =>
    typeof text === "string" ? new TextEncoder().encode(text) : text.bytes,
  );
  const bytes = new Uint8Array(first!.length + second!.length);
  bytes.set(first!);
  bytes.set(second!, first!.length);
  return textOf(BLOB, bytes, "utf8"); // halves of a character may have found each other
}
