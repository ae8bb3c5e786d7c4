/**
 * Keys and their values: a `ChainTable` whose keys and short values are bytes in slabs.
 *
 * An entry is eight 32-bit words, half a cache line:
 *
 *     hash | next | cell | key length and flags | access and form | value | value, high half | units of the cell
 *
 * The cell holds the key's bytes, and behind them those of a short string. What the value words hold depends on the form:
 *
 *     BYTES     a string up to INLINE_BYTES: its length; the bytes are in the cell, so that the line that the key was compared in is
 *               mostly theirs too, and a SET that finds room writes there: it makes no garbage
 *     INTEGER   a safe integer, in two's complement of 64 bits
 *     OBJECT    anything else: a slot in #objects
 *
 * `access` has the low 24 bits of its word (LRU clock or LFU counter), the form those above.
 *
 * Looking up takes the bytes where they lie in the request: no string is made. Hot: bench/commands.bench.ts.
 */
import type { Buffer } from "node:buffer";
import type { ReplyWriter } from "../resp/reply-writer.ts";
import { latin1, writeLatin1 } from "../types/latin1.ts";
import { Collection, type Value } from "../types/value.ts";
import { ChainTable, ENTRY_HASH, ENTRY_NEXT, SEGMENT_BITS, SEGMENT_MASK } from "./chain-table.ts";
import type { HashSeed } from "./hash.ts";
import {
  type Lookahead,
  LOOKAHEAD_COMMANDS,
  LOOKAHEAD_KEYS,
  lookaheadOf,
  RESTS,
  type UpcomingCommands,
} from "./lookahead.ts";
import { Slabs, unitsFor } from "./slabs.ts";

const STRIDE_BITS = 3;
const STRIDE = 1 << STRIDE_BITS;
/** An entry without its cell. */
export const ENTRY_BYTES: number = STRIDE * 4;
const CELL = 2;
const LENGTH = 3;
const ACCESS = 4;
const VALUE = 5;
const VALUE_HIGH = 6;
const UNITS = 7;

/** In the length word: the key has an expiry. Lengths end at 2^29 (proto-max-bulk-len). */
const EXPIRES = 1 << 30;
const LENGTH_MASK = EXPIRES - 1;
const FREE = -1;

const ACCESS_MASK = 0xffffff;
const FORM_SHIFT = 24;
const OBJECT = 0;
const BYTES = 1;
const INTEGER = 2;

/** Longest string that is kept beside its key. */
export const INLINE_BYTES: number = 512;
/** Up to here a loop over bytes beats the call into native code. */
const SHORT_BYTES = 64;
/** A cell that is so many times too large for its new value is given back. */
const SHRINK_FACTOR = 2;

/** Ids by key of the lookahead, for the time of a call. */
const LOOKAHEAD_IDS = new Int32Array(LOOKAHEAD_COMMANDS);

export class KeyTable extends ChainTable {
  readonly #ahead: Lookahead;
  /** A sum of what `lookAhead` read: a compiler leaves out reads that come to nothing. */
  touched = 0;
  #slabs = new Slabs();
  #objects: (Value | undefined)[][] = [];
  #objectLimit = 0;
  #freeObjects: number[] = [];

  constructor(seed: HashSeed) {
    super(STRIDE);
    this.#ahead = lookaheadOf(seed);
    this.clearChains();
  }

