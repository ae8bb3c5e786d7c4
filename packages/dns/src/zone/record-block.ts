/**
 * What a name of a zone holds, as bytes: its RRsets by ascending type, each as it stands in an answer.
 *
 *     u16 sets, then for each: u16 type, u16 records, u32 length of the records, records
 *     a record:                u16 C00C (a pointer to the question's name), u16 type, u16 class, u32 TTL, u16 length, rdata
 *
 * A block never changes; a new version of the name is a new block. So the set of a type that has no names to compress is an answer's
 * section already: it is copied behind the question, and that is all.
 */
import type { Name } from "../name/name.ts";
import { canonicalRdata } from "../rdata/rdata.ts";
import { TYPE, typeText } from "../rdata/types.ts";
import { type ByteArena, offsetOf } from "./byte-arena.ts";
import { ZoneError } from "./errors.ts";

export const SET_HEADER_BYTES = 8;
/** Up to a record's rdata. */
export const RECORD_HEADER_BYTES = 12;
const BLOCK_HEADER_BYTES = 2;
/** A pointer to offset 12, where questions have their name. */
export const QUESTION_POINTER = 0xc00c;

/** Records of one set. */
export const MAX_SET_RECORDS = 10_000;

/** Types that may stand beside a CNAME (RFC 2181 §10.1, RFC 4035 §2.5). */
const BESIDE_CNAME: ReadonlySet<number> = new Set([TYPE.RRSIG, TYPE.NSEC, TYPE.KEY, TYPE.NXT, TYPE.SIG]);
/** Types of which a name has one. */
const SINGLETONS: ReadonlySet<number> = new Set([TYPE.SOA, TYPE.CNAME, TYPE.DNAME]);

export function read16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

export function read32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

export function write16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function write32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Where the set of `type` begins in `chunk`, whose block begins at `at`; -1 when there is none. */
export function findSet(chunk: Uint8Array, at: number, type: number): number {
  let set = at + BLOCK_HEADER_BYTES;
  for (let left = read16(chunk, at); left > 0; left--) {
    const found = read16(chunk, set);
    if (found === type) return set;
    if (found > type) return -1;
    set += SET_HEADER_BYTES + read32(chunk, set + 4);
  }
  return -1;
}

export function firstSet(at: number): number {
  return at + BLOCK_HEADER_BYTES;
}

export function nextSet(chunk: Uint8Array, set: number): number {
  return set + SET_HEADER_BYTES + read32(chunk, set + 4);
}

/** The rdata of a set's records, as views. */
export function rdatasOf(chunk: Uint8Array, set: number): Uint8Array[] {
  const rdatas: Uint8Array[] = [];
  let at = set + SET_HEADER_BYTES;
  for (let left = read16(chunk, set + 2); left > 0; left--) {
    const length = read16(chunk, at + 10);
    rdatas.push(chunk.subarray(at + RECORD_HEADER_BYTES, at + RECORD_HEADER_BYTES + length));
    at += RECORD_HEADER_BYTES + length;
  }
  return rdatas;
}

export function ttlOf(chunk: Uint8Array, set: number): number {
  return read32(chunk, set + SET_HEADER_BYTES + 6);
}

/**
 * Records of one name on their way into a block: appended in any order, then sorted into sets, without duplicates, each set with the
 * smallest of its TTLs (RFC 2181 §5.2).
 */
export class BlockBuilder {
  /** Records as they stand in a block, one after the other. */
  #bytes = new Uint8Array(1024);
  #length = 0;
  /** Where the records begin. */
  #starts = new Int32Array(64);
  #count = 0;

  get recordCount(): number {
    return this.#count;
  }

  clear(): void {
    this.#length = 0;
    this.#count = 0;
  }

  add(type: number, recordClass: number, ttl: number, rdata: Uint8Array, length: number = rdata.length): void {
    const at = this.#room(RECORD_HEADER_BYTES + length);
    const bytes = this.#bytes;
    write16(bytes, at, QUESTION_POINTER);
    write16(bytes, at + 2, type);
    write16(bytes, at + 4, recordClass);
    write32(bytes, at + 6, ttl);
    write16(bytes, at + 10, length);
    const rdataAt = at + RECORD_HEADER_BYTES;
    for (let i = 0; i < length; i++) bytes[rdataAt + i] = rdata[i]!;
  }

  /** All records of a block. */
  addBlock(chunk: Uint8Array, block: number): void {
    let set = firstSet(block);
    for (let sets = read16(chunk, block); sets > 0; sets--) {
      this.addRecords(chunk, set + SET_HEADER_BYTES, nextSet(chunk, set));
      set = nextSet(chunk, set);
    }
  }

