import { connect } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RedisClient, RedisServer } from "../src/index.ts";

describe("server", () => {
  it("says where it listens, and is reached there", async () => {
    await using server = await RedisServer.listen();
    expect(server.url).toBe(`redis://127.0.0.1:${server.address.port}`);
    await using client = await RedisClient.connect(server.url);
    expect(await client.command("PING")).toMatchObject({ text: "PONG" });
  });

  it("counts what it does as counters, and says what memory it takes", async () => {
    await using server = await RedisServer.listen();
    await server.execute(["SET", "a", "1"]);
    await server.execute(["GET", "a"]);
    const metrics = new Map(server.metrics().map((sample) => [sample.name, sample]));
    expect(metrics.get("redis_operations_total")).toMatchObject({ kind: "counter", value: 2 });
    expect(metrics.get("redis_keyspace_hits_total")).toMatchObject({ kind: "counter", value: 1 });
    expect(metrics.get("redis_memory_bytes")).toMatchObject({ kind: "gauge", value: expect.toSatisfy((n) => n > 0) });
    for (const [name, { kind }] of metrics)
      if (name.endsWith("_total")) expect([name, kind]).toEqual([name, "counter"]);
  });

  it("goes back to a snapshot, with connections and subscriptions alive", async () => {
    await using server = await RedisServer.listen({ clock: "manual" });
    await using client = await RedisClient.connect(server.url);
    await server.execute(["SET", "a", "1", "EX", "100"]);
    await server.execute(["RPUSH", "l", "x"]);
    await server.execute(["APPEND", "l2", "abc"]);
    await server.execute(["APPEND", "l2", "def"]);
    const saved = server.snapshot();
    for (const round of [1, 2]) {
      await server.execute(["SET", "a", `changed${round}`]);
      await server.execute(["RPUSH", "l", "y"]);
      await server.execute(["APPEND", "l2", "ghi"]);
      await server.execute(["SET", "new", "1"]);
      server.restore(saved);
      expect(await server.execute(["GET", "a"])).toBe("1");
      expect(await server.execute(["TTL", "a"])).toBe(100);
      expect(await server.execute(["LRANGE", "l", 0, -1])).toEqual(["x"]);
      expect(await server.execute(["GET", "l2"])).toBe("abcdef");
      expect(await server.execute(["EXISTS", "new"])).toBe(0);
      expect(await client.command("DBSIZE")).toBe(3);
    }
  });

  it("moves its clock: keys expire and blocked clients wake, in order, before advance returns", async () => {
    await using server = await RedisServer.listen({ clock: "manual", "notify-keyspace-events": "Ex" });
    const events: unknown[] = [];
    await using client = await RedisClient.connect(server.url);
    await using listener = await RedisClient.connect(server.url, { onPush: (items) => events.push(String(items[2])) });
    await listener.command("SUBSCRIBE", "__keyevent@0__:expired");
    for (const [key, ttl] of [
      ["late", 3_600_000],
      ["soon", 500],
      ["middle", 60_000],
    ] as const) {
      await server.execute(["SET", key, "1", "PX", ttl]);
    }
    events.length = 0;
    const popped = client.command("BLPOP", "queue", 2);
    while (!String(await server.execute(["INFO", "clients"])).includes("blocked_clients:1")) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    server.clock.advance("1d");
    expect(await server.execute(["DBSIZE"])).toBe(0);
    expect(await popped).toBe(null);
    await client.command("PING");
    await listener.command("PING");
    expect(events).toEqual(["soon", "middle", "late"]);
  });

  it("asks for the password, and limits who has not given it", async () => {
    await using server = await RedisServer.listen({ requirepass: "secret" });
    await expect(RedisClient.connect(server.url)).rejects.toThrow("NOAUTH");
    await expect(RedisClient.connect(server.url, { password: "wrong" })).rejects.toThrow("WRONGPASS");
    await using client = await RedisClient.connect(`redis://:secret@127.0.0.1:${server.address.port}/3`);
    expect(String(await client.command("CLIENT", "INFO"))).toBeTypeOf("string");
    await client.command("SET", "k", "v");
    await client.command("SELECT", 0);
    expect(await client.command("GET", "k")).toBe(null);
  });

  it("refuses connections above maxclients in Redis' words", async () => {
    await using server = await RedisServer.listen({ maxclients: 1 });
    await using first = await RedisClient.connect(server.url);
    await first.command("PING");
    const second = connect(server.address.port, "127.0.0.1");
    const words = await new Promise((resolve) => second.once("data", (chunk: Buffer) => resolve(chunk.toString())));
    second.destroy();
    expect(words).toBe("-ERR max number of clients reached\r\n");
  });

  it("drops clients that are idle too long", async () => {
    await using server = await RedisServer.listen({ timeout: 1 });
    await using client = await RedisClient.connect(server.url);
    await client.closed;
    await expect(client.command("PING")).rejects.toThrow("closed");
  });

  it("listens on a unix socket", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tenon-redis-"));
    const path = join(folder, "redis.sock");
    {
      await using server = await RedisServer.listen({ port: -1, unixsocket: path });
      expect(server.url).toBe(`unix://${path}`);
      await using client = await RedisClient.connect(server.url);
      expect(await client.command("ECHO", "hi")).toEqual(Buffer.from("hi"));
    }
    rmSync(folder, { recursive: true });
  });

  it("refuses settings that are none, before it listens", async () => {
    await expect(RedisServer.listen({ "no-such-setting": 1 })).rejects.toThrow("Bad directive");
    await expect(RedisServer.listen({ maxmemory: "lots" })).rejects.toThrow("argument must be a memory value");
  });

  it("holds commands back under CLIENT PAUSE, then runs them in order", async () => {
    await using server = await RedisServer.listen({ clock: "manual" });
    await using client = await RedisClient.connect(server.url);
    await client.command("CLIENT", "PAUSE", 1000, "WRITE");
    const written = client.command("SET", "a", 1);
    const read = client.command("GET", "a");
    await using other = await RedisClient.connect(server.url);
    expect(await other.command("GET", "a")).toBe(null);
    server.clock.advance(1000);
    expect(await written).toMatchObject({ text: "OK" });
    expect(await read).toEqual(Buffer.from("1"));
  });

  it("answers a pipeline in order although a command in it blocks", async () => {
    await using server = await RedisServer.listen();
    await using client = await RedisClient.connect(server.url);
    const replies = [client.command("SET", "a", 1), client.command("BLPOP", "l", 0), client.command("GET", "a")];
    await replies[0];
    await server.execute(["RPUSH", "l", "x"]);
    expect(await Promise.all(replies)).toMatchObject([
      { text: "OK" },
      [Buffer.from("l"), Buffer.from("x")],
      Buffer.from("1"),
    ]);
  });
});

