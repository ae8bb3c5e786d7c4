import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type Connection,
  createLog,
  LogBuffer,
  type ManualClock,
  manualClock,
  MetricSet,
  realWorld,
  type ServiceOptions,
  type Session,
  TcpService,
} from "../../src/index.ts";

/**
 * A session with work in flight: "slow\n" is answered when the test says so, "hang\n" never, "throw\n" throws, and
 * everything else comes back at once.
 */
class TestSession implements Session {
  readonly connection: Connection;
  readonly events: string[] = [];
  finishing = false;
  inFlight = 0;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  data(chunk: Buffer): void {
    const text = chunk.toString();
    if (text === "throw\n") throw new Error("a bug in the session");
    if (text === "slow\n" || text === "hang\n") this.inFlight++;
    else this.connection.write(chunk);
  }

  answerSlow(): void {
    this.connection.write("done\n");
    this.inFlight--;
    if (this.finishing && this.inFlight === 0) this.connection.end();
  }

  finish(): void {
    this.events.push("finish");
    this.finishing = true;
    if (this.inFlight === 0) this.connection.destroy();
  }

  end(): void {
    this.events.push("end");
    this.connection.end();
  }

  drain(): void {
    this.events.push("drain");
  }

  close(error?: Error): void {
    this.events.push(error === undefined ? "close" : `close: ${error.message}`);
  }
}

let clock: ManualClock;
let metrics: MetricSet;
let logged: LogBuffer;
const services: TcpService<TestSession>[] = [];
const clients: Socket[] = [];

beforeEach(() => {
  clock = manualClock();
  metrics = new MetricSet();
  logged = new LogBuffer(100);
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await Promise.all(services.splice(0).map((service) => service.close({ graceMs: 0 })));
});

async function listen(options: Partial<ServiceOptions<TestSession>> = {}): Promise<TcpService<TestSession>> {
  const service = await TcpService.listen({
    world: { ...realWorld, clock },
    name: "echo",
    listen: { port: 0 },
    limits: { maxConnections: 100 },
    accept: (connection) => new TestSession(connection),
    metrics,
    log: createLog({ format: "none", sinks: [logged] }),
    ...options,
  });
  services.push(service);
  return service;
}

interface Client {
  readonly socket: Socket;
  send(text: string): void;
  /** Resolves when all that was received is `text`; fails when something else is. */
  receives(text: string): Promise<void>;
  readonly closed: Promise<unknown>;
}

/** By default a client does not close its side when the server does: the worst kind. */
async function client(service: TcpService<TestSession>, path?: string): Promise<Client> {
  const { port } = service.address;
  const socket = connect(path === undefined ? { port, allowHalfOpen: true } : { path, allowHalfOpen: true });
  clients.push(socket);
  let received = "";
  let failure: Error | undefined;
  socket.on("data", (chunk) => (received += chunk.toString()));
  socket.on("error", (error) => (failure = error));
  const closed = new Promise((resolve) => socket.once("close", () => resolve(failure)));
  await once(socket, "connect");
  return {
    socket,
    closed,
    send: (text) => void socket.write(text),
    receives: (text) =>
      until(
        () => received === text,
        () => `received ${JSON.stringify(received)}`,
      ),
  };
}

async function until(condition: () => boolean, state: () => unknown = () => "it did not happen"): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    if (condition()) return;
    await pause(2);
  }
  throw new Error(String(state()));
}

const inFlight = (service: TcpService<TestSession>): number =>
  [...service.sessions].reduce((sum, session) => sum + session.inFlight, 0);

const metric = (name: string): unknown =>
  metrics.samples().find((sample) => sample.name === name && sample.kind !== "histogram");

describe("accounting", () => {
  test("every connection is seen to open and to close, by onlookers and in the metrics", async () => {
    const service = await listen();
    const seen: string[] = [];
    const stop = service.observe({
      open: ({ connection, openedMs }) => seen.push(`open ${connection.remote.address} ${openedMs === clock.now()}`),
      close: (_closed, error) => seen.push(`close ${error?.message}`),
    });
    const a = await client(service);
    const b = await client(service);
    a.send("hello\n");
    await a.receives("hello\n");
    await until(() => service.connections === 2);
    expect([...service.sessions]).toHaveLength(2);
    expect(metric("echo_connections")).toMatchObject({ value: 2 });
    a.socket.end();
    await a.closed;
    await until(() => service.connections === 1);
    stop();
    b.socket.destroy();
    await until(() => service.connections === 0);
    expect(seen).toEqual(["open 127.0.0.1 true", "open 127.0.0.1 true", "close undefined"]);
    expect(metric("echo_connections_total")).toMatchObject({ value: 2 });
    expect(metric("echo_connections")).toMatchObject({ value: 0 });
  });

  test("health says whether one more would be taken", async () => {
    const service = await listen({ limits: { maxConnections: 1 } });
    expect(service.health()).toEqual({ state: "listening", ready: true, connections: 0, maxConnections: 1 });
    await client(service);
    await until(() => service.connections === 1);
    expect(service.health()).toMatchObject({ ready: false, connections: 1 });
    service.maxConnections = 2;
    expect(service.health()).toMatchObject({ ready: true, maxConnections: 2 });
    await service.close();
    expect(service.health()).toMatchObject({ state: "closed", ready: false, connections: 0 });
  });

  test("a session that replaces another gets what comes next, and the last word", async () => {
    const service = await listen();
    const { send, receives, socket } = await client(service);
    send("one\n");
    await receives("one\n");
    const [first] = service.sessions;
    const second = new TestSession(first!.connection);
    second.data = (chunk) => void first!.connection.write(`second: ${chunk.toString()}`);
    service.replaceSession(first!.connection, second);
    expect([...service.sessions]).toEqual([second]);
    send("two\n");
    await receives("one\nsecond: two\n");
    socket.end();
    await until(() => service.connections === 0);
    expect(first!.events).toEqual([]);
    expect(second.events).toEqual(["end", "close"]);
    expect(() => service.replaceSession(first!.connection, second)).toThrow("not open");
  });

  test("dropConnections looks like a broken network, and the service goes on", async () => {
    const service = await listen();
    const a = await client(service);
    await until(() => service.connections === 1);
    expect(service.dropConnections()).toBe(1);
    expect(await a.closed).toMatchObject({ code: "ECONNRESET" });
    const b = await client(service);
    b.send("still here\n");
    await b.receives("still here\n");
  });
});

