/**
 * The server without a network: clients, databases, and the way of a command from bytes to reply.
 *
 * Whoever owns an engine gives it bytes and the time (`receive`), lets it send (`flush`), and calls `tick` when `nextWakeMs` says so
 * and `cron` ten times a second. The engine starts no timer and reads no clock but the one for durations that it is given.
 *
 * A command goes through: lookup, arity, authentication, permissions, subscriber mode, pause, the MULTI queue, `call`. After `call` come
 * statistics, monitors, effects, and blocked clients, in this order, as in Redis' processCommand and call.
 */
import { Buffer } from "node:buffer";
import type { Random } from "@tenon/kit";
import { Acl } from "../acl/acl.ts";
import { denialAtExecText, denialText } from "../acl/denial.ts";
import type { AclLogContext } from "../acl/log.ts";
import type { Denial } from "../acl/permissions.ts";
import { CommandContext, EVENT, type EventClass } from "../commands/context.ts";
import { CommandError } from "../commands/errors.ts";
import { buildCommandIndex, FLAG, type CommandEntry, type CommandIndex } from "../commands/registry.ts";
import { idleSeconds, LFU_INITIAL, lfuCounter, lfuIncremented, lfuWord, lruWord } from "../keyspace/access.ts";
import type { Database } from "../keyspace/database.ts";
import { Keyspace } from "../keyspace/keyspace.ts";
import type { Args } from "../resp/args.ts";
import { LatencyMonitor } from "../observe/latency-monitor.ts";
import { ProtocolError, type RequestLimits } from "../resp/request-parser.ts";
import type { CollectionSettings } from "../types/settings.ts";
import { BlockedClients } from "./blocked.ts";
import { describeClient } from "./client-info.ts";
import { Client, type ClientAddress, type ClientSink, type QueuedCommand } from "./client.ts";
import { collectionSettings } from "./collection-settings.ts";
import { Config, parseEventLetters } from "./config.ts";
import { Effects } from "./effects.ts";
import { MemoryLimit } from "./memory-limit.ts";
import { monitorLine } from "./monitor.ts";
import type { PersistenceDoor } from "./persistence-door.ts";
import { type EngineOptions, type HostFacts, NO_FACTS, NO_FILES, type SettingsFiles } from "./options.ts";
import { Pause } from "./pause.ts";
import { PubSub } from "./pubsub.ts";
import { redacted } from "./redacted.ts";
import { SlowLog } from "./slow-log.ts";
import { Stats } from "./stats.ts";
import { Stopwatch } from "./stopwatch.ts";
import { unknownCommand, unknownSubcommand } from "./unknown-command.ts";
import { REDIS_VERSION } from "./version.ts";

/** Intercepts commands before they run: fault injection. Returns whether it took the command over. */
export type Interceptor = (client: Client, entry: CommandEntry, args: Args) => boolean;

const SUBSCRIBER_COMMANDS = new Set([
  "ping",
  "quit",
  "reset",
  "subscribe",
  "ssubscribe",
  "psubscribe",
  "unsubscribe",
  "sunsubscribe",
  "punsubscribe",
]);
/** Commands that act on the MULTI queue itself instead of going into it. */
const NOT_QUEUED = new Set(["exec", "discard", "multi", "watch", "quit", "reset"]);
/** Buckets that `cron` moves for each table that is being rehashed. */
const REHASH_BUCKETS_PER_CRON = 2048;
const OUT_OF_MEMORY = "OOM command not allowed when used memory > 'maxmemory'.";
/** Share of the time between two runs of `cron` that active expiry may take. */
const EXPIRE_SHARE = 0.25;

