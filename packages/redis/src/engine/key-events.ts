/**
 * Keyspace events (notify-keyspace-events), and what the server itself does to keys: expiry and eviction, which are counted, propagated
 * and told like commands.
 */
import { EVENT, type EventClass } from "../commands/context.ts";
import type { Database } from "../keyspace/database.ts";
import type { Effects } from "./effects.ts";
import type { PubSub } from "./pubsub.ts";
import type { Stats } from "./stats.ts";

export class KeyEvents {
  /** Classes of events that are published. */
  classes = 0;
  readonly #pubsub: PubSub;
  readonly #effects: Effects;
  readonly #stats: Stats;

  constructor(pubsub: PubSub, effects: Effects, stats: Stats) {
    this.#pubsub = pubsub;
    this.#effects = effects;
    this.#stats = stats;
  }

  /** Publishes an event, if its class is wanted. */
  notify(eventClass: EventClass, event: string, db: Database, key: string): void {
    if ((this.classes & eventClass) === 0) return;
    if ((this.classes & EVENT.keyspace) !== 0) this.#pubsub.publish(`__keyspace@${db.index}__:${key}`, event);
    if ((this.classes & EVENT.keyevent) !== 0) this.#pubsub.publish(`__keyevent@${db.index}__:${event}`, key);
  }

  /** `key` was removed because its time had come. */
  expired(db: Database, key: string): void {
    this.#stats.expiredKeys++;
    this.#effects.addBeside(db.index, ["DEL", key]);
    this.notify(EVENT.expired, "expired", db, key);
    if (db.watched) db.touch(key);
  }

  /** Fields of the hash at `key` were removed because their time had come; with `emptied` the key too. */
  fieldsExpired(db: Database, key: string, fields: readonly string[], emptied: boolean): void {
    this.#stats.expiredSubkeys += fields.length;
    this.#effects.addBeside(db.index, ["HDEL", key, ...fields]);
    this.notify(EVENT.hash, "hexpired", db, key);
    if (emptied) this.notify(EVENT.generic, "del", db, key);
    if (db.watched) db.touch(key);
  }

  /** `key` was removed to make room. */
  evicted(db: Database, key: string): void {
    this.#stats.evictedKeys++;
    this.#effects.addBeside(db.index, ["DEL", key]);
    if (db.watched) db.touch(key);
    this.notify(EVENT.evicted, "evicted", db, key);
  }
}
