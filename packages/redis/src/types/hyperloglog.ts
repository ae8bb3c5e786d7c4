/**
 * HyperLogLog: an estimate of how many different elements were seen, in a string of at most 12304 bytes, byte for byte the original's.
 *
 *     0  "HYLL"
 *     4  encoding: 0 dense, 1 sparse; three bytes unused
 *     8  cached cardinality, little-endian; its top bit is set when it is out of date
 *    16  registers
 *
 * There are 2^14 registers of 6 bits. Dense: one after the other, low bits first. Sparse: runs, as opcodes
 * `00xxxxxx` (x+1 registers are 0), `01xxxxxx yyyyyyyy` (xy+1 registers are 0) and `1vvvvvxx` (x+1 registers are v+1). A sparse one becomes dense when it
 * would be longer than hll-sparse-max-bytes, or a register does not fit 5 bits.
 *
 * An element's hash chooses a register by its low 14 bits; the register keeps the longest run of zeros, plus one, seen in the rest.
 * The estimate is Ertl's ("New cardinality estimation algorithms for HyperLogLog sketches", 2017).
 */
import { Buffer } from "node:buffer";
import { hashHigh, hashLow, murmurHash64A } from "./murmur.ts";

const MAGIC = "HYLL";
const HEADER_BYTES = 16;
const ENCODING_OFFSET = 4;
const CARDINALITY_OFFSET = 8;
const STALE = 0x80;
const DENSE = 0;
const SPARSE = 1;

const INDEX_BITS = 14;
export const REGISTERS: number = 1 << INDEX_BITS;
const REGISTER_BITS = 6;
/** Bits of the hash in which zeros are counted. */
const PATTERN_BITS = 64 - INDEX_BITS;
const DENSE_BYTES = HEADER_BYTES + (REGISTERS * REGISTER_BITS) / 8;
const SEED = 0xadc83b19;
/** 1 / (2 ln 2). */
const ALPHA = 0.7213475204444817;

const MAX_ZERO_RUN = 64;
const MAX_VALUE_RUN = 4;
const MAX_SPARSE_VALUE = 32;
/** Opcodes around a change that are looked at for merging. */
const MERGE_SCAN = 5;

/** The string's runs do not add up to its registers. */
export class CorruptHyperLogLogError extends Error {
  readonly code = "INVALIDOBJ";
}

/** Whether the string is a HyperLogLog, as far as its header and length tell. */
export function isHyperLogLog(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER_BYTES || bytes[ENCODING_OFFSET]! > SPARSE) return false;
  for (let i = 0; i < MAGIC.length; i++) if (bytes[i] !== MAGIC.charCodeAt(i)) return false;
  return bytes[ENCODING_OFFSET] === SPARSE || bytes.length === DENSE_BYTES;
}

/** Where an element counts, and how much. */
export interface Observation {
  readonly register: number;
  readonly count: number;
}

export function observe(bytes: Uint8Array, start: number, end: number): Observation {
  murmurHash64A(bytes, start, end, SEED);
  const low = (hashLow >>> INDEX_BITS) | (hashHigh << (32 - INDEX_BITS));
  const high = (hashHigh >>> INDEX_BITS) | (1 << (PATTERN_BITS - 32));
  const zeros = low !== 0 ? 31 - Math.clz32(low & -low) : 63 - Math.clz32(high & -high);
  return { register: hashLow & (REGISTERS - 1), count: zeros + 1 };
}

/** Makes room: the bytes, in memory that may be written to, with `length` bytes. */
export type Reserve = (bytes: Buffer, length: number) => Buffer;

export class HyperLogLog {
  /** The string as it is now; in memory of its own. */
  bytes: Buffer;
  readonly #sparseMaxBytes: number;
  readonly #reserve: Reserve;

  constructor(bytes: Buffer, sparseMaxBytes: number, reserve: Reserve) {
    this.bytes = bytes;
    this.#sparseMaxBytes = sparseMaxBytes;
    this.#reserve = reserve;
  }

  /** The string of one that has seen nothing. */
  static empty(): Buffer {
    const bytes = Buffer.from(new ArrayBuffer(HEADER_BYTES + 2));
    bytes.write(MAGIC, "latin1");
    bytes[ENCODING_OFFSET] = SPARSE;
    writeZeros(bytes, HEADER_BYTES, REGISTERS);
    return bytes;
  }

  get isSparse(): boolean {
    return this.bytes[ENCODING_OFFSET] === SPARSE;
  }