export class Engine {
  readonly version: string = REDIS_VERSION;
  readonly random: Random;
  readonly config: Config;
  /** What lists, hashes, sets and sorted sets go by. */
  readonly collections: CollectionSettings;
  readonly facts: HostFacts;
  readonly files: SettingsFiles;
  readonly startedMs: number;
  /** What the process took before there was any data. */
  readonly startupBytes: number;
  readonly runId: string;
  /** Names this history of changes; replicas ask for it. */
  replicationId: string;
  readonly commands: CommandIndex = buildCommandIndex();
  readonly acl: Acl = new Acl(this.commands);
  readonly keyspace: Keyspace;
  readonly clients: Map<number, Client> = new Map();
  readonly pubsub: PubSub = new PubSub((client) => this.wrote(client));
  readonly effects: Effects = new Effects();
  readonly blocked: BlockedClients;
  readonly stats: Stats = new Stats();
  readonly slowLog: SlowLog = new SlowLog();
  readonly latency: LatencyMonitor = new LatencyMonitor();
  readonly limits: RequestLimits;
  /** Classes of keyspace events that are published (notify-keyspace-events). */
  eventClasses = 0;
  /** DEBUG SET-ACTIVE-EXPIRE. */
  activeExpire = true;
  /** An LFU policy is chosen: access words hold frequencies. */
  countsFrequency = false;
  /** OBJECT REFCOUNT shows small integers as shared, unless a maxmemory policy needs each to be its own. */
  sharesIntegers = true;
  operationsPerSecond = 0;
  intercept: Interceptor | undefined = undefined;
  /** Undefined: nothing is kept on disk. */
  persistence: PersistenceDoor | undefined = undefined;
  /**
   * Asked before replies leave, with what was propagated since: false holds them back, and what clients send meanwhile, until
   * `release`. So many clients share one sync of the append-only file.
   */
  commit: (() => boolean) | undefined = undefined;
  /** SHUTDOWN was asked for, and what was to be saved is: whoever owns the engine ends. */
  onShutdown: (() => void) | undefined = undefined;
  /** A file is being read: commands get an error, and nothing expires. */
  #loading = false;
  /** Why commands that write are refused. */
  #writesRefused = "";
  /** `loading` or `writesRefused`. */
  #restricted = false;
  #held = false;
  /** What came while replies were held. */
  #heldWork: (() => void)[] = [];
  readonly #context: CommandContext;
  readonly #monotonic: () => number;
  readonly #monitors = new Set<Client>();
  #now: number;
  #accessClock = 0;
  #nextClientId = 1;
  /** Clients with output that was not flushed. */
  #flushable: Client[] = [];
  /** Clients that were unblocked and may have commands waiting in their parsers. */
  #resumable: Client[] = [];
  readonly #pause = new Pause();
  readonly #stopwatch: Stopwatch;
  #slowerThanMicroseconds = 10_000;
  /** 0: spikes are not noted. */
  #latencyThresholdMs = 0;
  readonly #memoryLimit: MemoryLimit;
  #lfuFactor = 10;
  #lfuDecayMinutes = 1;
  #lastCronMs = 0;
  #lastCronCommands = 0;

