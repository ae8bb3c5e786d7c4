/**
 * Compiled answers: the sections behind the question, ready to be copied, found by the bytes that they were made of.
 *
 * The key is where the data of the name stands that the answer is about, which names one state of that name for good, so answers of names
 * that a change did not touch stay. Answers that came from other names as well (addresses, chains of aliases, other zones) hold for one
 * generation of the zones. What is kept is bounded; when it is full, all of it goes.
 *
 *     entry: u16 flags and rcode, u16 ×3 counts, u8 length of the question's name, u16 length, u16 pointers, u16 places of the pointers…, sections
 *
 * Places are counted from the beginning of the sections. Moving to a question of another length adds the difference to every pointer.
 */
import type { LookupName } from "../zone/lookup-name.ts";
import { read16, write16 } from "../zone/record-block.ts";
import { copyBytes, QUESTION_AT, type ResponseWriter } from "./response-writer.ts";

/** Kinds beyond the record types, which are what positive answers are kept by. */
export const KIND = { NO_DATA: 0x1_0000, NO_NAME: 0x1_0001, REFERRAL: 0x1_0002 } as const;

/** Longer ones are composed anew: copying them is not what they cost. */
const MAX_SECTIONS_BYTES = 4096;
export const MAX_CACHE_BYTES: number = 64 << 20;
/** Of the bytes, so that the table stays below them too, however short the answers. */
const LEAST_BYTES_A_SLOT = 128;
const FIRST_BYTES = 1 << 14;
const FIRST_SLOTS = 1 << 8;
const HEAD_BYTES = 13;
/** arena, address, kind, generation (0: any), entry + 1 (0: free) */
const SLOT_INTS = 5;
/** QTYPE and QCLASS. */
const QUESTION_TAIL = 4;

export class AnswerCache {
  #slots = new Int32Array(FIRST_SLOTS * SLOT_INTS);
  #mask = FIRST_SLOTS - 1;
  #count = 0;
  #bytes = new Uint8Array(FIRST_BYTES);
  #used = 0;
  readonly #maxBytes: number;

  constructor(maxBytes: number = MAX_CACHE_BYTES) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes.length + this.#slots.byteLength;
  }

  get count(): number {
    return this.#count;
  }

  /** The entry that is kept; -1 when there is none, or one of an older generation. */
  find(arena: number, address: number, kind: number, generation: number): number {
    const slots = this.#slots;
    for (let slot = hashOf(arena, address, kind) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const at = slot * SLOT_INTS;
      const entry = slots[at + 4]!;
      if (entry === 0) return -1;
      if (slots[at + 1] !== (address | 0) || slots[at + 2] !== kind || slots[at] !== arena) continue;
      const made = slots[at + 3]!;
      return made === 0 || made === generation ? entry - 1 : -1;
    }
  }

  /** The flags and the rcode, as in a header's second word. */
  flags(entry: number): number {
    return read16(this.#bytes, entry);
  }

  count16(entry: number, section: number): number {
    return read16(this.#bytes, entry + 2 + section * 2);
  }

  length(entry: number): number {
    return read16(this.#bytes, entry + 9);
  }

  /** Copies the sections behind a question whose name has `nameLength` bytes; returns where they end. */
  copy(entry: number, out: Uint8Array, at: number, nameLength: number): number {
    const bytes = this.#bytes;
    const length = read16(bytes, entry + 9);
    const pointers = read16(bytes, entry + 11);
    const places = entry + HEAD_BYTES;
    copyBytes(bytes, places + pointers * 2, out, at, length);
    const shift = nameLength - bytes[entry + 8]!;
    if (shift !== 0) {
      for (let i = 0; i < pointers; i++) {
        const place = at + read16(bytes, places + i * 2);
        write16(out, place, read16(out, place) + shift);
      }
    }
    return at + length;
  }

  /** Keeps what `writer` has written behind a question for `name`. `generation` 0 holds for good. */
  keep(
    arena: number,
    address: number,
    kind: number,
    generation: number,
    flags: number,
    writer: ResponseWriter,
    name: LookupName,
  ): void {
    const start = QUESTION_AT + name.length + QUESTION_TAIL;
    const length = writer.length - start;
    if (length > MAX_SECTIONS_BYTES || !writer.isWhole) return;
    const entry = this.#reserve(HEAD_BYTES + writer.pointers * 2 + length);
    const bytes = this.#bytes;
    write16(bytes, entry, flags);
    for (let section = 0; section < 3; section++) write16(bytes, entry + 2 + section * 2, writer.counts[section]!);
    bytes[entry + 8] = name.length;
    write16(bytes, entry + 9, length);
    write16(bytes, entry + 11, writer.pointers);
    let at = entry + HEAD_BYTES;
    for (let i = 0; i < writer.pointers; i++, at += 2) write16(bytes, at, writer.pointerAt[i]! - start);
    copyBytes(writer.out, start, bytes, at, length);
    this.#put(arena, address, kind, generation, entry);
  }

  #put(arena: number, address: number, kind: number, generation: number, entry: number): void {
    if (this.#count * 2 > this.#mask) this.#grow();
    const slots = this.#slots;
    let slot = hashOf(arena, address, kind) & this.#mask;
    for (; slots[slot * SLOT_INTS + 4] !== 0; slot = (slot + 1) & this.#mask) {
      const at = slot * SLOT_INTS;
      // The same of an older generation; its bytes are lost until everything goes.
      if (slots[at + 1] === (address | 0) && slots[at + 2] === kind && slots[at] === arena) break;
    }
    const at = slot * SLOT_INTS;
    if (slots[at + 4] === 0) this.#count += 1;
    slots[at] = arena;
    slots[at + 1] = address | 0;
    slots[at + 2] = kind;
    slots[at + 3] = generation;
    slots[at + 4] = entry + 1;
  }

  #reserve(length: number): number {
    const isFull = this.#used + length > this.#maxBytes || this.#count * LEAST_BYTES_A_SLOT > this.#maxBytes;
    if (isFull) this.#clear();
    const entry = this.#used;
    this.#used += length;
    if (this.#used > this.#bytes.length) {
      const grown = new Uint8Array(Math.min(this.#maxBytes, Math.max(this.#used, this.#bytes.length * 2)));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    return entry;
  }

  #clear(): void {
    this.#slots.fill(0);
    this.#count = 0;
    this.#used = 0;
  }

  #grow(): void {
    const old = this.#slots;
    this.#mask = this.#mask * 2 + 1;
    this.#slots = new Int32Array((this.#mask + 1) * SLOT_INTS);
    for (let at = 0; at < old.length; at += SLOT_INTS) {
      if (old[at + 4] === 0) continue;
      let slot = hashOf(old[at]!, old[at + 1]!, old[at + 2]!) & this.#mask;
      while (this.#slots[slot * SLOT_INTS + 4] !== 0) slot = (slot + 1) & this.#mask;
      for (let i = 0; i < SLOT_INTS; i++) this.#slots[slot * SLOT_INTS + i] = old[at + i]!;
    }
  }
}

function hashOf(arena: number, address: number, kind: number): number {
  let hash = Math.imul(address ^ Math.imul(kind, 0x9e3779b1), 0x85ebca6b) ^ Math.imul(arena, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x27d4eb2f);
  return hash ^ (hash >>> 13);
}
