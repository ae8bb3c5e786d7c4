/**
 * A service among unruly peers: one run in the simulated world, in which clients connect, send, stall, hang up,
 * reset and lose their power as a seed decides, on wires that lose packets; and then the service closes.
 */
import { type Connection, MetricSet, type Session, silentLog, simulatedWorld, TcpService } from "../../src/index.ts";

const GRACE_MS = 5000;
const MAX_CONNECTIONS = 8;
const MAX_PER_ADDRESS = 3;
const CLIENTS = ["10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"];

/** Answers every chunk after a delay of its own; a first byte of 1 is never answered, and one of 2 makes it throw. */
class DelayedEcho implements Session {
  readonly #connection: Connection;
  readonly #later: (callback: () => void, delayMs: number) => unknown;
  #inFlight = 0;
  #finishing = false;
  finishes = 0;
  closes = 0;

  constructor(connection: Connection, later: (callback: () => void, delayMs: number) => unknown) {
    this.#connection = connection;
    this.#later = later;
  }

  data(chunk: Buffer): void {
    this.#inFlight++;
    if (chunk[0] === 1) return;
    if (chunk[0] === 2) throw new Error("unruly");
    this.#later(() => {
      if (this.closes > 0) return;
      this.#connection.write(chunk);
      this.#inFlight--;
      if (this.#finishing && this.#inFlight === 0) this.#connection.end();
    }, chunk[0]!);
  }

  end(): void {
    this.#connection.end();
  }

  drain(): void {}

  close(): void {
    this.closes++;
  }

  finish(): void {
    this.finishes++;
    this.#finishing = true;
    if (this.#inFlight === 0) this.#connection.destroy();
  }
}

export interface UnrulyRun {
  /** What onlookers were told, with the time. The same for the same seed. */
  readonly events: readonly string[];
  /** What must not be, and was. */
  readonly faults: readonly string[];
}

export async function unrulyRun(seed: number): Promise<UnrulyRun> {
  const world = simulatedWorld(seed);
  world.network.defaults({ latencyMs: 1, jitterMs: 20, loss: 0.05, shred: true });
  const random = world.random.split("peers");
  const events: string[] = [];
  const faults: string[] = [];
  const sessions: DelayedEcho[] = [];
  const perAddress = new Map<string, number>();
  const note = (what: string): void => void events.push(`${world.clock.monotonic().toFixed(3)} ${what}`);
  const must = (holds: boolean, what: string): void => void (holds || faults.push(`seed ${seed}: ${what}`));

  const service = await TcpService.listen<DelayedEcho>({
    world,
    name: "echo",
    listen: { host: "10.0.0.1", port: 7 },
    limits: { maxConnections: MAX_CONNECTIONS, maxConnectionsPerAddress: MAX_PER_ADDRESS },
    accept: (connection) => {
      const session = new DelayedEcho(connection, (callback, delayMs) => world.clock.setTimeout(callback, delayMs));
      sessions.push(session);
      return session;
    },
    refuse: (connection, reason) => void connection.write(reason),
    metrics: new MetricSet(),
    log: silentLog,
  });
  const count = ({ remote: { address } }: Connection, delta: number): void => {
    perAddress.set(address, (perAddress.get(address) ?? 0) + delta);
    must(perAddress.get(address)! <= MAX_PER_ADDRESS, `${address} has ${perAddress.get(address)} connections`);
    must(service.connections <= MAX_CONNECTIONS, `there are ${service.connections} connections`);
  };
  service.observe({
    open: ({ connection }) => (note(`open ${connection.remote.address}`), count(connection, 1)),
    close: ({ connection }, error) => (
      note(`close ${connection.remote.address} ${error?.message}`),
      count(connection, -1)
    ),
    refuse: (connection, reason) => note(`refuse ${connection.remote.address} ${reason}`),
    state: note,
  });

  const clients: Connection[] = [];
  for (let step = 0; step < 120; step++) {
    const client = clients[random.integer(Math.max(1, clients.length))];
    const address = CLIENTS[random.integer(CLIENTS.length)]!;
    const chance = random.float();
    if (chance < 0.4 || client === undefined) {
      world
        .machine(address)
        .net.connect({ host: "10.0.0.1", port: 7, timeoutMs: 10_000 })
        .then((connection) => {
          clients.push(connection);
          connection.handle({ data() {}, end() {}, drain() {}, close() {} });
        })
        .catch((error: NodeJS.ErrnoException) => note(`connect ${address} ${error.code}`));
    } else if (chance < 0.8) {
      client.write(Uint8Array.of(random.integer(60), 0, 0, 0));
    } else if (chance < 0.88) {
      client.end();
    } else if (chance < 0.94) {
      client[random.float() < 0.5 ? "destroy" : "reset"]();
    } else if (chance < 0.98) {
      client.pause();
    } else {
      world.machine(address).restart();
    }
    await world.clock.advanceAsync(random.integer(40));
  }

  const started = world.clock.monotonic();
  const closing = service.close({ graceMs: GRACE_MS });
  await world.clock.runUntil(closing);
  const took = world.clock.monotonic() - started;
  must(took <= GRACE_MS + 1000, `closing took ${took} ms`);
  must(service.connections === 0, `${service.connections} connections are left after close`);
  must(
    [...perAddress.values()].every((left) => left === 0),
    "an address still counts connections",
  );
  must(
    sessions.every(({ closes }) => closes === 1),
    "a session did not hear of its end exactly once",
  );
  must(
    sessions.every(({ finishes }) => finishes <= 1),
    "a session was asked twice to finish",
  );
  return { events, faults };
}
