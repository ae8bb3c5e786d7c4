/**
 * One service of a stack: what the config says of it, and the server that runs or does not.
 *
 * Starting and stopping take time and may be asked for by several (the command, the console, a test) at once, so they
 * are queued: one change at a time, and each asks again whether there is anything left to do.
 * A service that was on a port comes back on that port: its clients know it.
 */
import type { ServiceState, ServiceView } from "@tenon/console";
import type { Log, MetricSample, World } from "@tenon/kit";
import type { ServiceSettings } from "./config/config.ts";
import { fillVariables } from "./environment.ts";
import type { AnySystem, RunningServer, ServiceAddress, ServiceDirectory } from "./systems/system.ts";

/** How long an external service may take to accept a connection before it counts as unreachable. */
export const EXTERNAL_PROBE_MS = 1_500;

const LOOPBACK = "127.0.0.1";

export interface ServiceContext {
  readonly world: World;
  readonly log: Log;
  readonly baseDir: string;
  readonly dataDir: string | undefined;
  /** Added to the port, of the config or the original's. */
  readonly portOffset: number;
  /** Take free ports, whatever the config says. */
  readonly freePorts: boolean;
  readonly services: ServiceDirectory;
  changed(): void;
}

/** A service did not start. The message is one line for people. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly service: string;
  /** The message without the service's name. */
  readonly reason: string;
  /** The system's code (`EADDRINUSE`, …), where there was one. */
  readonly code: string | undefined;

  constructor(service: string, reason: string, cause: unknown) {
    super(`${service}: ${reason}`, { cause });
    this.service = service;
    this.reason = reason;
    this.code = codeOf(cause);
  }
}

export class Service implements ServiceView {
  readonly name: string;
  readonly kind: string;
  readonly #system: AnySystem;
  readonly #settings: ServiceSettings;
  readonly #ownSettings: Readonly<Record<string, unknown>>;
  readonly #context: ServiceContext;
  #state: ServiceState;
  #failure: string | undefined;
  #server: RunningServer | undefined;
  #startedAtMs: number | undefined;
  /** The port of the last run, for the next. */
  #lastPort: number | undefined;
  #insteadOfPort: number | undefined;
  #queue: Promise<void> = Promise.resolve();

  constructor(
    system: AnySystem,
    settings: ServiceSettings & Readonly<Record<string, unknown>>,
    context: ServiceContext,
  ) {
    const { port, host, env, external, ...own } = settings;
    this.name = this.kind = system.name;
    this.#system = system;
    this.#settings = settings;
    this.#ownSettings = own;
    this.#context = context;
    this.#state = external === undefined ? "stopped" : "external";
  }

  get state(): ServiceState {
    return this.#state;
  }

  /** Why it failed, or why the external one cannot be reached. */
  get failure(): string | undefined {
    return this.#failure;
  }

  get startedAtMs(): number | undefined {
    return this.#startedAtMs;
  }

  /** The running server (`RedisServer`, `HttpServer`, …). */
  get instance(): RunningServer | undefined {
    return this.#server;
  }

  get url(): string | undefined {
    return this.address?.url;
  }

