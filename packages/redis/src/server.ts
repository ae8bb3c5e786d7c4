/**
 * The server: an engine, a door, a clock.
 *
 * Everything that touches the world is here and in session.ts: connections come from kit's TcpService, time from the World's clock.
 * Two timers serve the engine: one that ticks ten times a second while anything may need it, one for the next deadline.
 */
import { totalmem } from "node:os";
import process from "node:process";
import { setImmediate } from "node:timers";
import { dirname, resolve } from "node:path";
import type { Duplex } from "node:stream";
import {
  type Address,
  durationMs,
  manualClock,
  type ManualClock,
  type Clock,
  type Disk,
  type Log,
  type MetricSample,
  MetricSet,
  realWorld,
  type ServiceAddress,
  silentLog,
  TcpService,
  type Timer,
  type World,
} from "@tenon/kit";
import type { Client, ClientSink } from "./engine/client.ts";
import { Config, ConfigError } from "./engine/config.ts";
import { Engine } from "./engine/engine.ts";
import type { HostFacts } from "./engine/options.ts";
import type { Effect } from "./engine/effects.ts";
import { Doors } from "./doors.ts";
import { EngineSocket } from "./engine-socket.ts";
import { Faults } from "./faults.ts";
import { heapIsShort } from "./heap.ts";
import { MigrationLinks } from "./migration-link.ts";
import { LOAD_SLICE_MS, Persistence } from "./persistence/persistence.ts";
import { plainValue, type PlainValue, RedisError, ReplyParser } from "./resp/reply-parser.ts";
import { encodeRequest } from "./resp/request-writer.ts";
import { type OutputLimit, RedisSession } from "./session.ts";
import { settingsFiles } from "./settings-files.ts";
import { Snapshot } from "./keyspace/snapshot.ts";
import { tlsConnectOptions } from "./tls-settings.ts";

export interface RedisServerOptions {
  /** In clear text. 0 (the default): any free port; -1: none. */
  readonly port?: number;
  /** With TLS, beside `tls-cert-file`, `tls-key-file` and the others. 0: any free port; -1 (the default): none. */
  readonly "tls-port"?: number;
  /** Loopback unless told. Several addresses are separated by spaces, as in `bind`. */
  readonly host?: string;
  /** `host` by redis.conf's name. */
  readonly bind?: string;
  /** Also listens on this unix socket; with `port: -1` only there. A socket file that is there already is replaced. */
  readonly unixsocket?: string;
  /** Permissions of its file, octal: `"700"`. */
  readonly unixsocketperm?: string;
  /**
   * Where dump.rdb and the append-only file live: loaded at the start, written as `save` and `appendonly` say, and at the end. Made when it
   * is missing. Without it nothing is read or written.
   */
  readonly dir?: string;
  /** Save points, `"<seconds> <changes> …"`. With `dir` the original's own, `"3600 1 300 100 60 10000"`; `""`: none. */
  readonly save?: string;
  readonly dbfilename?: string;
  /** Keeps every change in an append-only file. */
  readonly appendonly?: boolean | "yes" | "no";
  /** When the append-only file is synced; with "always" no reply leaves before what it promises is durable. */
  readonly appendfsync?: "always" | "everysec" | "no";
  readonly world?: World;
  readonly log?: Log;
  /** "manual": time stands still until `server.clock.advance`. */
  readonly clock?: "real" | "manual";
  readonly maxclients?: number;
  readonly requirepass?: string;
  /** Users as redis.conf's `user` lines have them: `"alice on >secret ~cache:* +@read"`. */
  readonly user?: string | readonly string[];
  /** The file that ACL LOAD and ACL SAVE use; it is loaded at the start, and must exist. */
  readonly aclfile?: string;
  /** redis.conf's rename-command: pairs of what a command is called and what it shall be called, in order; `""`: it cannot be called. */
  readonly renamedCommands?: readonly (readonly [from: string, to: string])[];
  /** The redis.conf that CONFIG REWRITE writes; its settings are the other options. */
  readonly configFile?: string;
  readonly databases?: number;
  readonly timeout?: number;
  /** Follows another server from the start: `"127.0.0.1 6379"`. */
  readonly replicaof?: string;
  readonly maxmemory?: string | number;
  readonly hz?: number;
  /** Any other of redis.conf's settings by its name: `"maxmemory-policy": "allkeys-lru"`. */
  readonly [setting: `${string}-${string}`]: string | number | boolean | undefined;
}

