/**
 * What a handler gets: the command's arguments, where to reply, and the keyspace as the command may see it.
 *
 * There is one context per engine, pointed at each command in turn, so that a command costs no objects; handlers must not keep
 * it. Keys are named by the index of the argument that holds them.
 *
 * What a handler owes when it changes something: `changed(i, class, event)` for each key that it modified (watchers, keyspace
 * event, the count of changes), `signalReady` is done by `put` itself. Anything random, relative to now, or wider than
 * its effect must say its effect with `effect` (see there).
 */
import type { Client } from "../engine/client.ts";
import { EFFECT_TARGET } from "../engine/effects.ts";
import type { Engine } from "../engine/engine.ts";
import type { Database } from "../keyspace/database.ts";
import type { Args } from "../resp/args.ts";
import type { ReplyWriter } from "../resp/reply-writer.ts";
import { HashValue } from "../types/hash.ts";
import { Collection, type CollectionType, type Value } from "../types/value.ts";
import type { CommandEntry } from "./registry.ts";
import { WRONG_TYPE } from "./errors.ts";

/** Classes of keyspace events: the bits of notify-keyspace-events. */
export const EVENT = {
  keyspace: 1,
  keyevent: 2,
  generic: 4,
  string: 8,
  list: 16,
  set: 32,
  hash: 64,
  zset: 128,
  expired: 256,
  evicted: 512,
  stream: 1024,
  keyMiss: 2048,
  module: 8192,
  new: 16384,
} as const;

export type EventClass = (typeof EVENT)[keyof typeof EVENT];

export interface BlockRequest {
  /** Indexes of the arguments that are the keys to wait for. */
  readonly keys: readonly number[];
  /** What a key must hold to wake the client. */
  readonly type: CollectionType;
  /** 0: for ever. */
  readonly timeoutMs: number;
  /** The reply when the time is over, or at once where blocking is not allowed (MULTI, scripts). */
  readonly timedOut: (reply: ReplyWriter) => void;
  /** The command as it is to be run again, when that is not as it came. */
  readonly retryAs?: Args;
  /** Run it again also when a key goes away or holds something else: readers of a group are told so. */
  readonly evenWithoutKey?: boolean;
}

/** Any class of collections: only used with `instanceof`. */
type CollectionClass<T extends Collection> = abstract new (...args: never[]) => T;

export class CommandContext {
  readonly engine: Engine;
  args!: Args;
  reply!: ReplyWriter;
  client!: Client;
  db!: Database;
  command!: CommandEntry;
  /** Milliseconds since the epoch: the same all through a command, MULTI or script. */
  now = 0;
  /** Changes made by this command, as `rdb_changes_since_last_save` counts them. */
  dirty = 0;
  /** False in MULTI and scripts, where blocking commands answer at once. */
  canBlock = true;
  /** True for what an append-only file or a master says: it has to be done, whatever stands against it. */
  replaying = false;
  /** True when a command that had blocked runs again because a key became ready. */
  retrying = false;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** Id of the key in argument `i`, 0 when missing, for reading what is not its value: counts a hit or miss, and is no access. */
  peek(i: number): number {
    const id = this.db.find(this.args, i);
    if (id === 0) {
      this.engine.stats.keyspaceMisses++;
      if (this.engine.notifies) this.notify(EVENT.keyMiss, "keymiss", i);
    } else this.engine.stats.keyspaceHits++;
    return id;
  }

  /** The value at the key in argument `i`, for reading: counts a hit or miss and marks the access. */
  lookup(i: number): Value | undefined {
    const id = this.peek(i);
    if (id === 0) return undefined;
    this.engine.recordAccess(this.db, id);
    return this.#withoutExpired(id);
  }

  /**
   * Replies with the string at the key in argument `i`, for reading; null when it is missing, and where `otherwise` says so also when it
   * holds something else, which else throws WRONGTYPE. Hot: GET.
   */
  replyString(i: number, otherwise?: "nil"): void {
    const { db, reply } = this;
    const id = this.peek(i);
    if (id === 0) {
      reply.nil();
      return;
    }
    this.engine.recordAccess(db, id);
    if (!db.keys.isObject(id)) {
      db.keys.reply(id, reply);
      return;
    }
    const value = this.#withoutExpired(id);
    if (value !== undefined && !(value instanceof Collection)) reply.value(value);
    else if (otherwise === "nil" || value === undefined) reply.nil();
    else throw WRONG_TYPE;
  }

