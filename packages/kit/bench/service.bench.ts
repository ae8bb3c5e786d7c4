/**
 * What a server pays for being watched: a chunk of data through a service, and a command counted and timed, against
 * the same without. The connection is one of memory, so nothing but our own code is measured.
 */
import { microScenario, suite, type Suite } from "@tenon/bench";
import {
  type Connection,
  type ConnectionHandler,
  MemoryDisk,
  manualClock,
  MetricSet,
  type Net,
  SeededRandom,
  type Session,
  silentLog,
  TcpService,
} from "@tenon/kit";

const CHUNKS = 1000;

class CountingSession implements Session {
  bytes = 0;
  data(chunk: Buffer): void {
    this.bytes += chunk.length;
  }
  end(): void {}
  drain(): void {}
  close(): void {}
  finish(): void {}
}

/** A service with one connection; returns what that connection tells when data arrives. */
async function handlerInService(session: Session): Promise<ConnectionHandler> {
  let handler: ConnectionHandler | undefined;
  const connection: Connection = {
    local: { address: "127.0.0.1", port: 1 },
    remote: { address: "127.0.0.1", port: 2 },
    handle: (given) => void (handler = given),
    write: () => true,
    cork() {},
    uncork() {},
    queuedBytes: 0,
    pause() {},
    resume() {},
    end() {},
    destroy() {},
    reset() {},
    setNoDelay() {},
    setKeepAlive() {},
  };
  const net: Pick<Net, "listen"> = {
    async listen(_options, accept) {
      accept(connection);
      return { address: connection.local, close: async () => {}, unref() {} };
    },
  };
  await TcpService.listen({
    world: { clock: manualClock(), disk: new MemoryDisk(), net: net as Net, random: new SeededRandom(1) },
    name: "bench",
    listen: {},
    limits: { maxConnections: 1 },
    accept: () => session,
    metrics: new MetricSet(),
    log: silentLog,
  });
  return handler!;
}

function feed(handler: ConnectionHandler, chunk: Buffer): void {
  for (let i = 0; i < CHUNKS; i++) handler.data(chunk);
}

const service: Suite = suite("kit", [
  microScenario({
    name: "a chunk of data to its session",
    unit: "chunk",
    unitsPerCall: CHUNKS,
    ours: {
      name: "through TcpService",
      setup: async () => {
        const session = new CountingSession();
        const handler = await handlerInService(session);
        const chunk = Buffer.alloc(100);
        return () => (feed(handler, chunk), session.bytes);
      },
    },
    peers: [
      {
        name: "directly",
        setup: () => {
          const session = new CountingSession();
          const chunk = Buffer.alloc(100);
          return () => (feed(session, chunk), session.bytes);
        },
      },
    ],
  }),
  microScenario({
    name: "counting an operation and recording its duration",
    unit: "operation",
    unitsPerCall: CHUNKS,
    ours: {
      name: "MetricSet",
      setup: () => {
        const set = new MetricSet();
        const counter = set.counterFamily("operations_total", "Operations.", "name").label("get");
        const histogram = set.histogram("seconds", "Seconds.", [0.0001, 0.001, 0.01, 0.1, 1]);
        return () => {
          for (let i = 0; i < CHUNKS; i++) {
            counter.add();
            histogram.record(0.0005);
          }
          return counter.value;
        };
      },
    },
    peers: [
      {
        name: "prom-client",
        setup: async () => {
          const { Counter, Histogram, Registry } = (await import("prom-client")).default;
          const registers = [new Registry()];
          const counter = new Counter({ name: "operations_total", help: "-", labelNames: ["name"], registers });
          const histogram = new Histogram({
            name: "seconds",
            help: "-",
            buckets: [0.0001, 0.001, 0.01, 0.1, 1],
            registers,
          });
          return () => {
            for (let i = 0; i < CHUNKS; i++) {
              counter.inc({ name: "get" });
              histogram.observe(0.0005);
            }
            return counter;
          };
        },
      },
    ],
  }),
]);

export default service;
