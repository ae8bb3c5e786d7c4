/**
 * A zone → the messages of an AXFR, straight from its blocks: records are copied as bytes, and names are compressed by the tree of names
 * that the zone has anyway, without looking anything up. `packing.ts` does the same from records, and slower; a test holds both equal.
 *
 * Each owner is its first label and a pointer to its parent, where that has been written within a pointer's reach; the apex stands in the
 * question, or at the first owner when the client spells it otherwise. Names in rdata that may be compressed point to the apex.
 *
 * Hot: bench/million.bench.ts has a million records.
 */
import { compressedLayout } from "../authority/rdata-names.ts";
import { DnsError } from "../errors.ts";
import { FLAG, HEADER_BYTES, type Message } from "../message/message.ts";
import type { Name } from "../name/name.ts";
import { TYPE } from "../rdata/types.ts";
import { MAX_MESSAGE_BYTES } from "../wire/writer.ts";
import { offsetOf } from "../zone/byte-arena.ts";
import { APEX } from "../zone/name-index.ts";
import {
  findSet,
  firstSet,
  nextSet,
  QUESTION_POINTER,
  read16,
  RECORD_HEADER_BYTES,
  SET_HEADER_BYTES,
  write16,
} from "../zone/record-block.ts";
import type { ZoneData, ZoneStore } from "../zone/zone-data.ts";
import { type PackingOptions, writeOpt } from "./packing.ts";

/** A message is ended once it is longer. Most names point to the apex, which is always in reach. */
const ENOUGH_BYTES = 32 * 1024;
const POINTER_REACH = 0x4000;
/** An owner is at most a name. */
const MAX_OWNER_BYTES = 256;

/** The answers to `query`, which asks for AXFR of this zone. Throws DnsError("too-long") for a record that fits into no message. */
export function* packedZone(query: Message, zone: ZoneData, options: PackingOptions = {}): Generator<Uint8Array> {
  const packer = new ZonePacker(query, zone, options);
  const { index, arena } = zone.store;
  const apexBlock = index.data(APEX);
  const apexChunk = arena.chunkOf(apexBlock);
  const soa = findSet(apexChunk, offsetOf(apexBlock), TYPE.SOA);
  packer.set(APEX, apexChunk, soa);
  for (let node = APEX; node < index.count; node++) {
    const address = index.data(node);
    if (address === 0) continue;
    const chunk = arena.chunkOf(address);
    const at = offsetOf(address);
    let set = firstSet(at);
    for (let left = read16(chunk, at); left > 0; left--) {
      if (node !== APEX || set !== soa) packer.set(node, chunk, set);
      if (packer.finished !== undefined) yield* packer.takeFinished();
      set = nextSet(chunk, set);
    }
  }
  packer.set(APEX, apexChunk, soa);
  packer.end();
  yield* packer.takeFinished();
}

class ZonePacker {
  /** Messages that are done; undefined when there is none, so that asking costs nothing. */
  finished: Uint8Array[] | undefined;
  readonly #query: Message;
  readonly #store: ZoneStore;
  readonly #origin: Name;
  readonly #options: PackingOptions;
  readonly #maxBytes: number;
  #out: Uint8Array = EMPTY;
  #length = 0;
  #count = 0;
  #isFirst = true;
  /** Where the zone's name stands in the message, in its own letters; -1 when it does not yet. */
  #apex = -1;
  /** Where other names stand, by node. */
  readonly #offsets = new Map<number, number>();

  constructor(query: Message, zone: ZoneData, options: PackingOptions) {
    this.#query = query;
    this.#store = zone.store;
    this.#origin = zone.origin;
    this.#options = options;
    this.#maxBytes = MAX_MESSAGE_BYTES - (options.reservedBytes ?? 0);
    this.#begin();
  }

  takeFinished(): Uint8Array[] {
    const finished = this.finished ?? [];
    this.finished = undefined;
    return finished;
  }

