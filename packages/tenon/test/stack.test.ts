import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterEach, describe, expect, test } from "vitest";
import { ConfigError, defineStack, ServiceError, Stack } from "../src/index.ts";

/** Something else that has a port. */
async function occupy(port = 0): Promise<Server & { port: number }> {
  const server = createServer((socket) => socket.destroy());
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return Object.assign(server, { port: (server.address() as { port: number }).port });
}

async function freePort(): Promise<number> {
  const server = await occupy();
  server.close();
  await once(server, "close");
  return server.port;
}

async function refuses(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    socket.once("connect", () => resolve(undefined));
    socket.once("error", resolve);
  });
  socket.destroy();
  return error?.code === "ECONNREFUSED";
}

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const work of cleanUp.splice(0).toReversed()) await work();
});

function redisClient(url: string): Redis {
  const client = new Redis(url, { retryStrategy: () => null, lazyConnect: true });
  client.on("error", () => undefined);
  cleanUp.push(() => client.disconnect());
  return client;
}

describe("a stack", () => {
  test("starts everything there is, and says where it is", async () => {
    await using stack = await Stack.start({}, { freePorts: true });
    expect(stack.services.map(({ name, state }) => [name, state])).toEqual([
      ["redis", "running"],
      ["http", "running"],
      ["dns", "running"],
    ]);
    const { redis, http } = { redis: stack.service("redis"), http: stack.service("http") };
    const redisPort = redis.address!.port;
    const httpPort = http.address!.port;
    const dnsPort = stack.service("dns").address!.port;
    expect(stack.environment()).toEqual({
      REDIS_URL: `redis://127.0.0.1:${redisPort}`,
      REDIS_HOST: "127.0.0.1",
      REDIS_PORT: String(redisPort),
      HTTP_URL: `http://127.0.0.1:${httpPort}`,
      HTTP_HOST: "127.0.0.1",
      HTTP_PORT: String(httpPort),
      DNS_URL: `dns://127.0.0.1:${dnsPort}`,
      DNS_HOST: "127.0.0.1",
      DNS_PORT: String(dnsPort),
    });
    expect(redis.connect).toBe(`redis-cli -p ${redisPort}`);
    expect(await redisClient(redis.url!).ping()).toBe("PONG");
    expect(await (await fetch(`${http.url}/anything`)).json()).toMatchObject({ method: "GET" });
    expect(redis.metrics().map((sample) => sample.name)).toContain("redis_operations_total");
    expect(stack.logs.records({ service: "redis" }).map((record) => record.message)).toContain("started");
  });

  test("starts what the config names, or what it was asked for", async () => {
    const names = async (...args: Parameters<typeof Stack.start>): Promise<string[]> => {
      await using stack = await Stack.start(args[0], { freePorts: true, ...args[1] });
      return stack.services.map(({ name }) => name);
    };
    expect(await names({ redis: true })).toEqual(["redis"]);
    expect(await names({ redis: false })).toEqual(["http", "dns"]);
    expect(await names({ http: {}, redis: {} })).toEqual(["redis", "http"]);
    expect(await names({ redis: true }, { only: ["http"] })).toEqual(["http"]);
  });

  test("closes all it opened, whatever clients are connected, and does so once", async () => {
    const stack = await Stack.start({}, { freePorts: true });
    const ports = stack.services.map((service) => service.address!.port);
    const client = redisClient(stack.service("redis").url!);
    await client.ping();
    await Promise.all([stack.close(), stack.close()]);
    await stack.close();
    expect(stack.services.map(({ state, url, instance }) => ({ state, url, instance }))).toEqual(
      Array.from({ length: 3 }, () => ({ state: "stopped", url: undefined, instance: undefined })),
    );
    for (const port of ports) expect(await refuses(port)).toBe(true);
  });

  test("a service that is restarted comes back on its port, and everybody who looks is told", async () => {
    await using stack = await Stack.start({ redis: true }, { freePorts: true });
    const redis = stack.service("redis");
    const { port } = redis.address!;
    const seen: string[] = [];
    const unsubscribe = stack.onChange(() => seen.push(redis.state));
    await redis.restart();
    expect(redis.address!.port).toBe(port);
    expect(seen).toEqual(["stopping", "stopped", "starting", "running"]);
    expect(await redisClient(redis.url!).ping()).toBe("PONG");
    unsubscribe();
    await redis.stop();
    expect(seen).toHaveLength(4);
    expect(await refuses(port)).toBe(true);
    await redis.stop();
    await redis.start();
    await redis.start();
    expect(redis.address!.port).toBe(port);
  });

  test("changes asked for at once are made one after the other", async () => {
    await using stack = await Stack.start({ redis: true }, { freePorts: true });
    const redis = stack.service("redis");
    await Promise.all([redis.restart(), redis.restart(), redis.stop(), redis.start()]);
    expect(redis.state).toBe("running");
    expect(await redisClient(redis.url!).ping()).toBe("PONG");
  });

  test("a port that is taken is an error where the config wants it, and what had started is closed", async () => {
    const other = await occupy();
    cleanUp.push(() => other.close());
    const httpPort = await freePort();
    const failure = await Stack.start({ redis: { port: other.port }, http: { port: httpPort } }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(ServiceError);
    expect(failure).toMatchObject({
      message: `redis: port ${other.port} on 127.0.0.1 is in use by another process`,
      service: "redis",
      code: "EADDRINUSE",
    });
    expect(await refuses(httpPort)).toBe(true);
  });

  test("the usual port that is taken is replaced by a free one, plainly", async () => {
    // Whatever has Redis' usual port on this machine keeps it; moved by an offset, ours is known to be taken.
    const other = await occupy();
    cleanUp.push(() => other.close());
    await using stack = await Stack.start({ redis: true }, { portOffset: other.port - 6379 });
    const redis = stack.service("redis");
    expect(redis.insteadOfPort).toBe(other.port);
    expect(redis.address!.port).not.toBe(other.port);
    expect(await redisClient(redis.url!).ping()).toBe("PONG");
  });

  test("an offset moves the ports of the config and the usual ones", async () => {
    const port = await freePort();
    await using stack = await Stack.start({ redis: { port: port - 10 } }, { portOffset: 10 });
    expect(stack.service("redis").address!.port).toBe(port);
    expect(stack.service("redis").insteadOfPort).toBeUndefined();
  });

  test("an external service is not started but shown, checked and passed on", async () => {
    await using real = await Stack.start({ redis: true }, { freePorts: true });
    const { port } = real.service("redis").address!;
    const external = `redis://user:secret@127.0.0.1:${port}/3`;
    await using stack = await Stack.start({ redis: { external, env: { CACHE: "{url}", WHERE: "{host}:{port}" } } });
    const redis = stack.service("redis");
    expect(redis).toMatchObject({ state: "external", url: external, failure: undefined, instance: undefined });
    expect(redis.metrics()).toEqual([]);
    expect(stack.environment()).toEqual({
      REDIS_URL: external,
      REDIS_HOST: "127.0.0.1",
      REDIS_PORT: String(port),
      CACHE: external,
      WHERE: `127.0.0.1:${port}`,
    });
    await expect(redis.stop()).rejects.toThrow("redis is external: the stack does not stop it");
    await expect(redis.restart()).rejects.toThrow("redis is external: the stack does not restart it");
    await real.close();
    await redis.start();
    expect(redis).toMatchObject({ state: "external", failure: "not reachable: connection refused" });
  });

  test("variables of the config are added, with their places filled in", async () => {
    const env = { CACHE_URL: "{url}/1", QUEUE: "{host}:{port}", PLAIN: "{other} {{port}}" };
    await using stack = await Stack.start({ redis: { env } }, { freePorts: true });
    const { url, port } = stack.service("redis").address!;
    expect(stack.environment()).toMatchObject({
      REDIS_URL: url,
      CACHE_URL: `${url}/1`,
      QUEUE: `127.0.0.1:${port}`,
      PLAIN: `{other} {${port}}`,
    });
  });

  test("settings reach the server under its own names, and a password every client through the URL", async () => {
    const redis = { requirepass: "p@ss", "maxmemory-policy": "allkeys-lru" } as const;
    await using stack = await Stack.start({ redis }, { freePorts: true });
    const { url, port } = stack.service("redis").address!;
    expect(url).toBe(`redis://:p%40ss@127.0.0.1:${port}`);
    expect(stack.service("redis").connect).toBe(`redis-cli -u ${url}`);
    const client = redisClient(url);
    expect(await client.config("GET", "maxmemory-policy")).toEqual(["maxmemory-policy", "allkeys-lru"]);
    await expect(redisClient(`redis://127.0.0.1:${port}`).ping()).rejects.toThrow("NOAUTH");
    await expect(Stack.start({ redis: { "maxmemory-polcy": "x" } })).rejects.toThrow(
      "redis: maxmemory-polcy: Bad directive",
    );
  });

  test("what listens on every address is reached on loopback", async () => {
    await using stack = await Stack.start({ http: { host: "0.0.0.0" } }, { freePorts: true });
    const { url, host, port } = stack.service("http").address!;
    expect({ url, host }).toEqual({ url: `http://127.0.0.1:${port}`, host: "127.0.0.1" });
    expect((await fetch(url)).status).toBe(200);
  });

  test("a config that is wrong is refused before anything starts", async () => {
    const wrong = { redis: { prot: 1 } } as never;
    await expect(Stack.start(wrong)).rejects.toThrow(ConfigError);
  });

  test("a config in code is checked as it is typed", () => {
    expect(defineStack({ redis: { port: 1 } })).toEqual({ redis: { port: 1 } });
    // @ts-expect-error -- no such setting
    defineStack({ redis: { port: 1, prot: 2 } });
    // @ts-expect-error -- no such service
    defineStack({ redis: true, rdis: true });
    // @ts-expect-error -- not a folder
    defineStack({ http: { dir: 1 } });
  });
});

describe("the HTTP service", () => {
  const folder = (): string => {
    const path = mkdtempSync(join(tmpdir(), "tenon-http-"));
    cleanUp.push(() => rmSync(path, { recursive: true }));
    return path;
  };

  test("serves a folder, from the config's place", async () => {
    const baseDir = folder();
    writeFileSync(join(baseDir, "hello.txt"), "hello");
    await using stack = await Stack.start({ http: { dir: "." } }, { freePorts: true, baseDir });
    const answer = await fetch(`${stack.service("http").url}/hello.txt`);
    expect([answer.status, await answer.text()]).toEqual([200, "hello"]);
  });

  test("serves a function", async () => {
    const http = { fetch: (request: Request) => new Response(`you are at ${new URL(request.url).pathname}`) };
    await using stack = await Stack.start({ http }, { freePorts: true });
    expect(await (await fetch(`${stack.service("http").url}/here`)).text()).toBe("you are at /here");
  });

  test.each([
    ["an object with fetch", "export default { greeting: 'hi', fetch() { return new Response(this.greeting); } };"],
    ["a function", "export default () => new Response('hi');"],
  ])("serves a module whose default export is %s", async (_, source) => {
    const baseDir = folder();
    writeFileSync(join(baseDir, "app.mjs"), source);
    await using stack = await Stack.start({ http: { app: "./app.mjs" } }, { freePorts: true, baseDir });
    expect(await (await fetch(stack.service("http").url!)).text()).toBe("hi");
  });

  test("reads the module again when it is restarted", async () => {
    const baseDir = folder();
    writeFileSync(join(baseDir, "app.mjs"), "export default () => new Response('first');");
    await using stack = await Stack.start({ http: { app: "./app.mjs" } }, { freePorts: true, baseDir });
    const http = stack.service("http");
    expect(await (await fetch(http.url!)).text()).toBe("first");
    writeFileSync(join(baseDir, "app.mjs"), "export default () => new Response('second');");
    await http.restart();
    expect(await (await fetch(http.url!)).text()).toBe("second");
  });

  test.each([
    [{ app: "nowhere.ts" }, "http: app: there is no file nowhere.ts"],
    [{ dir: "nowhere" }, "http: dir: nowhere is not a folder"],
    [{ dir: ".", app: "a.ts" }, "http: dir and app exclude each other"],
  ])("says what is wrong with %j", async (http, message) => {
    await expect(Stack.start({ http }, { freePorts: true, baseDir: folder() })).rejects.toThrow(message);
  });

  test("a module that exports something else is refused, and a failed service can be started once it is right", async () => {
    const baseDir = folder();
    writeFileSync(join(baseDir, "app.mjs"), "export default 42;");
    await expect(Stack.start({ http: { app: "app.mjs" } }, { freePorts: true, baseDir })).rejects.toThrow(
      "http: app: the default export of app.mjs must be a function from Request to Response, or an object with `fetch`",
    );
    writeFileSync(join(baseDir, "app.mjs"), "export default () => new Response('ok');");
    await using stack = await Stack.start({ http: { app: "app.mjs" } }, { freePorts: true, baseDir });
    const http = stack.service("http");
    await http.stop();
    rmSync(join(baseDir, "app.mjs"));
    await expect(http.start()).rejects.toThrow("http: app: there is no file app.mjs");
    expect(http).toMatchObject({ state: "failed", failure: "app: there is no file app.mjs" });
    writeFileSync(join(baseDir, "app.mjs"), "export default () => new Response('again');");
    await http.start();
    expect(http).toMatchObject({ state: "running", failure: undefined });
  });
});
