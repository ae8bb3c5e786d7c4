/** The cache for people: what is in it and how long still, and how to get things out. */
import type { Clock } from "@tenon/kit";
import type { Name } from "../name/name.ts";
import type { ResourceRecord } from "../record.ts";
import { HEADER_BYTES } from "../message/message.ts";
import { WireReader } from "../wire/reader.ts";
import { ENTRY, type MessageCache } from "./message-cache.ts";
import { outcomeOf } from "./packet.ts";
import { VARIANT } from "./query-view.ts";

export interface CacheEntry {
  readonly name: Name;
  readonly type: number;
  /** Asked with DO, or CD: answers of their own. */
  readonly dnssecOk: boolean;
  readonly checkingDisabled: boolean;
  readonly rcode: number;
  readonly origin: "upstream" | "local" | "failure";
  /** Seconds; below 0 when it is only good for serving it stale. Infinity for local data. */
  readonly remainingS: number;
  /** Of the packet. */
  readonly bytes: number;
  /** With what is left of their TTLs. */
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
}

export class CacheView {
  readonly #cache: MessageCache;
  readonly #clock: Clock;

  constructor(cache: MessageCache, clock: Clock) {
    this.#cache = cache;
    this.#clock = clock;
  }

  get size(): number {
    return this.#cache.size;
  }

  get usedBytes(): number {
    return this.#cache.usedBytes;
  }

  get capacityBytes(): number {
    return this.#cache.capacityBytes;
  }

  /** In no particular order. Not to be held while the cache is written. */
  *entries(): Generator<CacheEntry> {
    const nowS = Math.floor(this.#clock.now() / 1000);
    for (const at of this.#cache.entries()) yield this.#entry(at, nowS);
  }

  #entry(at: number, nowS: number): CacheEntry {
    const cache = this.#cache;
    const flags = cache.flags(at);
    const { name, type } = this.#question(at);
    const isFixed = (flags & ENTRY.FIXED) !== 0;
    const age = isFixed ? 0 : Math.max(0, nowS - cache.storedS(at));
    const start = cache.packetAt(at);
    const packet = cache.bytes.subarray(start, start + cache.packetLength(at));
    const { rcode, answers, authorities } = outcomeOf(packet, (ttl) => Math.max(0, ttl - age));
    return {
      name,
      type,
      dnssecOk: (flags & VARIANT.DO) !== 0,
      checkingDisabled: (flags & VARIANT.CD) !== 0,
      rcode,
      origin: isFixed ? "local" : (flags & ENTRY.FAILURE) !== 0 ? "failure" : "upstream",
      remainingS: cache.remainingS(at, nowS),
      bytes: packet.length,
      answers,
      authorities,
    };
  }

  #question(at: number): { name: Name; type: number } {
    const cache = this.#cache;
    const reader = new WireReader(cache.bytes, cache.packetAt(at) + HEADER_BYTES);
    return { name: reader.name(), type: reader.u16() };
  }

  /** Drops what answers questions about `name` and names below it, or everything. Returns how many entries. */
  flush(name?: Name): number {
    const cache = this.#cache;
    if (name === undefined) {
      const { size } = cache;
      cache.clear();
      return size;
    }
    const doomed = [...cache.entries()].filter((at) => this.#question(at).name.isAtOrBelow(name));
    for (const at of doomed) cache.remove(at);
    return doomed.length;
  }
}
