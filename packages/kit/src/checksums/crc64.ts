/**
 * CRC-64 with the polynomial of David Jones (0xAD93D23594C935A9, reflected, nothing inverted): the checksum at the end of
 * Redis' RDB files and DUMP payloads.
 *
 * JavaScript's fast integers have 32 bits, so the checksum is held in two halves and a BigInt is made only of the
 * result. Slicing by eight, as in crc32.ts, with two tables, one for each half.
 */

/** 0xAD93D23594C935A9 with its bits in reverse order. */
const POLYNOMIAL_HIGH = 0x95ac_9329;
const POLYNOMIAL_LOW = 0xac4b_c9b5 | 0;

const SLICES = 8;

interface Tables {
  readonly high: Int32Array;
  readonly low: Int32Array;
}

/** A CRC-64 that grows with what it is given, for files that are written piece by piece. */
export class Crc64 {
  #high = 0;
  #low = 0;

  update(bytes: Uint8Array): void {
    const { high: h, low: l } = (tables ??= slicingTables());
    const { length } = bytes;
    let high = this.#high;
    let low = this.#low;
    let i = 0;
    for (const last = length - SLICES; i <= last; i += SLICES) {
      low ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
      high ^= bytes[i + 4]! | (bytes[i + 5]! << 8) | (bytes[i + 6]! << 16) | (bytes[i + 7]! << 24);
      const a = 1792 + (low & 0xff);
      const b = 1536 + ((low >>> 8) & 0xff);
      const c = 1280 + ((low >>> 16) & 0xff);
      const d = 1024 + (low >>> 24);
      const e = 768 + (high & 0xff);
      const f = 512 + ((high >>> 8) & 0xff);
      const g = 256 + ((high >>> 16) & 0xff);
      const j = high >>> 24;
      low = l[a]! ^ l[b]! ^ l[c]! ^ l[d]! ^ l[e]! ^ l[f]! ^ l[g]! ^ l[j]!;
      high = h[a]! ^ h[b]! ^ h[c]! ^ h[d]! ^ h[e]! ^ h[f]! ^ h[g]! ^ h[j]!;
    }
    for (; i < length; i++) {
      const byte = (low ^ bytes[i]!) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ l[byte]!;
      high = (high >>> 8) ^ h[byte]!;
    }
    this.#high = high;
    this.#low = low;
  }

  /** The checksum of everything so far. */
  get value(): bigint {
    return (BigInt(this.#high >>> 0) << 32n) | BigInt(this.#low >>> 0);
  }
}

/** The CRC-64 of `bytes`. */
export function crc64(bytes: Uint8Array): bigint {
  const crc = new Crc64();
  crc.update(bytes);
  return crc.value;
}

/** Made at first use. */
let tables: Tables | undefined;

/** Table k (at 256 × k) says what a byte does to the checksum that k more bytes follow. */
function slicingTables(): Tables {
  const high = new Int32Array(256 * SLICES);
  const low = new Int32Array(256 * SLICES);
  for (let byte = 0; byte < 256; byte++) {
    let h = 0;
    let l = byte;
    for (let bit = 0; bit < 8; bit++) {
      const carry = l & 1;
      l = (l >>> 1) | (h << 31);
      h >>>= 1;
      if (carry) {
        l ^= POLYNOMIAL_LOW;
        h ^= POLYNOMIAL_HIGH;
      }
    }
    high[byte] = h;
    low[byte] = l;
  }
  for (let i = 256; i < high.length; i++) {
    const h = high[i - 256]!;
    const l = low[i - 256]!;
    high[i] = (h >>> 8) ^ high[l & 0xff]!;
    low[i] = ((l >>> 8) | (h << 24)) ^ low[l & 0xff]!;
  }
  return { high, low };
}
