/**
 * When and how often keys are used: writes the access words (keyspace/access.ts) that eviction, OBJECT IDLETIME and OBJECT FREQ read, in the
 * form that the maxmemory policy asks for.
 */
import type { Random } from "@tenon/kit";
import { idleSeconds, LFU_INITIAL, lfuCounter, lfuIncremented, lfuWord, lruWord } from "../keyspace/access.ts";
import type { Database } from "../keyspace/database.ts";
import type { Config } from "./config.ts";

export class AccessClock {
  /** An LFU policy is chosen: access words hold frequencies. */
  countsFrequency = false;
  readonly #random: Random;
  #now = 0;
  #lruWord = 0;
  #lfuFactor = 10;
  #lfuDecayMinutes = 1;

  constructor(random: Random) {
    this.#random = random;
  }

  configure(config: Config): void {
    this.countsFrequency = config.text("maxmemory-policy").endsWith("lfu");
    this.#lfuDecayMinutes = config.number("lfu-decay-time");
    this.#lfuFactor = config.number("lfu-log-factor");
  }

  set now(now: number) {
    this.#now = now;
    this.#lruWord = lruWord(now);
  }

  /** The access word of a key that is added now. */
  get freshWord(): number {
    return this.countsFrequency ? lfuWord(this.#now, LFU_INITIAL) : this.#lruWord;
  }

  /** Marks that a key was used now. */
  record(db: Database, id: number): void {
    db.keys.setAccess(id, this.countsFrequency ? this.#usedMore(db, id) : this.#lruWord);
  }

  #usedMore(db: Database, id: number): number {
    const counter = lfuIncremented(this.frequency(db, id), this.#lfuFactor, this.#random.float());
    return lfuWord(this.#now, counter);
  }

  /** How often a key was used of late, on a logarithmic scale: what an LFU policy goes by. */
  frequency(db: Database, id: number): number {
    return lfuCounter(db.keys.access(id), this.#now, this.#lfuDecayMinutes);
  }

  /** Seconds since a key was used. */
  idleSeconds(db: Database, id: number): number {
    return idleSeconds(db.keys.access(id), this.#now);
  }
}