describe("faults", () => {
  it("fails as asked, so many times", async () => {
    await using server = await RedisServer.listen();
    const fault = server.faults.fail({ command: "get", key: "a", times: 1 });
    await expect(server.execute(["GET", "a"])).rejects.toThrow("LOADING Redis is loading the dataset in memory");
    expect(await server.execute(["GET", "a"])).toBe(null);
    expect(fault.hits).toBe(1);
    server.faults.fail("set", "OOM command not allowed");
    await expect(server.execute(["SET", "a", 1])).rejects.toThrow("OOM command not allowed");
    server.faults.clear();
    expect(await server.execute(["SET", "a", 1])).toBe("OK");
  });

  it("cuts the connection after the write but before the reply", async () => {
    await using server = await RedisServer.listen();
    await using client = await RedisClient.connect(server.url);
    server.faults.cut("incr");
    await expect(client.command("INCR", "n")).rejects.toThrow("closed");
    expect(await server.execute(["GET", "n"])).toBe("1");
  });

  it("delays, on the server's clock", async () => {
    await using server = await RedisServer.listen({ clock: "manual" });
    await using client = await RedisClient.connect(server.url);
    await client.command("SET", "a", 1);
    const fault = server.faults.delay("get", 5000);
    const replies: unknown[] = [];
    const read = client.command("GET", "a").then((reply) => replies.push(String(reply)));
    const ping = client.command("PING").then(() => replies.push("PONG"));
    await using other = await RedisClient.connect(server.url);
    await other.command("PING");
    expect(replies).toEqual([]);
    server.clock.advance("5s");
    await Promise.all([read, ping]);
    expect(replies).toEqual(["1", "PONG"]);
    fault.remove();
    expect(await client.command("GET", "a")).toEqual(Buffer.from("1"));
  });
});