  /** The estimate, cached or computed; undefined when the cache is out of date. */
  get cached(): bigint | undefined {
    if ((this.bytes[CARDINALITY_OFFSET + 7]! & STALE) !== 0) return undefined;
    return this.bytes.readBigUInt64LE(CARDINALITY_OFFSET);
  }

  cache(cardinality: bigint): void {
    this.bytes.writeBigUInt64LE(cardinality, CARDINALITY_OFFSET);
  }

  invalidate(): void {
    this.bytes[CARDINALITY_OFFSET + 7]! |= STALE;
  }

  /** Raises a register to `count`; returns whether it was lower. Throws CorruptHyperLogLogError. */
  raise({ register, count }: Observation): boolean {
    if (this.isSparse) return this.#raiseSparse(register, count);
    if (denseRegister(this.bytes, register) >= count) return false;
    setDenseRegister(this.bytes, register, count);
    return true;
  }

  /** All registers into `into`, where they are greater. Throws CorruptHyperLogLogError. */
  mergeInto(into: Uint8Array): void {
    this.#forRuns((first, run, value) => {
      for (let i = first; i < first + run; i++) if (into[i]! < value) into[i] = value;
    });
  }

  /** Throws CorruptHyperLogLogError. */
  toDense(): void {
    if (!this.isSparse) return;
    const dense = Buffer.from(new ArrayBuffer(DENSE_BYTES));
    this.bytes.copy(dense, 0, 0, HEADER_BYTES);
    dense[ENCODING_OFFSET] = DENSE;
    this.#forRuns((first, run, value) => {
      if (value > 0) for (let i = first; i < first + run; i++) setDenseRegister(dense, i, value);
    });
    this.bytes = dense;
  }

  /** The sparse opcodes as text, as PFDEBUG DECODE prints them. */
  decoded(): string {
    const words: string[] = [];
    for (let at = HEADER_BYTES; at < this.bytes.length; at += opcodeBytes(this.bytes, at)) {
      const run = runAt(this.bytes, at);
      const kind = this.bytes[at]! >> 6;
      words.push(kind >= 2 ? `v:${valueAt(this.bytes, at)},${run}` : `${kind === 0 ? "z" : "Z"}:${run}`);
    }
    return words.join(" ");
  }

  /** Throws CorruptHyperLogLogError when the runs are not as long as the registers. */
  #forRuns(visit: (first: number, run: number, value: number) => void): void {
    const { bytes } = this;
    if (!this.isSparse) {
      for (let i = 0; i < REGISTERS; i++) visit(i, 1, denseRegister(bytes, i));
      return;
    }
    let first = 0;
    for (let at = HEADER_BYTES; at < bytes.length; at += opcodeBytes(bytes, at)) {
      const run = runAt(bytes, at);
      if (first + run > REGISTERS || at + opcodeBytes(bytes, at) > bytes.length) throw new CorruptHyperLogLogError();
      visit(first, run, valueAt(bytes, at));
      first += run;
    }
    if (first !== REGISTERS) throw new CorruptHyperLogLogError();
  }

  #raiseSparse(register: number, count: number): boolean {
    if (count > MAX_SPARSE_VALUE) return this.#raiseDense(register, count);
    const { bytes } = this;
    let previous = HEADER_BYTES;
    let at = HEADER_BYTES;
    let first = 0;
    let run = 0;
    for (; at < bytes.length; at += opcodeBytes(bytes, at)) {
      run = runAt(bytes, at);
      if (register < first + run) break;
      previous = at;
      first += run;
    }
    if (at + opcodeBytes(bytes, at) > bytes.length) throw new CorruptHyperLogLogError();
    const value = valueAt(bytes, at);
    if (value >= count) return false;
    const before = register - first;
    const after = first + run - 1 - register;
    if (before === 0 && after === 0 && opcodeBytes(bytes, at) === 1) writeValue(bytes, at, count, 1);
    else {
      const split = Buffer.allocUnsafe(5);
      let length = value > 0 ? writeValue(split, 0, value, before) : writeZeros(split, 0, before);
      length += writeValue(split, length, count, 1);
      length += value > 0 ? writeValue(split, length, value, after) : writeZeros(split, length, after);
      const old = opcodeBytes(bytes, at);
      const grown = bytes.length + length - old;
      if (length > old && grown > this.#sparseMaxBytes) return this.#raiseDense(register, count);
      const rest = at + old;
      const longer = this.#reserve(bytes, Math.max(grown, bytes.length));
      longer.copyWithin(at + length, rest, bytes.length);
      split.copy(longer, at, 0, length);
      this.bytes = longer.subarray(0, grown);
    }
    this.#mergeValues(previous);
    return true;
  }

  #raiseDense(register: number, count: number): boolean {
    this.toDense();
    setDenseRegister(this.bytes, register, count);
    return true;
  }

  /** Joins neighbouring runs of the same value around a change. */
  #mergeValues(from: number): void {
    let { bytes } = this;
    let at = from;
    for (let scans = MERGE_SCAN; scans > 0 && at < bytes.length; scans--) {
      const run = runAt(bytes, at) + (at + 1 < bytes.length ? runAt(bytes, at + 1) : 0);
      const value = valueAt(bytes, at);
      const merges = value > 0 && at + 1 < bytes.length && valueAt(bytes, at + 1) === value && run <= MAX_VALUE_RUN;
      if (!merges) {
        at += opcodeBytes(bytes, at);
        continue;
      }
      writeValue(bytes, at + 1, value, run);
      bytes.copyWithin(at, at + 1);
      bytes = bytes.subarray(0, bytes.length - 1);
    }
    this.bytes = bytes;
  }
}

