import type { Buffer } from "node:buffer";
import { FieldExpiry } from "./field-expiry.ts";
import { COLLECTION_OVERHEAD, POINTER, STRING_OVERHEAD, TABLE_ENTRY } from "./heap-size.ts";
import type { Lookahead } from "../keyspace/lookahead.ts";
import { latin1 } from "./latin1.ts";
import type { CollectionSettings } from "./settings.ts";
import { equalsBytes, StringTable } from "./string-table.ts";
import { Collection } from "./value.ts";

/**
 * The hash type. Small hashes keep fields and values alternating in one flat array, in the order of insertion, which is
 * also the order a listpack has; large ones use a StringTable with the values beside it.
 *
 * Fields may expire. A compact hash then is a "listpackex", for good, and keeps its fields in the order of their times, those without one last.
 */
export class HashValue extends Collection {
  readonly type = "hash";
  readonly #settings: Readonly<CollectionSettings>;
  /** field, value, field, value …, while the hash is compact. */
  #flat: string[] = [];
  #table: StringTable | undefined;
  #values: string[] = [];
  /** Characters of all fields and values. */
  #characters = 0;
  /** Undefined while no field ever had a time. */
  #expiry: FieldExpiry | undefined;

  constructor(settings: Readonly<CollectionSettings>) {
    super();
    this.#settings = settings;
  }

  get size(): number {
    return this.#table === undefined ? this.#flat.length >> 1 : this.#table.size;
  }