  /** Records as they stand in a block. */
  addRecords(from: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end;) {
      const length = RECORD_HEADER_BYTES + read16(from, at + 10);
      // Room first: it may bring other bytes.
      const to = this.#room(length);
      this.#bytes.set(from.subarray(at, at + length), to);
      at += length;
    }
  }

  /** Its records, for who keeps them for later. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Takes the record out that has this data; false when there is none with this TTL. */
  remove(type: number, ttl: number, rdata: Uint8Array): boolean {
    for (let i = 0; i < this.#count; i++) {
      const at = this.#starts[i]!;
      if (read16(this.#bytes, at + 2) !== type || !sameRdata(type, this.#rdata(at), rdata)) continue;
      if (read32(this.#bytes, at + 6) !== ttl) return false;
      this.#starts.copyWithin(i, i + 1, this.#count);
      this.#count -= 1;
      return true;
    }
    return false;
  }

  /**
   * Writes the block and returns its address, 0 for no records at all. Throws ZoneError for a second SOA, CNAME or DNAME, other data
   * beside a CNAME, and too many records of a type.
   */
  write(arena: ByteArena, owner: () => Name): number {
    if (this.#count === 0) return 0;
    if (this.#count > 1 && !this.#isSorted()) this.#sortAndCheck(owner);
    const starts = this.#starts;
    const bytes = this.#bytes;
    let size = BLOCK_HEADER_BYTES;
    let sets = 0;
    for (let i = 0, last = -1; i < this.#count; i++) {
      const type = read16(bytes, starts[i]! + 2);
      if (type !== last) {
        size += SET_HEADER_BYTES;
        sets += 1;
        last = type;
      }
      size += RECORD_HEADER_BYTES + read16(bytes, starts[i]! + 10);
    }
    const address = arena.reserve(size);
    const chunk = arena.chunkOf(address);
    let at = offsetOf(address);
    write16(chunk, at, sets);
    at += BLOCK_HEADER_BYTES;
    for (let i = 0; i < this.#count;) at = this.#writeSet(chunk, at, i, (i = this.#endOfSet(i)));
    return address;
  }

  #writeSet(chunk: Uint8Array, set: number, from: number, to: number): number {
    const bytes = this.#bytes;
    let at = set + SET_HEADER_BYTES;
    let ttl = 0xffff_ffff;
    for (let i = from; i < to; i++) ttl = Math.min(ttl, read32(bytes, this.#starts[i]! + 6));
    for (let i = from; i < to; i++) {
      const start = this.#starts[i]!;
      const length = RECORD_HEADER_BYTES + read16(bytes, start + 10);
      for (let k = 0; k < length; k++) chunk[at + k] = bytes[start + k]!;
      write32(chunk, at + 6, ttl);
      at += length;
    }
    write16(chunk, set, read16(bytes, this.#starts[from]! + 2));
    write16(chunk, set + 2, to - from);
    write32(chunk, set + 4, at - set - SET_HEADER_BYTES);
    return at;
  }

  #endOfSet(from: number): number {
    const type = this.#typeAt(from);
    let end = from + 1;
    while (end < this.#count && this.#typeAt(end) === type) end += 1;
    return end;
  }

  /** Whether each record is of a higher type than the one before, and none a CNAME: nothing to sort, to drop or to refuse. */
  #isSorted(): boolean {
    let last = -1;
    for (let i = 0; i < this.#count; i++) {
      const type = this.#typeAt(i);
      if (type <= last || type === TYPE.CNAME) return false;
      last = type;
    }
    return true;
  }

  #sortAndCheck(owner: () => Name): void {
    const order = Array.from(this.#starts.subarray(0, this.#count), (start, i) => ({
      start,
      i,
      type: read16(this.#bytes, start + 2),
    }));
    order.sort((a, b) => a.type - b.type || a.i - b.i);
    const types = new Set(order.map(({ type }) => type));
    const kept: number[] = [];
    for (const type of types) kept.push(...this.#distinct(type, order, owner));
    this.#starts.set(kept);
    this.#count = kept.length;
    if (!types.has(TYPE.CNAME)) return;
    for (const type of types) {
      if (type === TYPE.CNAME || BESIDE_CNAME.has(type)) continue;
      throw new ZoneError("cname-and-other", `${owner().toString()} has a CNAME and other data`);
    }
  }

  /** Where the records of `type` begin, without those whose data came before; a duplicate's smaller TTL counts. */
  #distinct(
    type: number,
    order: readonly { readonly start: number; readonly type: number }[],
    owner: () => Name,
  ): number[] {
    const starts = new Map<string, number>();
    for (const { start, type: other } of order) {
      if (other !== type) continue;
      const key = Buffer.from(canonicalRdata(type, this.#rdata(start))).toString("latin1");
      const before = starts.get(key);
      if (before === undefined) starts.set(key, start);
      else write32(this.#bytes, before + 6, Math.min(read32(this.#bytes, before + 6), read32(this.#bytes, start + 6)));
    }
    if (starts.size > 1 && SINGLETONS.has(type)) {
      throw new ZoneError("second-singleton", `a second ${typeText(type)} of ${owner().toString()}`);
    }
    if (starts.size > MAX_SET_RECORDS) {
      throw new ZoneError(
        "too-large",
        `more than ${MAX_SET_RECORDS} ${typeText(type)} records of ${owner().toString()}`,
      );
    }
    return [...starts.values()];
  }

  #typeAt(index: number): number {
    return read16(this.#bytes, this.#starts[index]! + 2);
  }

  #rdata(start: number): Uint8Array {
    const at = start + RECORD_HEADER_BYTES;
    return this.#bytes.subarray(at, at + read16(this.#bytes, start + 10));
  }

  /** Where `length` bytes of a new record go. */
  #room(length: number): number {
    const at = this.#length;
    if (at + length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(at + length, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    if (this.#count === this.#starts.length) {
      const more = new Int32Array(this.#count * 2);
      more.set(this.#starts);
      this.#starts = more;
    }
    this.#starts[this.#count++] = at;
    this.#length = at + length;
    return at;
  }
}

/** Equal but for the case of names (RFC 4034 §6.2, RFC 3597 §6). */
function sameRdata(type: number, a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0 || Buffer.compare(canonicalRdata(type, a), canonicalRdata(type, b)) === 0;
}
