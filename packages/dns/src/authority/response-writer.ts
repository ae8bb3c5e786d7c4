/**
 * The sections of an answer, written into the caller's buffer behind the question, RRset by RRset: a set that does not fit is not there
 * at all (RFC 2181 §9). Names are compressed without regard to their case, as Knot and NSD do.
 *
 * Every pointer but those to the whole question name is noted. All of them lead to an end of the question's name or behind it, so the
 * same sections fit behind another question whose name has the same end, once its difference in length is added to each pointer.
 */
import { TYPE } from "../rdata/types.ts";
import { FOLD, LookupName } from "../zone/lookup-name.ts";
import { read16, read32, RECORD_HEADER_BYTES, SET_HEADER_BYTES, write16, write32 } from "../zone/record-block.ts";
import { compressedLayout } from "./rdata-names.ts";

export const QUESTION_AT = 12;
/** What a compression pointer reaches. */
const POINTER_REACH = 0x4000;
/** Names that are remembered to point at; what comes later is written out. */
const MAX_TARGETS = 128;
const SLOTS = 512;
/** Enough for what is worth keeping. */
const MAX_POINTERS = 1024;
/** The most that one record with names takes: its own name, two names, and the numbers of a SOA. */
const NAMED_RECORD_BYTES = RECORD_HEADER_BYTES + 3 * 256 + 32;

export const SECTION = { ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 2 } as const;
type Section = (typeof SECTION)[keyof typeof SECTION];

export class ResponseWriter {
  out: Uint8Array = new Uint8Array(0);
  length = 0;
  /** Bytes that the sections may reach to. */
  #limit = 0;
  readonly counts: Uint16Array = new Uint16Array(3);
  /** Where the pointers stand that move with the question's length; more than MAX_POINTERS: `pointers` says so, the rest is not there. */
  readonly pointerAt: Uint16Array = new Uint16Array(MAX_POINTERS);
  pointers = 0;
  #isCut = false;

  /** Ends of names in the message: open addressing; a slot counts when its stamp is the message's. */
  readonly #stamps = new Uint32Array(SLOTS);
  readonly #hashes = new Int32Array(SLOTS);
  readonly #offsets = new Uint16Array(SLOTS);
  readonly #taken = new Uint16Array(MAX_TARGETS);
  #targets = 0;
  #stamp = 0;
  #markedLength = 0;
  #markedPointers = 0;
  #markedTargets = 0;
  readonly #name = new LookupName();

  /** Begins at `at`, behind a question whose name stands at offset 12. Its ends from `label` on are pointed at. */
  begin(out: Uint8Array, at: number, limit: number, question: LookupName, label: number): void {
    this.out = out;
    this.length = at;
    this.#limit = Math.min(limit, out.length);
    this.counts.fill(0);
    this.pointers = 0;
    this.#isCut = false;
    this.#targets = 0;
    this.#stamp += 1;
    for (let i = label; i < question.labelCount; i++) {
      this.#remember(question.hashes[i]!, QUESTION_AT + question.starts[i]!);
    }
  }

  /** Whether nothing was left out, and every pointer is known. */
  get isWhole(): boolean {
    return !this.#isCut && this.pointers <= MAX_POINTERS;
  }

  /** A set owned by the question's name. False, and nothing written, when it does not fit. */
  questionSet(section: Section, chunk: Uint8Array, set: number): boolean {
    const size = read32(chunk, set + 4);
    if (compressedLayout(read16(chunk, set)) !== undefined) return this.#records(section, chunk, set, undefined, 0, -1);
    if (this.length + size > this.#limit) {
      this.#isCut = true;
      return false;
    }
    copyBytes(chunk, set + SET_HEADER_BYTES, this.out, this.length, size);
    this.length += size;
    this.counts[section]! += read16(chunk, set + 2);
    return true;
  }

  /** A set of the owner whose wire form stands in `owner` at `ownerAt`; `ttl` instead of its own unless -1. */
  set(section: Section, chunk: Uint8Array, set: number, owner: Uint8Array, ownerAt: number, ttl = -1): boolean {
    return this.#records(section, chunk, set, owner, ownerAt, ttl);
  }

