import { DnsError } from "../errors.ts";
import { MAX_LABEL_BYTES, MAX_NAME_BYTES } from "../name/limits.ts";
import { Name } from "../name/name.ts";
import { plainBytes } from "./plain-bytes.ts";

/** Compression pointers within one name. A name has at most 127 labels, so no honest one needs more. */
export const MAX_POINTERS = 127;

const scratch = new Uint8Array(MAX_NAME_BYTES);

/**
 * A cursor over a message, or over rdata that stands alone.
 *
 * `end` can be moved inwards for the length of an rdata; pointers of compressed names still reach all of the message before them.
 * Every read past `end` throws DnsError("truncated"). Not kit's ByteReader, whose end is fixed and whose errors would have to be caught and
 * made over at each of the codec's doors.
 */
export class WireReader {
  readonly bytes: Uint8Array;
  at: number;
  end: number;

  constructor(bytes: Uint8Array, at = 0, end: number = bytes.length) {
    // A Buffer's slice() is no copy.
    this.bytes = plainBytes(bytes);
    this.at = at;
    this.end = end;
  }

  get remaining(): number {
    return this.end - this.at;
  }

  u8(): number {
    return this.bytes[this.#step(1)]!;
  }

  u16(): number {
    const at = this.#step(2);
    return (this.bytes[at]! << 8) | this.bytes[at + 1]!;
  }

  u32(): number {
    const at = this.#step(4);
    const { bytes } = this;
    return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
  }

  u48(): number {
    return this.u16() * 2 ** 32 + this.u32();
  }

  u64(): bigint {
    return (BigInt(this.u32()) << 32n) | BigInt(this.u32());
  }

  skip(length: number): void {
    this.#step(length);
  }

  /** A view of the next `length` bytes. */
  take(length: number): Uint8Array {
    const at = this.#step(length);
    return this.bytes.subarray(at, at + length);
  }

  /** A copy of the next `length` bytes, which outlives the message. */
  copy(length: number): Uint8Array {
    const at = this.#step(length);
    return this.bytes.slice(at, at + length);
  }

  /** A view of what is left. */
  rest(): Uint8Array {
    return this.take(this.end - this.at);
  }

  /** Runs `read` on the next `length` bytes alone; it has to take all of them. */
  within<T>(length: number, read: () => T): T {
    const outer = this.end;
    if (length > outer - this.at) throw truncated();
    this.end = this.at + length;
    const value = read();
    if (this.at !== this.end)
      throw new DnsError("trailing-bytes", `${this.end - this.at} bytes left after the last field`);
    this.end = outer;
    return value;
  }

  /**
   * A name, decompressed (RFC 1035 §4.1.4) where `compression` says that pointers may stand.
   *
   * A pointer has to lead before the beginning of the run of labels that it ends, so that no chain comes back, and a name follows at
   * most MAX_POINTERS of them.
   */
  name(compression: "pointers" | "plain" = "pointers"): Name {
    const { bytes } = this;
    let at = this.at;
    let limit = this.end;
    let runStart = at;
    let after = -1;
    let length = 0;
    let labels = 0;
    let pointers = 0;
    for (;;) {
      if (at >= limit) throw truncated();
      const size = bytes[at]!;
      if (size <= MAX_LABEL_BYTES) {
        if (size >= limit - at) throw truncated();
        if (length + size + 1 > MAX_NAME_BYTES) throw new DnsError("name-too-long", "a name is longer than 255 bytes");
        for (let i = 0; i <= size; i++) scratch[length + i] = bytes[at + i]!;
        length += size + 1;
        at += size + 1;
        if (size === 0) break;
        labels += 1;
      } else if (size >= 0xc0) {
        if (compression === "plain") throw new DnsError("bad-pointer", "a compressed name where none may be");
        if (at + 1 >= limit) throw truncated();
        const target = ((size & 0x3f) << 8) | bytes[at + 1]!;
        if (after === -1) after = at + 2;
        pointers += 1;
        if (target >= runStart) throw new DnsError("bad-pointer", "a compression pointer does not lead backwards");
        if (pointers > MAX_POINTERS) throw new DnsError("bad-pointer", "a name of too many compression pointers");
        at = runStart = target;
        limit = bytes.length;
      } else {
        throw new DnsError("bad-label", "a label of a reserved kind");
      }
    }
    this.at = after === -1 ? at : after;
    return Name.trusted(scratch.slice(0, length), labels);
  }

  #step(length: number): number {
    const at = this.at;
    if (length > this.end - at) throw truncated();
    this.at = at + length;
    return at;
  }
}

function truncated(): DnsError {
  return new DnsError("truncated", "the bytes end within a field");
}
