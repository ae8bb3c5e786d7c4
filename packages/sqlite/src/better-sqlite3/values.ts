/** Values as `better-sqlite3` takes and gives them: every number is a REAL, BigInts are INTEGERs, bytes come as Buffers. */
import { narrowed } from "../record/varint.ts";
import { lossyText } from "../api/values.ts";
import type { TextEncoding } from "../values/text-codec.ts";
import { BLOB, type Cells, INTEGER, NULL, type Payload, type RawText, REAL, type Tag, TEXT } from "../values/value.ts";

export type Value = null | number | bigint | string | Buffer;

/** What a value from the program is, in the engine. */
export type Converted = { readonly tag: Tag; readonly payload: Payload } | "too big" | "invalid";

const NOTHING: Converted = { tag: NULL, payload: null };

export function convert(value: unknown): Converted {
  switch (typeof value) {
    case "number":
      return Number.isNaN(value) ? NOTHING : { tag: REAL, payload: value };
    case "bigint":
      return BigInt.asIntN(64, value) === value ? { tag: INTEGER, payload: narrowed(value) } : "too big";
    case "string":
      return { tag: TEXT, payload: value };
    case "undefined":
      return NOTHING;
    default:
      if (value === null) return NOTHING;
      if (!ArrayBuffer.isView(value)) return "invalid";
      return { tag: BLOB, payload: new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice() };
  }
}

/** `safe`: INTEGERs are BigInts; otherwise numbers, and those beyond 2^53 the nearest one. */
export function valueOf(cells: Cells, at: number, safe: boolean, encoding: TextEncoding): Value {
  const payload = cells.payloads[at]!;
  switch (cells.tags[at]) {
    case INTEGER:
      return safe ? BigInt(payload as number | bigint) : Number(payload);
    case REAL:
      return payload as number;
    case TEXT:
      return typeof payload === "string" ? payload : lossyText(payload as RawText, encoding);
    case BLOB:
      return Buffer.from(payload as Uint8Array);
    default:
      return null;
  }
}
