/**
 * The server without a network: clients, databases, and the way of a command from bytes to reply.
 *
 * Whoever owns an engine gives it bytes and the time (`receive`), lets it send (`flush`), and calls `tick` when `nextWakeMs` says so
 * and `cron` ten times a second. The engine starts no timer and reads no clock but the one for durations that it is given.
 *
 * Bytes become commands in inbox.ts. A command goes through: lookup, what it must pass (admission.ts), pause, the MULTI queue, `call`
 * (execution.ts), as in Redis' processCommand and call. Its reply leaves with the batch (outbox.ts).
 */
import type { Buffer } from "node:buffer";
import type { Random } from "@tenon/kit";
import { Acl } from "../acl/acl.ts";
import type { AclLogContext } from "../acl/log.ts";
import type { Denial } from "../acl/permissions.ts";
import type { EventClass } from "../commands/context.ts";
import { buildCommandIndex, type CommandEntry, type CommandIndex } from "../commands/registry.ts";
import type { Database } from "../keyspace/database.ts";
import { Keyspace } from "../keyspace/keyspace.ts";
import type { Args } from "../resp/args.ts";
import type { LatencyMonitor } from "../observe/latency-monitor.ts";
import type { RequestLimits } from "../resp/request-parser.ts";
import type { CollectionSettings } from "../types/settings.ts";
import { AccessClock } from "./access-clock.ts";
import { Admission, isQueued } from "./admission.ts";
import { Background } from "./background.ts";
import { BlockedClients } from "./blocked.ts";
import { describeClient } from "./client-info.ts";
import { Client, type ClientAddress, type ClientSink, type QueuedCommand } from "./client.ts";
import { collectionSettings } from "./collection-settings.ts";
import { Config, parseEventLetters } from "./config.ts";
import { Effects } from "./effects.ts";
import { Execution } from "./execution.ts";
import { Inbox } from "./inbox.ts";
import { KeyEvents } from "./key-events.ts";
import { MemoryLimit } from "./memory-limit.ts";
import { Migrations } from "./migrations.ts";
import { Monitors } from "./monitor.ts";
import { Outbox } from "./outbox.ts";
import type { PersistenceDoor } from "./persistence-door.ts";
import { type EngineOptions, type HostFacts, NO_FACTS, NO_FILES, type SettingsFiles } from "./options.ts";
import { Replication } from "../replication/replication.ts";
import { Pause } from "./pause.ts";
import { PubSub } from "./pubsub.ts";
import { Scripts } from "./scripts.ts";
import type { SlowLog } from "./slow-log.ts";
import { Stats } from "./stats.ts";
import { Scripting } from "../scripting/scripting.ts";
import { unknownCommand, unknownSubcommand } from "./unknown-command.ts";
import { REDIS_VERSION } from "./version.ts";

