/**
 * Bytes of an RDB file, a window at a time, and the primitives that they are made of: lengths and strings.
 *
 * Lengths are claims. Nothing is allocated or skipped for a length that the rest of the input could not hold.
 */
import { Buffer } from "node:buffer";
import { Crc64 } from "@tenon/kit";
import { lzfDecompress } from "../types/codecs/lzf.ts";
import { CorruptDataError } from "../types/codecs/corrupt-data.ts";
import { latin1 } from "../types/latin1.ts";
import { RdbError } from "./rdb-format.ts";

/** Where an RDB comes from: a file, memory. */
export interface ByteSource {
  /** Bytes in all. */
  readonly size: number;
  /** Reads up to `into.length` bytes from `position`; returns how many: 0 at the end only. */
  read(into: Uint8Array, position: number): number;
}

/** A source that is in memory. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (into, position) => {
      const part = bytes.subarray(position, position + into.length);
      into.set(part);
      return part.length;
    },
  };
}

const WINDOW_BYTES = 256 * 1024;
/** The most that a compressed string may claim to become. */
const MAX_STRING_BYTES = 2 ** 30;
const SHORT_READ = "Short read or OOM loading DB. Unrecoverable error, aborting now.";

/** Length prefixes whose two highest bits are set. */
const ENCODED = { int8: 0, int16: 1, int32: 2, lzf: 3 } as const;

export class RdbInput {
  readonly #source: ByteSource;
  #window: Buffer;
  /** The window holds the source's bytes [#base, #base + #filled); the next one to be read is at #at. */
  #base = 0;
  #filled = 0;
  #at = 0;
  readonly #crc: Crc64 | undefined;
  /** The checksum covers the window up to here. */
  #summed = 0;
  /** Set by `length` when the prefix announced an encoded string. */
  #encoding = -1;

  /** Reads from `offset` on. `sums`: keeps a CRC-64 of what was read. */
  constructor(source: ByteSource, sums = false, offset = 0) {
    this.#source = source;
    this.#base = offset;
    this.#window = Buffer.allocUnsafeSlow(Math.min(WINDOW_BYTES, Math.max(16, source.size - offset)));
    this.#crc = sums ? new Crc64() : undefined;
  }

  /** Of the next byte, from the source's beginning. */
  get offset(): number {
    return this.#base + this.#at;
  }

  get remaining(): number {
    return this.#source.size - this.offset;
  }

  /** The CRC-64 of everything read so far. */
  get checksum(): bigint {
    this.#sum();
    return this.#crc?.value ?? 0n;
  }

  #sum(): void {
    if (this.#crc === undefined) return;
    this.#crc.update(this.#window.subarray(this.#summed, this.#at));
    this.#summed = this.#at;
  }

  /** Makes `count` bytes available at #at; throws RdbError when the source ends before. */
  #need(count: number): void {
    if (this.#at + count <= this.#filled) return;
    if (count > this.remaining) throw new RdbError(SHORT_READ);
    this.#sum();
    const kept = this.#filled - this.#at;
    const size = Math.min(Math.max(WINDOW_BYTES, count), Math.max(count, this.remaining));
    const window = size <= this.#window.length ? this.#window : Buffer.allocUnsafeSlow(size);
    this.#window.copy(window, 0, this.#at, this.#filled);
    this.#window = window;
    this.#base += this.#at;
    this.#at = 0;
    this.#summed = 0;
    this.#filled = kept;
    while (this.#filled < count) {
      const got = this.#source.read(window.subarray(this.#filled), this.#base + this.#filled);
      if (got === 0) throw new RdbError(SHORT_READ);
      this.#filled += got;
    }
  }

  u8(): number {
    this.#need(1);
    return this.#window[this.#at++]!;
  }

  u32le(): number {
    this.#need(4);
    this.#at += 4;
    return this.#window.readUInt32LE(this.#at - 4);
  }

  u64le(): bigint {
    this.#need(8);
    this.#at += 8;
    return this.#window.readBigUInt64LE(this.#at - 8);
  }

  i32le(): number {
    return this.u32le() | 0;
  }

  /** Milliseconds; what is beyond 2^53 is rounded, as no clock shows it. */
  milliseconds(): number {
    return Number(BigInt.asIntN(64, this.u64le()));
  }