  /** Where it is reached; `undefined` while it does not run. */
  get address(): ServiceAddress | undefined {
    if (this.#settings.external !== undefined) return externalAddress(this.#settings.external, this.#system.port);
    if (this.#server === undefined) return undefined;
    const listening = endpoint(this.#server);
    const host = reachable(listening.host);
    const { port } = listening;
    const url = new URL(this.#server.url);
    url.host = `${host.includes(":") ? `[${host}]` : host}:${port}`;
    // As `listen`, `password` gets the settings that were checked against this very system's schema.
    url.password = this.#system.password?.(this.#ownSettings as never) ?? "";
    return { url: url.href.replace(/\/$/, ""), host, port };
  }

  get connect(): string | undefined {
    const { address } = this;
    return address === undefined ? undefined : this.#system.connect(address);
  }

  /** The port that it would have had, if that was taken and it runs on a free one instead. */
  get insteadOfPort(): number | undefined {
    return this.#server === undefined ? undefined : this.#insteadOfPort;
  }

  /** Whether what it holds is on disk. */
  get durable(): boolean {
    return this.dataDir !== undefined;
  }

  /** The folder that it keeps its data in; undefined: it keeps none. */
  get dataDir(): string | undefined {
    return this.#system.durable ? this.#context.dataDir : undefined;
  }

  /** Its environment variables, the usual ones and the config's; none while it does not run. */
  variables(): Record<string, string> {
    const { address } = this;
    return address === undefined ? {} : fillVariables({ ...this.#system.variables, ...this.#settings.env }, address);
  }

  metrics(): MetricSample[] {
    return this.#server?.metrics() ?? [];
  }

  /** Resolves when it runs; an external one, when it is known whether it can be reached. Rejects with ServiceError. */
  start(): Promise<void> {
    return this.#change(async () => {
      if (this.#state === "external") return this.#probe();
      if (this.#state === "running") return;
      this.#become("starting");
      try {
        this.#server = await this.#listen();
      } catch (error) {
        this.#become("failed", messageOf(error));
        this.#context.log.error("did not start", { reason: this.#failure });
        throw error instanceof ServiceError ? error : new ServiceError(this.name, messageOf(error), error);
      }
      this.#lastPort = endpoint(this.#server).port;
      this.#startedAtMs = this.#context.world.clock.now();
      this.#become("running");
      this.#context.log.info("started", { url: this.url });
    });
  }

  /** Resolves when it has closed and its port is free. */
  stop(options: { readonly graceMs?: number } = {}): Promise<void> {
    return this.#change(async () => {
      this.#refuseExternal("stop");
      const server = this.#server;
      if (server === undefined) return this.#become("stopped");
      this.#become("stopping");
      try {
        await server.close(options);
      } finally {
        this.#server = undefined;
        this.#startedAtMs = undefined;
        this.#become("stopped");
        this.#context.log.info("stopped");
      }
    });
  }

  async restart(): Promise<void> {
    this.#refuseExternal("restart");
    await this.stop();
    await this.start();
  }

  #change(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => undefined);
    return done;
  }

  #become(state: ServiceState, failure?: string): void {
    this.#state = state;
    this.#failure = failure;
    this.#context.changed();
  }

  #refuseExternal(verb: string): void {
    if (this.#state === "external") throw new Error(`${this.name} is external: the stack does not ${verb} it`);
  }

  async #listen(): Promise<RunningServer> {
    const { freePorts, portOffset } = this.#context;
    if (this.#lastPort !== undefined) return this.#listenOn(this.#lastPort);
    if (freePorts || this.#settings.port === 0) return this.#listenOn(0);
    if (this.#settings.port !== undefined) return this.#listenOn(this.#settings.port + portOffset);
    const usual = this.#system.port + portOffset;
    try {
      return await this.#listenOn(usual);
    } catch (error) {
      if (codeOf(error) !== "EADDRINUSE" && codeOf(error) !== "EACCES") throw error;
      const server = await this.#listenOn(0);
      this.#insteadOfPort = usual;
      return server;
    }
  }

  async #listenOn(port: number): Promise<RunningServer> {
    const { world, log, baseDir, dataDir, services } = this.#context;
    const host = this.#settings.host ?? LOOPBACK;
    try {
      // The settings were checked against this very system's schema.
      return await this.#system.start(this.#ownSettings as never, {
        world,
        log,
        host,
        port,
        baseDir,
        services,
        dataDir: this.#system.durable ? dataDir : undefined,
      });
    } catch (error) {
      const reason = LISTEN_ERRORS[codeOf(error) ?? ""];
      if (reason === undefined) throw error;
      throw new ServiceError(this.name, reason(host, port), error);
    }
  }

  async #probe(): Promise<void> {
    const { host, port } = this.address!;
    const { net } = this.#context.world;
    try {
      const connection = await net.connect({ host, port, timeoutMs: EXTERNAL_PROBE_MS });
      connection.destroy();
      this.#become("external");
    } catch (error) {
      this.#become("external", `not reachable: ${PROBE_ERRORS[codeOf(error) ?? ""] ?? messageOf(error)}`);
      this.#context.log.warn("not reachable", { host, port, reason: codeOf(error) ?? messageOf(error) });
    }
  }
}

const LISTEN_ERRORS: Readonly<Record<string, (host: string, port: number) => string>> = {
  EADDRINUSE: (host, port) => `port ${port} on ${host} is in use by another process`,
  EACCES: (_, port) => `port ${port} needs more rights than this process has`,
  EADDRNOTAVAIL: (host) => `${host} is not an address of this machine`,
  ENOTFOUND: (host) => `there is no host ${host}`,
};

const PROBE_ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ETIMEDOUT: "no answer",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "the name cannot be resolved now",
};

function externalAddress(external: string, usualPort: number): ServiceAddress {
  const url = new URL(external);
  const schemePort = { "http:": 80, "https:": 443 }[url.protocol] ?? usualPort;
  return {
    url: external,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? schemePort : Number(url.port),
  };
}

/** Where a server listens, whichever way it says so. */
function endpoint({ address }: RunningServer): { readonly host: string; readonly port: number } {
  if (typeof address !== "string") return address;
  const colon = address.lastIndexOf(":");
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(address.slice(colon + 1)) };
}

/** Nobody can connect to “any address”. */
function reachable(host: string): string {
  if (host === "0.0.0.0") return LOOPBACK;
  return host === "::" ? "::1" : host;
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof ServiceError) return error.code;
  const code: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" ? code : undefined;
}

function messageOf(error: unknown): string {
  if (error instanceof ServiceError) return error.reason;
  return (error instanceof Error ? error.message : String(error)).split("\n")[0]!;
}
