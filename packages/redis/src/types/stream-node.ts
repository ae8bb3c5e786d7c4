/**
 * A macro node: a run of stream entries that the original keeps in one listpack.
 *
 * Entries here are JavaScript values, but where one node ends and the next begins is observable (`~` trimming removes whole nodes), and
 * is decided by the bytes of the listpack that it would be: a head of live count, deleted count and the first entry's fields, then each entry as
 * flags, the distance of its ID from the first one, its fields unless they are the first one's, its values, and the number of its elements.
 * Deleted entries are only marked there, so they keep counting.
 */
import { LISTPACK_EMPTY_BYTES, listpackEntryBytes } from "./listpack-size.ts";
import { compareIds, signedDifference, type StreamId } from "./stream-id.ts";

export class StreamEntry {
  readonly id: StreamId;
  /** Shared with the node where they are the same. */
  readonly fields: readonly string[];
  readonly values: readonly string[];

  constructor(id: StreamId, fields: readonly string[], values: readonly string[]) {
    this.id = id;
    this.fields = fields;
    this.values = values;
  }
}

/** Flags, at most 3: always one byte and its length. */
const FLAG_BYTES = 2;

export class StreamNode {
  /** ID of the first entry there ever was in it. */
  readonly masterId: StreamId;
  readonly #masterFields: readonly string[];
  /** What is left of the entries, in order. */
  readonly entries: StreamEntry[] = [];
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

  /** Entries that it was given, deleted ones included. */
  get count(): number {
    return this.entries.length + this.#deleted;
  }

  /** Bytes of the listpack. */
  get bytes(): number {
    return this.#fixedBytes + integerBytes(this.entries.length) + integerBytes(this.#deleted);
  }

  append(id: StreamId, fields: readonly string[], values: readonly string[]): void {
    const same = sameFields(fields, this.#masterFields);
    const elements = fields.length + 3 + (same ? 0 : fields.length + 1);
    let bytes = FLAG_BYTES + distanceBytes(id, this.masterId) + integerBytes(elements);
    if (!same) {
      bytes += integerBytes(fields.length);
      for (const field of fields) bytes += listpackEntryBytes(field);
    }
    for (const value of values) bytes += listpackEntryBytes(value);
    this.#fixedBytes += bytes;
    this.entries.push(new StreamEntry(id, same ? this.#masterFields : fields, values));
    this.lastId = id;
  }

  /** Index of the first entry at `id` or later. */
  lowerBound(id: StreamId): number {
    let low = 0;
    let high = this.entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareIds(this.entries[middle]!.id, id) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Deletes `count` entries from index `at` on. */
  remove(at: number, count: number): void {
    this.entries.splice(at, count);
    this.#deleted += count;
  }

  clone(): StreamNode {
    const copy = new StreamNode(this.masterId, this.#masterFields);
    for (const entry of this.entries) copy.entries.push(entry);
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
