/** FNV-1a (Fowler, Noll, Vo; RFC 9923): short, good enough for hash tables, of no use against malice. */

const OFFSET_32 = 0x811c_9dc5;
const PRIME_32 = 0x0100_0193;

const OFFSET_64_HIGH = 0xcbf2_9ce4;
const OFFSET_64_LOW = 0x8422_2325;
/** The 64-bit prime is 2^40 + 0x1b3. */
const PRIME_64_LOW = 0x1b3;

/** 32 bits, unsigned. Chains: `fnv1a32(b, fnv1a32(a))` is the hash of a followed by b. */
export function fnv1a32(bytes: Uint8Array, previous: number = OFFSET_32): number {
  const { length } = bytes;
  let hash = previous | 0;
  let i = 0;
  // Four at a time: V8 makes code for the shorter loop that is three times slower (bench/checksums.bench.ts).
  for (const last = length - 4; i <= last; i += 4) {
    hash = Math.imul(hash ^ bytes[i]!, PRIME_32);
    hash = Math.imul(hash ^ bytes[i + 1]!, PRIME_32);
    hash = Math.imul(hash ^ bytes[i + 2]!, PRIME_32);
    hash = Math.imul(hash ^ bytes[i + 3]!, PRIME_32);
  }
  for (; i < length; i++) hash = Math.imul(hash ^ bytes[i]!, PRIME_32);
  return hash >>> 0;
}

/** 64 bits, unsigned. */
export function fnv1a64(bytes: Uint8Array): bigint {
  let high = OFFSET_64_HIGH | 0;
  let low = OFFSET_64_LOW | 0;
  for (let i = 0; i < bytes.length; i++) {
    low ^= bytes[i]!;
    // hash × (2^40 + 0x1b3), the low half in quarters, so that every product fits 32 bits.
    const first = (low & 0xffff) * PRIME_64_LOW;
    const second = (low >>> 16) * PRIME_64_LOW + (first >>> 16);
    high = (Math.imul(high, PRIME_64_LOW) + (second >>> 16) + (low << 8)) | 0;
    low = (second << 16) | (first & 0xffff);
  }
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}
