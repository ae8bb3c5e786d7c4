import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { stack } from "../src/testing.ts";
import type { Hooks } from "../src/testing.ts";

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A connection that sends `GET path` and collects what comes, until somebody ends it. */
async function get(
  port: number,
  path: string,
): Promise<{ received: () => string; closed: Promise<string>; socket: Socket }> {
  const socket = connect(port, "127.0.0.1");
  sockets.push(socket);
  let received = "";
  let error = "end";
  socket.setEncoding("latin1").on("data", (text: string) => (received += text));
  socket.on("error", (failure: NodeJS.ErrnoException) => (error = failure.code ?? "error"));
  const closed = new Promise<string>((resolve) => socket.once("close", () => resolve(error)));
  await once(socket, "connect");
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  return { received: () => received, closed, socket };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

const http = { fetch: (request: Request) => new Response(new URL(request.url).pathname) };

describe("the network of a service", () => {
  test("drops open connections with a reset, and welcomes new ones", async () => {
    await using s = await stack.start({ http });
    const [a, b] = [await get(s.http.port, "/a"), await get(s.http.port, "/b")];
    await until(() => a.received() !== "" && b.received() !== "");
    expect(s.http.network.dropConnections()).toBe(2);
    expect(await Promise.all([a.closed, b.closed])).toEqual(["ECONNRESET", "ECONNRESET"]);
    expect(s.http.network.dropConnections()).toBe(0);
    const c = await get(s.http.port, "/c");
    await until(() => c.received().endsWith("/c"));
  });

  test("refuses new connections and keeps open ones, until it is cleared", async () => {
    await using s = await stack.start({ http });
    const open = await get(s.http.port, "/a");
    await until(() => open.received().endsWith("/a"));
    s.http.network.refuseConnections();
    const refused = await get(s.http.port, "/b").catch(() => undefined);
    if (refused !== undefined) expect(await refused.closed).toBe("ECONNRESET");
    expect(refused?.received() ?? "").toBe("");
    open.socket.write("GET /still HTTP/1.1\r\nHost: x\r\n\r\n");
    await until(() => open.received().endsWith("/still"));
    s.http.network.clear();
    const again = await get(s.http.port, "/c");
    await until(() => again.received().endsWith("/c"));
  });

  test("holds back what the service sends until the clock has moved, in order", async () => {
    await using s = await stack.start({ http }, { clock: "manual" });
    s.http.network.delay("50ms");
    const { received, socket } = await get(s.http.port, "/first");
    socket.write("GET /second HTTP/1.1\r\nHost: x\r\n\r\n");
    // The handler has run for both; their answers wait for the clock.
    await until(() => s.clock.pendingTimers > 0 && requests(s.http.server.metrics()) === 2);
    s.clock.advance("49ms");
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(received()).toBe("");
    s.clock.advance("1ms");
    await until(() => received().endsWith("/second"));
    expect(received().indexOf("/first")).toBeLessThan(received().indexOf("/second"));
    expect(received().indexOf("/first")).toBeGreaterThan(0);
  });

  test("what a delay holds back leaves at once when it is cleared", async () => {
    await using s = await stack.start({ http }, { clock: "manual" });
    s.http.network.delay(1000);
    const { received } = await get(s.http.port, "/held");
    await until(() => requests(s.http.server.metrics()) === 1);
    expect(received()).toBe("");
    s.http.network.clear();
    await until(() => received() !== "");
    expect(received()).toMatch(/^HTTP\/1\.1 200 /);
  });
});

function requests(samples: readonly { readonly name: string; readonly kind: string }[]): number {
  const sample = samples.find((candidate) => candidate.name === "http_operations_total");
  return sample !== undefined && "value" in sample ? Number(sample.value) : 0;
}

describe("a fixture", () => {
  test("stops and starts a service on its port", async () => {
    await using s = await stack.start({ http });
    const { port, url } = s.http;
    await s.http.stop();
    expect(() => s.http.url).toThrow("http is stopped");
    expect(() => s.http.server).toThrow("http is stopped");
    await expect(fetch(url)).rejects.toThrow("fetch failed");
    await s.http.start();
    expect(s.http.port).toBe(port);
    expect(await (await fetch(`${url}/x`)).text()).toBe("/x");
  });

  test("has the real clock unless asked for a manual one, and says so", async () => {
    await using s = await stack.start({ http });
    expect(() => s.clock).toThrow('the clock is the real one; for one that moves by hand: { clock: "manual" }');
  });

  test("cannot be used before it runs", () => {
    const t = stack({ http }, { hooks: recorded().hooks });
    expect(() => t.http.url).toThrow("the stack runs during tests and hooks, not while the test file is being read");
  });

  test("puts the manual clock back between tests", async () => {
    const { hooks, run } = recorded();
    const t = stack({ http }, { hooks, clock: "manual" });
    await run("beforeAll");
    await run("beforeEach");
    const before = t.clock.now();
    t.clock.advance("1h");
    await run("afterEach");
    await run("beforeEach");
    expect(t.clock.now()).toBe(before);
    await run("afterAll");
  });

  test("ends with its runner: nothing listens afterwards", async () => {
    for (const per of ["file", "test"] as const) {
      const { hooks, run } = recorded();
      const t = stack({ http }, { hooks, per });
      await run("beforeAll");
      await run("beforeEach");
      const { url } = t.http;
      expect((await fetch(url)).status).toBe(200);
      await run("afterEach");
      await run("afterAll");
      await expect(fetch(url)).rejects.toThrow("fetch failed");
    }
  });

  test("a stack that cannot start fails in the hook, with the reason, and its end is no second failure", async () => {
    const { hooks, run } = recorded();
    stack({ http: { dir: "/no/such/folder" } }, { hooks });
    await expect(run("beforeAll")).rejects.toThrow("http: dir: /no/such/folder is not a folder");
    await run("afterAll");
  });
});

/** A runner that runs hooks when told to. */
function recorded(): { hooks: Hooks; run(name: "beforeAll" | "afterAll" | "beforeEach" | "afterEach"): Promise<void> } {
  const kept: Record<string, (() => Promise<void>)[]> = { beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] };
  const keep = (name: string) => (work: () => Promise<void>) => kept[name]!.push(work);
  return {
    hooks: {
      beforeAll: keep("beforeAll"),
      afterAll: keep("afterAll"),
      beforeEach: keep("beforeEach"),
      afterEach: keep("afterEach"),
    },
    run: async (name) => {
      for (const work of kept[name]!) await work();
    },
  };
}
