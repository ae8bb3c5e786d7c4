/** SipHash-2-4 (J.-P. Aumasson, D. J. Bernstein, 2012) with 64-bit words as pairs of 32-bit halves, the lower first. */

const state = new Int32Array(8);

/** The hash of `input[0…length)` under 16 bytes of key, little-endian as the original writes it, into eight bytes of `into`. */
export function sipHash24(key: Uint8Array, input: Uint8Array, length: number, into: Uint8Array, at: number): void {
  const [k0, k0h, k1, k1h] = [little(key, 0), little(key, 4), little(key, 8), little(key, 12)];
  state[0] = k0 ^ 0x70736575;
  state[1] = k0h ^ 0x736f6d65;
  state[2] = k1 ^ 0x6e646f6d;
  state[3] = k1h ^ 0x646f7261;
  state[4] = k0 ^ 0x6e657261;
  state[5] = k0h ^ 0x6c796765;
  state[6] = k1 ^ 0x79746573;
  state[7] = k1h ^ 0x74656462;
  const whole = length & ~7;
  for (let i = 0; i < whole; i += 8) compress(little(input, i), little(input, i + 4));
  let low = 0;
  let high = length << 24;
  for (let i = 0; i < (length & 7); i++) {
    if (i < 4) low |= input[whole + i]! << (i * 8);
    else high |= input[whole + i]! << ((i - 4) * 8);
  }
  compress(low, high);
  state[4]! ^= 0xff;
  for (let i = 0; i < 4; i++) round();
  write(into, at, state[0]! ^ state[2]! ^ state[4]! ^ state[6]!);
  write(into, at + 4, state[1]! ^ state[3]! ^ state[5]! ^ state[7]!);
}

function compress(low: number, high: number): void {
  state[6]! ^= low;
  state[7]! ^= high;
  round();
  round();
  state[0]! ^= low;
  state[1]! ^= high;
}

function round(): void {
  add(0, 2);
  rotateXor(2, 13, 0);
  swap(0);
  add(4, 6);
  rotateXor(6, 16, 4);
  add(0, 6);
  rotateXor(6, 21, 0);
  add(4, 2);
  rotateXor(2, 17, 4);
  swap(4);
}

/** word a += word b */
function add(a: number, b: number): void {
  const low = (state[a]! >>> 0) + (state[b]! >>> 0);
  state[a] = low;
  state[a + 1]! += state[b + 1]! + (low > 0xffff_ffff ? 1 : 0);
}

/** word a = (word a rotated left by bits below 32) xor word b */
function rotateXor(a: number, bits: number, b: number): void {
  const [low, high] = [state[a]!, state[a + 1]!];
  state[a] = ((low << bits) | (high >>> (32 - bits))) ^ state[b]!;
  state[a + 1] = ((high << bits) | (low >>> (32 - bits))) ^ state[b + 1]!;
}

/** Rotation by 32. */
function swap(a: number): void {
  const low = state[a]!;
  state[a] = state[a + 1]!;
  state[a + 1] = low;
}

function little(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

function write(bytes: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = value >>> (i * 8);
}