  f64le(): number {
    this.#need(8);
    this.#at += 8;
    return this.#window.readDoubleLE(this.#at - 8);
  }

  /** A view of the next `count` bytes, valid until the next read. */
  bytes(count: number): Buffer {
    this.#need(count);
    this.#at += count;
    return this.#window.subarray(this.#at - count, this.#at);
  }

  /** The next byte, left where it is. */
  peek(): number {
    this.#need(1);
    return this.#window[this.#at]!;
  }

  /** A length that is no encoded string. Beyond 2^53 it is certainly wrong, and refused. */
  length(): number {
    const length = this.#lengthOrEncoding();
    if (this.#encoding >= 0) throw new RdbError(`Unexpected encoded length at offset ${this.offset}`);
    return length;
  }

  /** A count of things of at least `bytesEach` bytes: refused when the rest of the input could not hold them. */
  count(bytesEach = 1): number {
    const count = this.length();
    if (count * bytesEach > this.remaining) throw new RdbError(SHORT_READ);
    return count;
  }

  /** A length of 64 bits: stream IDs, counters. */
  length64(): bigint {
    this.#need(1);
    if (this.#window[this.#at] !== 0x81) return BigInt(this.length());
    this.#need(9);
    this.#at += 9;
    return this.#window.readBigUInt64BE(this.#at - 8);
  }

  #lengthOrEncoding(): number {
    this.#encoding = -1;
    const first = this.u8();
    switch (first >> 6) {
      case 0:
        return first;
      case 1:
        return ((first & 0x3f) << 8) | this.u8();
      case 2: {
        if (first === 0x80) {
          this.#need(4);
          this.#at += 4;
          return this.#window.readUInt32BE(this.#at - 4);
        }
        if (first !== 0x81) throw new RdbError(`Unknown length encoding ${first} in rdbLoadLen()`);
        this.#need(8);
        this.#at += 8;
        return Number(this.#window.readBigUInt64BE(this.#at - 8));
      }
      default:
        this.#encoding = first & 0x3f;
        return 0;
    }
  }

  /** A string as its bytes; a view that is valid until the next read, unless it was compressed. */
  stringBytes(): Buffer {
    const length = this.#lengthOrEncoding();
    switch (this.#encoding) {
      case -1:
        return this.bytes(length);
      case ENCODED.int8:
        return Buffer.from(String((this.u8() << 24) >> 24));
      case ENCODED.int16:
        return Buffer.from(String(((this.u8() | (this.u8() << 8)) << 16) >> 16));
      case ENCODED.int32:
        return Buffer.from(String(this.i32le()));
      case ENCODED.lzf: {
        const packed = this.length();
        const unpacked = this.length();
        if (unpacked > MAX_STRING_BYTES) throw new RdbError(SHORT_READ);
        try {
          return lzfDecompress(this.bytes(packed), unpacked);
        } catch (error) {
          if (error instanceof CorruptDataError) throw new RdbError("Invalid LZF compressed string");
          throw error;
        }
      }
      default:
        throw new RdbError(`Unknown RDB string encoding type ${this.#encoding}`);
    }
  }

  /** A string as a one-byte string. */
  string(): string {
    const bytes = this.stringBytes();
    return latin1(bytes, 0, bytes.length);
  }

  /** A string that is an integer in its encoding, or undefined: then it has not been read. */
  encodedInteger(): number | undefined {
    switch (this.peek()) {
      case 0xc0:
        this.#at++;
        return (this.u8() << 24) >> 24;
      case 0xc1:
        this.#at++;
        return ((this.u8() | (this.u8() << 8)) << 16) >> 16;
      case 0xc2:
        this.#at++;
        return this.i32le();
      default:
        return undefined;
    }
  }

  /** A double in the text form of versions before 8: a length, or 253 … 255 for what is no number. */
  textDouble(): number {
    const length = this.u8();
    if (length === 255) return -Infinity;
    if (length === 254) return Infinity;
    if (length === 253) return NaN;
    const bytes = this.bytes(length);
    const text = latin1(bytes, 0, length).trim();
    const value = Number(text);
    if (text === "" || Number.isNaN(value)) throw new RdbError("Error reading double value");
    return value;
  }
}
