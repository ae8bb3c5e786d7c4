/** Values as `node:sqlite` takes and gives them: every number is a REAL, BigInts are INTEGERs, bytes come as Uint8Arrays. */
import { lossyText } from "../api/values.ts";
import { narrowed } from "../record/varint.ts";
import type { TextEncoding } from "../values/text-codec.ts";
import { BLOB, type Cells, INTEGER, NULL, type Payload, type RawText, REAL, type Tag, TEXT } from "../values/value.ts";
import { outOfRange } from "./errors.ts";

export type SQLOutputValue = null | number | bigint | string | Uint8Array;

export type Converted = { readonly tag: Tag; readonly payload: Payload } | "too big" | "invalid";

/** What a value of the program is in the engine. */
export function convert(value: unknown): Converted {
  switch (typeof value) {
    case "number":
      return Number.isNaN(value) ? { tag: NULL, payload: null } : { tag: REAL, payload: value };
    case "bigint":
      return BigInt.asIntN(64, value) === value ? { tag: INTEGER, payload: narrowed(value) } : "too big";
    case "string":
      return { tag: TEXT, payload: value };
    case "undefined":
      return { tag: NULL, payload: null };
    default:
      if (value === null) return { tag: NULL, payload: null };
      if (ArrayBuffer.isView(value))
        return { tag: BLOB, payload: new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice() };
      if (value instanceof ArrayBuffer) return { tag: BLOB, payload: new Uint8Array(value.slice(0)) };
      return "invalid";
  }
}

/** `big`: INTEGERs are BigInts; otherwise numbers. Throws ERR_OUT_OF_RANGE for one that no number tells from its neighbours. */
export function valueOf(cells: Cells, at: number, big: boolean, encoding: TextEncoding): SQLOutputValue {
  const payload = cells.payloads[at]!;
  switch (cells.tags[at]) {
    case INTEGER:
      if (big) return BigInt(payload as number | bigint);
      if (typeof payload === "bigint")
        throw outOfRange(`Value is too large to be represented as a JavaScript number: ${payload}`);
      return payload as number;
    case REAL:
      return payload as number;
    case TEXT:
      return typeof payload === "string" ? payload : lossyText(payload as RawText, encoding);
    case BLOB:
      return new Uint8Array(payload as Uint8Array);
    default:
      return null;
  }
}
