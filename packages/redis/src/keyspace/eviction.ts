/**
 * Which key goes next when memory is short.
 *
 * The exact least recently used key would need a list of all keys. Instead a few keys are sampled (maxmemory-samples), and the best
 * candidates of all samples so far are kept in a pool of sixteen, ordered by how much they deserve to go; the best of the pool goes, if it is still
 * there. So knowledge of good candidates outlives one eviction, and ten samples come near to true LRU (antirez, 2016).
 */
import type { Random } from "@tenon/kit";
import { idleSeconds, lfuCounter } from "./access.ts";
import type { Database } from "./database.ts";

export type EvictionPolicy =
  | "volatile-lru"
  | "volatile-lfu"
  | "volatile-random"
  | "volatile-ttl"
  | "allkeys-lru"
  | "allkeys-lfu"
  | "allkeys-random"
  | "noeviction";

export interface EvictionSettings {
  readonly policy: EvictionPolicy;
  /** Keys looked at for each one that goes. */
  readonly samples: number;
  readonly lfuDecayMinutes: number;
}

const POOL_SIZE = 16;

interface Candidate {
  readonly database: Database;
  readonly key: string;
  /** Higher: goes sooner. */
  readonly score: number;
}

export interface Victim {
  readonly database: Database;
  readonly id: number;
}

export class Evictor {
  readonly #databases: readonly Database[];
  readonly #random: Random;
  /** By score, rising. */
  #pool: Candidate[] = [];
  #poolPolicy: EvictionPolicy = "noeviction";
  /** Random policies take the databases in turn. */
  #nextDatabase = 0;

  constructor(databases: readonly Database[], random: Random) {
    this.#databases = databases;
    this.#random = random;
  }

  /** The key that is to go; `undefined` when the policy knows none. */
  next(settings: EvictionSettings, nowMs: number): Victim | undefined {
    const { policy } = settings;
    if (policy === "noeviction") return undefined;
    if (policy.endsWith("random")) return this.#randomVictim(policy.startsWith("volatile"));
    if (policy !== this.#poolPolicy) {
      // Scores of different policies do not compare.
      this.#pool = [];
      this.#poolPolicy = policy;
    }
    for (;;) {
      let populated = false;
      for (const database of this.#databases) {
        if (population(database, policy) === 0) continue;
        populated = true;
        this.#sample(database, settings, nowMs);
      }
      if (!populated) return undefined;
      const victim = this.#fromPool(policy);
      if (victim !== undefined) return victim;
    }
  }

  #randomVictim(isVolatile: boolean): Victim | undefined {
    for (let tries = 0; tries < this.#databases.length; tries++) {
      const database = this.#databases[this.#nextDatabase++ % this.#databases.length]!;
      const id = this.#randomId(database, isVolatile);
      if (id !== 0) return { database, id };
    }
    return undefined;
  }

  #randomId(database: Database, isVolatile: boolean): number {
    if (!isVolatile) return database.keys.randomId((limit) => this.#random.integer(limit));
    const { expiry } = database;
    return expiry.size === 0 ? 0 : expiry.idAt(this.#random.integer(expiry.size));
  }

  #sample(database: Database, settings: EvictionSettings, nowMs: number): void {
    const isVolatile = settings.policy.startsWith("volatile");
    const looks = Math.min(settings.samples, population(database, settings.policy));
    for (let n = 0; n < looks; n++) {
      const id = this.#randomId(database, isVolatile);
      const score = scoreOf(database, id, settings, nowMs);
      const worst = this.#pool[0];
      if (this.#pool.length === POOL_SIZE && worst !== undefined && score <= worst.score) continue;
      const key = database.keys.key(id);
      if (this.#pool.some((candidate) => candidate.key === key && candidate.database === database)) continue;
      let at = this.#pool.length;
      while (at > 0 && this.#pool[at - 1]!.score > score) at--;
      this.#pool.splice(at, 0, { database, key, score });
      if (this.#pool.length > POOL_SIZE) this.#pool.shift();
    }
  }

  /** The best candidate that is still there, and still of the kind that the policy takes. */
  #fromPool(policy: EvictionPolicy): Victim | undefined {
    for (let best = this.#pool.pop(); best !== undefined; best = this.#pool.pop()) {
      const { database, key } = best;
      const id = database.peekId(key);
      if (id !== 0 && (!policy.startsWith("volatile") || database.keys.hasExpiry(id))) return { database, id };
    }
    return undefined;
  }
}

/** Keys of `database` that `policy` may take. */
function population(database: Database, policy: EvictionPolicy): number {
  return policy.startsWith("volatile") ? database.expiry.size : database.size;
}

function scoreOf(database: Database, id: number, settings: EvictionSettings, nowMs: number): number {
  if (settings.policy === "volatile-ttl") return -database.expiresAt(id);
  const word = database.keys.access(id);
  if (settings.policy.endsWith("lfu")) return 255 - lfuCounter(word, nowMs, settings.lfuDecayMinutes);
  return idleSeconds(word, nowMs);
}
