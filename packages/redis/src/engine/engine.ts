/**
 * The server without a network: clients, databases, and the way of a command from bytes to reply.
 *
 * Whoever owns an engine gives it bytes and the time (`receive`), lets it send (`flush`), and calls `tick` when `nextWakeMs` says so.
 * The engine reads no clock and starts no timer.
 *
 * A command goes through: lookup, arity, authentication, subscriber mode, the MULTI queue, `call`. After `call` come
 * statistics, monitors, effects, and blocked clients, in this order, as in Redis' processCommand and call.
 */
import type { Random } from "@tenon/kit";
import { CommandContext, EVENT, type EventClass } from "../commands/context.ts";
import { CommandError } from "../commands/errors.ts";
import { buildCommandIndex, FLAG, type CommandEntry, type CommandIndex } from "../commands/registry.ts";
import type { Database } from "../keyspace/database.ts";
import { Keyspace } from "../keyspace/keyspace.ts";
import type { Args } from "../resp/args.ts";
import { ProtocolError, type RequestLimits } from "../resp/request-parser.ts";
import type { CollectionSettings } from "../types/settings.ts";
import { BlockedClients } from "./blocked.ts";
import { Client, type ClientAddress, type ClientSink } from "./client.ts";
import { collectionSettings } from "./collection-settings.ts";
import { Config } from "./config.ts";
import { Effects } from "./effects.ts";
import { PubSub } from "./pubsub.ts";
import { Stats } from "./stats.ts";

export interface EngineOptions {
  readonly random: Random;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Milliseconds, fractional, never going back: measures how long commands take. */
  readonly monotonic: () => number;
  /** Number of databases; 16 unless told. */
  readonly databases?: number;
}

export class Engine {
  readonly random: Random;
  readonly commands: CommandIndex = buildCommandIndex();
  readonly keyspace: Keyspace;
  readonly clients: Map<number, Client> = new Map();
  readonly pubsub: PubSub = new PubSub((client) => this.wrote(client));
  readonly effects: Effects = new Effects();
  readonly blocked: BlockedClients;
  readonly stats: Stats = new Stats();
  readonly config: Config = new Config();
  /** What lists, hashes, sets and sorted sets go by. */
  readonly collections: CollectionSettings;
  readonly limits: RequestLimits = { maxBulkBytes: 512 * 1024 * 1024, maxPendingBytes: 1024 * 1024 * 1024 };
  /** Classes of keyspace events that are published (notify-keyspace-events). */
  eventClasses = 0;
  /** Empty: none is asked for. */
  password = "";
  readonly #context: CommandContext;
  readonly #monotonic: () => number;
  #now: number;
  #nextClientId = 1;
  /** Clients with output that was not flushed. */
  #flushable: Client[] = [];
  /** Clients that were unblocked and may have commands waiting in their parsers. */
  #resumable: Client[] = [];

  constructor(options: EngineOptions) {
    this.random = options.random;
    this.#monotonic = options.monotonic;
    this.#now = options.now;
    this.keyspace = new Keyspace(options.databases ?? 16, options.random, {
      expired: (database, key) => this.#expired(database, key),
    });
    this.keyspace.now = options.now;
    this.collections = collectionSettings(this.keyspace.seed, this.config);
    this.#context = new CommandContext(this);
    this.blocked = new BlockedClients({
      now: () => this.#now,
      retry: (client) => this.#retry(client),
      resume: (client) => this.#resumable.push(client),
    });
  }

  /** The time as commands see it. */
  get now(): number {
    return this.#now;
  }

  /** Sets the time; it holds until set again. */
  setNow(now: number): void {
    this.#now = now;
    this.keyspace.now = now;
  }

  /** Whether any keyspace event may be wanted. */
  get notifies(): boolean {
    return this.eventClasses !== 0;
  }

  get propagates(): boolean {
    return this.effects.active;
  }

  connect(sink: ClientSink, address: ClientAddress): Client {
    const client = new Client(
      this.#nextClientId++,
      sink,
      address,
      this.keyspace.databases[0]!,
      this.limits,
      this.password === "",
      this.#now,
    );
    this.clients.set(client.id, client);
    this.stats.connectionsReceived++;
    return client;
  }

  /** The connection is gone. */
  disconnect(client: Client): void {
    if (client.closed) return;
    client.closed = true;
    this.blocked.release(client);
    client.unwatchAll();
    this.pubsub.removeClient(client);
    this.clients.delete(client.id);
    client.reply.clear();
  }

  /** Bytes from a client, at `now`. Call `flush` when all that arrived was given. */
  receive(client: Client, chunk: Buffer, now: number): void {
    if (client.closing || client.closed) return;
    this.setNow(now);
    client.lastInteractionMs = now;
    client.bytesIn += chunk.length;
    this.stats.netInputBytes += chunk.length;
    this.stats.readsProcessed++;
    try {
      client.parser.feed(chunk);
    } catch (error) {
      this.#protocolError(client, error);
      return;
    }
    this.#drain(client);
    while (this.#resumable.length > 0) this.#drain(this.#resumable.shift()!);
  }

  #drain(client: Client): void {
    const { parser, args } = client;
    try {
      while (client.blocked === undefined && !client.closing && parser.next(args)) this.process(client, args);
    } catch (error) {
      this.#protocolError(client, error);
    }
  }

