/** The console: a web page on a stack, for the person who runs it. */
import { HttpServer } from "@tenon/http";
import { type Log, realWorld, silentLog, type World } from "@tenon/kit";
import { Api } from "./api.ts";
import { handle } from "./handler.ts";
import { LiveHub } from "./live/live-hub.ts";
import { Sampler } from "./live/sampler.ts";
import { Page } from "./page.ts";
import { PANELS } from "./panels.ts";
import type { Panel } from "./panels/panel.ts";
import type { ServiceInfo } from "./protocol.ts";
import { Guard, isLoopbackHost } from "./security/guard.ts";
import type { ServiceView, StackView } from "./stack-view.ts";
import { FolderSearch } from "./tools/search.ts";
import { StackDatabases } from "./tools/sqlite/stack-databases.ts";

export interface ConsoleOptions {
  readonly stack: StackView;
  /** Default 0: a free port. */
  readonly port?: number;
  /** A loopback name or address; default `127.0.0.1`. */
  readonly host?: string;
  readonly world?: World;
  readonly log?: Log;
  /** A folder that the search page may search; none unless it is named. */
  readonly searchFolder?: string;
  /** SQLite files that the database page opens, by the names that it shows. They lie on the real disk, whatever the world. */
  readonly databases?: Readonly<Record<string, string>>;
}

export class Console {
  readonly #server: HttpServer;
  readonly #guard: Guard;
  readonly #close: () => Promise<void>;

  private constructor(server: HttpServer, guard: Guard, close: () => Promise<void>) {
    this.#server = server;
    this.#guard = guard;
    this.#close = close;
  }

  /**
   * Serves the page. Rejects with the system's code when the port is taken, and with a RangeError when `host` is not a
   * loopback address: the console is for the person at this machine, and has no other protection than that and its token.
   */
  static async listen(options: ConsoleOptions): Promise<Console> {
    const { stack, port = 0, host = "127.0.0.1", world = realWorld, log = silentLog } = options;
    const { searchFolder, databases: paths = {} } = options;
    if (!isLoopbackHost(host)) throw new RangeError(`the console listens on loopback only, not on ${host}`);
    const page = Page.load();
    const guard = new Guard(world.random);

    const panels = new Map<string, Panel>();
    const panelOf = (service: ServiceView): Panel | undefined => {
      let panel = panels.get(service.name);
      if (panel === undefined) {
        panel = PANELS.get(service.kind)?.({ service, world });
        if (panel !== undefined) panels.set(service.name, panel);
      }
      return panel;
    };
    const sampler = new Sampler({
      stack,
      clock: world.clock,
      log,
      processBytes: () => process.memoryUsage.rss(),
      externalSummary: (service) => (hub.size > 0 ? panelOf(service)?.summary?.() : undefined),
    });
    const describe = (): ServiceInfo[] => stack.services.map(serviceInfo);
    const hub: LiveHub = new LiveHub({ stack, sampler, clock: world.clock, random: world.random, describe });
    sampler.sample(); // A page that opens within the first second shall not be empty.
    const search = searchFolder === undefined ? undefined : new FolderSearch(world, searchFolder);
    const databases = new StackDatabases(paths);
    const api = new Api({ stack, hub, sampler, panelOf, log, search, databases });

    const close = async (): Promise<void> => {
      sampler.close();
      hub.close();
      for (const panel of panels.values()) panel.close();
      await databases.close();
    };
    try {
      const server = await HttpServer.listen({
        port,
        host,
        world,
        log,
        fetch: (request, context) => handle({ guard, page, api, log }, request, context),
      });
      guard.bind(server.address.port);
      return new Console(server, guard, close);
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** Where to open it, with the token of this run. */
  get url(): string {
    return `${this.#server.url.replace(/\/$/, "")}/?token=${this.#guard.token}`;
  }

  get address(): { readonly host: string; readonly port: number } {
    return this.#server.address;
  }

  /** Ends every page's stream, then the server. */
  async close(): Promise<void> {
    await this.#close();
    await this.#server.close({ graceMs: 500 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function serviceInfo(service: ServiceView): ServiceInfo {
  const { name, kind, state, failure, url, connect, startedAtMs } = service;
  return {
    name,
    kind,
    state,
    panel: PANELS.has(kind),
    ...(failure !== undefined && { failure }),
    ...(url !== undefined && { url }),
    ...(connect !== undefined && { connect }),
    ...(startedAtMs !== undefined && { startedAtMs }),
  };
}