  #segment(id: number): Int32Array {
    return this.segments[id >> SEGMENT_BITS]!;
  }

  /** Id of the key `bytes[start, end)`; 0 when it is not there. */
  find(bytes: Uint8Array, start: number, end: number): number {
    if (this.rehashing) this.rehashStep(1);
    const hash = this.#ahead.hash(bytes, start, end);
    const found = this.#search(this.head(hash), hash, bytes, start, end);
    if (found !== 0 || !this.rehashing) return found;
    return this.#search(this.oldHead(hash), hash, bytes, start, end);
  }

  #search(id: number, hash: number, bytes: Uint8Array, start: number, end: number): number {
    const segments = this.segments;
    while (id !== 0) {
      const segment = segments[id >> SEGMENT_BITS]!;
      const at = (id & SEGMENT_MASK) << STRIDE_BITS;
      if (segment[at + ENTRY_HASH] === hash && (segment[at + LENGTH]! & LENGTH_MASK) === end - start) {
        const cell = segment[at + CELL]!;
        const slab = this.#slabs.slab(cell);
        let mine = this.#slabs.offset(cell);
        let theirs = start;
        while (theirs < end && slab[mine] === bytes[theirs]) {
          mine++;
          theirs++;
        }
        if (theirs === end) return id;
      }
      id = segment[at + ENTRY_NEXT]!;
    }
    return 0;
  }

  /** What is known of the commands to come. Whoever called `lookAhead` clears it before their bytes change. */
  get ahead(): Lookahead {
    return this.#ahead;
  }

  /** Brings what the next commands will look up near the processor (lookahead.ts). Hot. */
  lookAhead(commands: UpcomingCommands): void {
    const ahead = this.#ahead;
    const count = ahead.look(commands);
    if (count === 0) return;
    const { starts, hashes } = ahead.keys;
    const ids = LOOKAHEAD_IDS;
    const { segments } = this;
    const rehashing = this.rehashing;
    let touched = 0;
    for (let i = 0; i < count; i++) {
      const hash = hashes[i]!;
      const id = starts[i]! < 0 ? 0 : this.head(hash);
      ids[i] = id === 0 && rehashing ? this.oldHead(hash) : id;
    }
    // The first entry of the chain is mostly the right one; else the next one is.
    for (let i = 0; i < count; i++) {
      const id = ids[i]!;
      const segment = segments[id >> SEGMENT_BITS]!;
      const at = (id & SEGMENT_MASK) << STRIDE_BITS;
      if (segment[at + ENTRY_HASH] !== hashes[i]) ids[i] = segment[at + ENTRY_NEXT]!;
    }
    for (let i = 0; i < count; i++) {
      const id = ids[i]!;
      const cell = segments[id >> SEGMENT_BITS]![((id & SEGMENT_MASK) << STRIDE_BITS) + CELL]!;
      touched += this.#slabs.slab(cell)[this.#slabs.offset(cell)]!;
    }
    const first = ids[0]!;
    if (first !== 0 && first === ids[count - 1] && this.isObject(first)) {
      // A pipeline for one collection.
      const value = this.value(first);
      const read = value instanceof Collection ? (value.lookAhead?.(ahead) ?? 0) : 0;
      if (read === 0) commands.rests = RESTS;
      touched += read;
    } else if (this.size < LOOKAHEAD_KEYS) commands.rests = RESTS;
    this.touched = touched | 0;
  }

  /** Adds a key that is not there (the caller has looked), without expiry; returns its id. */
  insert(bytes: Uint8Array, start: number, end: number, value: Value): number {
    const id = this.#add(bytes, start, end, typeof value === "string" ? value.length : 0);
    this.#put(id, value);
    return id;
  }

  /** As `insert`, with the string `from[first, last)`, of at most INLINE_BYTES, as the value. */
  insertBytes(bytes: Uint8Array, start: number, end: number, from: Uint8Array, first: number, last: number): number {
    const id = this.#add(bytes, start, end, last - first);
    this.#putBytes(id, from, first, last);
    return id;
  }

  /** A key whose value is still to be put, with room for `room` bytes of it where they are few. */
  #add(bytes: Uint8Array, start: number, end: number, room: number): number {
    const id = this.link(this.#ahead.hash(bytes, start, end));
    const units = unitsFor(end - start + (room <= INLINE_BYTES ? room : 0));
    const cell = this.#slabs.allocate(units);
    copyBytes(this.#slabs.slab(cell), this.#slabs.offset(cell), bytes, start, end);
    const segment = this.#segment(id);
    const at = (id & SEGMENT_MASK) << STRIDE_BITS;
    segment[at + CELL] = cell;
    segment[at + LENGTH] = end - start;
    segment[at + ACCESS] = BYTES << FORM_SHIFT;
    segment[at + VALUE] = 0;
    segment[at + UNITS] = units;
    return id;
  }

  remove(id: number): void {
    this.#dropObject(id);
    const segment = this.#segment(id);
    const at = (id & SEGMENT_MASK) << STRIDE_BITS;
    this.#slabs.release(segment[at + CELL]!, segment[at + UNITS]!);
    segment[at + LENGTH] = FREE;
    segment[at + ACCESS] = 0;
    this.unlink(id);
  }

  /** Value of an entry in use. A string that is kept as bytes is made anew at every call. */
  value(id: number): Value {
    const segment = this.#segment(id);
    const at = (id & SEGMENT_MASK) << STRIDE_BITS;
    const form = segment[at + ACCESS]! >>> FORM_SHIFT;
    if (form === OBJECT) return this.#object(segment[at + VALUE]!);
    if (form === INTEGER) return joined(segment[at + VALUE]!, segment[at + VALUE_HIGH]!);
    const cell = segment[at + CELL]!;
    const start = this.#slabs.offset(cell) + (segment[at + LENGTH]! & LENGTH_MASK);
    return latin1(this.#slabs.slab(cell), start, start + segment[at + VALUE]!);
  }

  /** The integer of an entry in use; NaN when it holds anything else. */
  integer(id: number): number {
    const segment = this.#segment(id);
    const at = (id & SEGMENT_MASK) << STRIDE_BITS;
    if (segment[at + ACCESS]! >>> FORM_SHIFT !== INTEGER) return Number.NaN;
    return joined(segment[at + VALUE]!, segment[at + VALUE_HIGH]!);
  }

  /** Whether the value is one of its own, which `value` always gives the same: a collection, a Buffer, a long string. */
  isObject(id: number): boolean {
    return this.#segment(id)[((id & SEGMENT_MASK) << STRIDE_BITS) + ACCESS]! >>> FORM_SHIFT === OBJECT;
  }

  /** Replies with the string at `id`, which must not be an object. */
  reply(id: number, reply: ReplyWriter): void {
    const segment = this.#segment(id);
    const at = (id & SEGMENT_MASK) << STRIDE_BITS;
    if (segment[at + ACCESS]! >>> FORM_SHIFT === INTEGER) {
      reply.bulk(String(joined(segment[at + VALUE]!, segment[at + VALUE_HIGH]!)));
      return;
    }
    const cell = segment[at + CELL]!;
    const start = this.#slabs.offset(cell) + (segment[at + LENGTH]! & LENGTH_MASK);
    reply.bulkBytes(this.#slabs.slab(cell), start, start + segment[at + VALUE]!);
  }

  setValue(id: number, value: Value): void {
    this.#dropObject(id);
    this.#put(id, value);
  }

  /** Replaces the value by a safe integer. */
  setInteger(id: number, value: number): void {
    this.#dropObject(id);
    this.#putInteger(id, value);
  }

  /** Replaces the value by the string `from[start, end)`, of at most INLINE_BYTES. */
  setBytes(id: number, from: Uint8Array, start: number, end: number): void {
    this.#dropObject(id);
    this.#putBytes(id, from, start, end);
  }

  #put(id: number, value: Value): void {
    if (typeof value === "number") this.#putInteger(id, value);
    else if (typeof value === "string" && value.length <= INLINE_BYTES) {
      const cell = this.#roomFor(id, value.length);
      const segment = this.#segment(id);
      const at = (id & SEGMENT_MASK) << STRIDE_BITS;
      writeLatin1(this.#slabs.slab(cell), value, this.#slabs.offset(cell) + (segment[at + LENGTH]! & LENGTH_MASK));
      segment[at + VALUE] = value.length;
      this.#setForm(segment, at, BYTES);
    } else {
      this.#roomFor(id, 0);
      const segment = this.#segment(id);
      const at = (id & SEGMENT_MASK) << STRIDE_BITS;
      segment[at + VALUE] = this.#addObject(value);
      this.#setForm(segment, at, OBJECT);
    }
  }

  #putInteger(id: number, value: number): void {
    const segment = this.#segment(id);
    const at = (id & SEGMENT_MASK) << STRIDE_BITS;
    segment[at + VALUE] = value;
    segment[at + VALUE_HIGH] = value === (value | 0) ? value >> 31 : Math.floor(value / 0x1_0000_0000);
    this.#setForm(segment, at, INTEGER);
  }

  #putBytes(id: number, from: Uint8Array, start: number, end: number): void {
    const cell = this.#roomFor(id, end - start);
    const segment = this.#segment(id);
    const at = (id & SEGMENT_MASK) << STRIDE_BITS;
    const to = this.#slabs.offset(cell) + (segment[at + LENGTH]! & LENGTH_MASK);
    copyBytes(this.#slabs.slab(cell), to, from, start, end);
    segment[at + VALUE] = end - start;
    this.#setForm(segment, at, BYTES);
  }

  #setForm(segment: Int32Array, at: number, form: number): void {
    segment[at + ACCESS] = (segment[at + ACCESS]! & ACCESS_MASK) | (form << FORM_SHIFT);
  }

  /** The cell of `id`, moved where it has no room for `room` bytes behind the key, or far too much. */
  #roomFor(id: number, room: number): number {
    const segment = this.#segment(id);
    const at = (id & SEGMENT_MASK) << STRIDE_BITS;
    const cell = segment[at + CELL]!;
    const length = segment[at + LENGTH]! & LENGTH_MASK;
    const units = segment[at + UNITS]!;
    const needed = unitsFor(length + room);
    if (needed <= units && units <= needed * SHRINK_FACTOR) return cell;
    // The old cell stays as it is until the next `allocate`: this one comes first.
    const moved = this.#slabs.allocate(needed);
    const from = this.#slabs.offset(cell);
    copyBytes(this.#slabs.slab(moved), this.#slabs.offset(moved), this.#slabs.slab(cell), from, from + length);
    this.#slabs.release(cell, units);
    segment[at + CELL] = moved;
    segment[at + UNITS] = needed;
    return moved;
  }

  #object(slot: number): Value {
    return this.#objects[slot >> SEGMENT_BITS]![slot & SEGMENT_MASK]!;
  }

  #addObject(value: Value): number {
    const slot = this.#freeObjects.pop() ?? this.#objectLimit++;
    const segment = (this.#objects[slot >> SEGMENT_BITS] ??= []);
    // Slots are taken in order, so the segment grows without holes.
    if ((slot & SEGMENT_MASK) === segment.length) segment.push(value);
    else segment[slot & SEGMENT_MASK] = value;
    return slot;
  }

  #dropObject(id: number): void {
    const segment = this.#segment(id);
    const at = (id & SEGMENT_MASK) << STRIDE_BITS;
    if (segment[at + ACCESS]! >>> FORM_SHIFT !== OBJECT) return;
    const slot = segment[at + VALUE]!;
    this.#objects[slot >> SEGMENT_BITS]![slot & SEGMENT_MASK] = undefined;
    this.#freeObjects.push(slot);
    this.#setForm(segment, at, BYTES);
    segment[at + VALUE] = 0;
  }

  /** The key as a one-byte string. */
  key(id: number): string {
    const segment = this.#segment(id);
    const at = (id & SEGMENT_MASK) << STRIDE_BITS;
    const cell = segment[at + CELL]!;
    const start = this.#slabs.offset(cell);
    return latin1(this.#slabs.slab(cell), start, start + (segment[at + LENGTH]! & LENGTH_MASK));
  }

  /** Bytes of the entry, its key, and its value unless that is an object. */
  entryBytes(id: number): number {
    return ENTRY_BYTES + this.#segment(id)[((id & SEGMENT_MASK) << STRIDE_BITS) + UNITS]! * 8;
  }

  /** Bytes of the slabs, full or not. */
  get slabBytes(): number {
    return this.#slabs.bytes;
  }

  hasExpiry(id: number): boolean {
    return (this.#segment(id)[((id & SEGMENT_MASK) << STRIDE_BITS) + LENGTH]! & EXPIRES) !== 0;
  }

  setHasExpiry(id: number, has: boolean): void {
    const segment = this.#segment(id);
    const at = ((id & SEGMENT_MASK) << STRIDE_BITS) + LENGTH;
    segment[at] = has ? segment[at]! | EXPIRES : segment[at]! & LENGTH_MASK;
  }

  /** The access word, of 24 bits: seconds of the last access, or what an LFU policy keeps there. */
  access(id: number): number {
    return this.#segment(id)[((id & SEGMENT_MASK) << STRIDE_BITS) + ACCESS]! & ACCESS_MASK;
  }

  setAccess(id: number, word: number): void {
    const segment = this.#segment(id);
    const at = ((id & SEGMENT_MASK) << STRIDE_BITS) + ACCESS;
    segment[at] = (segment[at]! & ~ACCESS_MASK) | (word & ACCESS_MASK);
  }

  isUsed(id: number): boolean {
    return id > 0 && id < this.nextId && this.#segment(id)[((id & SEGMENT_MASK) << STRIDE_BITS) + LENGTH]! !== FREE;
  }

  clear(): void {
    this.#slabs = new Slabs();
    this.#objects = [];
    this.#objectLimit = 0;
    this.#freeObjects = [];
    this.clearChains();
  }
}

/** A 64-bit integer from its halves; exact within ±2^53. */
function joined(low: number, high: number): number {
  return high === low >> 31 ? low : high * 0x1_0000_0000 + (low >>> 0);
}

function copyBytes(to: Buffer, at: number, from: Uint8Array, start: number, end: number): void {
  if (end - start > SHORT_BYTES) to.set(from.subarray(start, end), at);
  else while (start < end) to[at++] = from[start++]!;
}
