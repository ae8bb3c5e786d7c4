/**
 * A macro node: a run of stream entries that the original keeps in one listpack.
 *
 * Where one node ends and the next begins is observable (`~` trimming removes whole nodes), and is decided by the bytes of the listpack that
 * it would be: a head of live count, deleted count and the first entry's fields, then each entry as flags, the distance of its ID from the
 * first one, its fields unless they are the first one's, its values, and the number of its elements. Deleted entries are only marked there,
 * so they keep counting.
 *
 * What it is here: columns of IDs, and the entries' texts one after the other in one run of bytes, so that a million entries are ten
 * thousand objects to the collector:
 *
 *     entry   = 0 value… (the fields are the first entry's) | count (field value)…
 *     text    = length, then that many bytes; lengths and counts have seven bits a byte, the lowest first
 */
import { Buffer } from "node:buffer";
import { latin1, writeLatin1 } from "./latin1.ts";
import { LISTPACK_EMPTY_BYTES, listpackEntryBytes } from "./listpack-size.ts";
import { signedDifference, StreamId, type Uint64 } from "./stream-id.ts";

export interface StreamEntry {
  readonly id: StreamId;
  /** The node's `masterFields` itself where they are the same. */
  readonly fields: readonly string[];
  readonly values: readonly string[];
}

/** Flags, at most 3: always one byte and its length. */
const FLAG_BYTES = 2;
const FIRST_BYTES = 256;
/** Texts grow by so much when they are full: a node ends at 4 KiB, unless it is told otherwise. */
const GROWTH = 4;
/** Up to here a loop over characters beats the call into native code. */
const SHORT_TEXT = 24;
const MAX_LENGTH_BYTES = 5;

export class StreamNode {
  /** ID of the first entry there ever was in it. */
  readonly masterId: StreamId;
  readonly #masterFields: readonly string[];
  /** Of the entries that are left, in order: both parts of their IDs, and where their texts begin. */
  #ms: Uint64[] = [];
  #seq: Uint64[] = [];
  #starts: number[] = [];
  #texts: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #end = 0;
  /** The last entry there ever was, deleted or not. */
  lastId: StreamId;
  #deleted = 0;
  /** Without the two counts, whose width changes. */
  #fixedBytes: number;

  constructor(masterId: StreamId, fields: readonly string[]) {
    this.masterId = masterId;
    this.lastId = masterId;
    this.#masterFields = fields;
    this.#fixedBytes = LISTPACK_EMPTY_BYTES + integerBytes(fields.length) + integerBytes(0);
    for (const field of fields) this.#fixedBytes += listpackEntryBytes(field);
  }

  /** Fields of the first entry there ever was in it: entries that have the same are stored without them. */
  get masterFields(): readonly string[] {
    return this.#masterFields;
  }

  /** Entries that are left. */
  get length(): number {
    return this.#starts.length;
  }

  /** Entries that it was given, deleted ones included. */
  get count(): number {
    return this.length + this.#deleted;
  }

  /** Bytes of the listpack. */
  get bytes(): number {
    return this.#fixedBytes + integerBytes(this.length) + integerBytes(this.#deleted);
  }

