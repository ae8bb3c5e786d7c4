/**
 * The server: listens, makes an HTTP/1 connection of whatever connects, counts, and closes.
 *
 * Everything protocol-specific is in the rooms: `h1/` parses and frames, `fetch/` makes Requests and takes Responses.
 */
import {
  type Connection,
  DURATION_SECONDS,
  type ListenOptions,
  type Log,
  type MetricSample,
  MetricSet,
  realWorld,
  silentLog,
  TcpService,
  type World,
} from "@tenon/kit";
import { DateLine } from "./date-line.ts";
import { Faults } from "./faults.ts";
import { FetchExchange, type FetchServer } from "./exchange/fetch-exchange.ts";
import type { FetchHandler } from "./fetch/context.ts";
import { DispatchContext } from "./fetch/dispatch.ts";
import { Http1Connection } from "./h1/connection.ts";
import type { Http1Exchange } from "./h1/exchange.ts";
import { HeadCache } from "./h1/head-cache.ts";
import { DEFAULT_LIMITS, type HttpLimits } from "./h1/limits.ts";
import { RequestHeadParser } from "./h1/request-head.ts";
import type { Http1Server } from "./h1/server-core.ts";
import { Pipeline } from "./pipeline.ts";
import { type RecentRequest, RecentRequests } from "./recent-requests.ts";
import { TimerWheel } from "./timer-wheel.ts";

export interface HttpServerOptions {
  /** 0, the default, picks a free port. */
  readonly port?: number;
  /** Default: loopback, `127.0.0.1`. */
  readonly host?: string;
  /** A unix socket, instead of host and port. */
  readonly path?: string;
  readonly backlog?: number;
  /** Lets several processes listen on the same port. */
  readonly reusePort?: boolean;
  readonly fetch: FetchHandler;
  /** Those that are not named keep their defaults (`DEFAULT_LIMITS`). */
  readonly limits?: Partial<HttpLimits>;
  readonly world?: World;
  readonly log?: Log;
}

const STATUS_CLASSES = ["1xx", "2xx", "3xx", "4xx", "5xx"] as const;

export class HttpServer implements AsyncDisposable {
  /** Failures on demand. */
  readonly faults: Faults;
  readonly limits: HttpLimits;
  readonly #world: World;
  readonly #log: Log;
  readonly #metrics = new MetricSet();
  readonly #recent = new RecentRequests();
  readonly #pipeline: Pipeline;
  readonly #pending = new Set<Promise<unknown>>();
  #service: TcpService<Http1Connection> | undefined;
  readonly #path: string | undefined;

  /** Rejects with the system's code (`EADDRINUSE`, …) when it cannot listen. */
  static async listen(options: HttpServerOptions): Promise<HttpServer> {
    const server = new HttpServer(options);
    await server.#listen(options);
    return server;
  }

  private constructor(options: HttpServerOptions) {
    this.#world = options.world ?? realWorld;
    this.#log = options.log ?? silentLog;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.faults = new Faults(this.#world.clock, () => this.#service?.dropConnections() ?? 0);
    this.#pipeline = new Pipeline(options.fetch, this.faults, this.#log);
    this.#path = options.path;
  }