  /** Adds the records of a set of `node`. */
  set(node: number, chunk: Uint8Array, set: number): void {
    const layout = compressedLayout(read16(chunk, set));
    let at = set + SET_HEADER_BYTES;
    let owner = -1;
    for (let left = read16(chunk, set + 2); left > 0; left--) {
      const length = read16(chunk, at + 10);
      const most = this.#length + MAX_OWNER_BYTES + RECORD_HEADER_BYTES + length;
      if (this.#length > ENOUGH_BYTES || (most > this.#maxBytes && this.#count > 0)) {
        this.end();
        this.#begin();
        owner = -1;
      }
      if (MAX_OWNER_BYTES + RECORD_HEADER_BYTES + length + this.#length > this.#maxBytes)
        this.#refuseLonger(node, length);
      if (owner === -1) owner = this.#owner(node);
      else this.#pointer(owner);
      // Type, class, TTL and length; the block has a pointer in front of them.
      const out = this.#out;
      const start = this.#length;
      for (let i = 0; i < RECORD_HEADER_BYTES - 2; i++) out[start + i] = chunk[at + 2 + i]!;
      this.#length = start + RECORD_HEADER_BYTES - 2;
      at += RECORD_HEADER_BYTES;
      if (layout === undefined) {
        copy(chunk, at, out, this.#length, length);
        this.#length += length;
      } else {
        this.#namedRdata(chunk, at, length, layout.before, layout.names);
        write16(out, start + 8, this.#length - start - 10);
      }
      at += length;
      this.#count += 1;
    }
  }

  end(): void {
    const out = this.#out;
    write16(out, 6, this.#count);
    if (this.#isFirst && this.#query.edns !== undefined) {
      write16(out, 10, 1);
      this.#length = writeOpt(out, this.#length, this.#options.udpPayload);
    }
    this.#isFirst = false;
    (this.finished ??= []).push(out.subarray(0, this.#length));
  }

  #begin(): void {
    const { id, recursionDesired, questions } = this.#query;
    const { name, type, class: questionClass } = questions[0]!;
    // Room for a record more than is enough; what is longer still gets a message of its own.
    const out = Buffer.allocUnsafeSlow(MAX_MESSAGE_BYTES + OPT_BYTES);
    out.fill(0, 0, HEADER_BYTES);
    write16(out, 0, id);
    write16(out, 2, FLAG.QR | FLAG.AA | (recursionDesired ? FLAG.RD : 0));
    write16(out, 4, 1);
    out.set(name.wire, HEADER_BYTES);
    const end = HEADER_BYTES + name.wire.length;
    write16(out, end, type);
    write16(out, end + 2, questionClass);
    this.#out = out;
    this.#length = end + 4;
    this.#count = 0;
    this.#offsets.clear();
    this.#apex = isSame(this.#origin.wire, 0, name.wire) ? HEADER_BYTES : -1;
  }

  /** Writes the name of `node`, and returns where it can be pointed at, -1 when out of reach. */
  #owner(node: number): number {
    const start = this.#length;
    const { index, arena } = this.#store;
    for (let at = node; ; at = index.parent(at)) {
      const known = at === APEX ? this.#apexOffset() : this.#offsets.get(at);
      if (known !== undefined) {
        this.#pointer(known);
        return at === node ? known : start < POINTER_REACH ? start : -1;
      }
      if (at === APEX) return start;
      const address = index.nameAddress(at);
      const chunk = arena.chunkOf(address);
      const label = offsetOf(address) + 1;
      // Whoever has names below will be pointed at.
      if (this.#length < POINTER_REACH && (at !== node || index.hasChildren(at))) this.#offsets.set(at, this.#length);
      copy(chunk, label, this.#out, this.#length, chunk[label]! + 1);
      this.#length += chunk[label]! + 1;
    }
  }

  /** Where the apex stands; written here and now when that is nowhere yet, undefined then. */
  #apexOffset(): number | undefined {
    if (this.#apex !== -1) return this.#apex;
    // RFC 5936 §3.4: names keep their letters, and the question has others.
    this.#apex = this.#length;
    const { wire } = this.#origin;
    this.#out.set(wire, this.#length);
    this.#length += wire.length;
    return undefined;
  }

  #pointer(offset: number): void {
    write16(this.#out, this.#length, (QUESTION_POINTER & 0xc000) | offset);
    this.#length += 2;
  }

  #namedRdata(chunk: Uint8Array, start: number, length: number, before: number, names: number): void {
    const out = this.#out;
    copy(chunk, start, out, this.#length, before);
    this.#length += before;
    let at = start + before;
    for (let i = 0; i < names; i++) at = this.#name(chunk, at);
    const rest = start + length - at;
    copy(chunk, at, out, this.#length, rest);
    this.#length += rest;
  }

  /** Writes the name at `at`, its end as a pointer where that is the apex; returns where it ends in `chunk`. */
  #name(chunk: Uint8Array, at: number): number {
    let end = at;
    while (chunk[end] !== 0) end += chunk[end]! + 1;
    end += 1;
    const { wire } = this.#origin;
    let label = at;
    while (end - label > wire.length) label += chunk[label]! + 1;
    const isBelow = wire.length > 1 && this.#apex !== -1 && end - label === wire.length && isSame(chunk, label, wire);
    copy(chunk, at, this.#out, this.#length, (isBelow ? label : end) - at);
    this.#length += (isBelow ? label : end) - at;
    if (isBelow) this.#pointer(this.#apex);
    return end;
  }

  #refuseLonger(node: number, length: number): void {
    const owner = this.#store.index.nameOf(node).toString();
    throw new DnsError("too-long", `a record of ${owner} with ${length} bytes fits into no message`);
  }
}

const EMPTY = new Uint8Array(0);
const OPT_BYTES = 11;
/** Longer runs are cheaper by the runtime's own copy. */
const SHORT_RUN = 64;

function copy(from: Uint8Array, at: number, to: Uint8Array, start: number, length: number): void {
  if (length > SHORT_RUN) to.set(from.subarray(at, at + length), start);
  else for (let i = 0; i < length; i++) to[start + i] = from[at + i]!;
}

/** In these letters: what differs in case is written out. */
function isSame(chunk: Uint8Array, at: number, wire: Uint8Array): boolean {
  for (let i = 0; i < wire.length; i++) if (chunk[at + i] !== wire[i]) return false;
  return true;
}
