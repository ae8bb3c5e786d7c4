/**
 * A cursor that writes numbers, varints and strings into memory that grows.
 *
 * The counterpart of `ByteReader`, method by method. Integers are taken modulo their width, as `DataView` does.
 * A length that is known only later is written as a gap (`reserve`) and filled in with `patch…`.
 */
import type { LengthPrefix } from "./byte-reader.ts";
import { BytesError, outOfBounds } from "./errors.ts";

/** The most that a writer holds unless told otherwise: 1 GiB. */
export const MAX_WRITER_BYTES: number = 2 ** 30;

const INITIAL_BYTES = 256;
/** Up to so many characters, a loop is quicker than a call out of JavaScript. */
const SHORT_TEXT = 24;
const TWO_32 = 2 ** 32;

/** Through which floats pass, for want of a shift that takes one apart. */
const FLOAT_BYTES = new Uint8Array(8);
const FLOAT_VIEW = new DataView(FLOAT_BYTES.buffer);

const PREFIX_LIMIT: Readonly<Record<LengthPrefix, number>> = {
  u8: 0xff,
  u16be: 0xffff,
  u16le: 0xffff,
  u32be: 0xffff_ffff,
  u32le: 0xffff_ffff,
  uvarint32: 0xffff_ffff,
};

export class ByteWriter {
  #buffer: Buffer;
  #length = 0;
  readonly #maxBytes: number;

  /** `capacity`: bytes to begin with. `maxBytes`: beyond it, writing throws `too-long`. */
  constructor(capacity: number = INITIAL_BYTES, maxBytes: number = MAX_WRITER_BYTES) {
    this.#buffer = Buffer.allocUnsafe(Math.min(capacity, maxBytes));
    this.#maxBytes = maxBytes;
  }

  /** How many bytes have been written: where the next one goes. */
  get length(): number {
    return this.#length;
  }

  /** Forgets what was written and keeps the memory; views that were given out will be overwritten. */
  reset(): void {
    this.#length = 0;
  }

