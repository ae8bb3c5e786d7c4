import { describe, expect, it } from "vitest";
import { type Connection, type SimulatedWorld, simulatedWorld, type World } from "../../src/index.ts";
import { Recorder } from "./net-contract.ts";

const A = "10.0.0.1";
const B = "10.0.0.2";

interface Talk {
  readonly world: SimulatedWorld;
  readonly client: Connection;
  readonly server: Connection;
  readonly atClient: Recorder;
  readonly atServer: Recorder;
}

/** A listens, B connects to it. */
async function talk(world: SimulatedWorld = simulatedWorld(1)): Promise<Talk> {
  let accepted: Connection | undefined;
  await world.machine(A).net.listen({ host: A, port: 80 }, (connection) => (accepted = connection));
  const client = await world.clock.runUntil(world.machine(B).net.connect({ host: A, port: 80 }));
  await world.clock.advanceAsync(100);
  const server = accepted!;
  const [atClient, atServer] = [new Recorder(), new Recorder()];
  client.handle(atClient);
  server.handle(atServer);
  return { world, client, server, atClient, atServer };
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

describe("simulated TCP", () => {
  it("takes as long as the wire says: latency, then bandwidth", async () => {
    const { world, client, atServer } = await talk();
    world.network.link(A, B, { latencyMs: 30, bytesPerSecond: 100_000 });
    client.write("x");
    await world.clock.advanceAsync(29);
    expect(atServer.text).toBe("");
    await world.clock.advanceAsync(2);
    expect(atServer.text).toBe("x");
    client.write(Buffer.alloc(50_000));
    await world.clock.advanceAsync(500 + 29);
    expect(atServer.size).toBeLessThan(50_001);
    await world.clock.advanceAsync(10);
    expect(atServer.size).toBe(50_001);
  });

  it("comes from the machine's own address, and only to where somebody listens", async () => {
    const { world, client, server } = await talk();
    expect(client.local.address).toBe(B);
    expect(server.remote).toEqual(client.local);
    const connect = (host: string, port: number): Promise<unknown> =>
      world.clock.runUntil(world.machine(B).net.connect({ host, port })).catch(codeOf);
    expect(await connect(A, 81)).toBe("ECONNREFUSED");
    expect(await connect("127.0.0.1", 80)).toBe("ECONNREFUSED");
    expect(await connect("10.9.9.9", 80)).toBe("EHOSTUNREACH");
    expect(await connect("no.such.name", 80)).toBe("ENOTFOUND");
    await world.machine(A).net.listen({ port: 82 }, () => {});
    expect(await connect(A, 82)).toBe("ECONNREFUSED"); // loopback only
    await world.machine(A).net.listen({ host: "0.0.0.0", port: 83 }, () => {});
    expect(await connect(A, 83)).toMatchObject({ remote: { address: A, port: 83 } });
    await expect(world.machine(A).net.listen({ port: 83 }, () => {})).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  it("stalls in a partition, goes on when it heals, and loses nothing", async () => {
    const { world, client, atServer } = await talk();
    world.network.partition(A, B);
    client.write("held");
    await world.clock.advanceAsync("30s");
    expect(atServer.text).toBe("");
    client.write(" back");
    world.network.heal();
    await world.clock.advanceAsync("60s");
    expect(atServer.text).toBe("held back");
    expect(atServer.told).toEqual(["data"]);
  });

  it("can be cut one way only", async () => {
    const { world, client, server, atClient, atServer } = await talk();
    world.network.cut(A, B);
    client.write("heard");
    server.write("unheard");
    await world.clock.advanceAsync("1s");
    expect(atServer.text).toBe("heard");
    expect(atClient.text).toBe("");
    world.network.heal(A, B);
    await world.clock.advanceAsync("5s");
    expect(atClient.text).toBe("unheard");
  });

  it("gives a connection up with ETIMEDOUT when a partition lasts", async () => {
    const { world, client, atClient, atServer } = await talk();
    world.network.partition(A);
    client.write("anybody?");
    await world.clock.advanceAsync("15m");
    expect(atClient.told).toEqual([]);
    await world.clock.advanceAsync("1m");
    expect(atClient.told).toEqual(["close"]);
    expect(codeOf(atClient.error)).toBe("ETIMEDOUT");
    expect(atServer.told).toEqual([]); // has sent nothing, so knows nothing
  });

  it("tries to connect through a partition for 127 s, or as long as asked", async () => {
    const { world } = await talk();
    world.network.partition(A, B);
    const { net } = world.machine(B);
    await expect(world.clock.runUntil(net.connect({ host: A, port: 80, timeoutMs: 300 }))).rejects.toMatchObject({
      code: "ETIMEDOUT",
    });
    const before = world.clock.monotonic();
    await expect(world.clock.runUntil(net.connect({ host: A, port: 80 }))).rejects.toMatchObject({ code: "ETIMEDOUT" });
    expect(world.clock.monotonic() - before).toBe(127_000);
    const patient = net.connect({ host: A, port: 80 });
    await world.clock.advanceAsync("5s");
    world.network.heal();
    expect(await world.clock.runUntil(patient)).toMatchObject({ remote: { address: A, port: 80 } });
  });

  it("gets through loss by sending again, later", async () => {
    const { world, client, atServer } = await talk();
    world.network.defaults({ loss: 0.3 });
    const sent = Buffer.from(Array.from({ length: 200_000 }, (_, at) => (at * 31) & 255));
    const before = world.clock.monotonic();
    client.write(sent);
    await world.clock.runUntil(atServer.until(({ size }) => size === sent.length));
    expect(Buffer.concat(atServer.chunks).equals(sent)).toBe(true);
    expect(world.clock.monotonic() - before).toBeGreaterThan(200);
    expect(world.trace.events.some(({ event }) => event === "lost")).toBe(true);
  });

  it("resets connections at both ends", async () => {
    const { world, atClient, atServer } = await talk();
    world.network.resetConnections(A, B);
    await world.clock.advanceAsync(10);
    expect(atClient.told).toEqual(["close"]);
    expect(atServer.told).toEqual(["close"]);
    expect([codeOf(atClient.error), codeOf(atServer.error)]).toEqual(["ECONNRESET", "ECONNRESET"]);
  });

  it("delivers in arbitrary pieces when shredded", async () => {
    const { world, client, atServer } = await talk();
    world.network.defaults({ shred: true, segmentBytes: 7 });
    client.write("the quick brown fox jumps over the lazy dog");
    await world.clock.advanceAsync("1s");
    expect(atServer.text).toBe("the quick brown fox jumps over the lazy dog");
    expect(new Set(atServer.chunks.map((chunk) => chunk.length)).size).toBeGreaterThan(2);
  });
});

describe("a machine that loses power", () => {
  it("leaves half-open connections, which a peer that is silent never notices", async () => {
    const { world, atClient, atServer } = await talk();
    world.machine(A).powerOff();
    await world.clock.advanceAsync("1d");
    expect(atClient.told).toEqual([]);
    expect(atServer.told).toEqual([]);
  });

  it("is noticed by a peer that writes: never answered, or reset once the machine is back", async () => {
    const off = await talk();
    off.world.machine(A).powerOff();
    off.client.write("hello?");
    await off.world.clock.advanceAsync("20m");
    expect(codeOf(off.atClient.error)).toBe("ETIMEDOUT");

    const back = await talk();
    back.world.machine(A).restart();
    back.client.write("hello?");
    await back.world.clock.advanceAsync("1s");
    expect(codeOf(back.atClient.error)).toBe("ECONNRESET");
    expect(back.atServer.told).toEqual([]);
  });

  it("is noticed by keep-alive", async () => {
    const off = await talk();
    off.client.setKeepAlive(60_000);
    await off.world.clock.advanceAsync("1h");
    expect(off.atClient.told).toEqual([]);
    off.server.write("alive");
    await off.world.clock.advanceAsync("1s");
    off.world.machine(A).powerOff();
    await off.world.clock.advanceAsync("58s");
    expect(off.atClient.told).toEqual(["data"]);
    await off.world.clock.advanceAsync("15s");
    expect(codeOf(off.atClient.error)).toBe("ETIMEDOUT");

    const back = await talk();
    back.client.setKeepAlive(60_000);
    back.world.machine(A).restart();
    await back.world.clock.advanceAsync("2m");
    expect(codeOf(back.atClient.error)).toBe("ECONNRESET");
  });

  it("loses its timers, listeners and unsynced files, and starts with the rest", async () => {
    const { world } = await talk();
    const before = world.machine(A);
    let ticks = 0;
    before.clock.setInterval(() => ticks++, 10);
    const file = before.disk.open("f", "create");
    file.write(Buffer.from("kept"), 0);
    file.sync();
    before.disk.syncDirectory("/");
    const after = before.restart();
    expect(after).toBe(world.machine(A));
    expect(after).not.toBe(before);
    await world.clock.advanceAsync("1s");
    expect(ticks).toBe(0);
    expect(() => before.disk.readFile("f")).toThrow(/power/);
    await expect(before.net.listen({ port: 1 }, () => {})).rejects.toMatchObject({ code: "ENETDOWN" });
    await expect(before.net.connect({ port: 1 })).rejects.toMatchObject({ code: "ENETDOWN" });
    expect(Buffer.from(after.disk.readFile("f")).toString()).toBe("kept");
    const connecting = world.machine(B).net.connect({ host: A, port: 80 });
    await expect(world.clock.runUntil(connecting)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});

describe("simulated UDP", () => {
  async function flood(world: SimulatedWorld, count: number): Promise<number[]> {
    const received: number[] = [];
    const target = await world.machine(B).net.bind(
      { host: B, port: 53 },
      {
        message: (bytes, from) => {
          expect(from.address).toBe(A);
          received.push(bytes.readUInt32BE());
        },
      },
    );
    const socket = await world.machine(A).net.bind({ host: "0.0.0.0" }, { message() {} });
    for (let number = 0; number < count; number++) {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(number);
      socket.send(bytes, target.address);
      bytes.fill(255); // sent is sent
      await world.clock.advanceAsync(1);
    }
    await world.clock.advanceAsync("1s");
    return received;
  }
  const inOrder = Array.from({ length: 300 }, (_, number) => number);

  it("arrives once and in order unless told otherwise", async () => {
    expect(await flood(simulatedWorld(1), 300)).toEqual(inOrder);
  });

  it("loses", async () => {
    const world = simulatedWorld(1);
    world.network.defaults({ loss: 0.25 });
    const received = await flood(world, 300);
    expect(received.length).toBeGreaterThan(150);
    expect(received.length).toBeLessThan(290);
    expect(received).toEqual([...new Set(received)].toSorted((a, b) => a - b));
  });

  it("duplicates", async () => {
    const world = simulatedWorld(1);
    world.network.defaults({ duplicate: 0.25 });
    const received = await flood(world, 300);
    expect(received.length).toBeGreaterThan(320);
    expect([...new Set(received)]).toEqual(inOrder);
  });

  it("reorders", async () => {
    const world = simulatedWorld(1);
    world.network.defaults({ reorder: 0.25, reorderMs: 20 });
    const received = await flood(world, 300);
    expect(received).not.toEqual(inOrder);
    expect(received.toSorted((a, b) => a - b)).toEqual(inOrder);
  });

  it("vanishes in partitions, and where nobody is bound; too long is an error", async () => {
    const world = simulatedWorld(1);
    world.machine(B);
    world.network.partition(A, B);
    expect(await flood(world, 10)).toEqual([]);
    const errors: (string | undefined)[] = [];
    const socket = await world.net.bind({}, { message() {}, error: (error) => void errors.push(codeOf(error)) });
    socket.send(Buffer.from("to nobody"), { address: "127.0.0.1", port: 9 });
    socket.send(Buffer.alloc(65_508), { address: "127.0.0.1", port: 9 });
    await world.clock.advanceAsync(10);
    expect(errors).toEqual(["EMSGSIZE"]);
  });
});

describe("replay", () => {
  /** A ring of machines that pass tokens on, on a bad network, with a partition and a crash. Returns all that can be observed. */
  async function run(seed: number): Promise<{ log: string[]; trace: readonly object[]; digest: string }> {
    const world = simulatedWorld(seed);
    world.network.defaults({
      latencyMs: 2,
      jitterMs: 5,
      loss: 0.1,
      duplicate: 0.1,
      reorder: 0.2,
      shred: true,
      segmentBytes: 64,
    });
    const log: string[] = [];
    const addresses = [A, B, "10.0.0.3"];
    const start = async (machine: World, address: string): Promise<void> => {
      const next = addresses[(addresses.indexOf(address) + 1) % addresses.length]!;
      const heard = (what: string): void => void log.push(`${world.clock.monotonic()} ${address} ${what}`);
      await machine.net.listen({ host: address, port: 7000 }, (connection) => {
        const close = (error?: Error): void => heard(`closed ${codeOf(error)}`);
        connection.handle({ data: (chunk) => heard(chunk.toString()), end: () => connection.end(), drain() {}, close });
      });
      const socket = await machine.net.bind(
        { host: address, port: 7001 },
        { message: (bytes) => heard(`udp ${bytes}`) },
      );
      machine.clock.setInterval(
        () => {
          const token = `token ${machine.random.integer(1000)} ${Buffer.from(machine.random.bytes(8)).toString("hex")}`;
          socket.send(Buffer.from(token), { address: next, port: 7001 });
          machine.net.connect({ host: next, port: 7000, timeoutMs: 3000 }).then(
            (connection) => {
              connection.handle({ data() {}, end() {}, drain() {}, close: (error) => heard(`sent ${codeOf(error)}`) });
              connection.write(token.repeat(20));
              connection.end();
            },
            (error: unknown) => heard(`failed ${codeOf(error)}`),
          );
        },
        50 + machine.random.integer(50),
      );
    };
    for (const address of addresses) await start(world.machine(address), address);
    await world.clock.advanceAsync("1s");
    world.network.partition(A, [B]);
    await world.clock.advanceAsync("1s");
    world.network.heal();
    const again = world.machine(B).restart();
    await world.clock.advanceAsync("1s");
    await start(again, B);
    await world.clock.advanceAsync("2s");
    return { log, trace: world.trace.events, digest: world.trace.digest };
  }

  it("makes the same run of the same seed, event for event, and another of another", async () => {
    const first = await run(11);
    const second = await run(11);
    const other = await run(12);
    expect(first.log.length).toBeGreaterThan(100);
    for (const kind of ["failed", "udp", "closed undefined", "sent undefined"]) {
      expect(
        first.log.some((line) => line.includes(kind)),
        kind,
      ).toBe(true);
    }
    expect(second).toEqual(first);
    expect(other.digest).not.toBe(first.digest);
    expect(other.log).not.toEqual(first.log);
  });

  it("gives a machine the same random stream whatever the others draw", () => {
    const quiet = simulatedWorld(5);
    const busy = simulatedWorld(5);
    busy.random.bytes(1000);
    busy.machine("10.0.0.8").random.float();
    expect(busy.machine(B).random.bytes(16)).toEqual(quiet.machine(B).random.bytes(16));
    expect(quiet.machine(A).random.bytes(16)).not.toEqual(quiet.machine(B).random.bytes(16));
  });
});
