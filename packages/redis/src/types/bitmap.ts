/**
 * Bits in strings: bit 0 is the most significant of the first byte, and behind the end all bits are 0.
 *
 * Fields of up to 64 bits are read and written across byte borders; those of up to 32 bits without bigints.
 */

const POPULATION = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
});

/** Set bits among bits `from` … `to`, both included and within `bytes`. Hot. */
export function countBits(bytes: Uint8Array, from: number, to: number): number {
  if (from > to) return 0;
  const [first, last] = [Math.floor(from / 8), Math.floor(to / 8)];
  let count = 0;
  for (let i = first; i <= last; i++) count += POPULATION[bytes[i]!]!;
  // Bits of the first byte before `from`, and of the last one behind `to`.
  count -= POPULATION[bytes[first]! & ~(0xff >> (from % 8)) & 0xff]!;
  count -= POPULATION[bytes[last]! & (0xff >> ((to % 8) + 1))]!;
  return count;
}

/** The first bit that is `bit` among bits `from` … `to`, both included and within `bytes`; -1 when there is none. */
export function findBit(bytes: Uint8Array, bit: 0 | 1, from: number, to: number): number {
  /** What a byte is xored with so that wanted bits become 1. */
  const flip = bit === 1 ? 0 : 0xff;
  const last = Math.floor(to / 8);
  for (let i = Math.floor(from / 8), mask = 0xff >> (from % 8); i <= last; i++, mask = 0xff) {
    const wanted = (bytes[i]! ^ flip) & mask;
    if (wanted === 0) continue;
    const found = i * 8 + Math.clz32(wanted) - 24;
    return found > to ? -1 : found;
  }
  return -1;
}

export function getBit(bytes: Uint8Array, at: number): 0 | 1 {
  const byte = bytes[Math.floor(at / 8)];
  return byte === undefined ? 0 : (((byte >> (7 - (at % 8))) & 1) as 0 | 1);
}

/** `bytes` must reach that far. */
export function setBit(bytes: Uint8Array, at: number, bit: 0 | 1): void {
  const mask = 0x80 >> (at % 8);
  const index = Math.floor(at / 8);
  if (bit === 1) bytes[index]! |= mask;
  else bytes[index]! &= ~mask;
}

export type BitOperation = "AND" | "OR" | "XOR" | "NOT";

/** The operation over all `sources`, short ones padded with zeros; NOT takes one. As long as the longest. */
export function combineBits(operation: BitOperation, sources: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = Math.max(0, ...sources.map((source) => source.length));
  const result = new Uint8Array(length);
  result.set(sources[0]!);
  if (operation === "NOT") for (let i = 0; i < length; i++) result[i]! ^= 0xff;
  for (const source of sources.slice(1)) {
    const common = source.length;
    if (operation === "AND") {
      for (let i = 0; i < common; i++) result[i]! &= source[i]!;
      result.fill(0, common);
    } else if (operation === "OR") for (let i = 0; i < common; i++) result[i]! |= source[i]!;
    else for (let i = 0; i < common; i++) result[i]! ^= source[i]!;
  }
  return result;
}

/** An integer of 1 … 64 bits in two's complement, or of 1 … 63 without a sign. */
export interface FieldType {
  readonly signed: boolean;
  readonly bits: number;
}

/** Up to here numbers do; bitwise operators would not. */
const NUMBER_BITS = 32;

/** The field at bit `at`, wholly or partly behind the end of `bytes` if need be. A bigint only when it has more than 32 bits. */
export function getField(bytes: Uint8Array, { signed, bits }: FieldType, at: number): number | bigint {
  if (bits > NUMBER_BITS) {
    const high = BigInt(getField(bytes, { signed: false, bits: bits - NUMBER_BITS }, at));
    const low = BigInt(getField(bytes, { signed: false, bits: NUMBER_BITS }, at + bits - NUMBER_BITS));
    const value = (high << BigInt(NUMBER_BITS)) | low;
    return signed ? BigInt.asIntN(bits, value) : value;
  }
  let value = 0;
  for (let done = 0; done < bits;) {
    const position = at + done;
    const take = Math.min(8 - (position % 8), bits - done);
    const byte = bytes[Math.floor(position / 8)] ?? 0;
    value = value * 2 ** take + ((byte >> (8 - (position % 8) - take)) & (2 ** take - 1));
    done += take;
  }
  return signed && value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
}

/** Writes the low bits of `value`; `bytes` must reach that far. */
export function setField(bytes: Uint8Array, bits: number, at: number, value: number | bigint): void {
  if (bits > NUMBER_BITS) {
    const whole = BigInt.asUintN(bits, BigInt(value));
    setField(bytes, bits - NUMBER_BITS, at, Number(whole >> BigInt(NUMBER_BITS)));
    setField(bytes, NUMBER_BITS, at + bits - NUMBER_BITS, Number(BigInt.asUintN(NUMBER_BITS, whole)));
    return;
  }
  const word = Number(value) >>> 0;
  for (let done = 0; done < bits;) {
    const position = at + done;
    const take = Math.min(8 - (position % 8), bits - done);
    const shift = 8 - (position % 8) - take;
    const mask = (2 ** take - 1) << shift;
    const part = (word >>> (bits - done - take)) << shift;
    const index = Math.floor(position / 8);
    bytes[index] = (bytes[index]! & ~mask) | (part & mask);
    done += take;
  }
}

export type Overflow = "WRAP" | "SAT" | "FAIL";

/** `value` as the type can hold it; undefined when it cannot and `overflow` is FAIL. */
export function fitField({ signed, bits }: FieldType, value: bigint, overflow: Overflow): bigint | undefined {
  const max = (1n << BigInt(signed ? bits - 1 : bits)) - 1n;
  const min = signed ? -max - 1n : 0n;
  if (value >= min && value <= max) return value;
  if (overflow === "FAIL") return undefined;
  if (overflow === "SAT") return value > max ? max : min;
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}
