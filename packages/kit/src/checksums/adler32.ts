/** Adler-32 (RFC 1950 §8.2): the checksum at the end of a zlib stream. */

/** The largest prime below 2^16. */
const BASE = 65_521;
/**
 * So many bytes may be added up before a sum could pass 2^31, from the worst beginning. (zlib's 5552 is for 2^32; but
 * V8 is quick with signed 32 bits only.)
 */
const MAX_RUN = 3850;

/** Chains: `adler32(b, adler32(a))` is the checksum of a followed by b; that of nothing is 1. */
export function adler32(bytes: Uint8Array, previous = 1): number {
  let a = previous & 0xffff;
  let b = previous >>> 16;
  for (let i = 0; i < bytes.length;) {
    const end = Math.min(i + MAX_RUN, bytes.length);
    for (; i < end; i++) {
      a += bytes[i]!;
      b += a;
    }
    a %= BASE;
    b %= BASE;
  }
  return ((b << 16) | a) >>> 0;
}
