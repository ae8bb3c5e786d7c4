/**
 * A stack for tests: servers on free ports, in memory, whose state, time and network a test has in its hand.
 */
import { manualClock, type ManualClock, realWorld, type World } from "@tenon/kit";
import type { StackConfig } from "../config/config.ts";
import type { Service } from "../service.ts";
import { Stack } from "../stack.ts";
import type { System, RunningServer } from "../systems/system.ts";
import type { SystemName, Systems } from "../systems.ts";
import { FaultyNet, type NetworkFaults } from "./network-faults.ts";

export interface FixtureOptions {
  /**
   * `manual`: the services' time stands still until the test moves it: `t.clock.advance("10s")`. Their own time-outs stand
   * still as well. Default: `real`.
   */
  readonly clock?: "real" | "manual";
  /** Where relative paths of the config start; default: the current folder. */
  readonly baseDir?: string;
}

type ServerOf<S> = S extends System<infer _, infer Server> ? Server : never;

/** One service, as tests see it. */
export interface ServiceHandle<Server extends RunningServer = RunningServer> {
  /** `redis://127.0.0.1:41873` */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** The server itself, for what only it can do: `t.redis.server.execute(…)`. */
  readonly server: Server;
  /** The server's own faults, in terms of its protocol: `t.http.faults.fail("/login", 503)`. */
  readonly faults: Server extends { readonly faults: infer Own } ? Own : undefined;
  /** Its network, which can cut, refuse and delay whatever the protocol. */
  readonly network: NetworkFaults;
  stop(): Promise<void>;
  /** On the port it had before. */
  start(): Promise<void>;
  restart(): Promise<void>;
}

type Named<Config> = Extract<keyof Config, SystemName>;

/** A handle per service that the config names; per system, when it names none. */
export type Handles<Config> = {
  readonly [Name in [Named<Config>] extends [never] ? SystemName : Named<Config>]: ServiceHandle<
    ServerOf<Systems[Name]>
  >;
};

export interface FixtureControls {
  /** Moves the services' time. Throws unless the fixture has `clock: "manual"`. */
  readonly clock: ManualClock;
  /** Addresses, as `tenon run` gives them: `REDIS_URL`, `HTTP_URL`, … */
  readonly env: Readonly<Record<string, string>>;
  /** The stack itself: logs, metrics, state. */
  readonly stack: Stack;
  /** Makes what is there now the state to which `restore` returns: data of every service that can tell its own, and the manual clock's time. */
  snapshot(): void;
  /** Back to the last `snapshot` (at first: freshly started), and all faults ended. Connections stay. */
  restore(): void;
}

/** What `stack.start` gives. */
export type StackFixture<Config> = Handles<Config> & FixtureControls & AsyncDisposable & { close(): Promise<void> };

/** Everything that runs for one fixture, between its start and its close. */
export class RunningFixture {
  readonly stack: Stack;
  readonly manual: ManualClock | undefined;
  readonly #nets: ReadonlyMap<SystemName, FaultyNet>;
  readonly #saved = new Map<Service, unknown>();
  #savedNowMs = 0;

  private constructor(stack: Stack, nets: ReadonlyMap<SystemName, FaultyNet>, manual: ManualClock | undefined) {
    this.stack = stack;
    this.manual = manual;
    this.#nets = nets;
    this.snapshot();
  }

  static async start(config: StackConfig, options: FixtureOptions): Promise<RunningFixture> {
    const manual = options.clock === "manual" ? manualClock() : undefined;
    const { clock: realClock, disk, net, random } = realWorld;
    const clock = manual ?? realClock;
    const nets = new Map<SystemName, FaultyNet>();
    const worldOf = (name: SystemName): World => {
      const faulty = new FaultyNet(net, clock);
      nets.set(name, faulty);
      return { clock, disk, random, net: faulty };
    };
    const { baseDir } = options;
    const stack = await Stack.start(config, {
      freePorts: true,
      world: worldOf,
      ...(baseDir !== undefined && { baseDir }),
    });
    return new RunningFixture(stack, nets, manual);
  }

  network(name: SystemName): NetworkFaults {
    const net = this.#nets.get(name);
    if (net === undefined) throw new Error(`this stack has no ${name}`);
    return net;
  }

  snapshot(): void {
    for (const service of this.stack.services) this.#saved.set(service, service.instance?.snapshot?.());
    this.#savedNowMs = this.manual?.now() ?? 0;
  }

  /** A service that is stopped has nothing to go back to; one that was started since keeps what it has. */
  restore(): void {
    for (const net of this.#nets.values()) net.clear();
    for (const { instance } of this.stack.services) instance?.faults?.clear();
    // Time first: what expires by the clock must not expire in the restored state because the last test lasted long.
    this.manual?.setNow(this.#savedNowMs);
    for (const [service, saved] of this.#saved) {
      if (saved !== undefined) service.instance?.restore?.(saved as never);
    }
  }

  async close(): Promise<void> {
    for (const net of this.#nets.values()) net.clear();
    await this.stack.close({ graceMs: 0 });
  }
}

/** What tests hold in their hands: it stays the same while stacks behind it come and go. */
export function controlsOf<Config extends StackConfig>(
  names: readonly SystemName[],
  running: () => RunningFixture,
): Handles<Config> & FixtureControls {
  const controls: FixtureControls = {
    get clock() {
      const { manual } = running();
      if (manual === undefined)
        throw new Error('the clock is the real one; for one that moves by hand: { clock: "manual" }');
      return manual;
    },
    get env() {
      return running().stack.environment();
    },
    get stack() {
      return running().stack;
    },
    snapshot: () => running().snapshot(),
    restore: () => running().restore(),
  };
  const handles = Object.fromEntries(names.map((name) => [name, handleOf(name, running)]));
  // `names` is computed from the config as the type `Handles` is.
  return Object.defineProperties(handles, Object.getOwnPropertyDescriptors(controls)) as Handles<Config> &
    FixtureControls;
}

function handleOf(name: SystemName, running: () => RunningFixture): ServiceHandle {
  const service = (): Service => running().stack.service(name);
  const address = () => {
    const found = service().address;
    if (found === undefined) throw new Error(`${name} is ${service().state}`);
    return found;
  };
  const server = (): RunningServer => {
    const { instance, state } = service();
    if (instance === undefined) throw new Error(`${name} is ${state}`);
    return instance;
  };
  return {
    get url() {
      return address().url;
    },
    get host() {
      return address().host;
    },
    get port() {
      return address().port;
    },
    get server() {
      return server();
    },
    get faults() {
      return server().faults as undefined;
    },
    get network() {
      return running().network(name);
    },
    stop: () => service().stop(),
    start: () => service().start(),
    restart: () => service().restart(),
  };
}
