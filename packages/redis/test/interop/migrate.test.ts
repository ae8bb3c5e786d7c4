/** MIGRATE with redis-server on the other side, both ways. */
import { afterEach, describe, expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { RedisServer } from "../../src/index.ts";
import { fillWithEverything } from "../every-type.ts";
import { startOriginal } from "../original.ts";
import { Peer } from "../replication-peer.ts";

const redisServer = peer("redis-server");
const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function opened(port: number): Promise<Peer> {
  const connection = await Peer.at(port);
  endings.push(() => connection.end());
  return connection;
}

async function original(...settings: string[]): Promise<Peer> {
  const server = await startOriginal(redisServer!, ["--enable-debug-command", "yes", ...settings]);
  endings.push(() => server.stop());
  return await opened(server.port);
}

async function ours(settings: Record<string, string> = {}): Promise<Peer> {
  const server = await RedisServer.listen({ "enable-debug-command": "yes", ...settings });
  endings.push(() => server.close({ graceMs: 0 }));
  return await opened(server.address.port);
}

const makers = { ours: () => ours(), original: () => original() };

describe.skipIf(redisServer === undefined)("MIGRATE beside redis-server", () => {
  test.each([
    ["ours", "original"],
    ["original", "ours"],
  ] as const)("every type moves from %s to %s", async (here, there) => {
    const [from, to] = [await makers[here](), await makers[there]()];
    const commands: (string | number)[][] = [];
    fillWithEverything((...words) => commands.push(words));
    for (const words of commands) {
      if ((await from.raw(...words)).startsWith("-")) throw new Error(words.join(" ").slice(0, 80));
    }
    await from.text("SET", "mortal", "v", "PX", 1_000_000);
    const names = await allKeys(from);
    const before = await from.raw("DEBUG", "DIGEST-VALUE", ...names);
    expect(names.length).toBeGreaterThan(10);
    const answer = await from.text("MIGRATE", "127.0.0.1", to.port, "", 0, 60_000, "KEYS", ...names);
    expect(answer).toBe("OK");
    expect(await from.text("DBSIZE")).toBe("0");
    const life = Number(await to.text("PTTL", "mortal"));
    expect(life).toBeGreaterThan(0);
    expect(life).toBeLessThanOrEqual(1_000_000);
    expect(await to.raw("DEBUG", "DIGEST-VALUE", ...names)).toBe(before);
  });

  test("the same requests have the same replies, whoever asks whom", async () => {
    const heard: string[][] = [];
    for (const [here, there] of [
      [original, original],
      [original, ours],
      [ours, original],
    ] as const) {
      const from = await here();
      const to = await there();
      await to.text("CONFIG", "SET", "requirepass", "pw");
      const replies: string[] = [];
      heard.push(replies);
      const migrate = async (...words: (string | number)[]): Promise<void> => {
        replies.push(await from.raw("MIGRATE", "127.0.0.1", to.port, ...words));
      };
      await from.text("MSET", "a", 1, "b", 2, "c", 3);
      await migrate("a", 0, 60_000);
      await migrate("a", 0, 60_000, "AUTH", "wrong");
      await migrate("a", 99, 60_000, "AUTH", "pw");
      await migrate("a", 0, 60_000, "COPY", "AUTH2", "default", "pw");
      await migrate("a", 0, 60_000, "AUTH", "pw");
      await migrate("", 0, 60_000, "AUTH", "pw", "KEYS", "b", "a", "nope", "c");
      replies.push(await from.raw("MGET", "a", "b", "c"));
      await migrate("a", 3, 60_000, "REPLACE", "AUTH", "pw");
      await migrate("a", 0, 60_000, "AUTH", "pw");
      await migrate("", 0, 60_000, "AUTH", "pw", "KEYS");
      replies.push(await from.raw("DBSIZE"));
    }
    expect(heard[1]).toEqual(heard[0]);
    expect(heard[2]).toEqual(heard[0]);
    expect(heard[0]!.slice(-4)).toEqual(["+OK\r\n", "+NOKEY\r\n", "+NOKEY\r\n", ":0\r\n"]);
  });

  test("a replica of redis-server's hears of the keys that left as DEL", async () => {
    const [from, to] = [await ours({ "repl-diskless-sync-delay": "0" }), await original()];
    const replica = await original();
    await from.text("MSET", "a", 1, "b", 2);
    await replica.follow(from);
    await from.text("SET", "c", 3);
    while ((await replica.info("master_link_status")) !== "up") await new Promise((resolve) => setTimeout(resolve, 20));
    await from.text("MIGRATE", "127.0.0.1", to.port, "", 0, 60_000, "KEYS", "a", "c");
    expect(await from.text("WAIT", 1, 60_000)).toBe("1");
    expect(await allKeys(replica)).toEqual(["b"]);
  });
});

async function allKeys(server: Peer): Promise<string[]> {
  const lines = (await server.raw("KEYS", "*")).split("\r\n");
  return lines.filter((_, n) => n > 0 && n % 2 === 0);
}