  #protocolError(client: Client, error: unknown): void {
    if (!(error instanceof ProtocolError)) throw error;
    client.reply.error(error.message);
    this.wrote(client);
    client.closing = true;
  }

  /** Runs one command of a client. */
  process(client: Client, args: Args): void {
    this.wrote(client);
    let entry = this.commands.find(args, 0);
    if (entry === undefined) {
      this.#reject(client, undefined, unknownCommand(args));
      return;
    }
    if (entry.subcommands !== undefined && args.length > 1) {
      const subcommand = entry.subcommands.find(args, 1);
      if (subcommand !== undefined) entry = subcommand;
      else if (entry.handler === undefined) {
        this.#reject(client, entry, unknownSubcommand(entry, args));
        return;
      }
    }
    if (!entry.accepts(args.length) || entry.handler === undefined) {
      this.#reject(client, entry, `ERR wrong number of arguments for '${entry.fullName}' command`);
      return;
    }
    if (!client.authenticated && (entry.bits & FLAG.noAuth) === 0) {
      this.#reject(client, entry, "NOAUTH Authentication required.");
      return;
    }
    this.call(client, entry, args);
    this.effects.unitDone();
    if (this.blocked.hasReady) this.#serveBlocked();
  }

  #reject(client: Client, entry: CommandEntry | undefined, message: string): void {
    if (entry !== undefined) entry.rejectedCalls++;
    if (client.queue !== undefined) client.queueFailed = true;
    this.replyError(client, message);
  }

  /** Sends an error and counts it. */
  replyError(client: Client, message: string): void {
    client.reply.error(message);
    this.stats.errorReplies++;
  }

  /** Executes one command: from a client, or from EXEC. */
  call(client: Client, entry: CommandEntry, args: Args): void {
    const ctx = this.#context;
    const { reply } = client;
    ctx.args = args;
    ctx.reply = reply;
    ctx.client = client;
    ctx.db = client.db;
    ctx.command = entry;
    ctx.now = this.#now;
    ctx.dirty = 0;
    const mark = reply.length;
    try {
      entry.handler!(ctx);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      reply.truncate(mark);
      entry.failedCalls++;
      this.replyError(client, error.message);
    }
    entry.calls++;
    client.commands++;
    client.lastCommand = entry;
    this.stats.commandsProcessed++;
    this.stats.dirty += ctx.dirty;
    this.effects.commandDone(client.db.index, args, ctx.dirty > 0);
  }

  #retry(client: Client): void {
    const state = client.blocked!;
    const ctx = this.#context;
    ctx.retrying = true;
    const { db } = client;
    client.db = state.db;
    this.wrote(client);
    try {
      this.call(client, state.entry, state.args);
    } finally {
      ctx.retrying = false;
      client.db = db;
    }
    this.effects.unitDone();
  }

  #serveBlocked(): void {
    this.blocked.serve();
  }

  /** Notes that `client` has output. */
  wrote(client: Client): void {
    if (client.flushing) return;
    client.flushing = true;
    this.#flushable.push(client);
  }

  /** Hands every client's output to its sink: one write per client and batch. */
  flush(): void {
    const clients = this.#flushable;
    if (clients.length === 0) return;
    this.#flushable = [];
    for (const client of clients) {
      client.flushing = false;
      if (client.closed) continue;
      if (client.reply.length > 0) client.sink.flush(client);
      if (client.closing) client.sink.close(client);
    }
  }

  /** When `tick` wants to be called next, in milliseconds since the epoch; Infinity when nothing waits. */
  get nextWakeMs(): number {
    return this.blocked.earliestDeadlineMs;
  }

  /** Times out blocked clients. Call `flush` after it. */
  tick(now: number): void {
    this.setNow(now);
    this.blocked.expire();
    while (this.#resumable.length > 0) this.#drain(this.#resumable.shift()!);
  }

  /** Marks that a key was used now. */
  recordAccess(db: Database, id: number): void {
    db.keys.setAccess(id, Math.floor(this.#now / 1000) & 0xffffff);
  }

  /** Publishes a keyspace event, if its class is wanted. */
  notify(eventClass: EventClass, event: string, db: Database, key: string): void {
    if ((this.eventClasses & eventClass) === 0) return;
    if ((this.eventClasses & EVENT.keyspace) !== 0) this.pubsub.publish(`__keyspace@${db.index}__:${key}`, event);
    if ((this.eventClasses & EVENT.keyevent) !== 0) this.pubsub.publish(`__keyevent@${db.index}__:${event}`, key);
  }

  #expired(db: Database, key: string): void {
    this.stats.expiredKeys++;
    this.effects.addBeside(db.index, ["DEL", key]);
    if (this.notifies) this.notify(EVENT.expired, "expired", db, key);
    if (db.watched) db.touch(key);
  }

  get monotonic(): number {
    return this.#monotonic();
  }
}

/** As Redis words it: the name and the beginning of the arguments, at most 128 bytes of them. */
function unknownCommand(args: Args): string {
  let shown = "";
  for (let i = 1; i < args.length && shown.length < 128; i++) {
    shown += `'${args.string(i).slice(0, 128 - shown.length)}' `;
  }
  return `ERR unknown command '${args.string(0).slice(0, 128)}', with args beginning with: ${shown}`;
}

function unknownSubcommand(entry: CommandEntry, args: Args): string {
  return `ERR unknown subcommand '${args.string(1).slice(0, 128)}'. Try ${entry.row.name.toUpperCase()} HELP.`;
}
