/**
 * maxmemory: how much the keys may take, and making room when they take more.
 *
 * Only keys and values count, not what the process around them takes: a garbage collector lets go when it likes, and evicting more would
 * not make it. So the limit is exact for the data, and the same on every machine.
 */
import type { Random } from "@tenon/kit";
import type { Database } from "../keyspace/database.ts";
import { Evictor, type EvictionPolicy, type EvictionSettings } from "../keyspace/eviction.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import type { Config } from "./config.ts";

/** Evicting goes on for at most this before the next command; the clock is asked after every few keys. */
const BUDGET_MS = 0.5;
const EVICTIONS_PER_LOOK = 16;

export interface MemoryLimitHost {
  readonly keyspace: Keyspace;
  readonly random: Random;
  readonly monotonic: () => number;
  /** `key` was removed to make room: statistics, events, propagation. */
  evicted(database: Database, key: string): void;
  /** Some keys were evicted, and no more for now. */
  done(): void;
}

export class MemoryLimit {
  readonly #host: MemoryLimitHost;
  readonly #evictor: Evictor;
  #limitBytes = 0;
  #settings: EvictionSettings = { policy: "noeviction", samples: 5, lfuDecayMinutes: 1 };

  constructor(host: MemoryLimitHost) {
    this.#host = host;
    this.#evictor = new Evictor(host.keyspace.databases, host.random);
  }

  /** Whether there is a limit at all: lets commands skip the rest. */
  get applies(): boolean {
    return this.#limitBytes > 0;
  }

  get exceeded(): boolean {
    return this.#limitBytes > 0 && this.#host.keyspace.memoryBytes > this.#limitBytes;
  }

  configure(config: Config): void {
    this.#limitBytes = config.number("maxmemory");
    this.#host.keyspace.countsMemory = this.#limitBytes > 0;
    this.#settings = {
      policy: config.text("maxmemory-policy") as EvictionPolicy,
      samples: config.number("maxmemory-samples"),
      lfuDecayMinutes: config.number("lfu-decay-time"),
    };
  }

  /**
   * Evicts keys until what they take is within the limit, or for a while: the next command goes on then. Returns false when it is
   * not, and the policy knows nothing to remove.
   */
  makeRoom(now: number): boolean {
    if (!this.exceeded) return true;
    const { monotonic } = this.#host;
    const started = monotonic();
    let removed = 0;
    let room = true;
    while (this.exceeded) {
      const victim = this.#evictor.next(this.#settings, now);
      if (victim === undefined) {
        room = false;
        break;
      }
      const { database, id } = victim;
      const key = database.keys.key(id);
      database.remove(id);
      this.#host.evicted(database, key);
      if (++removed % EVICTIONS_PER_LOOK === 0 && monotonic() - started > BUDGET_MS) break;
    }
    if (removed > 0) this.#host.done();
    return room;
  }
}
