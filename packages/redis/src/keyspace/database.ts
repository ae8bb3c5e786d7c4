/**
 * One of the numbered databases: keys, values, expiry, and who waits for its keys.
 *
 * Entries are named by the ids of the key table. An id is good until its key is removed or expires, so within one
 * command at most. Every lookup goes through `find`, which removes the key first when its time has come.
 */
import { Buffer } from "node:buffer";
import type { Args } from "../resp/args.ts";
import { bytesOf } from "../types/latin1.ts";
import { HashValue } from "../types/hash.ts";
import { parseShortInteger, stringValue } from "../types/string-value.ts";
import { LARGE_STRING_BYTES, typeOf, type Value } from "../types/value.ts";
import { ExpiryIndex } from "./expiry.ts";
import type { HashSeed } from "./hash.ts";
import { INLINE_BYTES, KeyTable } from "./key-table.ts";
import type { Keyspace } from "./keyspace.ts";
import { MemoryAccount } from "./memory-account.ts";
import { type Presence, type Watcher, Watchers } from "./watchers.ts";

/** Told before a key changes in any way: value, expiry, existence. A snapshot that is being written saves the key first. */
export interface WriteGuard {
  beforeWrite(id: number): void;
  /** Told after a key was added. */
  inserted?(id: number): void;
}

/** What SWAPDB exchanges. Watchers and blocked clients stay with the number. */
export interface DatabaseContents {
  readonly keys: KeyTable;
  readonly expiry: ExpiryIndex;
  /** Hashes that may have fields that expire, by key. Some may be gone, or have none: whoever comes across one takes it out. */
  readonly hashesWithExpiry: Map<string, HashValue>;
  readonly guards: WriteGuard[];
  /** One of the guards, while memory is counted. */
  account: MemoryAccount | undefined;
}

export class Database {
  readonly index: number;
  readonly #space: Keyspace;
  readonly #seed: HashSeed;
  #contents: DatabaseContents;
  readonly #watchers = new Watchers();

  constructor(index: number, space: Keyspace, seed: HashSeed) {
    this.index = index;
    this.#space = space;
    this.#seed = seed;
    this.#contents = this.#nothing();
  }

