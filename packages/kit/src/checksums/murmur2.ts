/** MurmurHash2 (Austin Appleby), 32 bits, with the seed and the signedness that Kafka's partitioner gave it. */

const SEED = 0x9747_b28c;
const M = 0x5bd1_e995;

/**
 * The hash by which Kafka's Java client chooses the partition of a key: signed, as Java prints it. The partition is
 * `(murmur2(key) & 0x7fffffff) % partitions`.
 */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  let hash = SEED ^ length;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    let k = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    hash = Math.imul(hash, M) ^ Math.imul(k, M);
  }
  if (i < length) {
    // One to three bytes are left, lowest first.
    for (let shift = 0; i < length; i++, shift += 8) hash ^= bytes[i]! << shift;
    hash = Math.imul(hash, M);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, M);
  return hash ^ (hash >>> 15);
}
