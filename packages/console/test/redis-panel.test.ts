/** The Redis panel's API against our server and against the original: an external service is a service like any other. */
import { Console } from "@tenon/console";
import { plainValue, RedisClient, RedisServer } from "@tenon/redis";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { peer } from "../../../scripts/test-peer.ts";
import type { BatchMessage, Hello, SummaryPoint } from "../src/protocol.ts";
import { mergedGroup } from "../src/panels/redis/memory-groups.ts";
import type {
  CommandEntry,
  KeyFacts,
  MemoryAnswer,
  MemoryGroup,
  MonitorLine,
  ScanAnswer,
  WireReply,
} from "../src/panels/redis/wire.ts";
import { LiveStream, Visitor } from "./support/client.ts";
import { FakeStack } from "./support/fake-stack.ts";
import { startRedis } from "./support/redis.ts";

const original = peer("redis-server");

const SERVERS = [
  ["ours", () => RedisServer.listen()],
  ["the original, external", original === undefined ? undefined : () => startRedis(original)],
] as const;

describe.each(SERVERS)("%s", (name, start) => {
  describe.skipIf(start === undefined)("panel", () => {
    const isOurs = name === "ours";
    let server: { readonly url: string; close(): Promise<void> };
    let stack: FakeStack;
    let target: Console;
    let visitor: Visitor;
    let client: RedisClient;

    beforeAll(async () => {
      server = await start!();
      const instance = server instanceof RedisServer ? server : undefined;
      stack = new FakeStack({
        name: "redis",
        state: isOurs ? "running" : "external",
        url: server.url,
        instance,
        metrics: () => instance?.metrics() ?? [],
      });
      target = await Console.listen({ stack });
      visitor = await Visitor.enter(target);
      client = await RedisClient.connect(server.url);
    });
    beforeEach(() => client.command("FLUSHALL"));
    afterAll(async () => {
      client?.close();
      await target?.close();
      await server?.close();
    });

    const panel = async <Answer>(route: string, body: unknown = {}): Promise<Answer> => {
      const answer = await visitor.post(`/api/services/redis/panel/${route}`, body);
      expect(answer.status, answer.text).toBe(200);
      return JSON.parse(answer.text) as Answer;
    };
    const run = async (...commands: unknown[][]): Promise<WireReply[]> => {
      return (await panel<{ replies: WireReply[] }>("commands", { commands })).replies;
    };

    test("carries commands and tells replies apart", async () => {
      const replies = await run(
        ["SET", "k", "v"],
        ["GET", "k"],
        ["GET", "none"],
        ["INCR", "n"],
        ["INCR", "k"],
        ["RPUSH", "l", "a", { base64: "/wA=" }],
        ["LRANGE", "l", "0", "-1"],
        ["HSET", "h", "f", "1"],
        ["HGETALL", "h"],
        ["SADD", "s", "m"],
        ["SMEMBERS", "s"],
        ["ZADD", "z", "1.5", "m"],
        ["ZSCORE", "z", "m"],
      );
      expect(replies).toEqual([
        { status: "OK" },
        "v",
        null,
        { integer: "1" },
        { error: "ERR value is not an integer or out of range" },
        { integer: "2" },
        ["a", { base64: "/wA=" }],
        { integer: "1" },
        { map: [["f", "1"]] },
        { integer: "1" },
        { set: ["m"] },
        { integer: "1" },
        { double: "1.5" },
      ]);
    });

    test("each request has its own database, although they share a connection", async () => {
      const set = (db: number): Promise<unknown> => panel("commands", { db, commands: [["SET", "where", String(db)]] });
      await Promise.all([set(0), set(3), set(5), set(3)]);
      for (const db of [0, 3, 5]) {
        expect(await panel("commands", { db, commands: [["GET", "where"]] })).toEqual({ replies: [String(db)] });
      }
      const answer = await visitor.post("/api/services/redis/panel/commands", { db: 9999, commands: [["PING"]] });
      expect([answer.status, answer.text]).toEqual([422, expect.stringContaining("DB index is out of range")]);
    });

    test("scans in pages, every key once, by pattern and by type", async () => {
      await client.command("MSET", ...Array.from({ length: 3000 }, (_, n) => [`key:${n}`, "v"]).flat());
      await client.command("HSET", "hash:1", "f", "v");
      const keys: unknown[] = [];
      let cursor = "0";
      let pages = 0;
      do {
        const answer: ScanAnswer = await panel("scan", { cursor, want: 1000 });
        expect(answer.total).toBe(3001);
        keys.push(...answer.keys);
        cursor = answer.cursor;
        pages++;
      } while (cursor !== "0");
      expect(pages).toBeGreaterThan(1);
      expect(new Set(keys).size).toBe(3001);

      const scan = async (body: object): Promise<unknown[]> => {
        const found: unknown[] = [];
        let at = "0";
        do {
          const answer: ScanAnswer = await panel("scan", { cursor: at, want: 10_000, ...body });
          found.push(...answer.keys);
          at = answer.cursor;
        } while (at !== "0");
        return found.toSorted();
      };
      expect(await scan({ match: "key:299?" })).toEqual(Array.from({ length: 10 }, (_, n) => `key:299${n}`));
      expect(await scan({ type: "hash" })).toEqual(["hash:1"]);
      expect(await scan({ match: "no such key" })).toEqual([]);
    });

    test("describes keys of every type, those that are gone too", async () => {
      await run(
        ["SET", "string", "12345"],
        ["PEXPIRE", "string", "90000"],
        ["RPUSH", "list", "a", "b"],
        ["HSET", "hash", "f", "v"],
        ["SADD", "set", "a", "b", "c"],
        ["ZADD", "zset", "1", "a"],
        ["SET", { base64: "/w==" }, ""],
      );
      const facts = await panel<KeyFacts[]>("describe", {
        keys: ["string", "list", "hash", "set", "zset", { base64: "/w==" }, "gone"],
      });
      expect(facts).toMatchObject([
        { type: "string", size: 5 },
        { type: "list", ttlMs: -1, size: 2 },
        { type: "hash", size: 1 },
        { type: "set", size: 3 },
        { type: "zset", size: 1 },
        { type: "string", size: 0 },
        { type: "none", size: 0 },
      ]);
      expect(facts[0]!.ttlMs).toBeGreaterThan(0);
    });

    test("measures memory by what names have in common, page after page", async () => {
      const pairs = Array.from({ length: 1000 }, (_, n) => [`session:${n}`, "v".repeat(100)]).flat();
      await client.command("MSET", ...pairs);
      await client.command("SET", "session:7", "v".repeat(50_000), "EX", "100");
      await client.command("HSET", "user:42:cart", "f", "v");
      const groups = new Map<string, MemoryGroup>();
      let [cursor, keys] = ["0", 0];
      do {
        const answer = await panel<MemoryAnswer>("memory", { cursor });
        expect(answer.total).toBe(1001);
        cursor = answer.cursor;
        keys += answer.keys;
        for (const group of answer.groups) {
          const known = groups.get(group.pattern);
          groups.set(group.pattern, known === undefined ? group : mergedGroup(known, group));
        }
      } while (cursor !== "0");
      expect(keys).toBe(1001);
      expect([...groups.keys()].toSorted()).toEqual(["session:*", "user:*:cart"]);
      const sessions = groups.get("session:*")!;
      expect(sessions).toMatchObject({ type: "string", keys: 1000, expiring: 1, largest: { name: "session:7" } });
      expect(sessions.largest.bytes).toBeGreaterThan(50_000);
      expect(sessions.bytes).toBeGreaterThan(150_000);
      expect(groups.get("user:*:cart")).toMatchObject({ type: "hash", keys: 1, expiring: 0 });

      const one = await panel<MemoryAnswer>("memory", { cursor: "0", match: "user:*" });
      expect(one.groups.map(({ pattern }) => pattern)).toEqual(one.keys === 0 ? [] : ["user:*:cart"]);
      const wrong = await visitor.post("/api/services/redis/panel/memory", { cursor: "x" });
      expect(wrong.status).toBe(400);
    });

    test("ends a script that does not end, although the server is busy with it", async () => {
      const none = await visitor.post("/api/services/redis/panel/kill-script", {});
      expect([none.status, none.text]).toEqual([422, expect.stringContaining("NOTBUSY")]);
      await client.command("CONFIG", "SET", "busy-reply-threshold", "10");
      await using other = await RedisClient.connect(server.url);
      const script = other.command("EVAL", "while true do end", "0").catch((error: Error) => error.message);
      await expect.poll(() => client.command("PING").catch((error: Error) => error.message)).toContain("BUSY");
      expect(await panel("kill-script")).toEqual({ status: "OK" });
      expect(await script).toContain("Script killed by user with SCRIPT KILL");
    });

    test("knows the commands of the server that is there", async () => {
      const table = await panel<CommandEntry[]>("table");
      const entry = (wanted: string): CommandEntry | undefined => table.find((candidate) => candidate.name === wanted);
      expect(entry("GET")).toMatchObject({ syntax: "key", since: "1.0.0" });
      expect(entry("CONFIG GET")).toBeDefined();
      expect(entry("MSET")?.syntax).toBe("key value [key value ...]");
      expect(entry("LINSERT")?.syntax).toBe("key <BEFORE | AFTER> pivot element");
      expect(entry("EXPIRE")?.syntax).toBe("key seconds [NX | XX | GT | LT]");
    });

    test("a session is a connection of its own: database, transaction, subscription", async () => {
      const stream = await LiveStream.open(target, visitor);
      const { session } = (await stream.named("hello")) as Hello;
      const body = { id: "s", service: "redis", topic: "session" };
      expect((await visitor.post(`/api/live/${session}/topics`, body)).status).toBe(204);
      const send = async (...command: string[]): Promise<WireReply> => {
        const answer = await visitor.post(`/api/live/${session}/topics/s`, { command });
        expect(answer.status, answer.text).toBe(200);
        return (JSON.parse(answer.text) as { reply: WireReply }).reply;
      };
      expect(await send("SELECT", "4")).toEqual({ status: "OK" });
      expect(await send("MULTI")).toEqual({ status: "OK" });
      expect(await send("SET", "a", "1")).toEqual({ status: "QUEUED" });
      expect(await send("INCRBY", "a", "x")).toEqual({ status: "QUEUED" });
      expect(await send("EXEC")).toEqual([{ status: "OK" }, { error: "ERR value is not an integer or out of range" }]);
      expect(await client.command("EXISTS", "a")).toBe(0);
      expect(await send("SUBSCRIBE", "news")).toEqual(["subscribe", "news", { integer: "1" }]);
      await client.command("PUBLISH", "news", "hello");
      expect(await stream.named("topic")).toEqual({ id: "s", message: { push: ["message", "news", "hello"] } });
      for (const command of ["monitor", "psync"]) {
        const refused = await visitor.post(`/api/live/${session}/topics/s`, { command: [command, "x"] });
        expect(refused.status).toBe(400);
      }
      expect(await send("PING")).toEqual({ status: "PONG" });
      stream.close();
    });

    test("a monitor says what others do, marks its own, and ends with its page", async () => {
      const stream = await LiveStream.open(target, visitor);
      const { session } = (await stream.named("hello")) as Hello;
      await visitor.post(`/api/live/${session}/topics`, { id: "m", service: "redis", topic: "monitor" });
      await client.command("SET", "k", "a b");
      await run(["GET", "k"]);
      const lines: MonitorLine[] = [];
      while (!lines.some((line) => line.own && /"get"/i.test(line.text))) {
        const { message } = (await stream.named("topic")) as { message: BatchMessage<MonitorLine> };
        lines.push(...message.items);
      }
      const set = lines.find((line) => /^"set"/i.test(line.text))!;
      expect(set).toMatchObject({ db: 0, own: false, text: expect.stringMatching(/"k" "a b"$/) });
      expect(Math.abs(set.timeMs - Date.now())).toBeLessThan(60_000);

      const monitors = async (): Promise<number> => {
        const list = String(plainValue(await client.command("CLIENT", "LIST")));
        return list.split("\n").filter((line) => / flags=[^ ]*O/.test(line)).length;
      };
      expect(await monitors()).toBe(1);
      stream.close();
      await expect.poll(monitors).toBe(0);
    });

    test("the overview has its numbers", async () => {
      const stream = await LiveStream.open(target, visitor);
      await stream.named("hello");
      const point = (await stream.next(({ event, data }) => {
        return event === "summary" && (data as SummaryPoint).services["redis"]?.operations !== undefined;
      })) as SummaryPoint;
      const { connections, operations } = point.services["redis"]!;
      expect(connections).toBeGreaterThanOrEqual(1);
      expect(operations).toBeGreaterThan(5);
      stream.close();
    });
  });
});

test("a server that restarts elsewhere, or is gone, is found again or said to be gone", async () => {
  const first = await RedisServer.listen();
  const stack = new FakeStack({ name: "redis", url: first.url });
  await using target = await Console.listen({ stack });
  const visitor = await Visitor.enter(target);
  const ping = async (): Promise<[number, string]> => {
    const answer = await visitor.post("/api/services/redis/panel/commands", { commands: [["PING"]] });
    return [answer.status, answer.text];
  };
  expect(await ping()).toEqual([200, '{"replies":[{"status":"PONG"}]}']);
  await first.close();
  await expect.poll(async () => (await ping())[1]).toContain("cannot be reached");
  await using second = await RedisServer.listen();
  stack.services[0]!.set({ url: second.url });
  expect(await ping()).toEqual([200, '{"replies":[{"status":"PONG"}]}']);
  stack.services[0]!.set({ state: "stopped", url: undefined });
  expect((await ping())[0]).toBe(409);
});