  #nothing(): DatabaseContents {
    const contents = {
      keys: new KeyTable(this.#seed),
      expiry: new ExpiryIndex(),
      hashesWithExpiry: new Map<string, HashValue>(),
      guards: [],
      account: undefined,
    };
    if (this.#space.countsMemory) startAccount(contents);
    return contents;
  }

  /** Counts the memory that keys take from now on, or no more. */
  countMemory(counts: boolean): void {
    const { account, guards } = this.#contents;
    if (counts === (account !== undefined)) return;
    if (counts) startAccount(this.#contents);
    else {
      guards.splice(guards.indexOf(account!), 1);
      this.#contents.account = undefined;
    }
  }

  /** Bytes that the keys take, approximately; 0 unless they are counted. */
  get memoryBytes(): number {
    return this.#contents.account?.bytes ?? 0;
  }

  /** The key table, for walks, SCAN and sampling. Entries in it may have expired: `isExpired` tells. */
  get keys(): KeyTable {
    return this.#contents.keys;
  }

  get expiry(): ExpiryIndex {
    return this.#contents.expiry;
  }

  /** Hashes that may have fields that expire, by key. */
  get hashesWithExpiry(): Map<string, HashValue> {
    return this.#contents.hashesWithExpiry;
  }

  /** The hash at `id` may have fields that expire from now on. */
  noteFieldExpiry(id: number, hash: HashValue): void {
    this.#contents.hashesWithExpiry.set(this.#contents.keys.key(id), hash);
  }

  /** Removes what has expired of the hash at `id`; returns false when that was all of it, and the key is gone. */
  expireFields(id: number, hash: HashValue): boolean {
    if (hash.earliestExpiryMs >= this.#space.now || !this.#removesExpired) return true;
    this.beforeWrite(id);
    const fields = hash.removeExpired(this.#space.now);
    if (fields.length === 0) return true;
    const key = this.#contents.keys.key(id);
    const emptied = hash.size === 0;
    if (emptied) this.remove(id);
    this.#space.hooks.fieldsExpired?.(this, key, fields, emptied);
    return !emptied;
  }

  /** As `expireSome`, for hashes with fields that expire. Returns how many had some that were due. */
  expireFieldsSome(limit: number): number {
    const { keys, hashesWithExpiry } = this.#contents;
    if (!this.#removesExpired) return 0;
    let due = 0;
    for (let looks = Math.min(limit, hashesWithExpiry.size); looks > 0; looks--) {
      const [key, hash] = hashesWithExpiry.entries().next().value!;
      // Behind the others: so they are looked at in turn.
      hashesWithExpiry.delete(key);
      const bytes = bytesOf(key);
      const id = keys.find(bytes, 0, bytes.length);
      if (id === 0 || keys.value(id) !== hash || hash.expiring === 0) continue;
      const isDue = hash.earliestExpiryMs < this.#space.now;
      if (isDue) due++;
      if ((!isDue || this.expireFields(id, hash)) && hash.expiring > 0) hashesWithExpiry.set(key, hash);
    }
    return due;
  }

  /** A value has come to `id`: a hash may bring fields that expire. */
  #arrived(id: number, value: Value): void {
    if (typeof value === "object" && value instanceof HashValue && value.expiring > 0) this.noteFieldExpiry(id, value);
  }

  /** Keys, those included that have expired and were not yet removed (as DBSIZE counts). */
  get size(): number {
    return this.#contents.keys.size;
  }

  /** Id of the key in argument `i`, 0 when missing. A key whose time has come is removed first. */
  find(args: Args, i: number): number {
    return this.findBytes(args.buffer, args.starts[i]!, args.ends[i]!);
  }

  findBytes(bytes: Uint8Array, start: number, end: number): number {
    const { keys } = this.#contents;
    const id = keys.find(bytes, start, end);
    if (id !== 0 && keys.hasExpiry(id) && this.expireIfDue(id)) return 0;
    return id;
  }

  /** As `find`, for a key given as a one-byte string. */
  findKey(key: string): number {
    const bytes = bytesOf(key);
    return this.findBytes(bytes, 0, bytes.length);
  }

  value(id: number): Value {
    return this.#contents.keys.value(id);
  }

  /** To be called before a value is changed in place; everything else here calls it by itself. */
  beforeWrite(id: number): void {
    const { guards } = this.#contents;
    if (guards.length > 0) for (const guard of guards) guard.beforeWrite(id);
  }

  /** What the database holds, to walk through while it may be swapped or flushed. */
  get contents(): DatabaseContents {
    return this.#contents;
  }

  /** Takes over what `other` holds, which is left empty; everything watched counts as changed. */
  adopt(other: Database): void {
    this.invalidateWatchers();
    this.#contents = other.#contents;
    other.#contents = other.#nothing();
    this.countMemory(this.#space.countsMemory);
  }

  /** Replaces the value; expiry stays. */
  setValue(id: number, value: Value): void {
    this.beforeWrite(id);
    const { keys } = this.#contents;
    const { hooks } = this.#space;
    if (hooks.mindsRemoval === true && typeOf(value) !== typeOf(keys.value(id))) hooks.removed?.(this, keys.key(id));
    keys.setValue(id, value);
    this.#arrived(id, value);
  }

  /**
   * As `setValue`, with the string `bytes[start, end)` in the form that it is kept in: without making it an object of its own, where it is
   * short. Hot: SET.
   */
  setBytes(id: number, bytes: Buffer, start: number, end: number): void {
    const integer = parseShortInteger(bytes, start, end);
    if (integer !== undefined) this.setInteger(id, integer);
    else if (end - start > INLINE_BYTES) this.#setLong(id, bytes, start, end);
    else {
      this.#beforeReplacing(id);
      this.#contents.keys.setBytes(id, bytes, start, end);
    }
  }

  /** A value that is too long to lie beside its key; it takes the memory of the one that it replaces, where that is about as long. */
  #setLong(id: number, bytes: Buffer, start: number, end: number): void {
    const { keys } = this.#contents;
    const length = end - start;
    const before = length >= LARGE_STRING_BYTES && keys.isObject(id) ? keys.value(id) : undefined;
    if (!(before instanceof Uint8Array) || before.length !== length) {
      this.setValue(id, stringValue(bytes, start, end));
      return;
    }
    this.beforeWrite(id);
    bytes.copy(before, 0, start, end);
  }

  /** As `setValue`, with a safe integer. */
  setInteger(id: number, value: number): void {
    this.#beforeReplacing(id);
    this.#contents.keys.setInteger(id, value);
  }

  /** The value at `id` is about to be replaced by a string. */
  #beforeReplacing(id: number): void {
    this.beforeWrite(id);
    const { hooks } = this.#space;
    if (hooks.mindsRemoval !== true) return;
    const { keys } = this.#contents;
    if (typeOf(keys.value(id)) !== "string") hooks.removed?.(this, keys.key(id));
  }

  /** Adds the key in argument `i`, which must be missing; returns its id. */
  insert(args: Args, i: number, value: Value): number {
    return this.insertBytes(args.buffer, args.starts[i]!, args.ends[i]!, value);
  }

  /** Adds the key in argument `i`, which must be missing, with the string in argument `from`; returns its id. */
  insertArgument(args: Args, i: number, from: number): number {
    const { buffer, starts, ends } = args;
    const start = starts[from]!;
    const end = ends[from]!;
    if (end - start > INLINE_BYTES || parseShortInteger(buffer, start, end) !== undefined) {
      return this.insert(args, i, args.value(from));
    }
    const id = this.#contents.keys.insertBytes(buffer, starts[i]!, ends[i]!, buffer, start, end);
    this.#noteInserted(id);
    return id;
  }

  #noteInserted(id: number): void {
    const { keys, guards } = this.#contents;
    keys.setAccess(id, this.#space.freshAccess);
    if (guards.length > 0) for (const guard of guards) guard.inserted?.(id);
  }

  insertKey(key: string, value: Value): number {
    const bytes = bytesOf(key);
    return this.insertBytes(bytes, 0, bytes.length, value);
  }

  /** Adds the key `bytes[start, end)`, which must be missing; returns its id. */
  insertBytes(bytes: Uint8Array, start: number, end: number, value: Value): number {
    const id = this.#contents.keys.insert(bytes, start, end, value);
    this.#arrived(id, value);
    this.#noteInserted(id);
    return id;
  }

  remove(id: number): void {
    this.beforeWrite(id);
    const { keys, expiry } = this.#contents;
    const { hooks } = this.#space;
    if (hooks.mindsRemoval === true) hooks.removed?.(this, keys.key(id));
    if (keys.hasExpiry(id)) expiry.delete(id);
    keys.remove(id);
  }

  /** When `id` expires, in milliseconds since the epoch; -1 when it does not. */
  expiresAt(id: number): number {
    const { keys, expiry } = this.#contents;
    return keys.hasExpiry(id) ? expiry.at(id) : -1;
  }

  setExpiresAt(id: number, atMs: number): void {
    this.beforeWrite(id);
    const { keys, expiry } = this.#contents;
    if (keys.hasExpiry(id)) expiry.move(id, atMs);
    else {
      expiry.add(id, atMs);
      keys.setHasExpiry(id, true);
    }
  }

  /** Average time to live of the keys that expire, over a sample, in milliseconds. */
  averageTtlMs(): number {
    const { expiry } = this.#contents;
    const sample = Math.min(expiry.size, 20);
    let sum = 0;
    for (let n = 0; n < sample; n++) sum += Math.max(0, expiry.at(expiry.idAt(n)) - this.#space.now);
    return sample === 0 ? 0 : Math.round(sum / sample);
  }

  /** Takes the expiry away; returns whether there was one. */
  persist(id: number): boolean {
    const { keys, expiry } = this.#contents;
    if (!keys.hasExpiry(id)) return false;
    this.beforeWrite(id);
    expiry.delete(id);
    keys.setHasExpiry(id, false);
    return true;
  }

  /** Whether `id`'s time has come, without removing it. */
  isExpired(id: number): boolean {
    const { keys, expiry } = this.#contents;
    return keys.hasExpiry(id) && this.#space.now > expiry.at(id) && !this.#space.ignoresExpiry;
  }

  /** Whether `id`'s time has come; it is removed then, if this is the time and place. */
  expireIfDue(id: number): boolean {
    if (!this.isExpired(id)) return false;
    if (this.#removesExpired) this.#removeExpired(id);
    return true;
  }

  get #removesExpired(): boolean {
    const space = this.#space;
    return space.removesExpired && !space.expiryPaused && !space.ignoresExpiry;
  }

  /** Removes a key whose time has come, and tells whoever listens. */
  #removeExpired(id: number): void {
    const key = this.#contents.keys.key(id);
    this.remove(id);
    this.#space.hooks.expired(this, key);
  }

  /**
   * Looks at up to `limit` keys that expire, round robin, and removes those whose time has come. Returns how many were
   * removed.
   */
  expireSome(limit: number): number {
    const { expiry } = this.#contents;
    let removed = 0;
    for (let looks = Math.min(limit, expiry.size); looks > 0; looks--) {
      const id = expiry.next();
      if (id === 0) break;
      if (this.#space.now > expiry.at(id)) {
        expiry.stepBack();
        this.#removeExpired(id);
        removed++;
      }
    }
    return removed;
  }

  /** Removes all keys; returns how many there were. */
  flush(): number {
    const count = this.size;
    this.#watchers.replaced((key) => this.#peek(key), nothingThere);
    this.#contents = this.#nothing();
    const { hooks } = this.#space;
    if (hooks.mindsRemoval === true) hooks.removed?.(this, undefined);
    return count;
  }

  /** Exchanges keys and values with `other` (SWAPDB). */
  swap(other: Database): void {
    for (const [one, two] of [
      [this, other],
      [other, this],
    ] as const) {
      one.#watchers.replaced(
        (key) => one.#peek(key),
        (key) => two.#presence(key),
      );
    }
    const contents = this.#contents;
    this.#contents = other.#contents;
    other.#contents = contents;
  }

  /** Id of the key, expired or not, without side effects; 0 when missing. */
  peekId(key: string): number {
    const bytes = bytesOf(key);
    return this.#contents.keys.find(bytes, 0, bytes.length);
  }

  #peek(key: string): boolean {
    return this.peekId(key) !== 0;
  }

  #presence(key: string): Presence {
    const id = this.peekId(key);
    return id === 0 ? "missing" : this.isExpired(id) ? "expired" : "there";
  }