  constructor(options: EngineOptions) {
    this.random = options.random;
    this.#monotonic = options.monotonic;
    this.#stopwatch = new Stopwatch(options.monotonic);
    this.config = options.config ?? new Config();
    this.facts = options.facts ?? NO_FACTS;
    this.files = options.files ?? NO_FILES;
    this.startedMs = options.now;
    this.startupBytes = this.facts.memory().usedBytes;
    this.#now = options.now;
    this.#lastCronMs = options.now;
    this.runId = randomHex(options.random);
    this.replicationId = randomHex(options.random);
    this.limits = { maxBulkBytes: 0, maxPendingBytes: 0 };
    const blocked = (): BlockedClients => this.blocked;
    this.keyspace = new Keyspace(this.config.number("databases"), options.random, {
      expired: (database, key) => this.#expired(database, key),
      fieldsExpired: (database, key, fields, emptied) => this.#fieldsExpired(database, key, fields, emptied),
      get mindsRemoval() {
        return blocked().minding;
      },
      removed: (database, key) => {
        if (key === undefined) this.blocked.signalAll(database);
        else this.blocked.signal(database, key);
      },
    });
    this.#memoryLimit = new MemoryLimit({
      keyspace: this.keyspace,
      random: options.random,
      monotonic: options.monotonic,
      evicted: (database, key) => this.#evicted(database, key),
      done: () => this.effects.unitDone(),
    });
    this.setNow(options.now);
    this.collections = collectionSettings(this.keyspace.seed, this.config);
    this.#context = new CommandContext(this);
    this.blocked = new BlockedClients({
      now: () => this.#now,
      retry: (client) => this.#retry(client),
      resume: (client) => this.#resume(client),
    });
    this.config.onChange((name, value) => {
      if (name === "requirepass") this.acl.setDefaultPassword(value);
      this.#applyConfig();
    });
    this.acl.setDefaultPassword(this.config.text("requirepass"));
    this.#applyConfig();
  }

  /** Settings that the hot path asks for are kept as fields. */
  #applyConfig(): void {
    const { config } = this;
    this.acl.allChannelsByDefault = config.text("acl-pubsub-default") === "allchannels";
    this.eventClasses = parseEventLetters(config.text("notify-keyspace-events"));
    this.limits.maxBulkBytes = config.number("proto-max-bulk-len");
    this.limits.maxPendingBytes = config.number("client-query-buffer-limit");
    this.#slowerThanMicroseconds = config.number("slowlog-log-slower-than");
    this.#stopwatch.tracksLatency = config.flag("latency-tracking");
    this.#latencyThresholdMs = config.number("latency-monitor-threshold");
    this.#stopwatch.slowLogThreshold = this.#slowerThanMicroseconds;
    this.#memoryLimit.configure(config);
    const policy = config.text("maxmemory-policy");
    this.#lfuDecayMinutes = config.number("lfu-decay-time");
    this.#lfuFactor = config.number("lfu-log-factor");
    this.countsFrequency = policy.endsWith("lfu");
    this.sharesIntegers = config.number("maxmemory") === 0 || !/l[rf]u$/.test(policy);
  }

  /** The time as commands see it. */
  get now(): number {
    return this.#now;
  }

  /** Sets the time; it holds until set again. */
  setNow(now: number): void {
    this.#now = now;
    this.#accessClock = lruWord(now);
    this.keyspace.freshAccess = this.countsFrequency ? lfuWord(now, LFU_INITIAL) : this.#accessClock;
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
      this.acl.defaultUser,
      !this.acl.requiresAuthentication,
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
    this.#monitors.delete(client);
    this.clients.delete(client.id);
    client.reply.clear();
  }

  /** Ends a client's connection (CLIENT KILL); its own comes last, after its reply. */
  kill(victim: Client, by: Client | undefined): void {
    if (victim === by) {
      victim.closing = true;
      return;
    }
    this.blocked.release(victim);
    victim.closing = true;
    victim.reply.clear();
    this.wrote(victim);
  }

  /** Ends the server, and with it the process that has no other work (SHUTDOWN). */
  requestShutdown(): void {
    this.onShutdown?.();
  }

  get loading(): boolean {
    return this.#loading;
  }

  set loading(loading: boolean) {
    this.#loading = loading;
    this.keyspace.expiryPaused = loading || this.#pause.untilMs > 0;
    this.#restricted = loading || this.#writesRefused !== "";
  }

  /** The error that commands that write get; empty: none. */
  set writesRefused(message: string) {
    this.#writesRefused = message;
    this.#restricted = this.#loading || message !== "";
  }

  /** Bytes from a client, at `now`; the chunk is free again afterwards. Call `flush` when all that arrived was given. */
  receive(client: Client, chunk: Buffer, now: number): void {
    if (client.closing || client.closed) return;
    if (this.#held) {
      const kept = Buffer.from(chunk);
      this.#heldWork.push(() => this.receive(client, kept, this.#now));
      return;
    }
    this.setNow(now);
    client.lastInteractionMs = now;
    client.bytesIn += chunk.length;
    this.stats.netInputBytes += chunk.length;
    this.stats.readsProcessed++;
    this.#stopwatch.start();
    try {
      client.parser.feed(chunk);
    } catch (error) {
      this.stats.clientQueryBufferLimitDisconnections++;
      this.#protocolError(client, error);
      return;
    }
    this.#drain(client);
    if (this.#resumable.length > 0) this.#drainResumable();
    this.#stopwatch.settle();
    client.parser.keep();
  }

  #drain(client: Client): void {
    const { parser, args } = client;
    try {
      while (client.blocked === undefined && !client.closing && !client.paused && parser.next(args)) {
        this.process(client, args);
      }
    } catch (error) {
      this.#protocolError(client, error);
    }
  }

  #resume(client: Client): void {
    this.wrote(client);
    this.#resumable.push(client);
  }

  #drainResumable(): void {
    for (let client = this.#resumable.shift(); client !== undefined; client = this.#resumable.shift()) {
      if (!client.closed) this.#drain(client);
    }
  }

  #protocolError(client: Client, error: unknown): void {
    if (!(error instanceof ProtocolError)) throw error;
    this.replyError(client, error.message);
    this.wrote(client);
    client.closing = true;
  }

  /** Runs one command of a client: checks, then queue or call. */
  process(client: Client, args: Args): void {
    if (!client.flushing) this.wrote(client);
    let entry = this.commands.find(args, 0);
    if (entry === undefined) {
      this.#reject(client, undefined, unknownCommand(args));
      return;
    }
    if (entry.subcommands !== undefined && args.length > 1) {
      const subcommand = entry.subcommands.find(args, 1);
      if (subcommand === undefined) {
        this.#reject(client, undefined, unknownSubcommand(entry, args));
        return;
      }
      entry = subcommand;
    }
    if (!entry.accepts(args.length) || entry.handler === undefined) {
      this.#reject(client, entry, `ERR wrong number of arguments for '${entry.fullName}' command`);
      return;
    }
    if (!client.authenticated && (entry.bits & FLAG.noAuth) === 0 && this.acl.requiresAuthentication) {
      this.#reject(client, entry, "NOAUTH Authentication required.");
      return;
    }
    if (client.queue !== undefined && (entry.bits & FLAG.noMulti) !== 0) {
      this.#reject(client, entry, "ERR Command not allowed inside a transaction");
      return;
    }
    if (!client.user.unrestricted) {
      const denial = this.acl.check(client.user, entry, args);
      if (denial !== undefined) {
        this.logDenial(client, entry, args, denial, client.queue === undefined ? "toplevel" : "multi");
        this.#reject(client, entry, denialText(client.user, entry, denial));
        return;
      }
    }
    if (this.#memoryLimit.applies && this.#isOutOfMemory(client, entry)) {
      this.#reject(client, entry, OUT_OF_MEMORY);
      return;
    }
    if (
      client.reply.resp === 2 &&
      this.pubsub.inUse &&
      client.subscriberMode &&
      !SUBSCRIBER_COMMANDS.has(entry.row.name)
    ) {
      this.#reject(
        client,
        entry,
        `ERR Can't execute '${entry.fullName}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
      );
      return;
    }
    if (this.#pause.untilMs > 0 && this.#pause.holdsBack(client, entry, args)) return;
    if (this.#restricted && this.#isRefused(client, entry)) return;
    if (client.queue !== undefined && !NOT_QUEUED.has(entry.row.name)) {
      client.queue.push({ entry, args: args.copy() });
      client.reply.rawString("+QUEUED\r\n");
      return;
    }
    if (this.intercept !== undefined && this.intercept(client, entry, args)) return;
    this.run(client, entry, args);
  }

  #isRefused(client: Client, entry: CommandEntry): boolean {
    if (this.#loading && (entry.bits & FLAG.loading) === 0) {
      this.#reject(client, entry, "LOADING Redis is loading the dataset in memory");
      return true;
    }
    if (this.#writesRefused === "" || ((entry.bits & FLAG.write) === 0 && entry.row.name !== "ping")) return false;
    this.#reject(client, entry, this.#writesRefused);
    return true;
  }

  /** Runs a command out of an append-only file, as `client`. Returns false for a command that there is not. */
  replay(client: Client, args: Args): boolean {
    const found = this.commands.find(args, 0);
    const entry = args.length > 1 ? (found?.subcommands?.find(args, 1) ?? found) : found;
    if (entry?.handler === undefined || !entry.accepts(args.length)) return false;
    const ctx = this.#context;
    ctx.canBlock = false;
    this.call(client, entry, args);
    ctx.canBlock = true;
    client.reply.clear();
    return true;
  }

  /** Calls a command, and does what follows from it: effects leave, blocked clients are served. */
  run(client: Client, entry: CommandEntry, args: Args): void {
    const mark = client.reply.length;
    this.call(client, entry, args);
    if (client.replyMode !== "on") this.#muteReply(client, mark);
    this.effects.unitDone();
    if (this.blocked.hasReady) this.blocked.serve();
  }

  /** Runs a command that was held back, and lets the client's pipeline go on. Call `flush` after it. */
  resumeHeld(client: Client, args: Args): void {
    if (this.#held) {
      this.#heldWork.push(() => this.resumeHeld(client, args));
      return;
    }
    client.paused = false;
    if (client.closed || client.closing) return;
    const entry = this.commands.find(args, 0);
    if (entry === undefined) return;
    this.wrote(client);
    const subcommand = args.length > 1 ? entry.subcommands?.find(args, 1) : undefined;
    this.#stopwatch.start();
    this.run(client, subcommand ?? entry, args);
    this.#drain(client);
    this.#drainResumable();
  }

  /** CLIENT REPLY OFF and SKIP: the reply is made, and dropped. */
  #muteReply(client: Client, mark: number): void {
    if (client.replyMode === "skip-next") {
      client.replyMode = "skip";
      client.reply.truncate(mark);
      return;
    }
    client.reply.truncate(mark);
    if (client.replyMode === "skip") client.replyMode = "on";
  }

  #reject(client: Client, entry: CommandEntry | undefined, message: string): void {
    if (entry !== undefined) entry.rejectedCalls++;
    if (client.queue !== undefined) client.queueFailed = true;
    const mark = client.reply.length;
    this.replyError(client, message);
    if (client.replyMode !== "on") this.#muteReply(client, mark);
  }

  /** Sends an error and counts it. */
  replyError(client: Client, message: string): void {
    client.reply.error(message);
    this.stats.errorReplies++;
    const space = message.indexOf(" ");
    const code = space < 0 ? message : message.slice(0, space);
    this.stats.errors.set(code, (this.stats.errors.get(code) ?? 0) + 1);
  }

  /** Executes one command: from a client, from EXEC, or of a blocked client again. */
  call(client: Client, entry: CommandEntry, args: Args): void {
    const ctx = this.#context;
    const { reply, db } = client;
    ctx.args = args;
    ctx.reply = reply;
    ctx.client = client;
    ctx.db = db;
    ctx.command = entry;
    ctx.now = this.#now;
    ctx.dirty = 0;
    this.#stopwatch.before(entry);
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
    const { dirty } = ctx;
    this.stats.dirty += dirty;
    if (this.effects.active) this.effects.commandDone(db.index, args, dirty > 0);
    const microseconds = this.#stopwatch.after(entry, args.length);
    if (this.#latencyThresholdMs > 0 && microseconds >= this.#latencyThresholdMs * 1000) {
      const event = entry.row.flags.includes("fast") ? "fast-command" : "command";
      this.latency.add(event, Math.floor(microseconds / 1000), Math.floor(this.#now / 1000));
    }
    if (this.#monitors.size > 0 && !ctx.retrying && (entry.bits & (FLAG.skipMonitor | FLAG.admin)) === 0) {
      this.#tellMonitors(client, redacted(entry, args));
    }
    if (this.#slowerThanMicroseconds >= 0 && microseconds >= this.#slowerThanMicroseconds) {
      this.#logSlow(client, entry, args, microseconds);
    }
  }

  #logSlow(client: Client, entry: CommandEntry, args: Args, microseconds: number): void {
    if ((entry.bits & FLAG.skipSlowlog) !== 0) return;
    const limit = this.config.number("slowlog-max-len");
    const seconds = Math.floor(this.#now / 1000);
    this.slowLog.add(
      redacted(entry, args),
      seconds,
      Math.round(microseconds),
      client.address.remote,
      client.name,
      limit,
    );
  }

  /** Runs what MULTI queued, as one unit, with time standing still. */
  execute(client: Client, queue: readonly QueuedCommand[]): void {
    const ctx = this.#context;
    const { args, command } = ctx;
    ctx.canBlock = false;
    let dirty = 0;
    for (const queued of queue) {
      const denial = this.acl.check(client.user, queued.entry, queued.args);
      if (denial !== undefined) {
        this.logDenial(client, queued.entry, queued.args, denial, "multi");
        this.replyError(client, denialAtExecText(denial));
        continue;
      }
      this.call(client, queued.entry, queued.args);
      dirty += ctx.dirty;
    }
    ctx.canBlock = true;
    ctx.args = args;
    ctx.command = command;
    // EXEC itself changed nothing: its commands were counted.
    ctx.dirty = 0;
  }

  /** Notes in ACL LOG that a request was refused. */
  logDenial(client: Client, entry: CommandEntry, args: Args, denial: Denial, context: AclLogContext): void {
    const object = denial.reason === "command" ? entry.fullName : args.string(denial.index);
    const clientInfo = describeClient(client, this.#now);
    const event = { reason: denial.reason, context, object, username: client.user.name, clientInfo };
    this.acl.log.add(event, this.#now, this.config.number("acllog-max-len"));
  }

  /** Forgets the MULTI queue and what was watched for it. */
  discardQueue(client: Client): void {
    client.queue = undefined;
    client.queueFailed = false;
    client.unwatchAll();
  }

  /** Whether a key that the client watches has expired since WATCH, noticed or not. */
  watchedExpired(client: Client): boolean {
    return client.watched.some(({ db, key, existed }) => existed && db.findKey(key) === 0);
  }

  #retry(client: Client): void {
    const state = client.blocked!;
    const ctx = this.#context;
    ctx.retrying = true;
    const { db } = client;
    client.db = state.db;
    this.wrote(client);
    this.#stopwatch.start();
    try {
      this.call(client, state.entry, state.args);
    } finally {
      ctx.retrying = false;
      client.db = db;
    }
    this.effects.unitDone();
  }

  /** Notes that `client` has output. */
  wrote(client: Client): void {
    if (client.flushing) return;
    client.flushing = true;
    this.#flushable.push(client);
  }

  /** Hands every client's output to its sink: one write per client and batch. */
  flush(): void {
    if (this.#held) return;
    if (this.commit !== undefined && !this.commit()) {
      this.#held = true;
      return;
    }
    this.#deliver();
  }

  /** What was committed is durable: replies leave, and what came meanwhile is done. */
  release(now: number): void {
    if (!this.#held) return;
    this.#held = false;
    this.#deliver();
    this.setNow(now);
    const work = this.#heldWork;
    this.#heldWork = [];
    for (const each of work) each();
    this.tick(now);
    this.flush();
  }

  /** What was committed will not become durable: nobody may hear that it was done. */
  fail(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#heldWork = [];
    for (const client of this.#flushable) {
      client.flushing = false;
      client.reply.clear();
      client.sink.close(client);
    }
    this.#flushable = [];
  }

  #deliver(): void {
    while (this.#flushable.length > 0) {
      const clients = this.#flushable;
      this.#flushable = [];
      for (const client of clients) {
        client.flushing = false;
        if (client.closed) continue;
        const { length } = client.reply;
        if (length > 0) {
          client.bytesOut += length;
          this.stats.netOutputBytes += length;
          this.stats.writesProcessed++;
          client.sink.flush(client);
        }
        if (client.closing) client.sink.close(client);
      }
    }
  }

  /** When `tick` wants to be called next, in milliseconds since the epoch; Infinity when nothing waits. */
  get nextWakeMs(): number {
    if (this.#held) return Infinity;
    const pauseEnds = this.#pause.untilMs > 0 ? this.#pause.untilMs : Infinity;
    return Math.min(this.blocked.earliestDeadlineMs, pauseEnds);
  }

  /** Times out blocked clients and ends pauses. Call `flush` after it. */
  tick(now: number): void {
    this.setNow(now);
    if (this.#held) return;
    if (this.#pause.untilMs > 0 && now >= this.#pause.untilMs) this.unpause();
    this.blocked.expire();
    this.#drainResumable();
  }

  /**
   * What goes on in the background, ten times a second: active expiry for at most a quarter of the time, rehashing, the rate of
   * operations. Call `flush` after it. Returns whether there will be more to do without further commands.
   */
  cron(now: number): boolean {
    this.setNow(now);
    const elapsedMs = Math.max(1, now - this.#lastCronMs);
    this.operationsPerSecond = Math.round(((this.stats.commandsProcessed - this.#lastCronCommands) * 1000) / elapsedMs);
    this.#lastCronMs = now;
    this.#lastCronCommands = this.stats.commandsProcessed;
    if (this.activeExpire && this.#pause.untilMs === 0) {
      const started = this.#monotonic();
      const budgetMs = (1000 / this.config.number("hz")) * EXPIRE_SHARE;
      this.keyspace.expireCycle(() => {
        if (this.#monotonic() - started < budgetMs) return false;
        this.stats.expiredTimeCapReached++;
        return true;
      });
      this.stats.expireCycleMs += this.#monotonic() - started;
      this.effects.unitDone();
    }
    const short = this.#memoryLimit.applies && this.makeRoom() && this.#memoryLimit.exceeded;
    let busy = this.operationsPerSecond > 0 || short;
    for (const { keys, expiry, hashesWithExpiry } of this.keyspace.databases) {
      if (keys.rehashStep(REHASH_BUCKETS_PER_CRON) || expiry.size > 0 || hashesWithExpiry.size > 0) busy = true;
    }
    return busy;
  }

  /** Removes all keys that have expired by `now`: for a clock that is moved by hand. Call `flush` after it. */
  expireAll(now: number): void {
    this.setNow(now);
    if (this.activeExpire) this.keyspace.expireAll();
    this.effects.unitDone();
  }

  /** Holds commands back until `untilMs`: all of them, or those that write. A longer pause that is on stays. */
  pause(untilMs: number, all: boolean): void {
    this.#pause.extend(untilMs, all);
    this.keyspace.expiryPaused = true;
  }

  unpause(): void {
    this.keyspace.expiryPaused = this.#loading;
    for (const client of this.#pause.end()) {
      client.paused = false;
      if (client.closed) continue;
      const held = client.held!;
      client.held = undefined;
      this.process(client, held);
      this.#resume(client);
    }
  }

  /** As after a change of masters: what replicas know is no longer a part of this history. */
  changeReplicationId(): void {
    this.replicationId = randomHex(this.random);
  }

  setMonitor(client: Client, on: boolean): void {
    client.monitor = on;
    if (on) this.#monitors.add(client);
    else this.#monitors.delete(client);
  }

  #tellMonitors(client: Client, args: Args): void {
    const line = monitorLine(this.#now, client.db.index, client.address.remote, args);
    for (const monitor of this.#monitors) {
      monitor.reply.simple(line);
      this.wrote(monitor);
    }
  }

  resetStats(): void {
    this.stats.reset();
    for (const entry of this.commands.entries) {
      for (const each of [entry, ...(entry.subcommands?.entries ?? [])]) each.resetStats();
    }
  }

  /** Marks that a key was used now. */
  recordAccess(db: Database, id: number): void {
    if (this.#context.client.noTouch && this.#context.command.row.name !== "touch") return;
    db.keys.setAccess(id, this.countsFrequency ? this.#usedMore(db, id) : this.#accessClock);
  }

  #usedMore(db: Database, id: number): number {
    const counter = lfuIncremented(this.frequency(db, id), this.#lfuFactor, this.random.float());
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

  /** Makes room, if it is short; whether the command must be refused because there was nothing to remove. */
  #isOutOfMemory(client: Client, entry: CommandEntry): boolean {
    if (this.makeRoom()) return false;
    const { name } = entry.row;
    if (name === "exec") return client.queue?.some((queued) => (queued.entry.bits & FLAG.denyoom) !== 0) === true;
    // A queue takes memory too, whatever is queued.
    const queues = client.queue !== undefined && !NOT_QUEUED.has(name);
    return queues || (entry.bits & FLAG.denyoom) !== 0;
  }

  /** What maxmemory is compared with: the keyspace while it is limited, else all that the process takes. */
  get usedBytes(): number {
    return this.#memoryLimit.applies ? this.keyspace.memoryBytes : this.facts.memory().usedBytes;
  }

  /** Evicts what must go for the keys to be within maxmemory; false when there is nothing that may. */
  makeRoom(): boolean {
    return this.#memoryLimit.makeRoom(this.#now);
  }

  #evicted(database: Database, key: string): void {
    this.stats.evictedKeys++;
    this.effects.addBeside(database.index, ["DEL", key]);
    if (database.watched) database.touch(key);
    if (this.notifies) this.notify(EVENT.evicted, "evicted", database, key);
  }

  /** Publishes a keyspace event, if its class is wanted. */
  notify(eventClass: EventClass, event: string, db: Database, key: string): void {
    if ((this.eventClasses & eventClass) === 0) return;
    if ((this.eventClasses & EVENT.keyspace) !== 0) this.pubsub.publish(`__keyspace@${db.index}__:${key}`, event);
    if ((this.eventClasses & EVENT.keyevent) !== 0) this.pubsub.publish(`__keyevent@${db.index}__:${event}`, key);
  }

  #fieldsExpired(db: Database, key: string, fields: readonly string[], emptied: boolean): void {
    this.stats.expiredSubkeys += fields.length;
    this.effects.addBeside(db.index, ["HDEL", key, ...fields]);
    this.notify(EVENT.hash, "hexpired", db, key);
    if (emptied) this.notify(EVENT.generic, "del", db, key);
    if (db.watched) db.touch(key);
  }

  #expired(db: Database, key: string): void {
    this.stats.expiredKeys++;
    this.effects.addBeside(db.index, ["DEL", key]);
    if (this.notifies) this.notify(EVENT.expired, "expired", db, key);
    if (db.watched) db.touch(key);
  }
}

/** 40 hexadecimal digits. */
function randomHex(random: Random): string {
  return Array.from(random.bytes(20), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
