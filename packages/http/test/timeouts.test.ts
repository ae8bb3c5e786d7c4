/** Slow and silent peers, in virtual time. */
import { simulatedWorld, type SimulatedWorld } from "@tenon/kit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_LIMITS, FastResponse, type FetchHandler, HttpServer } from "../src/index.ts";
import { RawClient } from "./raw-client.ts";

let world: SimulatedWorld;
let server: HttpServer | undefined;

beforeEach(() => {
  world = simulatedWorld(7);
});

afterEach(async () => {
  const closed = server?.close({ graceMs: 0 });
  await world.clock.advanceAsync(1000);
  await closed;
  server = undefined;
});

async function connect(fetch: FetchHandler): Promise<RawClient> {
  server = await HttpServer.listen({ world, fetch, host: "10.0.0.1", port: 80 });
  const connecting = RawClient.connect(80, world.machine("10.0.0.2"), "10.0.0.1");
  await world.clock.advanceAsync(100);
  return connecting;
}

const hello: FetchHandler = () => new FastResponse("hello");
const REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
/** Latency and two ticks of the wheel. */
const SLACK_MS = 700;

/** When, in ms from now, the server ended the connection; undefined when it did not within `withinMs`. */
async function endsAfter(client: RawClient, withinMs: number): Promise<number | undefined> {
  const start = world.clock.monotonic();
  while (world.clock.monotonic() - start < withinMs) {
    if (client.ended || client.closed) return world.clock.monotonic() - start;
    await world.clock.advanceAsync(50);
  }
  return undefined;
}

function expectWithin(actual: number | undefined, limitMs: number): void {
  expect(actual).toBeDefined();
  expect(actual!).toBeGreaterThanOrEqual(limitMs - 200);
  expect(actual!).toBeLessThanOrEqual(limitMs + SLACK_MS);
}

describe("a client", () => {
  test("that never says anything is closed without an answer", async () => {
    const client = await connect(hello);
    expectWithin(await endsAfter(client, 60_000), DEFAULT_LIMITS.firstByteMs);
    expect(client.received).toBe("");
  });

  test("that never finishes its head gets 408, however busily it drips", async () => {
    const client = await connect(hello);
    client.send("GET / HTTP/1.1\r\n");
    const start = world.clock.monotonic();
    while (!client.ended && world.clock.monotonic() - start < 60_000) {
      client.send("X: y\r\n");
      await world.clock.advanceAsync(1000);
    }
    expectWithin(world.clock.monotonic() - start - 1000, DEFAULT_LIMITS.headMs);
    expect(client.received).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("that stops in its body gets 408 once the handler waits for it", async () => {
    const client = await connect(async (request) => new FastResponse(await request.text()));
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\npart");
    expectWithin(await endsAfter(client, 60_000), DEFAULT_LIMITS.bodyReadMs);
    expect(client.received).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("whose body trickles in is waited for, as long as it comes", async () => {
    const client = await connect(async (request) => new FastResponse(await request.text()));
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
    for (const byte of "hello") {
      await world.clock.advanceAsync(DEFAULT_LIMITS.bodyReadMs - SLACK_MS);
      client.send(byte);
    }
    await world.clock.advanceAsync(100);
    expect(client.received).toMatch(/hello$/);
  });

  test("whose request is being handled waits as long as it takes", async () => {
    const answer = Promise.withResolvers<Response>();
    const client = await connect(() => answer.promise);
    client.send(REQUEST);
    await world.clock.advanceAsync(10 * 60_000);
    expect(client.ended).toBe(false);
    answer.resolve(new FastResponse("late"));
    await world.clock.advanceAsync(100);
    expect(client.received).toMatch(/late$/);
  });

  test("that has nothing more to ask is closed after the idle time, counted from the last answer", async () => {
    const client = await connect(hello);
    for (let i = 0; i < 3; i++) {
      client.clear();
      client.send(REQUEST);
      await world.clock.advanceAsync(DEFAULT_LIMITS.keepAliveMs - SLACK_MS);
      expect(client.received).toMatch(/hello$/);
    }
    expectWithin(await endsAfter(client, 120_000), SLACK_MS);
  });

  test("that takes nothing of its answer is reset; one that takes it slowly is not", async () => {
    const endless: FetchHandler = () =>
      new FastResponse(new ReadableStream({ pull: (controller) => controller.enqueue(Buffer.alloc(65_536)) }));
    const client = await connect(endless);
    client.send(REQUEST);
    await world.clock.advanceAsync(100);
    // Taken in sips, it may last.
    for (let i = 0; i < 10; i++) {
      client.connection.pause();
      await world.clock.advanceAsync(DEFAULT_LIMITS.writeStallMs / 2);
      client.connection.resume();
      await world.clock.advanceAsync(50);
    }
    expect(server!.connections).toBe(1);
    client.connection.pause();
    await world.clock.advanceAsync(DEFAULT_LIMITS.writeStallMs / 2);
    expect(server!.connections).toBe(1);
    await world.clock.advanceAsync(DEFAULT_LIMITS.writeStallMs + 2 * SLACK_MS);
    expect(server!.connections).toBe(0);
  });

  test("that does not close after the last answer is cut off soon", async () => {
    const client = await connect(hello);
    client.send(REQUEST.replace("Host", "Connection: close\r\nHost"));
    await world.clock.advanceAsync(200);
    expect(client.ended).toBe(true);
    expect(server!.connections).toBe(1);
    await world.clock.advanceAsync(DEFAULT_LIMITS.lingerMs + SLACK_MS);
    expect(server!.connections).toBe(0);
  });

  test("that is gone in a power cut is noticed by the next time limit", async () => {
    const client = await connect(hello);
    client.send(REQUEST);
    await world.clock.advanceAsync(100);
    world.machine("10.0.0.2").powerOff();
    await world.clock.advanceAsync(DEFAULT_LIMITS.keepAliveMs + SLACK_MS);
    expect(server!.connections).toBe(0);
  });
});

test("a fault's delay passes in the world's time", async () => {
  const client = await connect(hello);
  server!.faults.delay("/", 5000);
  client.send(REQUEST);
  await world.clock.advanceAsync(4900);
  expect(client.received).toBe("");
  await world.clock.advanceAsync(300);
  expect(client.received).toMatch(/hello$/);
});

test("the wheel does not tick when nobody is connected", async () => {
  const client = await connect(hello);
  client.send(REQUEST);
  await world.clock.advanceAsync(100);
  client.destroy();
  await world.clock.advanceAsync(3000);
  const before = world.clock.monotonic();
  await world.clock.runUntilIdle();
  expect(world.clock.monotonic() - before).toBeLessThan(1000);
});