  /** A CNAME that no zone holds (RFC 6672 §3.1); the owner is the question's name when undefined. */
  alias(owner: Uint8Array | undefined, recordClass: number, ttl: number, target: Uint8Array): boolean {
    this.#mark();
    if (this.length + NAMED_RECORD_BYTES > this.out.length) return this.#undo();
    this.#owner(owner, 0);
    const { out } = this;
    write16(out, this.length, TYPE.CNAME);
    write16(out, this.length + 2, recordClass);
    write32(out, this.length + 4, ttl);
    const lengthAt = this.length + 8;
    this.length += 10;
    this.#compressed(target, 0);
    write16(out, lengthAt, this.length - lengthAt - 2);
    if (this.length > this.#limit) return this.#undo();
    this.counts[SECTION.ANSWER]! += 1;
    return true;
  }

  /** Where a name stands in the message that is, in lower case, the bytes of `name`; -1 when nowhere that is remembered. */
  find(name: LookupName): number {
    return name.labelCount === 0 ? -1 : this.#find(name, 0);
  }

  /** Whether the name that stands at `offset` of the message is `name`. */
  isNameAt(offset: number, name: LookupName): boolean {
    return this.#isEnd(offset, name.wire, 0);
  }

  #records(
    section: Section,
    chunk: Uint8Array,
    set: number,
    owner: Uint8Array | undefined,
    ownerAt: number,
    ttl: number,
  ): boolean {
    const layout = compressedLayout(read16(chunk, set));
    const count = read16(chunk, set + 2);
    this.#mark();
    const { out } = this;
    let at = set + SET_HEADER_BYTES;
    let ownerOffset = -1;
    for (let left = count; left > 0; left--) {
      const length = read16(chunk, at + 10);
      const most = layout === undefined ? RECORD_HEADER_BYTES + 256 + length : NAMED_RECORD_BYTES;
      if (this.length + most > out.length) return this.#undo();
      if (owner !== undefined && ownerOffset !== -1) this.#pointer(ownerOffset);
      else ownerOffset = this.#owner(owner, ownerAt);
      const head = this.length;
      for (let i = 2; i < RECORD_HEADER_BYTES; i++) out[head + i - 2] = chunk[at + i]!;
      if (ttl !== -1) write32(out, head + 4, ttl);
      this.length = head + 10;
      at += RECORD_HEADER_BYTES;
      if (layout === undefined) {
        copyBytes(chunk, at, out, this.length, length);
        this.length += length;
      } else {
        this.#namedRdata(chunk, at, length, layout.before, layout.names);
        write16(out, head + 8, this.length - head - 10);
      }
      at += length;
      if (this.length > this.#limit) return this.#undo();
    }
    this.counts[section]! += count;
    return true;
  }

  #namedRdata(chunk: Uint8Array, start: number, length: number, before: number, names: number): void {
    const { out } = this;
    for (let i = 0; i < before; i++) out[this.length + i] = chunk[start + i]!;
    this.length += before;
    let at = start + before;
    for (let i = 0; i < names; i++) {
      this.#compressed(chunk, at);
      at += this.#name.length;
    }
    const rest = start + length - at;
    for (let i = 0; i < rest; i++) out[this.length + i] = chunk[at + i]!;
    this.length += rest;
  }

  /** Writes an owner; returns where its name can be pointed at, -1 when nowhere. */
  #owner(owner: Uint8Array | undefined, at: number): number {
    if (owner !== undefined) return this.#compressed(owner, at);
    write16(this.out, this.length, 0xc000 | QUESTION_AT);
    this.length += 2;
    return QUESTION_AT;
  }

  /** Writes the name at `at`, as much of it by a pointer as stands in the message; returns where all of it can be pointed at, -1 when nowhere. */
  #compressed(bytes: Uint8Array, at: number): number {
    const name = this.#name;
    name.read(bytes, at, bytes.length);
    const start = this.length;
    let label = 0;
    let found = -1;
    for (; label < name.labelCount; label++) {
      found = this.#find(name, label);
      if (found !== -1) break;
    }
    const own = name.starts[label]!;
    for (let i = 0; i < own; i++) this.out[start + i] = bytes[at + i]!;
    this.length = start + own;
    for (let i = 0; i < label; i++) this.#remember(name.hashes[i]!, start + name.starts[i]!);
    if (found === -1) {
      this.out[this.length++] = 0;
      return start < POINTER_REACH && name.labelCount > 0 ? start : -1;
    }
    this.#pointer(found);
    if (label === 0) return found;
    return start < POINTER_REACH ? start : -1;
  }

  #pointer(offset: number): void {
    if (this.pointers < MAX_POINTERS) this.pointerAt[this.pointers] = this.length;
    this.pointers += 1;
    write16(this.out, this.length, 0xc000 | offset);
    this.length += 2;
  }

  #remember(hash: number, offset: number): void {
    if (offset >= POINTER_REACH || this.#targets === MAX_TARGETS) return;
    let slot = hash & (SLOTS - 1);
    while (this.#stamps[slot] === this.#stamp) slot = (slot + 1) & (SLOTS - 1);
    this.#stamps[slot] = this.#stamp;
    this.#hashes[slot] = hash;
    this.#offsets[slot] = offset;
    this.#taken[this.#targets++] = slot;
  }

  #find(name: LookupName, label: number): number {
    const hash = name.hashes[label]!;
    for (let slot = hash & (SLOTS - 1); this.#stamps[slot] === this.#stamp; slot = (slot + 1) & (SLOTS - 1)) {
      if (this.#hashes[slot] !== hash) continue;
      const offset = this.#offsets[slot]!;
      if (this.#isEnd(offset, name.wire, name.starts[label]!)) return offset;
    }
    return -1;
  }

  #isEnd(offset: number, wire: Uint8Array, start: number): boolean {
    const { out } = this;
    let there = offset;
    for (let here = start; ;) {
      while (out[there]! >= 0xc0) there = read16(out, there) & 0x3fff;
      const size = wire[here]!;
      if (out[there] !== size) return false;
      for (let i = 1; i <= size; i++) {
        if (FOLD[out[there + i]!] !== wire[here + i]) return false;
      }
      if (size === 0) return true;
      here += size + 1;
      there += size + 1;
    }
  }

  /** Remembers what `#undo` returns to. */
  #mark(): void {
    this.#markedLength = this.length;
    this.#markedPointers = this.pointers;
    this.#markedTargets = this.#targets;
  }

  /** Takes everything back since the mark. */
  #undo(): false {
    this.#isCut = true;
    this.length = this.#markedLength;
    this.pointers = this.#markedPointers;
    // The newest first: none of them stands in the way of an older one then.
    while (this.#targets > this.#markedTargets) this.#stamps[this.#taken[--this.#targets]!] = 0;
    return false;
  }
}

/** Short runs byte by byte, which costs less than a view; long ones at once. */
export function copyBytes(from: Uint8Array, at: number, to: Uint8Array, toAt: number, length: number): void {
  if (length > 160) {
    to.set(from.subarray(at, at + length), toAt);
    return;
  }
  for (let i = 0; i < length; i++) to[toAt + i] = from[at + i]!;
}