/** Options that are not settings of redis.conf. */
const NOT_SETTINGS = new Set([
  "host",
  "bind",
  "port",
  "tls-port",
  "world",
  "log",
  "clock",
  "dir",
  "user",
  "configFile",
  "renamedCommands",
]);
const LOOPBACK = "127.0.0.1";
const CRON_MS = 100;
/** While loading takes no longer than this, the port opens when it is over; else clients get LOADING meanwhile. */
const QUIET_LOADING_MS = 100;
/** A slice of a snapshot for replicas before others get their turn. */
const WALK_SLICE_MS = 1;
/** Timers take at most this; what is due later is looked at again then. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const DENIED =
  "-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user. In this mode connections are only accepted from the loopback interface. If you want to connect from external computers to Redis you may set a password, or set protected-mode to no.\r\n";

const USERS_TWICE =
  "Configuring Redis with users defined in redis.conf and at the same setting an ACL file path is invalid. This setup is very likely to lead to configuration errors and security holes, please define either an ACL file or declare users directly in your redis.conf, but not both.";

/** Time as the server sees it. `advance` needs `clock: "manual"` at listen. */
export interface ServerClock {
  now(): number;
  /** Moves time on, by milliseconds or "10s": expires keys and wakes blocked clients, in order, before it returns. */
  advance(by: number | string): void;
}

export class RedisServer implements AsyncDisposable {
  readonly clock: ServerClock;
  readonly faults: Faults;
  readonly #engine: Engine;
  readonly #world: World;
  readonly #clock: Clock;
  readonly #manual: ManualClock | undefined;
  readonly #metrics = new MetricSet();
  readonly #log: Log;
  #service!: TcpService<RedisSession>;
  #cron: Timer | undefined;
  #wake: Timer | undefined;
  /** When #wake fires. */
  #wakeMs = Infinity;
  /** A script that was stopped goes on soon. */
  #continuing = false;
  #descriptors = 8;
  #outputLimits: Readonly<Record<"normal" | "pubsub", OutputLimit>>;
  readonly #doors: Doors;
  readonly #local: LocalClient;
  #persistence: Persistence | undefined;
  #migrations: MigrationLinks | undefined;
  /** Resolves when SHUTDOWN has ended the server. */
  readonly ended: Promise<void>;

  /** Starts a server. Rejects with the system's code (`EADDRINUSE`, …), or ConfigError for a setting that is none. */
  static async listen(options: RedisServerOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(options);
    await server.#start(options);
    return server;
  }

