import { DnsError } from "../errors.ts";
import { foldedByte } from "../name/limits.ts";
import type { Name } from "../name/name.ts";

/** A message's length has to fit into the two bytes in front of it on TCP. */
export const MAX_MESSAGE_BYTES = 65_535;
/** What a compression pointer reaches. */
const POINTER_REACH = 0x4000;
const FIRST_SLOTS = 64;
/** A table above this is not cleared, but thrown away. */
const MOST_KEPT_SLOTS = 512;

/**
 * What names of an rdata may suffer:
 * - `compressible`: pointers on the wire (the types of RFC 1035 only, RFC 3597 §4), lower-cased in the canonical form.
 * - `foldable`: no pointers, lower-cased in the canonical form (RFC 4034 §6.2, RFC 6840 §5.1).
 * - `exact`: neither.
 */
export type NameTreatment = "compressible" | "foldable" | "exact";

/** `plain`: names as they are; `compress`: for a message; `canonical`: for signing and comparing. */
export type WriterMode = "plain" | "compress" | "canonical";

/**
 * Bytes that grow, and the names already written among them. Not kit's ByteWriter, which neither shrinks back to an RRset's beginning nor
 * lets compression look at what was written.
 */
export class WireWriter {
  readonly mode: WriterMode;
  length = 0;
  #bytes: Uint8Array;
  readonly #maxBytes: number;
  readonly #suffixes: SuffixTable | undefined;

  /** Writing past `maxBytes` throws DnsError("too-long"). */
  constructor(mode: WriterMode = "plain", maxBytes: number = MAX_MESSAGE_BYTES, capacity = 512) {
    this.mode = mode;
    this.#maxBytes = maxBytes;
    this.#bytes = new Uint8Array(capacity);
    this.#suffixes = mode === "compress" ? new SuffixTable() : undefined;
  }

  u8(value: number): void {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
  }

  u16(value: number): void {
    const at = this.#reserve(2);
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
  }

  u32(value: number): void {
    const at = this.#reserve(4);
    const bytes = this.#bytes;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
  }

  u48(value: number): void {
    this.u16(Math.floor(value / 2 ** 32));
    this.u32(value % 2 ** 32);
  }

  u64(value: bigint): void {
    this.u32(Number(value >> 32n));
    this.u32(Number(value & 0xffff_ffffn));
  }

  bytes(value: Uint8Array): void {
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
  }

  /** The first `length` bytes of `value`; for short ones, which cost less than a view. */
  prefixOf(value: Uint8Array, length: number): void {
    const at = this.#reserve(length);
    for (let i = 0; i < length; i++) this.#bytes[at + i] = value[i]!;
  }

  /** Overwrites two bytes at `at`, which have been written before: lengths and counts that are known late. */
  patch16(at: number, value: number): void {
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
  }

  /** Overwrites a byte that has been written before. */
  patch8(at: number, value: number): void {
    this.#bytes[at] = value;
  }

  /** Runs `write` behind a 16-bit length of what it writes. */
  prefixed16(write: () => void): void {
    const at = this.#reserve(2);
    write();
    const length = this.length - at - 2;
    if (length > 0xffff) throw new DnsError("too-long", "rdata is longer than 65535 bytes");
    this.patch16(at, length);
  }

  name(name: Name, treatment: NameTreatment): void {
    const { mode } = this;
    if (mode === "compress") {
      if (treatment === "compressible") this.#compressed(name);
      else this.bytes(name.wire);
    } else if (mode === "canonical" && treatment !== "exact") {
      this.#folded(name.wire);
    } else {
      this.bytes(name.wire);
    }
  }

  /** Takes everything after `length` back, with the names that were written there. */
  truncate(length: number): void {
    this.length = length;
    this.#suffixes?.forgetFrom(length);
  }

  /** As new, with the memory that it has. */
  reset(): void {
    this.length = 0;
    this.#suffixes?.clear();
  }

  /** The memory whose first `length` bytes were written, valid until the next write; for who cannot afford a view. */
  get buffer(): Uint8Array {
    return this.#bytes;
  }

  /** A view of what was written, valid until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  /** A copy of what was written since `start`. */
  take(start = 0): Uint8Array {
    return this.#bytes.slice(start, this.length);
  }

  #reserve(length: number): number {
    const at = this.length;
    const needed = at + length;
    if (needed > this.#bytes.length) this.#grow(needed);
    this.length = needed;
    return at;
  }

