/**
 * The server: zones behind doors, and perhaps a resolver beside them.
 *
 * Everything that touches the world is here, in transport/, in hosted-zone.ts and where the resolver and secondaries ask others: sockets come
 * from the World's net, files from its disk, time from its clock.
 */
import { resolve } from "node:path";
import process from "node:process";
import {
  type Clock,
  durationMs,
  type Log,
  type ManualClock,
  manualClock,
  type MetricSample,
  MetricSet,
  realWorld,
  silentLog,
  TcpService,
  type Timer,
  type World,
} from "@tenon/kit";
import { LOOPBACK_RULES } from "./access.ts";
import { askedIn } from "./asked.ts";
import { Authority, type Client } from "./authority/authority.ts";
import type { RateLimit } from "./authority/rate-limit.ts";
import { UpstreamClient } from "./client/upstream-client.ts";
import { TransferSlots } from "./transfer/slots.ts";
import type { CheckedConfig, DnsConfig } from "./config/config.ts";
import type { ConfigPath } from "./config/errors.ts";
import { type Settings, settingsOf } from "./config/settings.ts";
import { Faults } from "./faults.ts";
import { floor } from "./floor.ts";
import { HostedZone } from "./hosted-zone.ts";
import { intercepted, type Interceptor } from "./intercept.ts";
import { type LookupFunction, Lookups } from "./lookups.ts";
import type { Message } from "./message/message.ts";
import { RCODES } from "./message/rcodes.ts";
import { replyTo } from "./message/reply.ts";
import { Name } from "./name/name.ts";
import { DEFAULT_LIMITS, type DnsLimits, type DnsServerOptions } from "./options.ts";
import type { LoggedQuery } from "./query-log.ts";
import type { CacheView } from "./resolver/cache-view.ts";
import { Resolver } from "./resolver/resolver.ts";
import { Responder } from "./responder.ts";
import { type Elsewhere, type Request, SlowPath } from "./slow-path.ts";
import { Traffic } from "./traffic.ts";
import type { SlowAnswer } from "./transport/answerer.ts";
import { Doors, type ListenAddress } from "./transport/doors.ts";
import { TcpBatch, TcpSession } from "./transport/tcp.ts";
import type { ZoneData } from "./zone/zone-data.ts";
import { ZoneHandle } from "./zone-handle.ts";
import { hasSerial, zoneFrom, type ZoneSource } from "./zone-source.ts";
import { ZoneTable } from "./zone-table.ts";

/** How often idle TCP connections are looked for. */
const SWEEP_MS = 1000;
const DEFAULT_GRACE_MS = 5000;

/** Time as the server sees it. `advance` needs `clock: "manual"` at listen. */
export interface ServerClock {
  now(): number;
  /** Moves time on, by milliseconds or "2h": TTLs in the cache run down, secondaries refresh, in order, before it returns. */
  advance(by: number | string): void;
}

/** What `snapshot` gives and `restore` takes. */
export interface DnsSnapshot {
  /** By zone; versions are immutable, so this copies nothing. */
  readonly zones: ReadonlyMap<HostedZone, ZoneData | undefined>;
}

