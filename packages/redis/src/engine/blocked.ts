/**
 * Clients that wait for keys (BLPOP and its kin).
 *
 * A blocked client keeps a copy of its command. When a key that it waits for becomes ready, the key is noted; after the command,
 * MULTI or script that did it, the clients waiting for that key are tried first come first served: their command runs again, as if
 * just received, and either replies or keeps waiting in its place.
 */
import type { BlockRequest, CommandContext } from "../commands/context.ts";
import type { CommandEntry } from "../commands/registry.ts";
import type { Database } from "../keyspace/database.ts";
import type { Args } from "../resp/args.ts";
import { Collection } from "../types/value.ts";
import type { Client } from "./client.ts";

export interface BlockedState {
  readonly entry: CommandEntry;
  readonly args: Args;
  readonly db: Database;
  readonly keys: readonly string[];
  readonly request: BlockRequest;
  /** Milliseconds since the epoch; Infinity: for ever. */
  readonly deadlineMs: number;
}

/** What the engine does for blocked clients. */
export interface BlockedHost {
  now(): number;
  /** Runs a blocked client's command again. */
  retry(client: Client): void;
  /** Sends an error and counts it. */
  replyError(client: Client, message: string): void;
  /** The client may go on with its pipeline. */
  resume(client: Client): void;
}

export class BlockedClients {
  readonly #host: BlockedHost;
  /** Per database index: key → clients in order of arrival. */
  readonly #waiting = new Map<number, Map<string, Set<Client>>>();
  readonly #clients = new Set<Client>();
  #ready: { db: Database; key: string }[] = [];
  /** No deadline is earlier. */
  #earliest = Infinity;
  /** How many clients also want to know when a key goes away. */
  #minding = 0;
  /** Set by `block` during a retry: the command wants to go on waiting. */
  #keepsWaiting = false;

  constructor(host: BlockedHost) {
    this.#host = host;
  }

  /** Whether any client waits: lets commands skip the rest. */
  get waiting(): boolean {
    return this.#clients.size > 0;
  }

  /** Whether anybody wants to know when a key goes away. */
  get minding(): boolean {
    return this.#minding > 0;
  }

  get count(): number {
    return this.#clients.size;
  }

  /** A deadline that is not later than any client's; Infinity when there is none. */
  get earliestDeadlineMs(): number {
    return this.#earliest;
  }

  block(ctx: CommandContext, request: BlockRequest): void {
    if (ctx.retrying) {
      this.#keepsWaiting = true;
      return;
    }
    const { client, db } = ctx;
    const keys = [...new Set(request.keys.map((i) => ctx.args.string(i)))];
    const deadlineMs = request.timeoutMs === 0 ? Infinity : ctx.now + request.timeoutMs;
    const args = request.retryAs ?? ctx.args.copy();
    client.blocked = { entry: ctx.command, args, db, keys, request, deadlineMs };
    this.#clients.add(client);
    if (request.evenWithoutKey === true) this.#minding++;
    this.#earliest = Math.min(this.#earliest, deadlineMs);
    let inDatabase = this.#waiting.get(db.index);
    if (inDatabase === undefined) this.#waiting.set(db.index, (inDatabase = new Map()));
    for (const key of keys) {
      let clients = inDatabase.get(key);
      if (clients === undefined) inDatabase.set(key, (clients = new Set()));
      clients.add(client);
    }
  }

  /** `key` may have something for those who wait for it. */
  signal(db: Database, key: string): void {
    if (this.#waiting.get(db.index)?.has(key) !== true) return;
    if (!this.#ready.some((ready) => ready.db === db && ready.key === key)) this.#ready.push({ db, key });
  }

  /** `db` holds something else now (SWAPDB, FLUSHALL, restore): keys that someone waits for may be ready, or gone. */
  signalAll(db: Database): void {
    for (const [key, clients] of this.#waiting.get(db.index) ?? []) {
      const id = db.peekId(key);
      const value = id === 0 ? undefined : db.value(id);
      const type = value instanceof Collection ? value.type : undefined;
      const mayBeServed = Array.from(clients).some((client) => {
        const request = client.blocked?.request;
        return request?.evenWithoutKey === true || (type !== undefined && request?.type === type);
      });
      if (mayBeServed) this.signal(db, key);
    }
  }

  /** Serves who can be served. Called after every command, MULTI and script. */
  serve(): void {
    while (this.#ready.length > 0) {
      const batch = this.#ready;
      this.#ready = [];
      for (const { db, key } of batch) this.#serveKey(db, key);
    }
  }

  get hasReady(): boolean {
    return this.#ready.length > 0;
  }

  #serveKey(db: Database, key: string): void {
    const clients = this.#waiting.get(db.index)?.get(key);
    if (clients === undefined) return;
    // A copy: serving changes the set; one that blocks again meanwhile waits for the next signal.
    for (const client of Array.from(clients)) {
      const state = client.blocked;
      if (state === undefined) continue;
      if (state.request.evenWithoutKey !== true) {
        const id = db.findKey(key);
        const value = id === 0 ? undefined : db.value(id);
        if (!(value instanceof Collection) || value.type !== state.request.type) continue;
      }
      this.#keepsWaiting = false;
      this.#host.retry(client);
      if (this.#keepsWaiting) continue;
      this.release(client);
      this.#host.resume(client);
    }
  }

  /** Answers those whose time is over. */
  expire(): void {
    const now = this.#host.now();
    if (now < this.#earliest) return;
    let earliest = Infinity;
    const due: Client[] = [];
    for (const client of this.#clients) {
      const { deadlineMs } = client.blocked!;
      if (deadlineMs <= now) due.push(client);
      else earliest = Math.min(earliest, deadlineMs);
    }
    this.#earliest = earliest;
    due.sort((a, b) => a.blocked!.deadlineMs - b.blocked!.deadlineMs);
    for (const client of due) this.timeOut(client);
  }

  /** Ends a client's waiting as if its time were over (CLIENT UNBLOCK). */
  timeOut(client: Client): void {
    const state = client.blocked;
    if (state === undefined) return;
    this.release(client);
    state.request.timedOut(client.reply);
    this.#host.resume(client);
  }

  /** Ends a client's waiting with an error. */
  fail(client: Client, message: string): void {
    if (client.blocked === undefined) return;
    client.blocked.entry.failedCalls++;
    this.release(client);
    this.#host.replyError(client, message);
    this.#host.resume(client);
  }

  /** Forgets that a client waits; it gets no reply. */
  release(client: Client): void {
    const state = client.blocked;
    if (state === undefined) return;
    client.blocked = undefined;
    this.#clients.delete(client);
    if (state.request.evenWithoutKey === true) this.#minding--;
    const inDatabase = this.#waiting.get(state.db.index);
    for (const key of state.keys) {
      const clients = inDatabase?.get(key);
      if (clients === undefined) continue;
      clients.delete(client);
      if (clients.size === 0) inDatabase!.delete(key);
    }
  }
}
