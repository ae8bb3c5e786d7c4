/**
 * A cursor that reads numbers, varints and strings from a `Uint8Array`.
 *
 * It copies nothing: what `bytes` returns is a view. A read that fails throws a `BytesError` and leaves the cursor
 * where it was, so a parser that ran out of input can try again when there is more.
 *
 * Varints come in the kinds that the protocols use:
 * - `uvarint…`: LEB128, seven bits per byte, lowest first (Protocol Buffers, Kafka, git's delta and object sizes);
 * - `zigzag…`: the same for signed numbers, 0, −1, 1, −2, … as 0, 1, 2, 3, … (Kafka's varint and varlong);
 * - `sqliteVarint…`: highest bits first, one to nine bytes, the ninth with all eight bits (SQLite file format §1.6);
 * - `gitOffset`: highest bits first, with 1 added per continuation so that no number has two forms (git's
 *   pack format, "offset encoding"; also the index, version 4).
 *
 * Hot: bench/bytes.bench.ts. Shifts on bytes rather than a `DataView`: as fast, and nothing to allocate per frame.
 */
import { BytesError, outOfBounds } from "./errors.ts";

/** How the length before a string or byte string is written. */
export type LengthPrefix = "u8" | "u16be" | "u16le" | "u32be" | "u32le" | "uvarint32";

const TWO_32 = 2 ** 32;