  #grow(needed: number): void {
    if (needed > this.#maxBytes) throw new DnsError("too-long", `more than ${this.#maxBytes} bytes`);
    const grown = new Uint8Array(Math.min(this.#maxBytes, Math.max(needed, this.#bytes.length * 2)));
    grown.set(this.view());
    this.#bytes = grown;
  }

  #folded(wire: Uint8Array): void {
    const at = this.#reserve(wire.length);
    for (let i = 0; i < wire.length; i++) this.#bytes[at + i] = foldedByte(wire[i]!);
  }

  /**
   * The labels that no written name ends with, then a pointer to the longest end that one does. Upper and lower case differ here, so that
   * every name comes back in its own letters.
   */
  #compressed(name: Name): void {
    const suffixes = this.#suffixes!; // made with this mode
    const { wire } = name;
    let labels = 0;
    for (let at = 0; wire[at] !== 0; at += wire[at]! + 1) starts[labels++] = at;
    const start = this.length;
    let hash = 0;
    let pointer = -1;
    let known = labels;
    // A written name has brought all its ends along, so the search goes from the shortest end until one is missing.
    for (let i = labels - 1; i >= 0; i--) {
      hash = SuffixTable.hash(wire, starts[i]!, hash);
      hashes[i] = hash;
      if (known !== i + 1) continue;
      const found = suffixes.find(this.#bytes, hash, wire, starts[i]!);
      if (found === -1) continue;
      pointer = found;
      known = i;
    }
    const ownBytes = known === labels ? wire.length : starts[known]!;
    const at = this.#reserve(ownBytes);
    for (let i = 0; i < ownBytes; i++) this.#bytes[at + i] = wire[i]!;
    if (pointer !== -1) this.u16(0xc000 | pointer);
    for (let i = 0; i < known; i++) {
      const offset = start + starts[i]!;
      if (offset < POINTER_REACH) suffixes.add(hashes[i]!, offset);
    }
  }
}

/** Of the name that is being compressed: where its labels start, and the hashes of the ends that begin there. A name has 127 labels at most. */
const starts = new Uint8Array(128);
const hashes = new Int32Array(128);

/** Where ends of names stand in a message, by the hash of their labels: open addressing, offsets beside hashes. */
class SuffixTable {
  #offsets = new Uint16Array(FIRST_SLOTS);
  #hashes = new Int32Array(FIRST_SLOTS);
  #count = 0;

  /** The hash of the end that begins with the label at `at`, from the hash of the end after it. */
  static hash(wire: Uint8Array, at: number, rest: number): number {
    let hash = rest ^ 0x811c9dc5;
    const end = at + wire[at]!;
    for (let i = at; i <= end; i++) hash = Math.imul(hash ^ wire[i]!, 0x01000193);
    return hash ^ (hash >>> 15);
  }

  /** Where the labels of `wire` from `at` on have been written; -1 when nowhere. */
  find(message: Uint8Array, hash: number, wire: Uint8Array, at: number): number {
    const mask = this.#offsets.length - 1;
    for (let slot = hash & mask; this.#offsets[slot] !== 0; slot = (slot + 1) & mask) {
      const offset = this.#offsets[slot]!;
      if (this.#hashes[slot] === hash && sameLabels(message, offset, wire, at)) return offset;
    }
    return -1;
  }

  /** Offset 0 is the header's, so it can mean an empty slot. */
  add(hash: number, offset: number): void {
    if (this.#count * 2 >= this.#offsets.length) this.#rebuild(this.#offsets.length * 2, Number.POSITIVE_INFINITY);
    this.#put(hash, offset);
  }

  clear(): void {
    if (this.#offsets.length > MOST_KEPT_SLOTS) {
      this.#offsets = new Uint16Array(FIRST_SLOTS);
      this.#hashes = new Int32Array(FIRST_SLOTS);
    } else if (this.#count > 0) {
      this.#offsets.fill(0);
    }
    this.#count = 0;
  }

  forgetFrom(offset: number): void {
    this.#rebuild(this.#offsets.length, offset);
  }

  #put(hash: number, offset: number): void {
    const mask = this.#offsets.length - 1;
    let slot = hash & mask;
    while (this.#offsets[slot] !== 0) slot = (slot + 1) & mask;
    this.#offsets[slot] = offset;
    this.#hashes[slot] = hash;
    this.#count += 1;
  }

  #rebuild(slots: number, before: number): void {
    const [offsets, hashes] = [this.#offsets, this.#hashes];
    this.#offsets = new Uint16Array(slots);
    this.#hashes = new Int32Array(slots);
    this.#count = 0;
    for (let i = 0; i < offsets.length; i++) {
      if (offsets[i] !== 0 && offsets[i]! < before) this.#put(hashes[i]!, offsets[i]!);
    }
  }
}

/** Whether the name at `offset` of a message that this writer wrote is the end of `wire` from `at` on. */
function sameLabels(message: Uint8Array, offset: number, wire: Uint8Array, at: number): boolean {
  let there = offset;
  for (let here = at; ;) {
    while (message[there]! >= 0xc0) there = ((message[there]! & 0x3f) << 8) | message[there + 1]!;
    const size = wire[here]!;
    for (let i = 0; i <= size; i++) {
      if (message[there + i] !== wire[here + i]) return false;
    }
    if (size === 0) return true;
    here += size + 1;
    there += size + 1;
  }
}
