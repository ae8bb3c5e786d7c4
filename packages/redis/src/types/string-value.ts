/** The form that a string is kept in (value.ts), from its bytes. */
import { Buffer } from "node:buffer";
import { latin1 } from "./latin1.ts";
import { parseInt64Bytes } from "./numbers.ts";
import { LARGE_STRING_BYTES, type StringValue } from "./value.ts";

/** The canonical safe integer that `bytes[start, end)` is; undefined: it is none. */
export function parseShortInteger(bytes: Uint8Array, start: number, end: number): number | undefined {
  // Most strings are told by their first byte.
  if (end - start > 20 || bytes[start]! > 0x39) return undefined;
  const integer = parseInt64Bytes(bytes, start, end);
  return typeof integer === "number" ? integer : undefined;
}

/** The string `bytes[start, end)` as its key stores it: what is kept is a copy. */
export function stringValue(bytes: Buffer, start: number, end: number): StringValue {
  const integer = parseShortInteger(bytes, start, end);
  if (integer !== undefined) return integer;
  if (end - start < LARGE_STRING_BYTES) return latin1(bytes, start, end);
  const copy = Buffer.allocUnsafeSlow(end - start);
  bytes.copy(copy, 0, start, end);
  return copy;
}
