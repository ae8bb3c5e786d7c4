/** A name on the wire, lengths and the root's label included (RFC 1035 §2.3.4). */
export const MAX_NAME_BYTES = 255;
export const MAX_LABEL_BYTES = 63;

/** ASCII upper case to lower, everything else as it is; lengths of labels (up to 63) lie below the letters and stay (RFC 4343). */
export function foldedByte(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}