  /** What was written: a view, valid until the next write. */
  view(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** What was written, for good: the writer gives the memory away and begins anew. */
  take(): Buffer {
    const taken = this.view();
    this.#buffer = Buffer.allocUnsafe(Math.min(INITIAL_BYTES, this.#maxBytes));
    this.#length = 0;
    return taken;
  }

  /** Writes `length` zeros, to be patched; returns where they begin. */
  reserve(length: number): number {
    const at = this.#claim(length);
    this.#buffer.fill(0, at, at + length);
    return at;
  }

  u8(value: number): void {
    const at = this.#claim(1);
    this.#buffer[at] = value;
  }

  u16be(value: number): void {
    const at = this.#claim(2);
    this.#buffer[at] = value >>> 8;
    this.#buffer[at + 1] = value;
  }

  u16le(value: number): void {
    const at = this.#claim(2);
    this.#buffer[at] = value;
    this.#buffer[at + 1] = value >>> 8;
  }

  u32be(value: number): void {
    this.#setU32be(this.#claim(4), value);
  }

  u32le(value: number): void {
    this.#setU32le(this.#claim(4), value);
  }

  /** Signed or unsigned: modulo 2^64. */
  u64be(value: bigint): void {
    const at = this.#claim(8);
    this.#setU32be(at, Number(BigInt.asUintN(32, value >> 32n)));
    this.#setU32be(at + 4, Number(BigInt.asUintN(32, value)));
  }

  u64le(value: bigint): void {
    const at = this.#claim(8);
    this.#setU32le(at, Number(BigInt.asUintN(32, value)));
    this.#setU32le(at + 4, Number(BigInt.asUintN(32, value >> 32n)));
  }

  /** A safe integer, signed or not, in 64 bits. Throws `unsafe-integer`. */
  safeI64be(value: number): void {
    this.#checkSafe(value);
    const at = this.#claim(8);
    // The high half by division, because shifts see 32 bits only; `floor` makes it right below zero.
    this.#setU32be(at, Math.floor(value / TWO_32));
    this.#setU32be(at + 4, value % TWO_32);
  }

  safeI64le(value: number): void {
    this.#checkSafe(value);
    const at = this.#claim(8);
    this.#setU32le(at, value % TWO_32);
    this.#setU32le(at + 4, Math.floor(value / TWO_32));
  }

  f32be(value: number): void {
    FLOAT_VIEW.setFloat32(0, value);
    this.#float(4);
  }

  f32le(value: number): void {
    FLOAT_VIEW.setFloat32(0, value, true);
    this.#float(4);
  }

  f64be(value: number): void {
    FLOAT_VIEW.setFloat64(0, value);
    this.#float(8);
  }

  f64le(value: number): void {
    FLOAT_VIEW.setFloat64(0, value, true);
    this.#float(8);
  }

  /** LEB128 of an integer modulo 2^32. */
  uvarint32(value: number): void {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.u8((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.u8(rest);
  }

  /** LEB128 of an integer modulo 2^64. */
  uvarint64(value: bigint): void {
    let rest = BigInt.asUintN(64, value);
    while (rest > 0x7fn) {
      this.u8(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.u8(Number(rest));
  }

  /** LEB128 of a safe integer of 0 or more. Throws `unsafe-integer`. */
  safeUvarint(value: number): void {
    this.#checkSafe(value, 0);
    let rest = value;
    while (rest > 0x7f) {
      this.u8((rest % 128) | 0x80);
      rest = Math.floor(rest / 128);
    }
    this.u8(rest);
  }

  /** Zigzag of a signed integer modulo 2^32. */
  zigzag32(value: number): void {
    this.uvarint32((value << 1) ^ (value >> 31));
  }

  /** Zigzag of a signed integer modulo 2^64. */
  zigzag64(value: bigint): void {
    const signed = BigInt.asIntN(64, value);
    this.uvarint64((signed << 1n) ^ (signed >> 63n));
  }

  /** Zigzag of a safe integer. Throws `unsafe-integer`. */
  safeZigzag(value: number): void {
    this.#checkSafe(value);
    if (value === (value | 0)) this.zigzag32(value);
    else this.zigzag64(BigInt(value));
  }

  /** SQLite's varint of a signed integer modulo 2^64. */
  sqliteVarint(value: bigint): void {
    const unsigned = BigInt.asUintN(64, value);
    if (unsigned < 1n << 56n) {
      let shift = 0n;
      while (unsigned >> (shift + 7n) > 0n) shift += 7n;
      for (; shift > 0n; shift -= 7n) this.u8(Number((unsigned >> shift) & 0x7fn) | 0x80);
      this.u8(Number(unsigned & 0x7fn));
    } else {
      // Nine bytes: eight of seven bits, and one of eight.
      for (let shift = 57n; shift >= 8n; shift -= 7n) this.u8(Number((unsigned >> shift) & 0x7fn) | 0x80);
      this.u8(Number(unsigned & 0xffn));
    }
  }

  /** SQLite's varint of a safe integer. Throws `unsafe-integer`. */
  safeSqliteVarint(value: number): void {
    this.#checkSafe(value);
    if (value < 0) return this.sqliteVarint(BigInt(value));
    let scale = 1;
    while (scale * 128 <= value) scale *= 128;
    for (; scale > 1; scale /= 128) this.u8((Math.floor(value / scale) % 128) | 0x80);
    this.u8(value % 128);
  }

  /** git's offset encoding of a safe integer of 0 or more. Throws `unsafe-integer`. */
  gitOffset(value: number): void {
    this.#checkSafe(value, 0);
    // Each byte but the last stands for one more than it says, so each step takes one off. Highest first: digits are found first.
    const digits = [value % 128];
    for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
      rest -= 1;
      digits.push((rest % 128) | 0x80);
    }
    for (let i = digits.length - 1; i >= 0; i--) this.u8(digits[i]!);
  }

  bytes(bytes: Uint8Array): void {
    const at = this.#claim(bytes.length);
    this.#buffer.set(bytes, at);
  }

  /** Text as UTF-8; lone surrogates become U+FFFD. Returns its length in bytes. */
  utf8(text: string): number {
    return this.#text(text, utf8Length(text), "utf8");
  }

  /** Text with one byte per character, modulo 256. Returns its length in bytes. */
  latin1(text: string): number {
    return this.#text(text, text.length, "latin1");
  }

  /** A byte string after its length. Throws `too-long` where the prefix cannot say it. */
  prefixedBytes(prefix: LengthPrefix, bytes: Uint8Array): void {
    this.#prefix(prefix, bytes.length);
    this.bytes(bytes);
  }

  /** A string after its length in bytes. Throws `too-long` where the prefix cannot say it. */
  prefixedUtf8(prefix: LengthPrefix, text: string): void {
    const length = utf8Length(text);
    this.#prefix(prefix, length);
    this.#text(text, length, "utf8");
  }

  /** Overwrites what was written at `at`. Like those that follow, throws `out-of-bounds` where nothing was. */
  patchU8(at: number, value: number): void {
    this.#written(at, 1);
    this.#buffer[at] = value;
  }

  patchU16be(at: number, value: number): void {
    this.#written(at, 2);
    this.#buffer[at] = value >>> 8;
    this.#buffer[at + 1] = value;
  }

  patchU32be(at: number, value: number): void {
    this.#written(at, 4);
    this.#setU32be(at, value);
  }

  patchU32le(at: number, value: number): void {
    this.#written(at, 4);
    this.#setU32le(at, value);
  }

  /** Makes `length` bytes part of what was written, and returns where they begin. */
  #claim(length: number): number {
    const at = this.#length;
    const end = at + length;
    if (end > this.#buffer.length) this.#grow(end);
    this.#length = end;
    return at;
  }

  /** At least doubles, so that writing n bytes copies O(n). */
  #grow(needed: number): void {
    if (needed > this.#maxBytes) {
      const message = `${needed} bytes are more than the ${this.#maxBytes} that this writer may hold`;
      throw new BytesError("too-long", message, this.#length, needed - this.#length, this.#maxBytes - this.#length);
    }
    const grown = Buffer.allocUnsafe(Math.min(Math.max(needed, this.#buffer.length * 2), this.#maxBytes));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }

  #text(text: string, length: number, encoding: "utf8" | "latin1"): number {
    const at = this.#claim(length);
    if (length === text.length && length <= SHORT_TEXT) {
      // One byte per character in either encoding: ASCII in UTF-8, anything in Latin-1.
      for (let i = 0; i < length; i++) this.#buffer[at + i] = text.charCodeAt(i);
    } else {
      this.#buffer.write(text, at, length, encoding);
    }
    return length;
  }

  #prefix(prefix: LengthPrefix, length: number): void {
    const limit = PREFIX_LIMIT[prefix];
    if (length > limit) {
      const message = `${length} bytes are more than a ${prefix} can count`;
      throw new BytesError("too-long", message, this.#length, length, limit);
    }
    this[prefix](length);
  }

  #checkSafe(value: number, min: number = Number.MIN_SAFE_INTEGER): void {
    if (Number.isSafeInteger(value) && value >= min) return;
    const message = `${value} is not an integer from ${min} to 2^53 − 1`;
    throw new BytesError("unsafe-integer", message, this.#length, 8, 0);
  }

  #written(at: number, length: number): void {
    if (!(at >= 0 && at + length <= this.#length)) throw outOfBounds(at, length, Math.max(0, this.#length - at));
  }

  #float(size: number): void {
    const at = this.#claim(size);
    for (let i = 0; i < size; i++) this.#buffer[at + i] = FLOAT_BYTES[i]!;
  }

  #setU32be(at: number, value: number): void {
    const buffer = this.#buffer;
    buffer[at] = value >>> 24;
    buffer[at + 1] = value >>> 16;
    buffer[at + 2] = value >>> 8;
    buffer[at + 3] = value;
  }

  #setU32le(at: number, value: number): void {
    const buffer = this.#buffer;
    buffer[at] = value;
    buffer[at + 1] = value >>> 8;
    buffer[at + 2] = value >>> 16;
    buffer[at + 3] = value >>> 24;
  }
}

function utf8Length(text: string): number {
  if (text.length > SHORT_TEXT) return Buffer.byteLength(text);
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) return Buffer.byteLength(text);
  }
  return text.length;
}