/** Intercepts commands before they run: fault injection. Returns whether it took the command over. */
export type Interceptor = (client: Client, entry: CommandEntry, args: Args) => boolean;

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
  readonly commands: CommandIndex = buildCommandIndex();
  readonly acl: Acl = new Acl(this.commands);
  readonly keyspace: Keyspace;
  readonly clients: Map<number, Client> = new Map();
  readonly stats: Stats = new Stats();
  readonly effects: Effects = new Effects();
  readonly scripting: Scripting;
  readonly scripts: Scripts;
  readonly blocked: BlockedClients;
  readonly #outbox = new Outbox(this.stats);
  readonly pubsub: PubSub = new PubSub((client) => this.wrote(client));
  readonly #events = new KeyEvents(this.pubsub, this.effects, this.stats);
  readonly #monitors = new Monitors(this.#outbox);
  readonly limits: RequestLimits;
  /** DEBUG SET-ACTIVE-EXPIRE. */
  activeExpire = true;
  /** OBJECT REFCOUNT shows small integers as shared, unless a maxmemory policy needs each to be its own. */
  sharesIntegers = true;
  intercept: Interceptor | undefined = undefined;
  /** Undefined: nothing is kept on disk. */
  persistence: PersistenceDoor | undefined = undefined;
  /** SHUTDOWN was asked for, and what was to be saved is: whoever owns the engine ends. */
  onShutdown: (() => void) | undefined = undefined;
  /** Where redis.log of scripts writes. */
  readonly log: (level: "debug" | "verbose" | "notice" | "warning", message: string) => void;
  readonly #execution: Execution;
  readonly #inbox: Inbox;
  readonly #access: AccessClock;
  readonly #background: Background;
  #now: number;
  #nextClientId = 1;
  readonly #pause = new Pause();
  readonly #memoryLimit: MemoryLimit;
  readonly #admission: Admission;
  readonly replication: Replication;
  readonly migrations: Migrations = new Migrations(this);

  constructor(options: EngineOptions) {
    this.random = options.random;
    this.#access = new AccessClock(options.random);
    this.config = options.config ?? new Config();
    this.facts = options.facts ?? NO_FACTS;
    this.files = options.files ?? NO_FILES;
    this.startedMs = options.now;
    this.startupBytes = this.facts.memory().usedBytes;
    this.#now = options.now;
    this.runId = randomHex(options.random);
    this.limits = { maxBulkBytes: 0, maxPendingBytes: 0 };
    const blocked = (): BlockedClients => this.blocked;
    this.keyspace = new Keyspace(this.config.number("databases"), options.random, {
      expired: (database, key) => this.#events.expired(database, key),
      fieldsExpired: (database, key, fields, emptied) => this.#events.fieldsExpired(database, key, fields, emptied),
      get mindsRemoval() {
        return blocked().minding;
      },
      removed: (database, key) => {
        if (key === undefined) this.blocked.signalAll(database);
        else this.blocked.signal(database, key);
      },
    });
    const { keyspace, stats } = this;
    this.#memoryLimit = new MemoryLimit({
      keyspace,
      random: options.random,
      monotonic: options.monotonic,
      evicted: (database, key) => this.#events.evicted(database, key),
      done: () => this.effects.unitDone(),
    });
    this.replication = new Replication(this);
    this.#outbox.beforeDelivery = () => this.replication.replicas.pump();
    this.#admission = new Admission(this, this.#memoryLimit);
    this.#background = new Background({ keyspace, stats, monotonic: options.monotonic }, options.now);
    this.collections = collectionSettings(this.keyspace.seed, this.config);
    this.#execution = new Execution(this, this.#monitors, options.monotonic);
    this.scripting = new Scripting(this, options.processorClock ?? options.monotonic);
    this.log = options.log ?? (() => {});
    this.#inbox = new Inbox(this, this.#outbox, this.#execution.stopwatch);
    const [admission, execution, inbox, outbox] = [this.#admission, this.#execution, this.#inbox, this.#outbox];
    this.scripts = new Scripts({ engine: this, admission, execution, inbox, outbox });
    this.setNow(options.now);
    this.blocked = new BlockedClients({
      now: () => this.#now,
      retry: (client) => this.#execution.retry(client),
      replyError: (client, message) => this.replyError(client, message),
      resume: (client) => this.#inbox.resume(client),
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
    this.#events.classes = parseEventLetters(config.text("notify-keyspace-events"));
    this.limits.maxBulkBytes = config.number("proto-max-bulk-len");
    this.limits.maxPendingBytes = config.number("client-query-buffer-limit");
    this.#execution.configure(config);
    this.#memoryLimit.configure(config);
    this.#access.configure(config);
    this.sharesIntegers = config.number("maxmemory") === 0 || !/l[rf]u$/.test(config.text("maxmemory-policy"));
  }

  /** The time as commands see it. */
  get now(): number {
    return this.#now;
  }

  /** Sets the time; it holds until set again. */
  setNow(now: number): void {
    if (this.scripts.busy) return;
    this.#now = now;
    this.#access.now = now;
    this.keyspace.freshAccess = this.#access.freshWord;
    this.keyspace.now = now;
  }

  /** Whether any keyspace event may be wanted. */
  get notifies(): boolean {
    return this.#events.classes !== 0;
  }

  get slowLog(): SlowLog {
    return this.#execution.slow.log;
  }

  get latency(): LatencyMonitor {
    return this.#execution.slow.latency;
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
    this.#monitors.remove(client);
    this.replication.left(client);
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

  /** A file is being read: commands get an error, and nothing expires. */
  get loading(): boolean {
    return this.#admission.loading;
  }

  set loading(loading: boolean) {
    this.#admission.loading = loading;
    this.effects.paused = loading;
    this.keyspace.ignoresExpiry = loading;
  }

  /** The error that commands that write get; empty: none. */
  set writesRefused(message: string) {
    this.#admission.writesRefused = message;
  }

  /**
   * Asked before replies leave, with what was propagated since: false holds them back, and what clients send meanwhile, until
   * `release`.
   */
  set commit(commit: (() => boolean) | undefined) {
    this.#outbox.commit = commit;
  }

  /** Bytes from a client, at `now`; the chunk is free again afterwards. Call `flush` when all that arrived was given. */
  receive(client: Client, chunk: Buffer, now: number): void {
    this.#inbox.receive(client, chunk, now);
  }

  /** Runs one command of a client: checks, then queue or call. */
  process(client: Client, args: Args): void {
    if (!client.flushing) this.wrote(client);
    let entry = this.commands.find(args, 0);
    if (entry === undefined) {
      this.#execution.reject(client, undefined, unknownCommand(args));
      return;
    }
    if (entry.subcommands !== undefined && args.length > 1) {
      const subcommand = entry.subcommands.find(args, 1);
      if (subcommand === undefined) {
        this.#execution.reject(client, undefined, unknownSubcommand(entry, args));
        return;
      }
      entry = subcommand;
    }
    const refusal = this.#admission.refusal(client, entry, args);
    if (refusal !== undefined) {
      this.#execution.reject(client, entry, refusal);
      return;
    }
    const lateRefusal = this.#admission.lateRefusal(client, entry, args);
    if (lateRefusal !== undefined) {
      this.#execution.reject(client, entry, lateRefusal);
      return;
    }
    if (this.#pause.untilMs > 0 && this.#pause.holdsBack(client, entry, args, this.bitsOf(entry, args))) return;
    if (client.queue !== undefined && isQueued(client, entry)) {
      client.queue.push({ entry, args: args.copy() });
      client.reply.rawString("+QUEUED\r\n");
      return;
    }
    if (this.intercept !== undefined && this.intercept(client, entry, args)) return;
    this.run(client, entry, args);
  }

  /** Runs a command out of an append-only file, as `client`. Returns false for a command that there is not. */
  replay(client: Client, args: Args): boolean {
    const found = this.commands.find(args, 0);
    const entry = args.length > 1 ? (found?.subcommands?.find(args, 1) ?? found) : found;
    if (entry?.handler === undefined || !entry.accepts(args.length)) return false;
    this.#execution.replay(client, entry, args);
    return true;
  }

  /**
   * Does what a master says, as one unit, unchecked: it was checked there. Keys that have expired are there until the master removes
   * them. Call `flush` after it.
   */
  obey(client: Client, commands: readonly Args[]): void {
    this.keyspace.ignoresExpiry = true;
    for (const args of commands) this.replay(client, args);
    this.keyspace.ignoresExpiry = this.loading;
    this.effects.unitDone();
    if (this.blocked.hasReady) this.blocked.serve();
    this.#inbox.drainResumable();
  }

  /** Does `work` now, or when no script is in the middle of its own and what is being committed is durable. */
  whenFree(work: () => void): void {
    this.scripts.whenOver(work);
  }

  /** Whether what has expired, or is made with a time that is over, goes at once. A replica leaves that to its master, a file to what follows. */
  get removesExpired(): boolean {
    return !this.loading && this.keyspace.removesExpired;
  }

  /** Calls a command, and does what follows from it: effects leave, blocked clients are served. */
  run(client: Client, entry: CommandEntry, args: Args): void {
    this.#execution.run(client, entry, args);
  }

  /** Runs a command that was held back, and lets the client's pipeline go on. Call `flush` after it. */
  resumeHeld(client: Client, args: Args): void {
    this.#inbox.resumeHeld(client, args);
  }

  /** Sends an error and counts it. */
  replyError(client: Client, message: string): void {
    this.#execution.replyError(client, message);
  }

  /** Counts an error that is part of a reply. */
  countError(message: string): void {
    this.#execution.countError(message);
  }

  /** FLAG bits of a request: a script that declares what it does is what it says. */
  bitsOf(entry: CommandEntry, args: Args): number {
    return entry.row.group === "scripting" ? this.scripting.declaredBits(entry, args) : entry.bits;
  }

  /** Tells monitors of a command before it runs. */
  announce(client: Client, entry: CommandEntry, args: Args): void {
    if (this.#monitors.listening) this.#monitors.announce(this.#now, client, entry, args);
  }

  /** Whether a script was stopped, and `continueScript` has to be called until it is over. */
  get busy(): boolean {
    return this.scripts.busy;
  }

  /** Lets a stopped script go on for some milliseconds. Call `flush` after it. */
  continueScript(now: number): void {
    this.scripts.proceed(now);
  }

  /** Ends a stopped script without a reply. */
  abandonScript(): void {
    this.scripts.abandon();
  }

  /** Executes one command and nothing around it. */
  call(client: Client, entry: CommandEntry, args: Args): void {
    this.#execution.call(client, entry, args);
  }

  /** Runs what MULTI queued, as one unit, with time standing still. */
  execute(client: Client, queue: readonly QueuedCommand[]): void {
    this.#execution.transaction(client, queue);
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
    return client.watched.some(({ db, key }) => db.expiredSinceWatch(key, client));
  }

  /** Notes that `client` has output. */
  wrote(client: Client): void {
    this.#outbox.wrote(client);
  }

  /** Hands every client's output to its sink: one write per client and batch. */
  flush(): void {
    this.#outbox.flush();
  }

  /** What was committed is durable: replies leave, and what came meanwhile is done. */
  release(now: number): void {
    if (!this.#outbox.held) return;
    const deferred = this.#outbox.release();
    this.setNow(now);
    for (const work of deferred) work();
    this.tick(now);
    this.flush();
  }

  /** What was committed will not become durable: nobody may hear that it was done. */
  fail(): void {
    this.#outbox.fail();
  }

  /** When `tick` wants to be called next, in milliseconds since the epoch; Infinity when nothing waits. */
  get nextWakeMs(): number {
    if (this.#outbox.held) return Infinity;
    const pauseEnds = this.#pause.untilMs > 0 ? this.#pause.untilMs : Infinity;
    return Math.min(this.blocked.earliestDeadlineMs, pauseEnds, this.replication.nextWakeMs);
  }

  /** Times out blocked clients and ends pauses. Call `flush` after it. */
  tick(now: number): void {
    this.setNow(now);
    if (this.#outbox.held || this.scripts.busy) return;
    if (this.#pause.untilMs > 0 && now >= this.#pause.untilMs) this.unpause();
    this.replication.tick(now);
    this.blocked.expire();
    this.#inbox.drainResumable();
  }

  /**
   * What goes on in the background, ten times a second: active expiry for at most a quarter of the time, rehashing, the rate of
   * operations. Call `flush` after it. Returns whether there will be more to do without further commands.
   */
  cron(now: number): boolean {
    if (this.scripts.busy) return true;
    this.setNow(now);
    this.#background.measure(now);
    if (this.activeExpire && this.#pause.untilMs === 0 && this.removesExpired) {
      this.#background.expire(this.config.number("hz"));
      this.effects.unitDone();
    }
    const short = this.#memoryLimit.applies && this.makeRoom() && this.#memoryLimit.exceeded;
    const tablesAreBusy = this.#background.maintainTables();
    return tablesAreBusy || short || this.#background.operationsPerSecond > 0;
  }

  get operationsPerSecond(): number {
    return this.#background.operationsPerSecond;
  }

  /** Removes all keys that have expired by `now`: for a clock that is moved by hand. Call `flush` after it. */
  expireAll(now: number): void {
    if (this.scripts.busy) return;
    this.setNow(now);
    if (this.activeExpire && this.removesExpired) this.keyspace.expireAll();
    this.effects.unitDone();
  }

  /** Holds commands back until `untilMs`: all of them, or those that write. A longer pause that is on stays. */
  pause(untilMs: number, all: boolean): void {
    this.#pause.extend(untilMs, all);
    this.keyspace.expiryPaused = true;
  }

  unpause(): void {
    this.keyspace.expiryPaused = false;
    for (const client of this.#pause.end()) {
      client.paused = false;
      if (!client.closed) this.#inbox.resume(client);
    }
  }

  setMonitor(client: Client, on: boolean): void {
    this.#monitors.set(client, on);
  }

  resetStats(): void {
    this.stats.reset();
    for (const entry of this.commands.entries) {
      for (const each of [entry, ...(entry.subcommands?.entries ?? [])]) each.resetStats();
    }
  }

  /** An LFU policy is chosen: access words hold frequencies. */
  get countsFrequency(): boolean {
    return this.#access.countsFrequency;
  }

  /** Marks that a key was used now. */
  recordAccess(db: Database, id: number): void {
    const { client, command } = this.#execution.context;
    if (client.noTouch && command.row.name !== "touch") return;
    this.#access.record(db, id);
  }

  /** How often a key was used of late, on a logarithmic scale: what an LFU policy goes by. */
  frequency(db: Database, id: number): number {
    return this.#access.frequency(db, id);
  }

  /** Seconds since a key was used. */
  idleSeconds(db: Database, id: number): number {
    return this.#access.idleSeconds(db, id);
  }

  /** What maxmemory is compared with: the keyspace while it is limited, else all that the process takes. */
  get usedBytes(): number {
    return this.#memoryLimit.applies ? this.keyspace.memoryBytes : this.facts.memory().usedBytes;
  }

  /** Evicts what must go for the keys to be within maxmemory; false when there is nothing that may. */
  makeRoom(): boolean {
    // A replica has what its master has: that one evicts.
    if (this.replication.master !== undefined && this.config.flag("replica-ignore-maxmemory")) return true;
    return this.#memoryLimit.makeRoom(this.#now);
  }

  /** Publishes a keyspace event, if its class is wanted. */
  notify(eventClass: EventClass, event: string, db: Database, key: string): void {
    this.#events.notify(eventClass, event, db, key);
  }
}

/** 40 hexadecimal digits. */
function randomHex(random: Random): string {
  return Array.from(random.bytes(20), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
