/**
 * All databases, and the time as they see it.
 *
 * `now` is set by the engine before each command, or once for a whole MULTI or script, so that time stands still inside.
 */
import type { Random } from "@tenon/kit";
import { Database } from "./database.ts";
import { hashSeed, type HashSeed } from "./hash.ts";

export interface KeyspaceHooks {
  /** `key` of `database` was removed because its time had come: statistics, events, propagation. */
  expired(database: Database, key: string): void;
  /** Fields of the hash at `key` were removed because their time had come; with `emptied` the key too. */
  fieldsExpired?(database: Database, key: string, fields: readonly string[], emptied: boolean): void;
  /** Whether `removed` is to be called at all. */
  readonly mindsRemoval?: boolean;
  /** `key` of `database` was removed, or holds another type now; undefined: all keys of it may have been. */
  removed?(database: Database, key: string | undefined): void;
}

/** Keys looked at in one go of the active cycle; while more than a quarter were due, it goes on. */
const EXPIRE_SAMPLE = 20;

export class Keyspace {
  readonly databases: readonly Database[];
  readonly hooks: KeyspaceHooks;
  /** For collections that hash their members. */
  readonly seed: HashSeed;
  /** Milliseconds since the epoch. */
  now = 0;
  /** A replica hides expired keys and waits for its master to remove them. */
  removesExpired = true;
  /** Keys whose time has come count as there: while a file is read, and in what a master says. */
  ignoresExpiry = false;
  /** While writes are paused, keys whose time has come are hidden, but stay. */
  expiryPaused = false;
  /** The access word of keys that are added: what eviction goes by. */
  freshAccess = 0;
  #countsMemory = false;
  #next = 0;

  constructor(databases: number, random: Random, hooks: KeyspaceHooks) {
    this.seed = hashSeed(random);
    this.hooks = hooks;
    this.databases = Array.from({ length: databases }, (_, index) => new Database(index, this, this.seed));
  }

  /**
   * The active expiry cycle: goes round the databases, samples keys that expire, removes the due ones, and stays with a
   * database while more than a quarter of a sample was due. `overdue` is asked after each sample and ends the cycle. Returns
   * how many keys were removed.
   */
  expireCycle(overdue: () => boolean): number {
    let removed = 0;
    for (let visited = 0; visited < this.databases.length; visited++) {
      const database = this.databases[this.#next % this.databases.length]!;
      this.#next++;
      while (database.hashesWithExpiry.size > 0) {
        const due = database.expireFieldsSome(EXPIRE_SAMPLE);
        removed += due;
        if (overdue()) return removed;
        if (due * 4 <= EXPIRE_SAMPLE) break;
      }
      while (database.expiry.size > 0) {
        const due = database.expireSome(EXPIRE_SAMPLE);
        removed += due;
        if (overdue()) return removed;
        if (due * 4 <= EXPIRE_SAMPLE) break;
      }
    }
    return removed;
  }

  /** Removes every key whose time has come: for a clock that is moved by hand. */
  expireAll(): number {
    let removed = 0;
    for (const database of this.databases) {
      removed += database.expireSome(database.expiry.size);
      removed += database.expireFieldsSome(database.hashesWithExpiry.size);
      database.expiry.findEarliest();
    }
    return removed;
  }

  /** A time before which no key is removed because it has expired; Infinity when none is. */
  get earliestExpiryMs(): number {
    if (!this.removesExpired) return Infinity;
    let earliest = Infinity;
    for (const { expiry, hashesWithExpiry } of this.databases) {
      earliest = Math.min(earliest, expiry.earliestMs);
      for (const hash of hashesWithExpiry.values()) earliest = Math.min(earliest, hash.earliestExpiryMs);
    }
    return earliest;
  }

  /** Takes over what `other`, of as many databases, holds. */
  adopt(other: Keyspace): void {
    this.databases.forEach((database, index) => database.adopt(other.databases[index]!));
  }

  get countsMemory(): boolean {
    return this.#countsMemory;
  }

  /** Counting begins with a walk over all keys. */
  set countsMemory(counts: boolean) {
    this.#countsMemory = counts;
    for (const database of this.databases) database.countMemory(counts);
  }

  /** Bytes that keys and values take, approximately, while they are counted. */
  get memoryBytes(): number {
    let bytes = 0;
    for (const database of this.databases) bytes += database.memoryBytes;
    return bytes;
  }

  flushAll(): number {
    let count = 0;
    for (const database of this.databases) count += database.flush();
    return count;
  }
}
