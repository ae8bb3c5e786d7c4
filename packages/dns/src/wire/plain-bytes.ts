/** The same bytes as a Uint8Array that is no Buffer, whose `slice` and `subarray` mean what they mean everywhere else. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return Buffer.isBuffer(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length) : bytes;
}
