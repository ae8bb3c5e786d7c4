/** Bytes as hexadecimal digits: object ids, info hashes, digests. */
import { BytesError } from "./errors.ts";

/** Two lower-case digits per byte. */
export function toHex(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString("hex");
}

/** Digits of either case. Throws `not-hex`, with the offset of the first pair that is none; Node's decoder would stop there in silence. */
export function fromHex(text: string): Buffer {
  const bytes = Buffer.from(text, "hex");
  if (bytes.length * 2 === text.length) return bytes;
  const at = bytes.length * 2;
  const message = `${JSON.stringify(text.slice(at, at + 2))} at offset ${at} is not a pair of hexadecimal digits`;
  throw new BytesError("not-hex", message, at, 2, text.length - at);
}
