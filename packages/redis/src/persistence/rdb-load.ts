/** From an RDB to a keyspace: all of it, or nothing. */
import { Buffer } from "node:buffer";
import { Keyspace } from "../keyspace/keyspace.ts";
import type { Random } from "@tenon/kit";
import { writeLatin1 } from "../types/latin1.ts";
import type { CollectionSettings } from "../types/settings.ts";
import { RdbError } from "./rdb-format.ts";
import type { ByteSource } from "./rdb-input.ts";
import { type RdbListener, RdbReader } from "./rdb-reader.ts";

export interface LoadOptions {
  readonly databases: number;
  readonly random: Random;
  readonly settings: Readonly<CollectionSettings>;
  /** Keys whose time was over by then are left out; undefined: all are kept (the base of an AOF, a replica). */
  expiredBefore?: number | undefined;
  /** rdbchecksum */
  readonly verify: boolean;
  /** Access words of keys, from what the file says of them. */
  readonly access: (idleSeconds: number, frequency: number) => number;
  readonly listener?: RdbListener;
  /** Where the RDB begins in its source. */
  readonly offset?: number;
}

/** Entries between two looks at the time. */
const ENTRIES_PER_LOOK = 64;

/** Loads a keyspace of its own, which the running one adopts when all was well. */
export class RdbLoad {
  readonly keyspace: Keyspace;
  readonly #reader: RdbReader;
  readonly #options: LoadOptions;
  #key: Buffer = Buffer.allocUnsafeSlow(1024);
  keysLoaded = 0;
  keysExpired = 0;

  /** Throws RdbError when the header is none. */
  constructor(source: ByteSource, options: LoadOptions) {
    this.#options = options;
    this.keyspace = new Keyspace(options.databases, options.random, { expired: () => {} });
    const { listener = {} } = options;
    const resize = (index: number, keys: number): void => {
      // A claim: no more room than the rest of the file can have entries for.
      this.keyspace.databases[index]?.keys.expand(Math.min(keys, source.size >> 2));
    };
    this.#reader = new RdbReader(source, options.settings, { ...listener, resize }, options.verify, options.offset);
  }

  /** Where the RDB ended in its source, once `step` has returned true. */
  get offset(): number {
    return this.#reader.offset;
  }

  /** Goes on until `pause` says true or all is read. Returns whether all is. Throws RdbError. */
  step(pause: () => boolean): boolean {
    const { databases } = this.keyspace;
    const { access } = this.#options;
    for (;;) {
      for (let left = ENTRIES_PER_LOOK; left > 0; left--) {
        const entry = this.#reader.next();
        if (entry === undefined) return true;
        const database = databases[entry.database];
        if (database === undefined) {
          throw new RdbError(
            `FATAL: Data file was created with a Redis server configured to handle more than ${databases.length} databases. Exiting`,
          );
        }
        if (entry.expiresAtMs !== -1 && entry.expiresAtMs < (this.#options.expiredBefore ?? -Infinity)) {
          this.keysExpired++;
          continue;
        }
        const { length } = entry.key;
        // One buffer for all keys: an allocation for each would cost more than the rest of it.
        if (length > this.#key.length) this.#key = Buffer.allocUnsafeSlow(length * 2);
        writeLatin1(this.#key, entry.key, 0);
        if (database.findBytes(this.#key, 0, length) !== 0) {
          throw new RdbError(`RDB has duplicated key '${entry.key}' in DB ${entry.database}`);
        }
        const id = database.insertBytes(this.#key, 0, length, entry.value);
        database.keys.setAccess(id, access(entry.idleSeconds, entry.frequency));
        if (entry.expiresAtMs !== -1) database.setExpiresAt(id, entry.expiresAtMs);
        this.keysLoaded++;
      }
      if (pause()) return false;
    }
  }
}