  encoding(): "listpack" | "listpackex" | "hashtable" {
    if (this.#table !== undefined) return "hashtable";
    return this.#expiry === undefined ? "listpack" : "listpackex";
  }

  /** How many fields expire. */
  get expiring(): number {
    return this.#expiry?.size ?? 0;
  }

  /** No field expires before this; milliseconds since the epoch, Infinity when none does. May be too early. */
  get earliestExpiryMs(): number {
    return this.#expiry?.earliestMs ?? Infinity;
  }

  /** When the field expires; -1 when it does not, or is not there. */
  expiresAt(field: string): number {
    return this.#expiry?.get(field) ?? -1;
  }

  /** To be called before fields are given times: from then on it is reported as one that may have them. */
  prepareToExpire(): void {
    this.#expiry ??= new FieldExpiry();
  }

  /** Gives a field, which must be there, a time. */
  setExpiresAt(field: string, atMs: number): void {
    this.prepareToExpire();
    this.#expiry!.set(field, atMs);
    if (this.#table === undefined) this.#moveByTime(field, atMs);
  }

  /** Takes the field's time away; returns whether it had one. */
  persist(field: string): boolean {
    if (this.#expiry === undefined || !this.#expiry.delete(field)) return false;
    if (this.#table === undefined) this.#moveByTime(field, Infinity);
    return true;
  }

  /** Removes the fields whose time was before `nowMs`; returns them, earliest first. */
  removeExpired(nowMs: number): string[] {
    if (this.#expiry === undefined || this.#expiry.earliestMs >= nowMs) return [];
    const due = this.#expiry.due(nowMs);
    for (const field of due) this.delete(field);
    return due;
  }

  /** In a compact hash, puts the field before the first one that expires later. */
  #moveByTime(field: string, atMs: number): void {
    const flat = this.#flat;
    const [, value] = flat.splice(this.#indexOf(field), 2) as [string, string];
    let to = 0;
    while (to < flat.length && (this.#expiry!.get(flat[to]!) ?? Infinity) <= atMs) to += 2;
    flat.splice(to, 0, field, value);
  }

  get(field: string): string | undefined {
    if (this.#table !== undefined) {
      const id = this.#table.find(field);
      return id < 0 ? undefined : this.#values[id];
    }
    const at = this.#indexOf(field);
    return at < 0 ? undefined : this.#flat[at + 1];
  }

  /** As `get`, of the field `bytes[start, end)`. Hot: HGET. */
  getBytes(bytes: Buffer, start: number, end: number): string | undefined {
    if (this.#table === undefined) return this.get(latin1(bytes, start, end));
    const id = this.#table.findBytes(bytes, start, end);
    return id < 0 ? undefined : this.#values[id];
  }

  has(field: string): boolean {
    return this.#table === undefined ? this.#indexOf(field) >= 0 : this.#table.find(field) >= 0;
  }

  /** To be called before `fields` pairs are set by one command: many at once make it a table from the start. */
  prepareToSet(fields: number): void {
    if (this.#table === undefined && fields > this.#settings.hashMaxListpackEntries) this.#toTable();
  }

  /** Returns whether the field is new. Its time is taken away unless `keepsExpiry`. */
  set(field: string, value: string, keepsExpiry = false): boolean {
    if (!keepsExpiry && this.#expiry !== undefined) this.persist(field);
    if (this.#table === undefined) {
      const limit = this.#settings.hashMaxListpackValue;
      if (field.length <= limit && value.length <= limit) {
        const at = this.#indexOf(field);
        if (at >= 0) {
          this.#characters += value.length - this.#flat[at + 1]!.length;
          this.#flat[at + 1] = value;
          return false;
        }
        this.#characters += field.length + value.length;
        this.#flat.push(field, value);
        if (this.#flat.length >> 1 > this.#settings.hashMaxListpackEntries) this.#toTable();
        return true;
      }
      this.#toTable();
    }
    const id = this.#table!.findOrAdd(field);
    if (id >= 0) {
      this.#characters += value.length - this.#values[id]!.length;
      this.#values[id] = value;
      return false;
    }
    this.#characters += field.length + value.length;
    this.#values.push(value);
    return true;
  }

  /** As `set`, of a field and value that are `bytes[fieldStart, fieldEnd)` and so on. Hot: HSET. */
  setBytes(bytes: Buffer, fieldStart: number, fieldEnd: number, valueStart: number, valueEnd: number): boolean {
    const table = this.#table;
    if (table === undefined || this.#expiry !== undefined) {
      return this.set(latin1(bytes, fieldStart, fieldEnd), latin1(bytes, valueStart, valueEnd));
    }
    const id = table.findOrAddBytes(bytes, fieldStart, fieldEnd);
    if (id < 0) {
      this.#characters += fieldEnd - fieldStart + valueEnd - valueStart;
      this.#values.push(latin1(bytes, valueStart, valueEnd));
      return true;
    }
    const before = this.#values[id]!;
    // A value that stays the same makes no garbage.
    if (equalsBytes(before, bytes, valueStart, valueEnd)) return false;
    this.#characters += valueEnd - valueStart - before.length;
    this.#values[id] = latin1(bytes, valueStart, valueEnd);
    return false;
  }

  delete(field: string): boolean {
    this.#expiry?.delete(field);
    if (this.#table === undefined) {
      const at = this.#indexOf(field);
      if (at < 0) return false;
      this.#characters -= field.length + this.#flat[at + 1]!.length;
      this.#flat.splice(at, 2);
      return true;
    }
    const id = this.#table.find(field);
    if (id < 0) return false;
    this.#characters -= field.length + this.#values[id]!.length;
    this.#table.remove(id);
    const last = this.#values.pop()!;
    if (id < this.#values.length) this.#values[id] = last;
    return true;
  }

  /** The field at `index`, 0 … size - 1. The order holds until the next write. */
  fieldAt(index: number): string {
    return this.#table === undefined ? this.#flat[index * 2]! : this.#table.keys[index]!;
  }

  valueAt(index: number): string {
    return this.#table === undefined ? this.#flat[index * 2 + 1]! : this.#values[index]!;
  }

  forEach(visit: (field: string, value: string) => void): void {
    const size = this.size;
    for (let i = 0; i < size; i++) visit(this.fieldAt(i), this.valueAt(i));
  }

  /**
   * One step of HSCAN: visits at least `count` pairs unless the round ends or most buckets are empty, and returns the
   * next cursor; 0 ends the round. A compact hash comes whole.
   */
  scan(cursor: number, count: number, visit: (field: string, value: string) => void): number {
    if (this.#table === undefined) {
      this.forEach(visit);
      return 0;
    }
    const keys = this.#table.keys;
    return this.#table.scanAtLeast(cursor, count, (id) => visit(keys[id]!, this.#values[id]!));
  }

  override lookAhead(ahead: Lookahead): number {
    return this.#table === undefined ? 0 : this.#table.lookAhead(ahead, ahead.seconds, this.#values);
  }

  clone(): HashValue {
    const copy = new HashValue(this.#settings);
    copy.#flat = this.#flat.slice();
    copy.#table = this.#table?.clone();
    copy.#values = this.#values.slice();
    copy.#characters = this.#characters;
    copy.#expiry = this.#expiry?.clone();
    return copy;
  }

  memoryBytes(): number {
    const perField = STRING_OVERHEAD * 2 + POINTER + (this.#table === undefined ? POINTER : TABLE_ENTRY);
    return COLLECTION_OVERHEAD + this.#characters + this.size * perField + this.expiring * TABLE_ENTRY;
  }

  #indexOf(field: string): number {
    const flat = this.#flat;
    for (let i = 0; i < flat.length; i += 2) if (flat[i] === field) return i;
    return -1;
  }

  #toTable(): void {
    const flat = this.#flat;
    const table = new StringTable(this.#settings.hashSeed);
    for (let i = 0; i < flat.length; i += 2) {
      table.findOrAdd(flat[i]!);
      this.#values.push(flat[i + 1]!);
    }
    this.#table = table;
    this.#flat = [];
  }
}
