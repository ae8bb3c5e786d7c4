/** Bytes to and from their JSON form. */
import type { WireBytes } from "../../protocol.ts";

/** Longest binary-safe argument or key that a page may send, in bytes. */
const MAX_ARGUMENT_BYTES = 4 * 1024 * 1024;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function toWireBytes(bytes: Uint8Array): WireBytes {
  try {
    return utf8.decode(bytes);
  } catch {
    return { base64: Buffer.from(bytes).toString("base64") };
  }
}

/** The bytes that a page sent; `undefined` when `value` is no such thing. */
export function fromWireBytes(value: unknown): Buffer | undefined {
  let bytes: Buffer | undefined;
  if (typeof value === "string") bytes = Buffer.from(value);
  else if (typeof value === "object" && value !== null && "base64" in value && typeof value.base64 === "string") {
    bytes = Buffer.from(value.base64, "base64");
  }
  return bytes !== undefined && bytes.length <= MAX_ARGUMENT_BYTES ? bytes : undefined;
}
