/**
 * Bytes ⇄ one-byte strings. `Buffer` has had these methods since Node 0.x and its own `toString` ends in them, but the type
 * declarations leave them out; going through `toString` costs a dispatch over the encoding's name on every call.
 */
import { Buffer } from "node:buffer";

interface Latin1Buffer {
  latin1Slice(start: number, end: number): string;
  latin1Write(text: string, offset: number): number;
}

/** Up to here a loop beats the call into native code by two to four times; from 32 on it loses. */
const SHORT_BYTES = 20;
const codes: readonly number[][] = Array.from({ length: SHORT_BYTES + 1 }, (_, length) =>
  new Array<number>(length).fill(0),
);

/** `bytes[start, end)` as a one-byte string. Hot: nearly every argument that is kept, and every short reply. */
export function latin1(bytes: Buffer, start: number, end: number): string {
  const length = end - start;
  if (length >= 0 && length <= SHORT_BYTES) {
    const characters = codes[length]!;
    for (let i = 0; i < length; i++) characters[i] = bytes[start + i]!;
    return String.fromCharCode.apply(null, characters);
  }
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
