/**
 * MurmurHash64A (Austin Appleby), in 32-bit halves: the hash function of HyperLogLogs, which decides what is in their bytes.
 */
const M_HIGH = 0xc6a4a793;
const M_LOW = 0x5bd1e995;
const SHIFT = 47;

/** Halves of the hash that was computed last, signed: two results without an object for each. */
export let hashHigh = 0;
export let hashLow = 0;

let high = 0;
let low = 0;

/** (high, low) × M, in 64 bits. */
function multiply(): void {
  const a = low & 0xffff;
  const b = low >>> 16;
  const c = M_LOW & 0xffff;
  const d = M_LOW >>> 16;
  const ac = a * c;
  const middle = a * d + (ac >>> 16);
  const rest = b * c + (middle & 0xffff);
  const carried = b * d + Math.floor(middle / 65536) + Math.floor(rest / 65536);
  high = (carried + Math.imul(low, M_HIGH) + Math.imul(high, M_LOW)) | 0;
  low = ((rest & 0xffff) << 16) | (ac & 0xffff);
}

/** x ^= x >>> 47. */
function fold(): void {
  low ^= high >>> (SHIFT - 32);
}

/** Hashes `bytes[start, end)` into `hashHigh` and `hashLow`. */
export function murmurHash64A(bytes: Uint8Array, start: number, end: number, seed: number): void {
  high = 0;
  low = end - start;
  multiply();
  let sumHigh = high;
  let sumLow = low ^ seed;
  const tail = end - ((end - start) & 7);
  for (let i = start; i < tail; i += 8) {
    low = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    high = bytes[i + 4]! | (bytes[i + 5]! << 8) | (bytes[i + 6]! << 16) | (bytes[i + 7]! << 24);
    multiply();
    fold();
    multiply();
    high ^= sumHigh;
    low ^= sumLow;
    multiply();
    sumHigh = high;
    sumLow = low;
  }
  high = sumHigh;
  low = sumLow;
  if (tail < end) {
    for (let i = tail; i < end; i++) {
      const at = i - tail;
      if (at < 4) low ^= bytes[i]! << (at * 8);
      else high ^= bytes[i]! << ((at - 4) * 8);
    }
    multiply();
  }
  fold();
  multiply();
  fold();
  hashHigh = high;
  hashLow = low;
}
