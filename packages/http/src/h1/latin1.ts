/**
 * `bytes[start, end)` as a string of one character per byte (ISO 8859-1): what header fields are on the wire, and what
 * WHATWG calls a byte string.
 */
export function latin1(bytes: Buffer, start: number, end: number): string {
  return bytes.toString("latin1", start, end);
}