/** Behind the end it is 1, so that what is cut off is found to be too long. */
function opcodeBytes(bytes: Uint8Array, at: number): 1 | 2 {
  return (bytes[at] ?? 0) >> 6 === 1 ? 2 : 1;
}

/** Registers that the opcode covers. */
function runAt(bytes: Uint8Array, at: number): number {
  const opcode = bytes[at]!;
  if (opcode >= 0x80) return (opcode & 3) + 1;
  return opcode >= 0x40 ? (((opcode & 0x3f) << 8) | (bytes[at + 1] ?? 0)) + 1 : opcode + 1;
}

function valueAt(bytes: Uint8Array, at: number): number {
  const opcode = bytes[at]!;
  return opcode >= 0x80 ? ((opcode >> 2) & 0x1f) + 1 : 0;
}

/** Writes a run, unless it is empty; returns the bytes written. */
function writeZeros(bytes: Uint8Array, at: number, run: number): number {
  if (run === 0) return 0;
  if (run <= MAX_ZERO_RUN) {
    bytes[at] = run - 1;
    return 1;
  }
  bytes[at] = 0x40 | ((run - 1) >> 8);
  bytes[at + 1] = (run - 1) & 0xff;
  return 2;
}

function writeValue(bytes: Uint8Array, at: number, value: number, run: number): number {
  if (run === 0) return 0;
  bytes[at] = 0x80 | ((value - 1) << 2) | (run - 1);
  return 1;
}

/** Register `index` of a dense string. */
export function denseRegister(bytes: Uint8Array, index: number): number {
  const bit = index * REGISTER_BITS;
  const at = HEADER_BYTES + (bit >> 3);
  return (((bytes[at]! | ((bytes[at + 1] ?? 0) << 8)) >> (bit & 7)) & 0x3f) as number;
}

function setDenseRegister(bytes: Uint8Array, index: number, value: number): void {
  const bit = index * REGISTER_BITS;
  const at = HEADER_BYTES + (bit >> 3);
  const shift = bit & 7;
  const mask = 0x3f << shift;
  const word = ((bytes[at]! | ((bytes[at + 1] ?? 0) << 8)) & ~mask) | (value << shift);
  bytes[at] = word & 0xff;
  if (shift > 2) bytes[at + 1] = word >> 8;
}

/** The estimate from all registers. */
export function cardinality(registers: Uint8Array): number {
  const histogram = new Float64Array(64);
  for (let i = 0; i < REGISTERS; i++) histogram[registers[i]!]!++;
  let z = REGISTERS * tau((REGISTERS - histogram[PATTERN_BITS + 1]!) / REGISTERS);
  for (let j = PATTERN_BITS; j >= 1; j--) z = (z + histogram[j]!) * 0.5;
  z += REGISTERS * sigma(histogram[0]! / REGISTERS);
  return Math.round((ALPHA * REGISTERS * REGISTERS) / z);
}

function sigma(share: number): number {
  if (share === 1) return Infinity;
  let x = share;
  let y = 1;
  let z = x;
  for (let before = Number.NaN; before !== z;) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let x = share;
  let y = 1;
  let z = 1 - x;
  for (let before = Number.NaN; before !== z;) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}