describe("limits", () => {
  test("a connection too many is told why and closed; when one leaves, the next is welcome", async () => {
    const reasons: string[] = [];
    const service = await listen({
      limits: { maxConnections: 1 },
      refuse: (connection, reason) => {
        reasons.push(reason);
        connection.write("-ERR max number of clients reached\r\n");
      },
    });
    const first = await client(service);
    first.send("x");
    await first.receives("x");
    const second = await client(service);
    // What a refused peer has sent already must not turn the refusal into a reset.
    second.send("PING\r\n");
    await second.receives("-ERR max number of clients reached\r\n");
    second.socket.end();
    expect(await second.closed).toBeUndefined();
    expect(service.connections).toBe(1);
    first.socket.end();
    await first.closed;
    await until(() => service.connections === 0);
    const third = await client(service);
    third.send("y");
    await third.receives("y");
    expect(reasons).toEqual(["max-connections"]);
    expect(metric("echo_connections_refused_total")).toMatchObject({ value: 1 });
    expect(metric("echo_connections_total")).toMatchObject({ value: 2 });
  });

  test("a refused connection that stays is dropped after a moment, and no timer is left", async () => {
    const service = await listen({
      limits: { maxConnections: 0 },
      refuse: (connection) => void connection.write("no"),
    });
    const refused = await client(service);
    await refused.receives("no");
    expect(clock.pendingTimers).toBe(1);
    clock.advance("1s");
    await until(() => clock.pendingTimers === 0);
    await service.close();
    expect(service.state).toBe("closed");
    expect(clock.pendingTimers).toBe(0);
  });

  test("without words for it, a connection too many is simply closed", async () => {
    const service = await listen({ limits: { maxConnections: 0 } });
    const { closed, socket } = await client(service);
    socket.end();
    await closed;
    expect(service.connections).toBe(0);
  });

  test("one address may have fewer than all, and gets its place back", async () => {
    const service = await listen({
      limits: { maxConnections: 10, maxConnectionsPerAddress: 2 },
      refuse: (connection, reason) => void connection.write(reason),
    });
    const [a] = [await client(service), await client(service)];
    const c = await client(service);
    await c.receives("max-connections-per-address");
    a!.socket.destroy();
    await until(() => service.connections === 1);
    const d = await client(service);
    d.send("welcome");
    await d.receives("welcome");
    expect(service.connections).toBe(2);
  });
});

describe("a session that fails", () => {
  test("loses its connection, and nobody else's", async () => {
    const service = await listen();
    const [good, bad] = [await client(service), await client(service)];
    bad!.send("throw\n");
    bad!.socket.end();
    await bad!.closed;
    good!.send("alive\n");
    await good!.receives("alive\n");
    expect(service.connections).toBe(1);
    expect(metric("echo_session_failures_total")).toMatchObject({ value: 1 });
    expect(logged.records({ level: "error" })).toMatchObject([
      { message: "a session failed", fields: { error: { message: "a bug in the session" } } },
    ]);
  });

  test("may fail while it is made, too", async () => {
    const service = await listen({
      accept: () => {
        throw new Error("no memory");
      },
    });
    const { closed, socket } = await client(service);
    socket.end();
    await closed;
    expect(service.connections).toBe(0);
    expect(logged.records({ level: "error" })).toHaveLength(1);
  });
});