  private constructor(options: RedisServerOptions) {
    const world = options.world ?? realWorld;
    this.#manual =
      options.clock === "manual" ? manualClock() : "advance" in world.clock ? (world.clock as ManualClock) : undefined;
    this.#world = options.clock === "manual" ? { ...world, clock: this.#manual! } : world;
    this.#clock = this.#world.clock;
    this.#log = options.log ?? silentLog;
    const config = new Config();
    // A server that is used from a program keeps nothing on disk unless told.
    if (options.dir === undefined) config.load("save", "");
    else config.load("dir", resolve(options.dir));
    config.load("port", String(Math.max(0, options.port ?? 0)));
    config.load("bind", options.host ?? options.bind ?? LOOPBACK);
    for (const [name, value] of Object.entries(options)) {
      if (NOT_SETTINGS.has(name) || value === undefined) continue;
      config.load(name, typeof value === "boolean" ? (value ? "yes" : "no") : String(value));
    }
    const clock = this.#clock;
    this.#engine = new Engine({
      random: this.#world.random,
      now: clock.now(),
      monotonic: () => clock.monotonic(),
      config,
      facts: { ...FACTS, configFile: options.configFile ?? "" },
      files: settingsFiles(this.#world, options.dir ?? process.cwd()),
      processorClock: () => realWorld.clock.monotonic(),
      log: (level, message) => {
        if (level === "warning") this.#log.warn(message);
        else if (level === "notice") this.#log.info(message);
        else this.#log.debug(message);
      },
    });
    for (const [from, to] of options.renamedCommands ?? []) this.#engine.commands.rename(from, to);
    this.#loadUsers(options);
    this.#doors = new Doors({
      config,
      world: this.#world,
      log: this.#log,
      directory: options.dir ?? process.cwd(),
      port: options.port ?? 0,
      tlsPort: options["tls-port"] ?? -1,
    });
    this.#outputLimits = parseOutputLimits(config);
    config.onChange((name, value) => {
      if (name === "maxclients") this.#service.maxConnections = Number(value);
      if (name === "client-output-buffer-limit") this.#outputLimits = parseOutputLimits(config);
    });
    this.ended = new Promise((ended) => {
      this.#engine.onShutdown = () => void this.close({ graceMs: 0 }).then(ended);
    });
    this.#local = new LocalClient(this.#engine);
    this.clock = { now: () => clock.now(), advance: (by) => this.#advance(by) };
    this.faults = new Faults({
      engine: this.#engine,
      later: (delayMs, callback) => {
        this.#clock.setTimeout(() => {
          this.#engine.setNow(this.#clock.now());
          callback();
          this.#engine.flush();
          this.#served();
        }, delayMs);
      },
      dropConnections: () => void this.#service.dropConnections("reset"),
    });
    this.#declareMetrics();
  }

  /** Loads what is on disk, opens the doors, and follows the master that the configuration names. */
  async #start(options: RedisServerOptions): Promise<void> {
    const directory = options.dir === undefined ? undefined : resolve(options.dir);
    const { disk, net } = this.#world;
    const isManual = this.#manual !== undefined;
    this.#engine.replication.host = {
      clock: this.#clock,
      net,
      tls: () => {
        const { config } = this.#engine;
        if (!config.flag("tls-replication")) return undefined;
        return tlsConnectOptions(config, { disk, directory: options.dir ?? process.cwd() });
      },
      log: this.#log,
      folder: directory === undefined ? undefined : { disk, directory },
      // A clock that is moved by hand would not let a pause end.
      walkSliceMs: isManual ? Infinity : WALK_SLICE_MS,
      loadSliceMs: isManual ? Infinity : LOAD_SLICE_MS,
      port: () => this.#engine.config.number(this.#engine.config.flag("tls-replication") ? "tls-port" : "port"),
      served: () => this.#served(),
    };
    const links = { engine: this.#engine, net, clock: this.#clock, served: () => this.#served() };
    this.#engine.migrations.door = this.#migrations = new MigrationLinks(links);
    await (directory === undefined ? this.#open() : this.#load(directory));
    const [, host, port] = /^(\S+) (\d+)$/.exec(this.#engine.config.text("replicaof")) ?? [];
    const { replication } = this.#engine;
    if (host !== undefined) replication.follow(host, Number(port), replication.restored);
  }

  /** Loads what is on disk, then opens the doors; the doors first when that takes long. */
  async #load(directory: string): Promise<void> {
    const { disk } = this.#world;
    makeDurably(disk, directory);
    this.#persistence = new Persistence({
      engine: this.#engine,
      disk,
      clock: this.#clock,
      log: this.#log,
      directory,
      // A clock that is moved by hand would not let a pause end.
      loadSliceMs: this.#manual === undefined ? LOAD_SLICE_MS : Infinity,
      served: () => this.#served(),
    });
    const loading = this.#persistence.start();
    const patience = new AbortController();
    const first = await Promise.race([
      loading.then(() => "loaded"),
      this.#clock.sleep(QUIET_LOADING_MS, patience.signal).then(
        () => "slow",
        () => "stopped",
      ),
    ]);
    patience.abort();
    if (first === "loaded") return this.#open();
    await this.#open();
    try {
      await loading;
    } catch (error) {
      await this.#service.close({ graceMs: 0 });
      throw error;
    }
    this.#served();
  }

  #loadUsers(options: RedisServerOptions): void {
    const { acl, config, files } = this.#engine;
    const users = options.user === undefined ? [] : [options.user].flat();
    const path = config.text("aclfile");
    if (users.length > 0 && path !== "") throw new ConfigError("aclfile", USERS_TWICE);
    acl.defineUsers(users);
    if (path !== "") acl.load(files.read(path), path);
  }

  async #open(): Promise<void> {
    const { config } = this.#engine;
    const host = {
      engine: this.#engine,
      now: (): number => this.#clock.now(),
      outputLimit: (kind: "normal" | "pubsub"): OutputLimit => this.#outputLimits[kind],
      served: (): void => this.#served(),
    };
    this.#service = await TcpService.listen<RedisSession>({
      world: this.#world,
      name: "redis",
      listen: [],
      limits: { maxConnections: config.number("maxclients") },
      accept: (connection) => {
        if (config.number("tcp-keepalive") > 0) connection.setKeepAlive(config.number("tcp-keepalive") * 1000);
        this.#engine.setNow(this.#clock.now());
        const session = new RedisSession(host, connection, this.#descriptors++);
        if (this.#isProtected(connection.remote)) {
          connection.write(DENIED);
          session.close();
        }
        return session;
      },
      refuse: (connection) => {
        this.#engine.stats.rejectedConnections++;
        connection.write("-ERR max number of clients reached\r\n");
      },
      metrics: this.#metrics,
      log: this.#log,
    });
    try {
      await this.#doors.open(this.#service);
    } catch (error) {
      await this.#service.close({ graceMs: 0 });
      throw error;
    }
    this.#served();
    for (const address of this.urls) {
      const kind = address.startsWith("rediss:") ? "tls" : address.startsWith("unix:") ? "unix" : "tcp";
      this.#log.info(`Ready to accept connections ${kind}`, { address });
    }
  }

  #isProtected({ address, port }: Address): boolean {
    if (!this.#engine.config.flag("protected-mode") || !this.#engine.acl.defaultUser.noPassword) return false;
    const isUnixSocket = port === 0;
    return !isUnixSocket && !/^(?:127\.|::1$|::ffff:127\.)/.test(address);
  }

  /** `redis://127.0.0.1:41873`; without a port in clear text `rediss://127.0.0.1:41874`, or `unix:///path`. */
  get url(): string {
    return this.urls[0] ?? "";
  }

  /** Of every door. */
  get urls(): string[] {
    return this.#doors.urls;
  }

  get address(): ServiceAddress {
    return this.#service.address;
  }

  metrics(): MetricSample[] {
    return this.#metrics.samples();
  }

  /** Stops: no new connections, then the open ones end. Resolves when all is closed. Harmless when called again. */
  async close(options: { readonly graceMs?: number } = {}): Promise<void> {
    this.#engine.abandonScript();
    this.#engine.replication.close();
    this.#migrations?.close();
    await this.#persistence?.quiesce();
    this.#cron?.close();
    this.#wake?.close();
    await this.#service.close(options);
    // As the original does at SIGTERM: a last save where there are save points, and the append-only file synced.
    this.#persistence?.shutdown("configured", true);
  }

  /**
   * SHUTDOWN, as signals mean it: the last save first, "configured" where there are save points, then the end. Throws when it fails, unless by
   * `force`, and then goes on serving.
   */
  async shutdown(options: {
    readonly saves?: "save" | "nosave" | "configured";
    readonly force?: boolean;
  }): Promise<void> {
    const { saves = "configured", force = false } = options;
    this.#persistence?.shutdown(saves, force);
    await this.close({ graceMs: 0 });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** All databases as they are now. Keys and values are copied; connections, subscriptions and settings are not part of it. */
  snapshot(): Snapshot {
    return Snapshot.take(this.#engine.keyspace, this.#world.random);
  }

  /** Back to `snapshot`, which stays good for the next time. Connections and subscriptions survive; watched keys count as changed. */
  restore(snapshot: Snapshot): void {
    snapshot.restore(this.#engine.keyspace);
    for (const database of this.#engine.keyspace.databases) this.#engine.blocked.signalAll(database);
    this.#persistence?.replaced();
    this.#engine.replication.replaced();
    this.#engine.blocked.serve();
    this.#engine.flush();
  }

  /** A stream straight to the engine: for ioredis' `Connector` and other clients that take a stream. */
  connect(): Duplex {
    return new EngineSocket(
      this.#engine,
      () => this.#clock.now(),
      () => this.#served(),
    );
  }

  /**
   * Runs one command in process, by the same way as from the wire. Resolves with its reply (text as UTF-8), rejects with RedisError for an
   * error. All calls share one client, so a blocking command holds up those behind it.
   */
  execute(command: readonly (string | number | Uint8Array)[]): Promise<PlainValue> {
    const reply = this.#local.send(command, this.#clock.now());
    this.#served();
    return reply;
  }

  /** Tells `listener` what commands did, as commands: what replicas and append-only files get. Returns what ends it. */
  onEffects(listener: (effects: readonly Effect[]) => void): () => void {
    return this.#engine.effects.subscribe(listener);
  }

  /** After anything that the engine did: sets the timers that it now needs. */
  #served(): void {
    const engine = this.#engine;
    if (engine.busy) this.#continueScript();
    let wakeMs = engine.nextWakeMs;
    // A clock that is moved by hand may be moved by years: it stops where a key expires instead of ten times a second.
    if (this.#manual !== undefined) wakeMs = Math.min(wakeMs, engine.keyspace.earliestExpiryMs + 1);
    else if (this.#cron === undefined) this.#startCron();
    if (wakeMs >= this.#wakeMs) return;
    this.#wake?.close();
    this.#wakeMs = wakeMs;
    const delay = Math.min(Math.max(0, wakeMs - this.#clock.now()), MAX_TIMER_MS);
    this.#wake = this.#clock.setTimeout(() => this.#runDue(), delay);
  }

  /** A script that was stopped goes on once others had their turn: in real time, as it does not wait for any clock. */
  #continueScript(): void {
    if (this.#continuing) return;
    this.#continuing = true;
    setImmediate(() => {
      this.#continuing = false;
      this.#engine.continueScript(this.#clock.now());
      this.#engine.flush();
      this.#served();
    });
  }

  #runDue(): void {
    const now = this.#clock.now();
    this.#wakeMs = Infinity;
    if (this.#manual !== undefined) this.#engine.expireAll(now);
    this.#engine.tick(now);
    this.#engine.flush();
    this.#served();
  }

  /** Cron sleeps while there is nothing to do; the next batch wakes it. */
  #startCron(): void {
    this.#cron = this.#clock.setTimeout(() => {
      this.#cron = undefined;
      if (this.#runCron()) this.#startCron();
    }, CRON_MS);
    this.#cron.unref();
  }

  #runCron(): boolean {
    const now = this.#clock.now();
    const busy = this.#engine.cron(now);
    this.#engine.flush();
    const timeout = this.#engine.config.number("timeout");
    if (timeout > 0) for (const session of this.#service.sessions) session.dropIfIdle(now, timeout);
    return busy || timeout > 0;
  }

  #advance(by: number | string): void {
    if (this.#manual === undefined) throw new Error('this server runs on the real clock: listen with clock: "manual"');
    this.#served();
    this.#manual.advance(durationMs(by));
    this.#engine.tick(this.#manual.now());
    this.#engine.flush();
  }

  #declareMetrics(): void {
    const engine = this.#engine;
    const metrics = this.#metrics;
    const { stats } = engine;
    metrics.counter("redis_operations_total", "Commands processed.", () => stats.commandsProcessed);
    metrics.counter("redis_commands_total", "Commands processed.", () => stats.commandsProcessed);
    metrics.gauge("redis_keys", "Keys in all databases.", () =>
      engine.keyspace.databases.reduce((sum, database) => sum + database.size, 0),
    );
    metrics.counter("redis_expired_keys_total", "Keys removed because their time had come.", () => stats.expiredKeys);
    metrics.counter("redis_keyspace_hits_total", "Lookups that found a key.", () => stats.keyspaceHits);
    metrics.counter("redis_keyspace_misses_total", "Lookups that found none.", () => stats.keyspaceMisses);
    metrics.counter("redis_error_replies_total", "Error replies.", () => stats.errorReplies);
    metrics.gauge("redis_memory_bytes", "Memory in use, as INFO's used_memory.", () => FACTS.memory().usedBytes);
    metrics.gauge("redis_blocked_clients", "Clients that wait for a key.", () => engine.blocked.count);
    metrics.counter("redis_net_input_bytes_total", "Bytes received.", () => stats.netInputBytes);
    metrics.counter("redis_net_output_bytes_total", "Bytes sent.", () => stats.netOutputBytes);
  }
}

/** Makes the folder, and those above it: what is kept there must not be lost with a name of theirs. */
function makeDurably(disk: Disk, directory: string): void {
  if (disk.stat(directory) !== undefined) return;
  const parent = dirname(directory);
  makeDurably(disk, parent);
  disk.makeDirectory(directory);
  disk.syncDirectory(parent);
}

const FACTS: HostFacts = {
  os: `${process.platform} ${process.arch}`,
  multiplexing: "libuv",
  processId: process.pid,
  executable: process.execPath,
  configFile: "",
  systemBytes: totalmem(),
  memory: () => {
    const { heapUsed, external, rss } = process.memoryUsage();
    return { usedBytes: heapUsed + external, residentBytes: rss };
  },
  heapIsShort,
  cpu: () => {
    const { system, user } = process.cpuUsage();
    return { systemSeconds: system / 1e6, userSeconds: user / 1e6 };
  },
};

function parseOutputLimits(config: Config): Readonly<Record<"normal" | "pubsub", OutputLimit>> {
  const words = config.text("client-output-buffer-limit").split(" ");
  const limit = (kind: string): OutputLimit => {
    const at = words.indexOf(kind);
    return { hardBytes: Number(words[at + 1]), softBytes: Number(words[at + 2]), softSeconds: Number(words[at + 3]) };
  };
  return { normal: limit("normal"), pubsub: limit("pubsub") };
}

/** The client behind `execute`: its replies settle promises, in order. */
class LocalClient implements ClientSink {
  readonly queuedBytes = 0;
  readonly #engine: Engine;
  readonly #client: Client;
  readonly #parser = new ReplyParser();
  readonly #waiting: { resolve(value: PlainValue): void; reject(error: Error): void }[] = [];

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#client = engine.connect(this, { remote: "127.0.0.1:0", local: "127.0.0.1:0", descriptor: -1 });
    this.#client.reply.resp = 3;
    this.#client.authenticated = true;
    this.#client.parser.unauthenticated = false;
    // It is not a connection, and CLIENT LIST does not show it.
    engine.clients.delete(this.#client.id);
    engine.stats.connectionsReceived--;
  }

  send(command: readonly (string | number | Uint8Array)[], now: number): Promise<PlainValue> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#engine.receive(this.#client, encodeRequest(command), now);
      this.#engine.flush();
    });
  }

  flush(client: Client): void {
    for (const reply of this.#parser.feed(client.reply.take())) {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) continue;
      if (reply instanceof RedisError) waiting.reject(reply);
      else waiting.resolve(plainValue(reply));
    }
  }

  close(): void {
    this.#client.closing = false;
  }
}