export class DnsServer implements AsyncDisposable {
  readonly clock: ServerClock;
  readonly limits: DnsLimits;
  /** Failures on demand. */
  readonly faults: Faults;
  readonly #world: World;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #metrics = new MetricSet();
  readonly #traffic: Traffic;
  readonly #table: ZoneTable;
  readonly #responder: Responder;
  readonly #interceptors: Interceptor[] = [];
  readonly #lookups: Lookups;
  #settings: Settings;
  #authority: Authority;
  readonly #resolver: Resolver | undefined;
  readonly #elsewhere: Elsewhere | undefined;
  readonly #client: UpstreamClient;
  readonly #listens: readonly ListenAddress[];
  readonly #cookieSecret: Uint8Array;
  #tcp!: TcpService<TcpSession>;
  #doors!: Doors;
  #sweep: Timer | undefined;
  #closing: Promise<void> | undefined;
  #tellClosed!: () => void;
  /** Resolves when the server has closed. */
  readonly closed: Promise<void> = new Promise((resolve) => (this.#tellClosed = resolve));

  /**
   * Rejects with the system's code (`EADDRINUSE`, …) when it cannot listen, with ZoneLoadError for a zone that is none, with
   * DnsConfigError for settings that are none.
   */
  static async listen(options: DnsServerOptions = {}): Promise<DnsServer> {
    const settings = await readSettings(options);
    const server = new DnsServer(options, settings);
    await server.#start(options);
    return server;
  }

  private constructor(options: DnsServerOptions, settings: Settings) {
    const world = options.world ?? realWorld;
    const manual: ManualClock | undefined =
      options.clock === "manual" ? manualClock() : "advance" in world.clock ? (world.clock as ManualClock) : undefined;
    this.#world = options.clock === "manual" ? { ...world, clock: manual! } : world;
    const clock = (this.#clock = this.#world.clock);
    this.#log = options.log ?? silentLog;
    this.#settings = settings;
    const { tcpClients = DEFAULT_LIMITS.tcpClients, tcpIdleMs = DEFAULT_LIMITS.tcpIdleMs } = settings;
    this.limits = { ...DEFAULT_LIMITS, tcpClients, tcpIdleMs, ...options.limits };
    const { host, port } = options;
    const isTold = host !== undefined || port !== undefined || settings.listen.length === 0;
    this.#listens = isTold ? [{ host: host ?? LOCAL_CLIENT.address, port: port ?? 0 }] : settings.listen;
    this.#cookieSecret = cookieSecret(this.#world, settings.storage);
    this.#traffic = new Traffic(this.#metrics, clock);
    this.#client = new UpstreamClient(this.#world);
    this.#table = new ZoneTable({
      client: this.#client,
      transfers: new TransferSlots(),
      world: this.#world,
      log: this.#log,
      storage: settings.storage,
      udpPayload: () => this.#settings.udpPayload,
    });
    this.#resolver = this.#makeResolver();
    this.#elsewhere = this.#resolver ?? (options.anyName === true ? floor : undefined);
    this.#authority = this.#makeAuthority();
    this.#responder = new Responder({
      authority: this.#authority,
      cache: this.#resolver,
      slowPath: this.#makeSlowPath(options.severalQuestions ?? false),
      traffic: this.#traffic,
      failed: (error) => this.#log.error("a query could not be answered", { error }),
    });
    this.clock = {
      now: () => clock.now(),
      advance: (by) => {
        if (manual === undefined) throw new Error('this server runs on the real clock: listen with clock: "manual"');
        manual.advance(durationMs(by));
      },
    };
    this.faults = new Faults({
      clock,
      random: this.#world.random,
      dropConnections: () => this.#tcp.dropConnections("reset"),
      changed: () => this.#divert(),
    });
    this.#lookups = new Lookups((query) => this.#responder.ask(query, { ...LOCAL_CLIENT }));
    this.#metrics.gauge("dns_zones", "Zones, those of views included.", () => [...this.#table].length);
    this.#metrics.gauge("dns_records", "Records in all zones.", () =>
      [...this.#table].reduce((sum, { served }) => sum + (served.current?.recordCount ?? 0), 0),
    );
  }

  async #start({ zones = {}, volatileZones = {} }: DnsServerOptions): Promise<void> {
    try {
      await this.#table.apply(this.#settings, true);
      for (const [name, source] of Object.entries(zones)) await this.addZone(name, source);
      for (const [name, source] of Object.entries(volatileZones)) await this.#addZone(name, source, undefined);
      this.#useSettings();
      await this.#open(this.#listens);
    } catch (error) {
      await this.close({ graceMs: 0 });
      throw error;
    }
  }

  async #open(addresses: readonly ListenAddress[]): Promise<void> {
    const { tcpClients, tcpInFlight, tcpIdleMs } = this.limits;
    const monotonic = (): number => this.#clock.monotonic();
    const batch = new TcpBatch(this.#responder, { inFlight: tcpInFlight, idleMs: tcpIdleMs }, monotonic);
    this.#tcp = await TcpService.listen<TcpSession>({
      world: this.#world,
      name: "dns",
      listen: [],
      limits: { maxConnections: tcpClients },
      accept: (connection) => {
        this.#startSweep();
        return new TcpSession(batch, connection);
      },
      metrics: this.#metrics,
      log: this.#log,
    });
    this.#doors = new Doors(this.#world, this.#responder, this.#tcp);
    this.#metrics.gauge("dns_udp_in_flight", "Queries over UDP being answered.", () => this.#doors.udpInFlight);
    await this.#doors.open(addresses);
    for (const address of this.#doors.addresses) this.#log.info("listening", { address: addressText(address) });
  }

  #makeAuthority(): Authority {
    const { minimalResponses, udpPayload, nsid, version, identity } = this.#settings;
    const { viewOf, zones } = this.#table;
    const rrl = this.#rateLimit();
    return new Authority({
      zones,
      ...(viewOf === undefined ? {} : { viewOf }),
      ...(nsid === undefined ? {} : { nsid }),
      ...(version === undefined ? {} : { version }),
      ...(identity === undefined ? {} : { identity }),
      minimalResponses,
      udpPayload,
      elsewhere: this.#elsewhere !== undefined,
      cookies: { secret: this.#cookieSecret },
      tcpIdleMs: this.limits.tcpIdleMs,
      ...(rrl === undefined ? {} : { rrl }),
      now: () => this.#clock.now(),
    });
  }

  /** Unless it is told, a server limits answers where strangers reach it: queries from this machine name nobody else as their sender. */
  #rateLimit(): RateLimit | undefined {
    const { rateLimit } = this.#settings;
    if (rateLimit !== "default") return rateLimit;
    return this.#listens.every(({ host }) => host === "::1" || host.startsWith("127.")) ? undefined : {};
  }

  #makeResolver(): Resolver | undefined {
    const { resolver: settings } = this.#settings;
    if (settings === undefined) return undefined;
    return new Resolver({ world: this.#world, log: this.#log, metrics: this.#metrics, settings });
  }

  #makeSlowPath(severalQuestions: boolean): SlowPath {
    return new SlowPath({
      authority: () => this.#authority,
      udpPayload: () => this.#settings.udpPayload,
      keys: () => this.#settings.keys,
      elsewhere: () => this.#elsewhere,
      severalQuestions,
      allowsSigned: ({ message, client, key }) =>
        this.#table.allowsSigned(message.questions[0]!.name, { ...client, key }), // the slow path has seen to the question
      transfer: (request) => this.#zoneOf(request)?.transfer(request) ?? this.#noSuchZone(request),
      update: async (request) => this.#zoneOf(request)?.update(request) ?? this.#noSuchZone(request),
      notify: async (request) => this.#zoneOf(request)?.notified(request) ?? this.#noSuchZone(request),
      nowSeconds: () => Math.floor(this.#clock.now() / 1000),
    });
  }

  /** The zone whose name a request has for its question. */
  #zoneOf({ message, client, key }: Request): HostedZone | undefined {
    const [question] = message.questions;
    return question === undefined ? undefined : this.#table.hostedFor(question.name, { ...client, key });
  }

  #noSuchZone({ message }: Request): Message {
    const rcode = message.questions.length === 1 ? RCODES.NOTAUTH : RCODES.FORMERR;
    return replyTo(message, { rcode }, this.#settings.udpPayload);
  }

  /** After settings changed. Zones that come and go, the authority sees in the table's set. */
  #useSettings(): void {
    this.#authority = this.#makeAuthority();
    this.#responder.use(this.#authority, this.#resolver);
  }

  /** Looks for idle connections while there are any. */
  #startSweep(): void {
    if (this.#sweep !== undefined) return;
    this.#sweep = this.#clock.setTimeout(() => {
      this.#sweep = undefined;
      const now = this.#clock.monotonic();
      for (const session of this.#tcp.sessions) session.dropIfIdle(now);
      if (this.#tcp.connections > 0) this.#startSweep();
    }, SWEEP_MS);
    this.#sweep.unref();
  }

  // ------------------------------------------------------------------ what it is

  /** `127.0.0.1:41873`, `[::1]:41873`: what `dns.setServers` takes. */
  get address(): string {
    return addressText(this.#doors.addresses[0]!);
  }

  /** Of every door. */
  get addresses(): string[] {
    return this.#doors.addresses.map(addressText);
  }

  get host(): string {
    return this.#doors.addresses[0]!.host;
  }

  get port(): number {
    return this.#doors.addresses[0]!.port;
  }

  /** `dns://127.0.0.1:41873` */
  get url(): string {
    return `dns://${this.address}`;
  }

  metrics(): MetricSample[] {
    return this.#metrics.samples();
  }

  // ----------------------------------------------------------------------- zones

  /** The zones' names, absolute; those of views are left out. */
  get zones(): string[] {
    return this.#table.names;
  }

  /** What the resolver has in its cache; undefined for a server without one. */
  get cache(): CacheView | undefined {
    return this.#resolver?.cache;
  }

  /** A zone to read and change. Throws RangeError when there is none of that name. */
  zone(name: string): ZoneHandle {
    const hosted = this.#table.get(Name.parse(name));
    if (hosted === undefined) throw new RangeError(`there is no zone ${name}`);
    return new ZoneHandle(hosted);
  }

  /** Serves one more zone, or another in the place of one of that name. Rejects with ZoneLoadError. */
  addZone(name: string, source: ZoneSource): Promise<ZoneHandle> {
    return this.#addZone(name, source, hasSerial(source) ? this.#settings.storage : undefined);
  }

  async #addZone(name: string, source: ZoneSource, storage: string | undefined): Promise<ZoneHandle> {
    const origin = Name.parse(name);
    const data = zoneFrom(origin, source);
    const present = this.#table.added(origin);
    if (present !== undefined) {
      await present.reset(data);
      return new ZoneHandle(present);
    }
    const hosted = new HostedZone(
      { origin, file: undefined, masters: [], notify: [], acl: LOOPBACK_RULES, keys: {} },
      { ...this.#table.host, storage },
    );
    await hosted.start(data);
    this.#table.add(hosted);
    return new ZoneHandle(hosted);
  }

  /** Resolves to whether there was such a zone. */
  removeZone(name: string): Promise<boolean> {
    return this.#table.remove(Name.parse(name));
  }

  /**
   * Goes on by other settings, as after SIGHUP: zones come, go and are read again where their files have changed; keys, rules and what is
   * said of the server hold from the next query on. Where it listens and what it forwards stays. Rejects with DnsConfigError, and then
   * nothing has changed.
   */
  async reconfigure(config: DnsConfig, options: ReconfigureOptions = {}): Promise<void> {
    const settings = await checkedSettings(config, options);
    const before = this.#settings;
    this.#settings = { ...settings, storage: before.storage };
    const isSame = (key: keyof Settings): boolean => JSON.stringify(before[key]) === JSON.stringify(settings[key]);
    const fixed = (["listen", "tcpClients", "tcpIdleMs", "resolver"] as const).filter((key) => !isSame(key));
    if (fixed.length > 0) this.#log.warn("some settings need a restart to change", { settings: fixed });
    await this.#table.apply(this.#settings, false);
    this.#useSettings();
  }

  /** The zones as they are now. */
  snapshot(): DnsSnapshot {
    return { zones: new Map([...this.#table].map((zone) => [zone, zone.served.current])) };
  }

  /** Back to `snapshot`, which stays good for the next time; query log and cache are empty then. Zones that were added since stay. */
  restore({ zones }: DnsSnapshot): void {
    for (const zone of this.#table) {
      if (zones.has(zone) && zone.served.current !== zones.get(zone)) void zone.reset(zones.get(zone));
    }
    this.#interceptors.length = 0;
    this.#divert();
    this.cache?.flush();
    this.#traffic.log.clear();
  }

  // --------------------------------------------------------------------- queries

  /** The newest queries with how they were answered, oldest first. */
  queryLog(): LoggedQuery[] {
    return this.#traffic.log.list();
  }

  /** Tells `listener` of every query from now on; returns what ends it. It must not throw. */
  onQuery(listener: (query: LoggedQuery) => void): () => void {
    return this.#traffic.log.subscribe(listener);
  }

  /**
   * Answers by code: `interceptor` is asked for every query before anything else, and what it says is the answer; undefined leaves the query
   * to the server. The newest is asked first. Returns what ends it; `restore` ends all.
   */
  intercept(interceptor: Interceptor): () => void {
    this.#interceptors.push(interceptor);
    this.#divert();
    return () => {
      const at = this.#interceptors.indexOf(interceptor);
      if (at >= 0) this.#interceptors.splice(at, 1);
      this.#divert();
    };
  }

  /** While nobody asks for it, the hot path does not look for faults and interceptors. */
  #divert(): void {
    const isQuiet = !this.faults.active && this.#interceptors.length === 0;
    this.#responder.divert = isQuiet
      ? undefined
      : async (bytes: Uint8Array, client: Client, proceed: () => Promise<SlowAnswer>): Promise<SlowAnswer> => {
          const asked = askedIn(bytes, client);
          if (asked === undefined) return proceed();
          return this.faults.apply(asked, () => intercepted(this.#interceptors, asked, proceed));
        };
  }

  /** For `net.connect`, `http.request` and the like: `{ lookup: server.lookup }` finds hosts here, without a socket. */
  get lookup(): LookupFunction {
    return this.#lookups.connectLookup;
  }

  /** Methods of `dns.promises` that ask this server, without a socket: `server.promises.resolve4("www.example.com")`. */
  get promises(): Lookups {
    return this.#lookups;
  }

  // ------------------------------------------------------------------------- end

  /** Stops listening, answers what is under way, drops what takes longer than `graceMs` (default 5000). Harmless when called again. */
  close(options: { readonly graceMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(options.graceMs ?? DEFAULT_GRACE_MS);
    return this.#closing;
  }

  async #close(graceMs: number): Promise<void> {
    const stop = new AbortController();
    const patience = graceMs <= 0 ? Promise.resolve() : this.#clock.sleep(graceMs, stop.signal).catch(() => {});
    // Without either, opening has failed.
    await Promise.all([this.#tcp?.close({ graceMs }), this.#doors?.close(patience)]);
    stop.abort();
    this.#sweep?.close();
    await this.#table.close();
    this.#resolver?.close();
    this.#client.close();
    this.#tellClosed();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

export interface ReconfigureOptions {
  /** Folder that relative paths start from. Default: the current one. */
  readonly baseDir?: string;
  /** Where in a file a setting stands, for errors. */
  readonly placeOf?: (path: ConfigPath) => string | undefined;
}

/** Who asks from within the process. */
const LOCAL_CLIENT: Client = { address: "127.0.0.1", port: 0, tcp: true };

/** What does nothing but forward takes queries without RD too, and has no opinion of its own about names like `example.test`. */
const FORWARDING = { "access-control": ["127.0.0.0/8 allow_snoop", "::1 allow_snoop"], "local-defaults": false };

const SECRET_BYTES = 16;

/** What server cookies are made from (RFC 9018). With a storage it is kept there, so that cookies outlive a restart. */
function cookieSecret({ disk, random }: World, storage: string | undefined): Uint8Array {
  if (storage === undefined) return random.bytes(SECRET_BYTES);
  const path = `${storage}/cookie.secret`;
  const kept = disk.stat(path) === undefined ? undefined : disk.readFile(path);
  if (kept?.length === SECRET_BYTES) return kept;
  const secret = random.bytes(SECRET_BYTES);
  disk.makeDirectory(storage, { recursive: true });
  const file = disk.open(path, "truncate");
  file.write(secret, 0);
  file.close();
  return secret;
}

async function readSettings(options: DnsServerOptions): Promise<Settings> {
  const { config: given, dir, forward } = options;
  const upstream = { name: ".", address: [forward ?? []].flat() };
  const forwarding = { resolver: { "forward-zone": [upstream], ...FORWARDING } };
  if (given !== undefined && forward !== undefined)
    throw new RangeError("forward goes into config: its resolver's forward-zone");
  const config = forward === undefined ? {} : forwarding;
  const settings = given === undefined ? settingsOf(config, "/") : await checkedSettings(given, options);
  return { ...settings, storage: settings.storage ?? (dir === undefined ? undefined : resolve(dir)) };
}

/** What checks settings takes a while to load, so that it is loaded for those who have some. */
async function checkedSettings(
  config: DnsConfig | CheckedConfig,
  { baseDir = process.cwd(), placeOf }: ReconfigureOptions,
): Promise<Settings> {
  const { checkConfig } = await import("./config/check.ts");
  return settingsOf(checkConfig(config, placeOf), baseDir, placeOf);
}

function addressText({ host, port }: ListenAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
