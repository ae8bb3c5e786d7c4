import type { Buffer } from "node:buffer";
import type { Lookahead } from "../keyspace/lookahead.ts";
import { latin1 } from "./latin1.ts";
import type { CollectionSettings } from "./settings.ts";
import { COLLECTION_OVERHEAD, POINTER, STRING_OVERHEAD, TABLE_ENTRY } from "./heap-size.ts";
import { compareInt64Text, isInt64Text } from "./int64-text.ts";
import { StringTable } from "./string-table.ts";
import { Collection } from "./value.ts";

export type SetEncoding = "intset" | "listpack" | "hashtable";

/**
 * The set type, in the three forms of Redis 7.2 and later: sorted integers, a short list in order of insertion, and a
 * hash table. A set only ever moves forward through them.
 *
 * Integers stay text; they are ordered by their value without being parsed (int64-text.ts).
 */
export class SetValue extends Collection {
  readonly type = "set";
  readonly #settings: Readonly<CollectionSettings>;
  #encoding: SetEncoding;
  /** The members of an intset or listpack, in its order. */
  #flat: string[] = [];
  #table: StringTable | undefined;
  /** Characters of all members. */
  #characters = 0;

  /** An empty set that expects `first` as its first member, of about `expected` in all; they decide how it begins. */
  constructor(settings: Readonly<CollectionSettings>, first?: string, expected = 0) {
    super();
    this.#settings = settings;
    if ((first === undefined || isInt64Text(first)) && expected <= settings.setMaxIntsetEntries) {
      this.#encoding = "intset";
    } else if (expected <= settings.setMaxListpackEntries) {
      this.#encoding = "listpack";
    } else {
      this.#encoding = "hashtable";
      this.#table = new StringTable(this.#settings.hashSeed);
    }
  }

  get size(): number {
    return this.#table === undefined ? this.#flat.length : this.#table.size;
  }

  encoding(): SetEncoding {
    return this.#encoding;
  }

  has(member: string): boolean {
    if (this.#table !== undefined) return this.#table.find(member) >= 0;
    if (this.#encoding === "intset") return isInt64Text(member) && this.#search(member) >= 0;
    return this.#flat.includes(member);
  }

  /** As `has`, of the member `bytes[start, end)`. Hot: SISMEMBER. */
  hasBytes(bytes: Buffer, start: number, end: number): boolean {
    if (this.#table === undefined) return this.has(latin1(bytes, start, end));
    return this.#table.findBytes(bytes, start, end) >= 0;
  }

  /** To be called before one command adds `members`: many at once make it a table from the start. */
  prepareToAdd(members: number): void {
    const limit =
      this.#encoding === "intset" ? this.#settings.setMaxIntsetEntries : this.#settings.setMaxListpackEntries;
    if (this.#table === undefined && members > limit) this.#toTable();
  }

  /** Returns whether the member is new. */
  add(member: string): boolean {
    if (!this.#add(member)) return false;
    this.#characters += member.length;
    return true;
  }

  /** As `add`, of the member `bytes[start, end)`. Hot: SADD. */
  addBytes(bytes: Buffer, start: number, end: number): boolean {
    if (this.#table === undefined) return this.add(latin1(bytes, start, end));
    if (this.#table.findOrAddBytes(bytes, start, end) >= 0) return false;
    this.#characters += end - start;
    return true;
  }

  #add(member: string): boolean {
    if (this.#table !== undefined) return this.#table.findOrAdd(member) < 0;
    if (this.#encoding === "intset") {
      if (isInt64Text(member)) {
        const at = this.#search(member);
        if (at >= 0) return false;
        const place = -1 - at;
        if (place === this.#flat.length) this.#flat.push(member);
        else this.#flat.splice(place, 0, member);
        if (this.#flat.length > this.#settings.setMaxIntsetEntries) this.#toTable();
        return true;
      }
      if (this.#fitsListpack(member) && this.#extremesFit()) this.#encoding = "listpack";
      else this.#toTable();
    } else {
      if (this.#flat.includes(member)) return false;
      if (!this.#fitsListpack(member)) this.#toTable();
    }
    this.#append(member);
    return true;
  }

  delete(member: string): boolean {
    if (this.#table !== undefined) {
      const id = this.#table.find(member);
      if (id < 0) return false;
      this.#table.remove(id);
      this.#characters -= member.length;
      return true;
    }
    const at =
      this.#encoding === "intset" ? (isInt64Text(member) ? this.#search(member) : -1) : this.#flat.indexOf(member);
    if (at < 0) return false;
    this.#flat.splice(at, 1);
    this.#characters -= member.length;
    return true;
  }

  /** The member at `index`, 0 … size - 1. The order holds until the next write. */
  memberAt(index: number): string {
    return this.#table === undefined ? this.#flat[index]! : this.#table.keys[index]!;
  }

  /** Removes and returns the member at `index`. */
  takeAt(index: number): string {
    const member = this.memberAt(index);
    if (this.#table === undefined) this.#flat.splice(index, 1);
    else this.#table.remove(index);
    this.#characters -= member.length;
    return member;
  }

  /** The members in order; valid until the next write, not to be changed. */
  get members(): readonly string[] {
    return this.#table === undefined ? this.#flat : this.#table.keys;
  }

  /** One step of SSCAN; see HashValue.scan. */
  scan(cursor: number, count: number, visit: (member: string) => void): number {
    if (this.#table === undefined) {
      for (const member of this.#flat) visit(member);
      return 0;
    }
    const keys = this.#table.keys;
    return this.#table.scanAtLeast(cursor, count, (id) => visit(keys[id]!));
  }

  override lookAhead(ahead: Lookahead): number {
    return this.#table === undefined ? 0 : this.#table.lookAhead(ahead, ahead.seconds);
  }

  clone(): SetValue {
    const copy = new SetValue(this.#settings);
    copy.#encoding = this.#encoding;
    copy.#flat = this.#flat.slice();
    copy.#table = this.#table?.clone();
    copy.#characters = this.#characters;
    return copy;
  }

  memoryBytes(): number {
    const perMember = STRING_OVERHEAD + (this.#table === undefined ? POINTER : TABLE_ENTRY);
    return COLLECTION_OVERHEAD + this.#characters + this.size * perMember;
  }

  /** Binary search in an intset: the index, or -1 minus the place where `member` belongs. */
  #search(member: string): number {
    let low = 0;
    let high = this.#flat.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = compareInt64Text(this.#flat[middle]!, member);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return -1 - low;
  }

  #append(member: string): void {
    if (this.#table === undefined) this.#flat.push(member);
    else this.#table.findOrAdd(member);
  }

  #fitsListpack(member: string): boolean {
    return (
      this.#flat.length < this.#settings.setMaxListpackEntries && member.length <= this.#settings.setMaxListpackValue
    );
  }

  /** Whether the longest integer, which is the least or the greatest, is short enough for a listpack. */
  #extremesFit(): boolean {
    if (this.#flat.length === 0) return true;
    const longest = Math.max(this.#flat[0]!.length, this.#flat.at(-1)!.length);
    return longest <= this.#settings.setMaxListpackValue;
  }

  #toTable(): void {
    const table = new StringTable(this.#settings.hashSeed);
    for (const member of this.#flat) table.findOrAdd(member);
    this.#table = table;
    this.#encoding = "hashtable";
    this.#flat = [];
  }
}