/** Through which floats pass, for want of a shift that makes one. */
const FLOAT_BYTES = new Uint8Array(8);
const FLOAT_VIEW = new DataView(FLOAT_BYTES.buffer);

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;
  /** The same memory as a `Buffer`, for its string decoders; made when first needed. */
  #buffer: Buffer | undefined;

  /** Reads `bytes` from `start` up to `end`. Offsets count from the start of `bytes`. */
  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    if (start < 0 || end > bytes.length || start > end) throw outOfBounds(start, end - start, bytes.length - start);
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Where the next read begins. */
  get offset(): number {
    return this.#at;
  }

  /** Goes to another place. Throws `out-of-bounds` beyond the end. */
  set offset(offset: number) {
    if (!(offset >= 0 && offset <= this.#end)) throw outOfBounds(offset, 0, this.#end);
    this.#at = offset;
  }

  /** How many bytes are left. */
  get remaining(): number {
    return this.#end - this.#at;
  }

  /** Passes over `length` bytes and returns where they began. */
  skip(length: number): number {
    const at = this.#at;
    // Written so that a negative or NaN length fails too.
    if (!(length >= 0 && length <= this.#end - at)) throw outOfBounds(at, length, this.#end - at);
    this.#at = at + length;
    return at;
  }

  u8(): number {
    return this.#bytes[this.skip(1)]!;
  }

  i8(): number {
    return (this.u8() << 24) >> 24;
  }

  u16be(): number {
    const at = this.skip(2);
    return (this.#bytes[at]! << 8) | this.#bytes[at + 1]!;
  }

  u16le(): number {
    const at = this.skip(2);
    return this.#bytes[at]! | (this.#bytes[at + 1]! << 8);
  }

  i16be(): number {
    return (this.u16be() << 16) >> 16;
  }

  i16le(): number {
    return (this.u16le() << 16) >> 16;
  }

  u32be(): number {
    return this.i32be() >>> 0;
  }

  u32le(): number {
    return this.i32le() >>> 0;
  }

  i32be(): number {
    const at = this.skip(4);
    const bytes = this.#bytes;
    return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  }

  i32le(): number {
    const at = this.skip(4);
    const bytes = this.#bytes;
    return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  }

  u64be(): bigint {
    const at = this.skip(8);
    return (BigInt(u32be(this.#bytes, at)) << 32n) | BigInt(u32be(this.#bytes, at + 4));
  }

  u64le(): bigint {
    const at = this.skip(8);
    return (BigInt(u32le(this.#bytes, at + 4)) << 32n) | BigInt(u32le(this.#bytes, at));
  }

  i64be(): bigint {
    return BigInt.asIntN(64, this.u64be());
  }

  i64le(): bigint {
    return BigInt.asIntN(64, this.u64le());
  }

  /** An unsigned 64-bit integer that must be safe. Throws `unsafe-integer`. */
  safeU64be(): number {
    const at = this.skip(8);
    return this.#safe(u32be(this.#bytes, at) * TWO_32 + u32be(this.#bytes, at + 4), at, 8);
  }

  safeU64le(): number {
    const at = this.skip(8);
    return this.#safe(u32le(this.#bytes, at + 4) * TWO_32 + u32le(this.#bytes, at), at, 8);
  }

  /** A signed 64-bit integer that must be safe. Throws `unsafe-integer`. */
  safeI64be(): number {
    const at = this.skip(8);
    return this.#safe((u32be(this.#bytes, at) | 0) * TWO_32 + u32be(this.#bytes, at + 4), at, 8);
  }

  safeI64le(): number {
    const at = this.skip(8);
    return this.#safe((u32le(this.#bytes, at + 4) | 0) * TWO_32 + u32le(this.#bytes, at), at, 8);
  }

  f32be(): number {
    return this.#float(4).getFloat32(0);
  }

  f32le(): number {
    return this.#float(4).getFloat32(0, true);
  }

  f64be(): number {
    return this.#float(8).getFloat64(0);
  }

  f64le(): number {
    return this.#float(8).getFloat64(0, true);
  }

  /** LEB128 of at most five bytes, in [0, 2^32). Throws `varint-too-long`. */
  uvarint32(): number {
    const start = this.#at;
    let result = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#next(start);
      // The fifth byte has room for four bits.
      if (shift === 28 && byte > 0x0f) throw this.#tooLong(start, 32);
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80) return result >>> 0;
    }
    throw this.#tooLong(start, 32);
  }

  /** LEB128 of at most ten bytes, in [0, 2^64). Throws `varint-too-long`. */
  uvarint64(): bigint {
    const start = this.#at;
    let result = 0n;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#next(start);
      if (shift === 63 && byte > 1) throw this.#tooLong(start, 64);
      result |= BigInt(byte & 0x7f) << BigInt(shift);
      if (byte < 0x80) return result;
    }
    throw this.#tooLong(start, 64);
  }

  /** LEB128 that must be safe. Throws `varint-too-long`, `unsafe-integer`. */
  safeUvarint(): number {
    const start = this.#at;
    let result = 0;
    let scale = 1;
    for (let length = 1; length <= 10; length++) {
      const byte = this.#next(start);
      result += (byte & 0x7f) * scale;
      if (byte < 0x80) return this.#safe(result, start, length);
      scale *= 128;
    }
    throw this.#tooLong(start, 64);
  }

  /** Zigzag over `uvarint32`, in [−2^31, 2^31). */
  zigzag32(): number {
    const zigzag = this.uvarint32();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  /** Zigzag over `uvarint64`, in [−2^63, 2^63). */
  zigzag64(): bigint {
    const zigzag = this.uvarint64();
    return (zigzag >> 1n) ^ -(zigzag & 1n);
  }

  /** Zigzag that must be safe. Throws `varint-too-long`, `unsafe-integer`. */
  safeZigzag(): number {
    const start = this.#at;
    // Four bytes or fewer: the common case, without BigInt.
    let result = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#next(start);
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (result >>> 1) ^ -(result & 1);
    }
    this.#at = start;
    return this.#safe(Number(this.zigzag64()), start, this.#at - start);
  }

  /** SQLite's varint as the signed 64-bit integer that it stands for. */
  sqliteVarint(): bigint {
    const start = this.#at;
    let result = 0n;
    for (let length = 1; length <= 8; length++) {
      const byte = this.#next(start);
      result = (result << 7n) | BigInt(byte & 0x7f);
      if (byte < 0x80) return result;
    }
    return BigInt.asIntN(64, (result << 8n) | BigInt(this.#next(start)));
  }

  /** SQLite's varint, which must be safe (a length, a type code). Throws `unsafe-integer`. */
  safeSqliteVarint(): number {
    const start = this.#at;
    let result = 0;
    // Seven bytes hold 49 bits, which a number holds too.
    for (let length = 1; length <= 7; length++) {
      const byte = this.#next(start);
      result = result * 128 + (byte & 0x7f);
      if (byte < 0x80) return result;
    }
    this.#at = start;
    return this.#safe(Number(this.sqliteVarint()), start, this.#at - start);
  }

  /** git's offset encoding; must be safe. Throws `unsafe-integer`. */
  gitOffset(): number {
    const start = this.#at;
    let byte = this.#next(start);
    let result = byte & 0x7f;
    for (let length = 2; byte >= 0x80; length++) {
      byte = this.#next(start);
      result = this.#safe((result + 1) * 128 + (byte & 0x7f), start, length);
    }
    return result;
  }

  /** The next `length` bytes: a view, not a copy. */
  bytes(length: number): Uint8Array {
    const at = this.skip(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** The next `length` bytes as text; what is not UTF-8 becomes U+FFFD. */
  utf8(length: number): string {
    const at = this.skip(length);
    return this.#asBuffer().toString("utf8", at, at + length);
  }

  /** The next `length` bytes as text, one character per byte. */
  latin1(length: number): string {
    const at = this.skip(length);
    return this.#asBuffer().toString("latin1", at, at + length);
  }

  /** A byte string after its length: a view, not a copy. */
  prefixedBytes(prefix: LengthPrefix): Uint8Array {
    const start = this.#at;
    return this.bytes(this.#length(prefix, start));
  }

  /** A string after its length in bytes. */
  prefixedUtf8(prefix: LengthPrefix): string {
    const start = this.#at;
    return this.utf8(this.#length(prefix, start));
  }

  /** The length; when there is less than that, the cursor goes back to before the prefix. */
  #length(prefix: LengthPrefix, start: number): number {
    const length = this[prefix]();
    const at = this.#at;
    if (length > this.#end - at) {
      this.#at = start;
      throw outOfBounds(at, length, this.#end - at);
    }
    return length;
  }

  /** One byte of a varint that began at `start`. */
  #next(start: number): number {
    const at = this.#at;
    if (at >= this.#end) {
      this.#at = start;
      throw outOfBounds(at, 1, 0);
    }
    this.#at = at + 1;
    return this.#bytes[at]!;
  }

  #safe(value: number, start: number, length: number): number {
    if (Number.isSafeInteger(value)) return value;
    this.#at = start;
    const message = `the integer at offset ${start} is outside ±(2^53 − 1)`;
    throw new BytesError("unsafe-integer", message, start, length, this.#end - start);
  }

  #tooLong(start: number, bits: number): BytesError {
    const length = this.#at - start;
    this.#at = start;
    const message = `the varint at offset ${start} does not fit ${bits} bits`;
    return new BytesError("varint-too-long", message, start, length, this.#end - start);
  }

  #float(size: number): DataView {
    const at = this.skip(size);
    for (let i = 0; i < size; i++) FLOAT_BYTES[i] = this.#bytes[at + i]!;
    return FLOAT_VIEW;
  }

  #asBuffer(): Buffer {
    const bytes = this.#bytes;
    return (this.#buffer ??= Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }
}

function u32be(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

function u32le(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}
