/**
 * HalfSipHash-1-2 (Aumasson and Bernstein): a keyed hash with 32-bit words, which JavaScript's integers fit exactly.
 * Keyed, because clients choose the keys and must not be able to choose the collisions. One round a word and two to
 * finish, as Redis itself runs its SipHash.
 *
 * Two entry points, over bytes and over one-byte strings, give the same hash for the same bytes; to copy a string's characters and hash them
 * as bytes would take half as long again. Hot: bench/commands.bench.ts.
 */
import type { Random } from "@tenon/kit";

export interface HashSeed {
  readonly low: number;
  readonly high: number;
}

export function hashSeed(random: Random): HashSeed {
  return { low: random.integer(0x1_0000_0000) | 0, high: random.integer(0x1_0000_0000) | 0 };
}

/** Hash of `bytes[start, end)`, a signed 32-bit integer. */
export function hashBytes(bytes: Uint8Array, start: number, end: number, seed: HashSeed): number {
  let v0 = seed.low;
  let v1 = seed.high;
  let v2 = 0x6c796765 ^ v0;
  let v3 = 0x74656462 ^ v1;
  const tail = end - ((end - start) & 3);
  let i = start;
  for (; i < tail; i += 4) {
    const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = (v1 << 5) | (v1 >>> 27);
    v1 ^= v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = (v3 << 8) | (v3 >>> 24);
    v3 ^= v2;
    v0 = (v0 + v3) | 0;
    v3 = (v3 << 7) | (v3 >>> 25);
    v3 ^= v0;
    v2 = (v2 + v1) | 0;
    v1 = (v1 << 13) | (v1 >>> 19);
    v1 ^= v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  let last = (end - start) << 24;
  if (i < end) last |= bytes[i]!;
  if (i + 1 < end) last |= bytes[i + 1]! << 8;
  if (i + 2 < end) last |= bytes[i + 2]! << 16;
  return finish(v0, v1, v2, v3, last);
}

/** Hash of the bytes that `text`, a one-byte string, stands for. */
export function hashString(text: string, seed: HashSeed): number {
  let v0 = seed.low;
  let v1 = seed.high;
  let v2 = 0x6c796765 ^ v0;
  let v3 = 0x74656462 ^ v1;
  const end = text.length;
  const tail = end - (end & 3);
  let i = 0;
  for (; i < tail; i += 4) {
    const word =
      text.charCodeAt(i) |
      (text.charCodeAt(i + 1) << 8) |
      (text.charCodeAt(i + 2) << 16) |
      (text.charCodeAt(i + 3) << 24);
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = (v1 << 5) | (v1 >>> 27);
    v1 ^= v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = (v3 << 8) | (v3 >>> 24);
    v3 ^= v2;
    v0 = (v0 + v3) | 0;
    v3 = (v3 << 7) | (v3 >>> 25);
    v3 ^= v0;
    v2 = (v2 + v1) | 0;
    v1 = (v1 << 13) | (v1 >>> 19);
    v1 ^= v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  let last = end << 24;
  if (i < end) last |= text.charCodeAt(i);
  if (i + 1 < end) last |= text.charCodeAt(i + 1) << 8;
  if (i + 2 < end) last |= text.charCodeAt(i + 2) << 16;
  return finish(v0, v1, v2, v3, last);
}

/** The last word's round and the two that finish. */
function finish(v0: number, v1: number, v2: number, v3: number, last: number): number {
  v3 ^= last;
  for (let round = 0; round < 3; round++) {
    if (round === 1) {
      v0 ^= last;
      v2 ^= 0xff;
    }
    v0 = (v0 + v1) | 0;
    v1 = (v1 << 5) | (v1 >>> 27);
    v1 ^= v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = (v3 << 8) | (v3 >>> 24);
    v3 ^= v2;
    v0 = (v0 + v3) | 0;
    v3 = (v3 << 7) | (v3 >>> 25);
    v3 ^= v0;
    v2 = (v2 + v1) | 0;
    v1 = (v1 << 13) | (v1 >>> 19);
    v1 ^= v2;
    v2 = (v2 << 16) | (v2 >>> 16);
  }
  return v1 ^ v3;
}
