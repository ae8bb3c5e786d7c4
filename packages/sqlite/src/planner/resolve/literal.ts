/** Literals → constants. */
import { narrowed } from "../../record/varint.ts";
import type * as ast from "../../sql/ast.ts";
import { BLOB, INTEGER, NULL, REAL, TEXT } from "../../values/value.ts";
import type { Constant } from "../expression.ts";
import { isDropped, nullTestOfLiteral } from "./ast-walk.ts";
import type { Binding } from "./binding.ts";

const MAX_INTEGER = 2n ** 63n - 1n;

export const NULL_CONSTANT: Constant = { kind: "constant", tag: NULL, payload: null };

export function integerConstant(value: number): Constant {
  return { kind: "constant", tag: INTEGER, payload: value };
}

/** `negative`: a minus sign stands in front, which makes -9223372036854775808 an INTEGER. Decimal digits beyond 64 bits are a REAL. */
export function literalConstant({ type, text, offset }: ast.Literal, binding: Binding, negative = false): Constant {
  switch (type) {
    case "null":
      return NULL_CONSTANT;
    case "string":
      return { kind: "constant", tag: TEXT, payload: text };
    case "blob":
      return { kind: "constant", tag: BLOB, payload: blobOf(text) };
    case "float": {
      const real = Number(text.replaceAll("_", ""));
      return { kind: "constant", tag: REAL, payload: negative ? -real : real };
    }
    case "integer":
      return integerOf(text.replaceAll("_", ""), offset, binding, negative);
  }
}

function integerOf(digits: string, offset: number, binding: Binding, negative: boolean): Constant {
  const isHex = /^0x/i.test(digits);
  let value = BigInt(digits);
  if (isHex) {
    const tooBig = digits.slice(2).replace(/^0+/, "").length > 16;
    value = BigInt.asIntN(64, value);
    if (tooBig || (negative && -value > MAX_INTEGER))
      binding.late(`hex literal too big: ${negative ? "-" : ""}${digits}`, offset);
  }
  if (negative) value = -value;
  if (value > MAX_INTEGER || value < -MAX_INTEGER - 1n)
    return { kind: "constant", tag: REAL, payload: isHex ? 0 : Number(negative ? `-${digits}` : digits) };
  return { kind: "constant", tag: INTEGER, payload: narrowed(value) };
}

function blobOf(text: string): Uint8Array {
  const digits = text.slice(2, -1);
  const bytes = new Uint8Array(digits.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

/** What the original takes for an integer: a literal of 32 bits, perhaps with signs in front; undefined: it is none. */
export function plainInteger(e: ast.Expression): number | undefined {
  if (e.kind === "unary" && (e.operator === "+" || e.operator === "-")) {
    const value = plainInteger(e.operand);
    return value === undefined || e.operator === "+" ? value : -value;
  }
  if (e.kind === "binary" && isDropped(e)) return 0;
  const test = nullTestOfLiteral(e);
  if (test !== undefined) return test;
  if (e.kind !== "literal" || e.type !== "integer") return undefined;
  const value = Number(e.text.replaceAll("_", ""));
  return value <= 0x7fffffff ? value : undefined;
}
