/**
 * Bytes ⇄ one-byte strings. `Buffer` has had these methods since Node 0.x and its own `toString` ends in them, but the type
 * declarations leave them out; going through `toString` costs a dispatch over the encoding's name on every call.
 */
import { Buffer } from "node:buffer";

interface Latin1Buffer {
  latin1Slice(start: number, end: number): string;
  latin1Write(text: string, offset: number): number;
}

/** `bytes[start, end)` as a one-byte string. */
export function latin1(bytes: Buffer, start: number, end: number): string {
  return (bytes as unknown as Latin1Buffer).latin1Slice(start, end);
}

/** Writes a one-byte string into `bytes` at `offset`. */
export function writeLatin1(bytes: Buffer, text: string, offset: number): void {
  (bytes as unknown as Latin1Buffer).latin1Write(text, offset);
}

/** The bytes of a one-byte string, in memory of their own. */
export function bytesOf(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(text.length);
  writeLatin1(bytes, text, 0);
  return bytes;
}