  /** A copy of keys, values and expiry: what a snapshot holds. */
  cloneInto(target: Database): void {
    target.#contents = target.#nothing();
    const { keys } = this.#contents;
    target.keys.expand(keys.size);
    for (let id = 1; id < keys.idLimit; id++) {
      if (!keys.isUsed(id)) continue;
      const value = keys.value(id);
      const copy = typeof value !== "object" ? value : value instanceof Uint8Array ? copyBytes(value) : value.clone();
      const made = target.insertKey(keys.key(id), copy);
      target.keys.setAccess(made, keys.access(id));
      if (keys.hasExpiry(id)) target.setExpiresAt(made, this.expiresAt(id));
    }
  }

  /** All watched keys count as changed. */
  invalidateWatchers(): void {
    this.#watchers.invalidateAll();
  }

  watch(key: string, watcher: Watcher): void {
    this.#watchers.add(key, watcher, this.#presence(key) === "expired");
  }

  unwatch(key: string, watcher: Watcher): void {
    this.#watchers.delete(key, watcher);
  }

  /** Whether the key's time has come since it is watched, noticed or not. */
  expiredSinceWatch(key: string, watcher: Watcher): boolean {
    return this.#presence(key) === "expired" && !this.#watchers.cameExpired(key, watcher);
  }

  /** Whether anybody watches a key here: lets the hot path skip making a string of the key. */
  get watched(): boolean {
    return this.#watchers.size > 0;
  }

  get watchedKeys(): number {
    return this.#watchers.size;
  }

  /** Tells the watchers of `key` that it changed. */
  touch(key: string): void {
    this.#watchers.changed(key, (each) => this.#peek(each));
  }
}

const nothingThere = (): Presence => "missing";

function startAccount(contents: DatabaseContents): void {
  contents.account = new MemoryAccount(contents.keys);
  contents.guards.push(contents.account);
}

function copyBytes(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}