describe("close", () => {
  test("does not wait for idle connections, even of peers that never close their side", async () => {
    const service = await listen();
    const idle = await Promise.all([client(service), client(service), client(service)]);
    await until(() => service.connections === 3);
    const sessions = [...service.sessions];
    // The clock stands still: were it waited for, this would never end.
    await service.close({ graceMs: 60_000 });
    expect(service.state).toBe("closed");
    expect(sessions.map(({ events }) => events)).toEqual(sessions.map(() => ["finish", "close"]));
    expect(clock.pendingTimers).toBe(0);
    for (const { socket } of idle) socket.end();
    await Promise.all(idle.map(({ closed }) => closed));
  });

  test("lets work in flight finish, and takes nobody new meanwhile", async () => {
    const service = await listen();
    const { port } = service.address;
    const busy = await client(service);
    busy.send("slow\n");
    await until(() => inFlight(service) === 1);
    const [session] = service.sessions;
    const closing = service.close({ graceMs: 60_000 });
    expect(service.state).toBe("closing");
    const late = connect({ port });
    expect(await once(late, "error")).toMatchObject([{ code: "ECONNREFUSED" }]);
    session!.answerSlow();
    await busy.receives("done\n");
    busy.socket.end();
    await closing;
    expect(await busy.closed).toBeUndefined();
    expect(logged.records({ level: "warn" })).toEqual([]);
  });

  test("destroys what has not finished when the grace period is over, and not before", async () => {
    const service = await listen();
    const { send, closed } = await client(service);
    send("hang\n");
    await until(() => inFlight(service) === 1);
    let done = false;
    const closing = service.close({ graceMs: 5000 }).then(() => (done = true));
    clock.advance(4999);
    await pause(20);
    expect(done).toBe(false);
    expect(service.connections).toBe(1);
    clock.advance(1);
    await closing;
    expect(service.connections).toBe(0);
    expect(logged.records({ level: "warn" })).toMatchObject([{ fields: { connections: 1, graceMs: 5000 } }]);
    clients.at(-1)!.end();
    await closed;
  });

  test("is one close however often it is called; a shorter grace hastens it, a longer one does not delay", async () => {
    const service = await listen();
    const { send } = await client(service);
    send("hang\n");
    await until(() => inFlight(service) === 1);
    const [session] = service.sessions;
    const first = service.close({ graceMs: 5000 });
    const second = service.close({ graceMs: 60_000 });
    const third = service.close({ graceMs: 1000 });
    expect(second).toBe(first);
    expect(third).toBe(first);
    expect(clock.nextTimerMs).toBe(1000);
    expect(clock.pendingTimers).toBe(1);
    void service.close({ graceMs: 0 });
    await first;
    await service.close();
    expect(session!.events).toEqual(["finish", "close"]);
    expect(logged.records({ level: "warn" })).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("happens at the end of an `await using` block, and frees the port", async () => {
    let port: number;
    {
      await using service = await listen();
      port = service.address.port;
      await client(service);
    }
    const again = await listen({ listen: { port }, metrics: new MetricSet() });
    expect(again.address.port).toBe(port);
  });

  test("tells onlookers what state it is in", async () => {
    const service = await listen();
    const states: string[] = [];
    service.observe({ state: (state) => states.push(state) });
    await service.close();
    expect(states).toEqual(["closing", "closed"]);
    await expect(service.addDoor({ port: 0 })).rejects.toThrow("echo is closed");
  });
});

describe("doors", () => {
  test("a service may have several, of both kinds, with the same limits", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tenon-service-"));
    try {
      const path = join(folder, "echo.sock");
      const service = await listen({ listen: [{ port: 0 }, { path }], limits: { maxConnections: 2 } });
      expect(service.addresses).toEqual([
        { host: "127.0.0.1", port: expect.any(Number) as number },
        { host: path, port: 0 },
      ]);
      const added = await service.addDoor({ port: 0 });
      expect(added.port).not.toBe(service.address.port);
      const [tcp, unix] = [await client(service), await client(service, path)];
      tcp!.send("over TCP");
      unix!.send("over a unix socket");
      await tcp!.receives("over TCP");
      await unix!.receives("over a unix socket");
      const third = await client(service, path);
      third.socket.end();
      await third.closed;
      expect(service.connections).toBe(2);
      await service.close();
      await expect(client(service, path)).rejects.toThrow(/ENOENT|ECONNREFUSED/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("one that is removed lets nobody in, and keeps who is in", async () => {
    const service = await listen({ listen: [{ port: 0 }, { port: 0 }], limits: { maxConnections: 5 } });
    const [first, second] = service.addresses;
    const inside = await client(service);
    inside.send("before");
    await inside.receives("before");
    await service.removeDoor(first!);
    expect(service.addresses).toEqual([second]);
    await expect(once(connect(first!.port, first!.host), "connect")).rejects.toThrow("ECONNREFUSED");
    inside.send("after");
    await inside.receives("beforeafter");
    await expect(service.removeDoor(first!)).rejects.toThrow("no door");
    inside.socket.end();
    await service.close();
  });

  test("when one cannot open, none does", async () => {
    const taken = await listen();
    const probe = await listen({ metrics: new MetricSet() });
    const { port } = probe.address;
    await probe.close();
    const opening = listen({ listen: [{ port }, { port: taken.address.port }], metrics: new MetricSet() });
    await expect(opening).rejects.toMatchObject({ code: "EADDRINUSE" });
    const free = await listen({ listen: { port }, metrics: new MetricSet() });
    expect(free.address.port).toBe(port);
  });
});