  /** Hot: XADD. */
  append(id: StreamId, fields: readonly string[], values: readonly string[]): void {
    const same = sameFields(fields, this.#masterFields);
    const elements = fields.length + 3 + (same ? 0 : fields.length + 1);
    let bytes = FLAG_BYTES + distanceBytes(id, this.masterId) + integerBytes(elements);
    let room = MAX_LENGTH_BYTES;
    if (!same) {
      bytes += integerBytes(fields.length);
      for (const field of fields) {
        bytes += listpackEntryBytes(field);
        room += MAX_LENGTH_BYTES + field.length;
      }
    }
    for (const value of values) {
      bytes += listpackEntryBytes(value);
      room += MAX_LENGTH_BYTES + value.length;
    }
    this.#fixedBytes += bytes;
    this.#reserve(room);
    this.#ms.push(id.ms);
    this.#seq.push(id.seq);
    this.#starts.push(this.#end);
    this.#writeLength(same ? 0 : fields.length);
    for (let i = 0; i < values.length; i++) {
      if (!same) this.#writeText(fields[i]!);
      this.#writeText(values[i]!);
    }
    this.lastId = id;
  }

  #reserve(room: number): void {
    if (this.#end + room <= this.#texts.length) return;
    let size = this.#texts.length * GROWTH;
    while (size < this.#end + room) size *= 2;
    const grown = Buffer.allocUnsafeSlow(size);
    this.#texts.copy(grown, 0, 0, this.#end);
    this.#texts = grown;
  }

  #writeLength(length: number): void {
    let left = length;
    for (; left > 127; left >>>= 7) this.#texts[this.#end++] = (left & 127) | 128;
    this.#texts[this.#end++] = left;
  }

  #writeText(text: string): void {
    const { length } = text;
    this.#writeLength(length);
    const texts = this.#texts;
    const at = this.#end;
    if (length > SHORT_TEXT) writeLatin1(texts, text, at);
    else for (let i = 0; i < length; i++) texts[at + i] = text.charCodeAt(i);
    this.#end = at + length;
  }

  /** ID of the entry at `index`. */
  id(index: number): StreamId {
    return new StreamId(this.#ms[index]!, this.#seq[index]!);
  }

  /** Negative, zero or positive, as the ID of the entry at `index` lies before, at or after `id`. */
  compare(index: number, id: StreamId): number {
    const ms = this.#ms[index]!;
    if (ms !== id.ms) return ms < id.ms ? -1 : 1;
    const seq = this.#seq[index]!;
    return seq === id.seq ? 0 : seq < id.seq ? -1 : 1;
  }

  /** The entry at `index`, 0 … length - 1, made anew at every call. */
  entry(index: number): StreamEntry {
    const texts = this.#texts;
    let at = this.#starts[index]!;
    const length = (): number => {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = texts[at++]!;
        value |= (byte & 127) << shift;
        if (byte < 128) return value;
      }
    };
    const text = (): string => {
      const bytes = length();
      at += bytes;
      return latin1(texts, at - bytes, at);
    };
    const values: string[] = [];
    const own = length();
    if (own === 0) {
      for (let left = this.#masterFields.length; left > 0; left--) values.push(text());
      return { id: this.id(index), fields: this.#masterFields, values };
    }
    const fields: string[] = [];
    for (let left = own; left > 0; left--) {
      fields.push(text());
      values.push(text());
    }
    return { id: this.id(index), fields, values };
  }

  /** Index of the first entry at `id` or later. */
  lowerBound(id: StreamId): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.compare(middle, id) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Deletes `count` entries from index `at` on. Their texts stay until the node goes. */
  remove(at: number, count: number): void {
    this.#ms.splice(at, count);
    this.#seq.splice(at, count);
    this.#starts.splice(at, count);
    this.#deleted += count;
  }

  clone(): StreamNode {
    const copy = new StreamNode(this.masterId, this.#masterFields);
    copy.#ms = this.#ms.slice();
    copy.#seq = this.#seq.slice();
    copy.#starts = this.#starts.slice();
    copy.#texts = Buffer.allocUnsafeSlow(Math.max(FIRST_BYTES, this.#end));
    this.#texts.copy(copy.#texts, 0, 0, this.#end);
    copy.#end = this.#end;
    copy.lastId = this.lastId;
    copy.#deleted = this.#deleted;
    copy.#fixedBytes = this.#fixedBytes;
    return copy;
  }
}

/** An integer's entry: encoding, payload and length. Hot: XADD asks for several. */
function integerBytes(value: number | bigint): number {
  if (value >= 0 && value <= 127) return 2;
  if (value >= -4096 && value <= 4095) return 3;
  if (value >= -32_768 && value <= 32_767) return 4;
  if (value >= -8_388_608 && value <= 8_388_607) return 5;
  return value >= -2_147_483_648 && value <= 2_147_483_647 ? 6 : 10;
}

function distanceBytes(id: StreamId, from: StreamId): number {
  return integerBytes(signedDifference(id.ms, from.ms)) + integerBytes(signedDifference(id.seq, from.seq));
}

function sameFields(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
