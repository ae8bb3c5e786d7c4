/**
 * The server: zones behind doors.
 *
 * Everything that touches the world is here, in transport/ and beside the secondaries: sockets from the World's net, time from its clock.
 */
import {
  type Clock,
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
import { Authority } from "./authority/authority.ts";
import { Name } from "./name/name.ts";
import type { LoggedQuery } from "./query-log.ts";
import { Responder } from "./responder.ts";
import { REFUSED, SlowPath } from "./slow-path.ts";
import { replyTo } from "./message/reply.ts";
import { Traffic } from "./traffic.ts";
import { Doors, type ListenAddress } from "./transport/doors.ts";
import { TcpBatch, TcpSession } from "./transport/tcp.ts";
import { ServedZone, ZoneSet } from "./zone/zone-set.ts";
import { zoneFrom, type ZoneSource } from "./zone-source.ts";

export interface DnsLimits {
  /** TCP connections at once. */
  readonly tcpClients: number;
  /** Queries of one TCP connection that wait for their answers at the same time. */
  readonly tcpInFlight: number;
  /** How long a TCP connection may do nothing. */
  readonly tcpIdleMs: number;
}

export const DEFAULT_LIMITS: DnsLimits = { tcpClients: 1000, tcpInFlight: 100, tcpIdleMs: 10_000 };

export interface DnsServerOptions {
  /** Of UDP and TCP alike. 0, the default, picks one that is free for both. */
  readonly port?: number;
  /** Default: loopback, `127.0.0.1`. */
  readonly host?: string;
  /** By their names: text of a master file (which may leave out SOA, NS and TTLs), its bytes, or data. */
  readonly zones?: Readonly<Record<string, ZoneSource>>;
  readonly world?: World;
  readonly log?: Log;
  /** "manual": time stands still until `server.clock.advance`. */
  readonly clock?: "real" | "manual";
  /** Those that are not named keep their defaults (`DEFAULT_LIMITS`). */
  readonly limits?: Partial<DnsLimits>;
}

/** How often idle TCP connections are looked for. */
const SWEEP_MS = 1000;

export class DnsServer implements AsyncDisposable {
  readonly limits: DnsLimits;
  readonly #world: World;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #metrics = new MetricSet();
  readonly #traffic: Traffic;
  readonly #zones = new ZoneSet();
  readonly #responder: Responder;
  #authority: Authority;
  #tcp!: TcpService<TcpSession>;
  #doors!: Doors;
  #sweep: Timer | undefined;

  /** Rejects with the system's code (`EADDRINUSE`, …) when it cannot listen, with ZoneLoadError for a zone that is none. */
  static async listen(options: DnsServerOptions = {}): Promise<DnsServer> {
    const server = new DnsServer(options);
    const { host = "127.0.0.1", port = 0 } = options;
    await server.#open([{ host, port }]);
    return server;
  }

  private constructor(options: DnsServerOptions) {
    const world = options.world ?? realWorld;
    const manual: ManualClock | undefined = options.clock === "manual" ? manualClock() : undefined;
    this.#world = manual === undefined ? world : { ...world, clock: manual };
    this.#clock = this.#world.clock;
    this.#log = options.log ?? silentLog;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#traffic = new Traffic(this.#metrics, this.#clock);
    for (const [name, source] of Object.entries(options.zones ?? {})) {
      const origin = Name.parse(name);
      const zone = new ServedZone(origin);
      zone.replace(zoneFrom(origin, source));
      this.#zones.add(zone);
    }
    this.#authority = this.#makeAuthority();

    const slowPath = new SlowPath({
      authority: () => this.#authority,
      udpPayload: 1232,
      keys: new Map(),
      elsewhere: undefined,
      severalQuestions: false,
      transfer: ({ message }) => replyTo(message, { rcode: REFUSED }),
      update: async ({ message }) => replyTo(message, { rcode: REFUSED }),
      notify: async ({ message }) => replyTo(message, { rcode: REFUSED }),
      nowSeconds: () => Math.floor(this.#clock.now() / 1000),
    });
    this.#responder = new Responder({
      authority: this.#authority,
      cache: undefined,
      slowPath,
      traffic: this.#traffic,
      failed: (error) => this.#log.error("a query could not be answered", { error }),
    });
    this.#metrics.gauge("dns_zones", "Zones.", () => this.#zones.size);
  }

  #makeAuthority(): Authority {
    const { clock } = this.#world;
    return new Authority({
      zones: this.#zones,
      minimalResponses: true,
      udpPayload: 1232,
      elsewhere: false,
      now: () => clock.monotonic(),
    });
  }

  async #open(addresses: readonly ListenAddress[]): Promise<void> {
    const { tcpClients, tcpInFlight, tcpIdleMs } = this.limits;
    const batch = new TcpBatch(this.#responder, { inFlight: tcpInFlight, idleMs: tcpIdleMs }, () =>
      this.#clock.monotonic(),
    );
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
    try {
      await this.#doors.open(addresses);
    } catch (error) {
      await this.close({ graceMs: 0 });
      throw error;
    }
    for (const address of this.#doors.addresses) this.#log.info("listening", { address: addressText(address) });
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

  /** `127.0.0.1:41873`, `[::1]:41873`: what `dns.setServers` takes. */
  get address(): string {
    return addressText(this.#doors.addresses[0]!);
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

  /** The newest queries with how they were answered, oldest first. */
  queryLog(): LoggedQuery[] {
    return this.#traffic.log.list();
  }

  /** Stops listening, answers what is under way, drops what takes longer than `graceMs` (default 5000). */
  async close(options: { readonly graceMs?: number } = {}): Promise<void> {
    const { graceMs = 5000 } = options;
    const stop = new AbortController();
    const patience = graceMs <= 0 ? Promise.resolve() : this.#clock.sleep(graceMs, stop.signal).catch(() => {});
    await Promise.all([this.#tcp.close({ graceMs }), this.#doors?.close(patience)]);
    stop.abort();
    this.#sweep?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function addressText({ host, port }: ListenAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