  async #listen({ port = 0, host = "127.0.0.1", path, backlog, reusePort }: HttpServerOptions): Promise<void> {
    const listen: ListenOptions = {
      ...(path === undefined ? { port, host } : { path }),
      ...(backlog === undefined ? {} : { backlog }),
      ...(reusePort === undefined ? {} : { reusePort }),
    };
    const shared = this.#http1();
    this.#service = await TcpService.listen<Http1Connection>({
      world: this.#world,
      name: "http",
      listen,
      limits: this.limits,
      accept: (connection: Connection) => new Http1Connection(connection, shared),
      refuse: (connection) => {
        connection.write("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      },
      metrics: this.#metrics,
      log: this.#log,
    });
  }

  /** What the connections share. */
  #http1(): Http1Server {
    const metrics = this.#metrics;
    const { clock } = this.#world;
    const requests = metrics.counter("http_requests_total", "Requests that were handled.");
    metrics.gauge(
      "http_operations_total",
      "Requests that were handled, as every system counts its work.",
      () => requests.value,
    );
    const responses = metrics.counterFamily("http_responses_total", "Answers by class of status.", "class");
    const byClass = [responses.label("none"), ...STATUS_CLASSES.map((name) => responses.label(name))];
    const durations = metrics.histogram(
      "http_request_duration_seconds",
      "From the head's last byte to the answer's.",
      DURATION_SECONDS,
    );
    const sent = metrics.counter("http_sent_bytes_total", "Bytes of answers, heads included.");
    const { limits } = this;
    const log = this.#log;
    const recent = this.#recent;
    const pipeline = this.#pipeline;
    const date = new DateLine();
    let spare: RequestHeadParser | undefined;

    const http1: Http1Server = {
      limits,
      log,
      wheel: new TimerWheel(clock),
      received: metrics.counter("http_received_bytes_total", "Bytes received."),
      refused: metrics.counterFamily("http_refused_total", "Requests refused before they were handled.", "reason"),
      nowMs: clock.monotonic(),
      wallMs: clock.now(),
      readClock() {
        (this as { nowMs: number }).nowMs = clock.monotonic();
        (this as { wallMs: number }).wallMs = clock.now();
      },
      heads: new HeadCache(),
      dateLine(): string {
        return date.at(this.wallMs);
      },
      takeParser(): RequestHeadParser {
        const parser = spare ?? new RequestHeadParser(limits);
        spare = undefined;
        return parser;
      },
      giveParser(parser: RequestHeadParser): void {
        spare = parser;
      },
      accept: (exchange, bodyOwner) => new FetchExchange(exchange, bodyOwner, fetchServer),
      exchangeFinished(exchange: Http1Exchange): void {
        exchange.durationMs = clock.monotonic() - exchange.startedMs;
        requests.add();
        byClass[Math.floor(exchange.status / 100)]!.add();
        durations.record(exchange.durationMs / 1000);
        sent.add(exchange.bytesSent);
        exchange.fields.compact();
        recent.record(exchange);
      },
    };
    const fetchServer: FetchServer = {
      log,
      answer: (request, context) => pipeline.answer(request, context),
      waitUntil: (promise) => this.#waitUntil(promise),
      readClock: () => http1.readClock(),
    };
    return http1;
  }

  /** `http://127.0.0.1:41873`, without a slash at the end; for a unix socket `unix:` and its path. */
  get url(): string {
    if (this.#path !== undefined) return `unix:${this.#path}`;
    const { host, port } = this.address;
    return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  }

  get address(): { readonly host: string; readonly port: number } {
    return this.#service!.address;
  }

  /** Open connections. */
  get connections(): number {
    return this.#service!.connections;
  }

  metrics(): MetricSample[] {
    return this.#metrics.samples();
  }

  /** The newest finished requests, oldest first. */
  recentRequests(): RecentRequest[] {
    return this.#recent.list();
  }

  /** Tells `listener` of every request that finishes from now on; returns what ends it. The listener must not throw. */
  onRequest(listener: (request: RecentRequest) => void): () => void {
    return this.#recent.subscribe(listener);
  }

  /**
   * Answers `request` through the whole pipeline, faults included, without a socket. Rejects only where a fault cuts
   * the connection.
   */
  async dispatch(request: Request): Promise<Response> {
    const context = new DispatchContext(request, (promise) => this.#waitUntil(promise));
    const response = await this.#pipeline.answer(request, context);
    if (request.method !== "HEAD" || response.body === null) return response;
    const { status, statusText, headers } = response;
    await response.body.cancel();
    return new Response(null, { status, statusText, headers });
  }

  /**
   * Stops listening, finishes what is under way, waits for what `waitUntil` was given; drops what is not finished
   * after `graceMs` (default 5000).
   */
  async close(options: { readonly graceMs?: number } = {}): Promise<void> {
    const { graceMs = 5000 } = options;
    const { clock } = this.#world;
    const deadlineMs = clock.monotonic() + graceMs;
    await this.#service!.close({ graceMs });
    const leftMs = deadlineMs - clock.monotonic();
    if (this.#pending.size === 0 || leftMs <= 0) return;
    const stop = new AbortController();
    const timeout = clock.sleep(leftMs, stop.signal).catch(() => {});
    await Promise.race([Promise.allSettled(this.#pending), timeout]);
    stop.abort();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #waitUntil(promise: Promise<unknown>): void {
    const tracked = Promise.resolve(promise)
      .catch((error: unknown) => this.#log.error("work behind an answer failed", { error }))
      .finally(() => this.#pending.delete(tracked));
    this.#pending.add(tracked);
  }
}
