/** XXH32 (Yann Collet; xxHash specification 0.1.1): the checksum of LZ4 frames. */

const PRIME_1 = 0x9e37_79b1;
const PRIME_2 = 0x85eb_ca77;
const PRIME_3 = 0xc2b2_ae3d;
const PRIME_4 = 0x27d4_eb2f;
const PRIME_5 = 0x1656_67b1;

/** 32 bits, unsigned. */
export function xxhash32(bytes: Uint8Array, seed = 0): number {
  const { length } = bytes;
  let i = 0;
  let hash: number;
  if (length >= 16) {
    // Four lanes that do not wait for each other.
    let a = (seed + PRIME_1 + PRIME_2) | 0;
    let b = (seed + PRIME_2) | 0;
    let c = seed | 0;
    let d = (seed - PRIME_1) | 0;
    for (; i + 16 <= length; i += 16) {
      a = round(a, u32le(bytes, i));
      b = round(b, u32le(bytes, i + 4));
      c = round(c, u32le(bytes, i + 8));
      d = round(d, u32le(bytes, i + 12));
    }
    hash = rotateLeft(a, 1) + rotateLeft(b, 7) + rotateLeft(c, 12) + rotateLeft(d, 18);
  } else {
    hash = seed + PRIME_5;
  }
  hash = (hash + length) | 0;
  for (; i + 4 <= length; i += 4) {
    hash = Math.imul(rotateLeft((hash + Math.imul(u32le(bytes, i), PRIME_3)) | 0, 17), PRIME_4);
  }
  for (; i < length; i++) {
    hash = Math.imul(rotateLeft((hash + Math.imul(bytes[i]!, PRIME_5)) | 0, 11), PRIME_1);
  }
  hash = Math.imul(hash ^ (hash >>> 15), PRIME_2);
  hash = Math.imul(hash ^ (hash >>> 13), PRIME_3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function round(lane: number, input: number): number {
  return Math.imul(rotateLeft((lane + Math.imul(input, PRIME_2)) | 0, 13), PRIME_1);
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function u32le(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