  /** The value at `id`; of a hash, without the fields whose time has come. */
  #withoutExpired(id: number): Value | undefined {
    const value = this.db.value(id);
    if (typeof value !== "object" || !(value instanceof HashValue) || value.earliestExpiryMs >= this.now) return value;
    return this.db.expireFields(id, value) ? value : undefined;
  }

  /** The value at the key in argument `i`, for changing it: marks the access, counts nothing. */
  lookupForWrite(i: number): Value | undefined {
    const id = this.db.find(this.args, i);
    if (id === 0) return undefined;
    this.db.beforeWrite(id);
    this.engine.recordAccess(this.db, id);
    return this.#withoutExpired(id);
  }

  /** As `lookup`, and throws WRONGTYPE unless it is missing or a `type`: `ctx.collection(1, ListValue)`. */
  collection<T extends Collection>(i: number, type: CollectionClass<T>): T | undefined {
    const value = this.lookup(i);
    if (value === undefined || value instanceof type) return value as T | undefined;
    throw WRONG_TYPE;
  }

  /** As `lookupForWrite`, and throws WRONGTYPE unless it is missing or a `type`. */
  collectionForWrite<T extends Collection>(i: number, type: CollectionClass<T>): T | undefined {
    const value = this.lookupForWrite(i);
    if (value === undefined || value instanceof type) return value as T | undefined;
    throw WRONG_TYPE;
  }

  /** As `collection`, for a value that will be changed though the original looks it up as a reader, which counts a hit or miss. */
  collectionToChange<T extends Collection>(i: number, type: CollectionClass<T>): T | undefined {
    const value = this.lookupToChange(i);
    if (value === undefined || value instanceof type) return value as T | undefined;
    throw WRONG_TYPE;
  }

  /** The same for a value of any type. */
  lookupToChange(i: number): Value | undefined {
    const value = this.lookup(i);
    if (value !== undefined) this.db.beforeWrite(this.db.peekId(this.args.string(i)));
    return value;
  }

  /**
   * Stores `value` at the key in argument `i`, adding the key or replacing what it held; an expiry goes away unless
   * `keepExpiry`. Wakes clients that are blocked on a key that is added. Returns its id. Does not count as a change by itself: call `changed`.
   */
  put(i: number, value: Value, keepExpiry = false): number {
    const { db, args } = this;
    let id = db.find(args, i);
    if (id === 0) {
      id = db.insert(args, i, value);
      if (this.engine.notifies) this.notify(EVENT.new, "new", i);
      if (value instanceof Collection) this.signalReady(i);
    } else {
      db.setValue(id, value);
      if (!keepExpiry) db.persist(id);
      // Only a key that is added wakes those who wait for it; but readers of a group want to know that their stream is gone.
      if (this.engine.blocked.minding) this.signalReady(i);
    }
    return id;
  }

  /** As `put`, with the string in argument `from`. Hot: SET. */
  putArgument(i: number, from: number, keepExpiry = false): number {
    const { db, args } = this;
    const id = db.find(args, i);
    if (id === 0) {
      const made = db.insertArgument(args, i, from);
      if (this.engine.notifies) this.notify(EVENT.new, "new", i);
      return made;
    }
    db.setBytes(id, args.buffer, args.starts[from]!, args.ends[from]!);
    if (!keepExpiry) db.persist(id);
    return id;
  }

  /** Argument `i` names a key that is about to be added to `db`, maybe another database. */
  arriving(db: Database, i: number): void {
    if (this.engine.notifies) this.engine.notify(EVENT.new, "new", db, this.args.string(i));
  }

  /** Argument `i` names a key that has just been added to `db`, maybe another database: watchers, event, blocked clients. */
  arrived(db: Database, i: number, event: string): void {
    const name = this.args.string(i);
    db.touch(name);
    this.engine.notify(EVENT.generic, event, db, name);
    this.engine.blocked.signal(db, name);
  }

  /** Removes the key in argument `i`; returns whether it was there. Says nothing to anybody: see `changed`. */
  remove(i: number): boolean {
    const id = this.db.find(this.args, i);
    if (id === 0) return false;
    this.db.remove(id);
    return true;
  }

  /** As `remove`, of whatever is stored there, expired or not: how a command that stores a result removes what the result replaces. */
  removeKept(i: number): boolean {
    const id = this.db.peekId(this.args.string(i));
    if (id === 0) return false;
    this.db.remove(id);
    return true;
  }

  /** Removes the key in argument `i`, with a "del" event, if its collection has become empty; returns whether it did. */
  removeIfEmpty(i: number, value: Collection): boolean {
    if (value.size > 0) return false;
    this.remove(i);
    this.notify(EVENT.generic, "del", i);
    return true;
  }

  /** Says that the key in argument `i` was modified: tells watchers, sends the event, and counts `changes`. */
  changed(i: number, eventClass: EventClass, event: string, changes = 1): void {
    this.dirty += changes;
    this.touch(i);
    if (this.engine.notifies) this.notify(eventClass, event, i);
  }

  /** Tells watchers (and later tracking clients) that the key in argument `i` was modified. */
  touch(i: number): void {
    if (this.db.watched) this.db.touch(this.args.string(i));
  }

  /** Sends a keyspace event for the key in argument `i`, if events of `eventClass` are wanted. */
  notify(eventClass: EventClass, event: string, i: number): void {
    if (this.engine.notifies) this.engine.notify(eventClass, event, this.db, this.args.string(i));
  }

  /** Wakes clients blocked on the key in argument `i`, after the command. `put` does this; call it when elements reach a key that was already there. */
  signalReady(i: number): void {
    if (this.engine.blocked.waiting) this.engine.blocked.signal(this.db, this.args.string(i));
  }

  /**
   * Waits for keys. The handler has found nothing to reply, calls this and returns without a reply; when a key of the right type
   * is there, the handler runs again with the same arguments (`retrying`), and either replies or calls this again, which keeps
   * its place in the queue and its deadline.
   */
  block(request: BlockRequest): void {
    if (!this.canBlock) {
      request.timedOut(this.reply);
      return;
    }
    this.engine.blocked.block(this, request);
  }

  /** Whether anybody (AOF, replicas, a test) wants effects: guard the making of arguments for `effect` with it. */
  get propagating(): boolean {
    return this.engine.propagates;
  }

  /**
   * What this command did, as a command for AOF and replicas, instead of the request itself: `effect("PEXPIREAT", key, at)`.
   * May be called several times; the effects are kept in order, and with more than one, wrapped in MULTI/EXEC.
   */
  effect(...command: (string | number | Uint8Array)[]): void {
    this.engine.effects.add(this.db.index, command);
  }

  /** The request is to be propagated to replicas, and to them only: it changed nothing that is kept. */
  effectOnReplicas(): void {
    if (this.propagating) this.engine.effects.add(this.db.index, this.args.strings(), EFFECT_TARGET.replicas);
  }

  /** Nothing of this command is to be propagated. */
  noEffect(): void {
    this.engine.effects.suppress();
  }
}
