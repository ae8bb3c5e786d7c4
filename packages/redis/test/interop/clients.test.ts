import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { RedisServer } from "../../src/index.ts";

const redisCli = peer("redis-cli");
const run = promisify(execFile);
let server: RedisServer;

beforeAll(async () => {
  server = await RedisServer.listen();
});
afterAll(() => server.close());

describe.skipIf(redisCli === undefined)("redis-cli", () => {
  async function cli(...args: string[]): Promise<string> {
    const { stdout } = await run(redisCli!, ["-p", String(server.address.port), ...args]);
    return stdout;
  }

  /** The first so many lines of one that goes on until it is ended. */
  async function lines(count: number, ...args: string[]): Promise<string[]> {
    const child = spawn(redisCli!, ["-p", String(server.address.port), ...args]);
    const gone = new Promise((resolve) => child.once("exit", resolve));
    let text = "";
    for await (const chunk of child.stdout) {
      text += String(chunk);
      if (text.split("\n").length > count) break;
    }
    child.kill();
    await gone;
    return text.split("\n").slice(0, count);
  }

  it("sets and gets, in both protocols", async () => {
    expect(await cli("SET", "cli", "hello")).toBe("OK\n");
    expect(await cli("GET", "cli")).toBe("hello\n");
    expect(await cli("-3", "--json", "CONFIG", "GET", "maxclients")).toBe('{"maxclients":"10000"}\n');
  });

  it("finds keys by --scan, and the biggest by --bigkeys", async () => {
    await cli("RPUSH", "cli:list", "a", "b", "c");
    expect((await cli("--scan", "--pattern", "cli*")).split("\n").toSorted()).toEqual(["", "cli", "cli:list"]);
    expect(await cli("--bigkeys")).toContain("Biggest   list found '\"cli:list\"' has 3 items");
  });

  it("weighs keys by --memkeys", async () => {
    await cli("SET", "cli:heavy", "x".repeat(50_000));
    const report = await cli("--memkeys");
    const weight = Number(/Biggest string found '"cli:heavy"' has (\d+) bytes/.exec(report)?.[1]);
    expect(weight).toBeGreaterThan(50_000);
    expect(report).toContain("Biggest   list found");
  });

  it("measures latency by --latency, for a moment and by distribution", async () => {
    // Without a terminal it measures for a second and prints the least, the greatest, the average and the count.
    const [least, most, average, count] = (await cli("--raw", "--latency")).trim().split(" ").map(Number);
    expect(least).toBeLessThanOrEqual(average!);
    expect(average).toBeLessThanOrEqual(most!);
    expect(count).toBeGreaterThan(0);
    const history = await lines(1, "--latency-history", "-i", "1");
    expect(history[0]!.trim().split(" ")).toHaveLength(4);
  });

  it("watches the server by --stat", async () => {
    await cli("SET", "cli", "hello");
    const [names, counts] = await lines(4, "--stat", "-i", "0.05").then((all) =>
      all.slice(1, 3).map((line) => line.trim().split(/\s+/)),
    );
    expect(names!.slice(0, 5)).toEqual(["keys", "mem", "clients", "blocked", "requests"]);
    expect(Number(counts![0])).toBe(await server.execute(["DBSIZE"]));
  });

  it("says by --pipe which replies were errors", async () => {
    const child = run(redisCli!, ["-p", String(server.address.port), "--pipe"]);
    child.child.stdin!.end("*2\r\n$4\r\nINCR\r\n$3\r\ncli\r\n*1\r\n$4\r\nPING\r\n");
    // It ends with 1 when there were errors.
    await expect(child).rejects.toMatchObject({ stdout: expect.stringContaining("errors: 1, replies: 2") as string });
  });

  it("loads by --pipe", async () => {
    const child = run(redisCli!, ["-p", String(server.address.port), "--pipe"]);
    for (let i = 0; i < 1000; i++)
      child.child.stdin!.write(`*3\r\n$3\r\nSET\r\n$${6 + String(i).length}\r\npiped:${i}\r\n$1\r\nx\r\n`);
    child.child.stdin!.end();
    expect((await child).stdout).toContain("errors: 0, replies: 1000");
  });

  it("shows the help that the command table holds", async () => {
    const docs = JSON.parse(await cli("--json", "COMMAND", "DOCS", "getrange")) as Record<string, { summary: string }>;
    expect(docs["getrange"]!.summary).toBe("Returns a substring of the string stored at a key.");
  });
});

describe("ioredis", () => {
  async function exercise(redis: Redis): Promise<void> {
    await redis.set("io", "größe", "EX", 100);
    expect(await redis.get("io")).toBe("größe");
    expect(await redis.multi().incr("io:n").incr("io:n").exec()).toEqual([
      [null, 1],
      [null, 2],
    ]);
    expect(await redis.hset("io:h", { a: "1", b: "2" })).toBe(2);
    expect(await redis.hgetall("io:h")).toEqual({ a: "1", b: "2" });
    expect(await redis.zadd("io:z", "1", "a", "2", "b")).toBe(2);
    expect(await redis.zrange("io:z", "0", "-1", "WITHSCORES")).toEqual(["a", "1", "b", "2"]);
    const found: string[] = [];
    for await (const keys of redis.scanStream({ match: "io*" })) found.push(...(keys as string[]));
    expect(found.toSorted()).toEqual(["io", "io:h", "io:n", "io:z"]);
    await redis.del(found);
  }

  it("works over a socket", async () => {
    const redis = new Redis(server.address.port, server.address.host);
    await exercise(redis);
    redis.disconnect();
  });

  it("works over a stream straight to the engine", async () => {
    class EngineConnector {
      connecting = false;
      firstError: Error | undefined;
      check(): boolean {
        return true;
      }
      disconnect(): void {}
      connect(): Promise<unknown> {
        return Promise.resolve(server.connect());
      }
    }
    const redis = new Redis({ Connector: EngineConnector as never });
    await exercise(redis);
    redis.disconnect();
  });

  it("subscribes", async () => {
    const [listener, publisher] = [new Redis(server.address.port), new Redis(server.address.port)];
    const heard = new Promise((resolve) => listener.on("pmessage", (...args) => resolve(args)));
    await listener.psubscribe("news.*");
    expect(await publisher.publish("news.today", "rain")).toBe(1);
    expect(await heard).toEqual(["news.*", "news.today", "rain"]);
    listener.disconnect();
    publisher.disconnect();
  });
});

describe("node-redis", () => {
  for (const RESP of [2, 3] as const) {
    it(`works in RESP${RESP}`, async () => {
      const client = createClient({ url: server.url, RESP });
      await client.connect();
      await client.set("nr", "1", { EX: 10 });
      expect(await client.get("nr")).toBe("1");
      expect(await client.ttl("nr")).toBe(10);
      expect(await client.multi().incr("nr").get("nr").exec()).toEqual([2, "2"]);
      await client.hSet("nr:h", { a: "1" });
      expect({ ...(await client.hGetAll("nr:h")) }).toEqual({ a: "1" });
      await client.zAdd("nr:z", [{ score: 1.5, value: "x" }]);
      expect(await client.zRangeWithScores("nr:z", 0, -1)).toEqual([{ score: 1.5, value: "x" }]);
      const subscriber = client.duplicate();
      await subscriber.connect();
      const heard = new Promise((resolve) => void subscriber.subscribe("ch", (message) => resolve(message)));
      while ((await client.publish("ch", "hello")) === 0);
      expect(await heard).toBe("hello");
      subscriber.destroy();
      client.destroy();
    });
  }
});
