/**
 * CRC-32 and CRC-32C: cyclic redundancy checks of 32 bits, reflected, with all bits inverted before and after.
 *
 * Both chain: `crc(b, crc(a))` is the checksum of a followed by b; that of nothing is 0.
 * The hot loop of CRC-32C is "slicing" (Kounavis and Berry, 2005): sixteen bytes per step, each looked up in a table
 * of its own, so that the lookups do not wait for each other. Measured in bench/checksums.bench.ts.
 */

const SLICES = 16;

/**
 * CRC-32 (ISO 3309, polynomial 0x04C11DB7): gzip, PNG, git's pack index, Kafka's old messages. zlib's own, which uses the
 * processor's carry-less multiplication.
 */
export function crc32(bytes: Uint8Array, previous = 0): number {
  // Fetched at first use, because loading node:zlib takes milliseconds that every start would pay.
  // oxlint-disable-next-line no-restricted-globals -- the way to a pure function, not to the outside
  native ??= process.getBuiltinModule("node:zlib").crc32;
  return native(bytes, previous);
}

let native: ((bytes: Uint8Array, previous: number) => number) | undefined;

/** CRC-32C (Castagnoli, polynomial 0x1EDC6F41; RFC 3720 §12.1): Kafka's record batches, iSCSI, ext4. */
export function crc32c(bytes: Uint8Array, previous = 0): number {
  const t = (castagnoli ??= slicingTables(0x82f6_3b78));
  const { length } = bytes;
  let crc = ~previous;
  let i = 0;
  for (const last = length - SLICES; i <= last; i += SLICES) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc =
      t[3840 + (crc & 0xff)]! ^
      t[3584 + ((crc >>> 8) & 0xff)]! ^
      t[3328 + ((crc >>> 16) & 0xff)]! ^
      t[3072 + (crc >>> 24)]! ^
      t[2816 + bytes[i + 4]!]! ^
      t[2560 + bytes[i + 5]!]! ^
      t[2304 + bytes[i + 6]!]! ^
      t[2048 + bytes[i + 7]!]! ^
      t[1792 + bytes[i + 8]!]! ^
      t[1536 + bytes[i + 9]!]! ^
      t[1280 + bytes[i + 10]!]! ^
      t[1024 + bytes[i + 11]!]! ^
      t[768 + bytes[i + 12]!]! ^
      t[512 + bytes[i + 13]!]! ^
      t[256 + bytes[i + 14]!]! ^
      t[bytes[i + 15]!]!;
  }
  for (; i < length; i++) crc = (crc >>> 8) ^ t[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc >>> 0;
}

/** Made at first use. */
let castagnoli: Int32Array | undefined;

/** Table k (at 256 × k) says what a byte does to the checksum that k more bytes follow. `polynomial` is reflected. */
function slicingTables(polynomial: number): Int32Array {
  const tables = new Int32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? polynomial : 0);
    tables[byte] = crc;
  }
  for (let i = 256; i < tables.length; i++) {
    const crc = tables[i - 256]!;
    tables[i] = (crc >>> 8) ^ tables[crc & 0xff]!;
  }
  return tables;
}
