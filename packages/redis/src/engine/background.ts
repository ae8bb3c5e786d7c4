/** What goes on ten times a second beside commands, as in the original's serverCron: active expiry, rehashing, the rate of operations. */
import type { Keyspace } from "../keyspace/keyspace.ts";
import type { Stats } from "./stats.ts";

/** Buckets that one run moves for each table that is being rehashed. */
const REHASH_BUCKETS_PER_RUN = 2048;
/** Share of the time between two runs that active expiry may take. */
const EXPIRE_SHARE = 0.25;

export interface BackgroundHost {
  readonly keyspace: Keyspace;
  readonly stats: Stats;
  /** Milliseconds, fractional, never going back. */
  readonly monotonic: () => number;
}

export class Background {
  operationsPerSecond = 0;
  readonly #host: BackgroundHost;
  #lastMs: number;
  #lastCommands = 0;

  constructor(host: BackgroundHost, now: number) {
    this.#host = host;
    this.#lastMs = now;
  }

  /** Brings the rate of operations up to date. */
  measure(now: number): void {
    const { commandsProcessed } = this.#host.stats;
    const elapsedMs = Math.max(1, now - this.#lastMs);
    this.operationsPerSecond = Math.round(((commandsProcessed - this.#lastCommands) * 1000) / elapsedMs);
    this.#lastMs = now;
    this.#lastCommands = commandsProcessed;
  }

  /** Removes keys whose time has come, for its share of the time between runs, of which there are `hz` a second. */
  expire(hz: number): void {
    const { keyspace, stats, monotonic } = this.#host;
    const started = monotonic();
    const budgetMs = (1000 / hz) * EXPIRE_SHARE;
    keyspace.expireCycle(() => {
      if (monotonic() - started < budgetMs) return false;
      stats.expiredTimeCapReached++;
      return true;
    });
    stats.expireCycleMs += monotonic() - started;
  }

  /** Rehashes a little. Returns whether some table has more to do: buckets to move, or what may expire. */
  maintainTables(): boolean {
    let more = false;
    for (const { keys, expiry, hashesWithExpiry } of this.#host.keyspace.databases) {
      if (keys.rehashStep(REHASH_BUCKETS_PER_RUN) || expiry.size > 0 || hashesWithExpiry.size > 0) more = true;
    }
    return more;
  }
}
