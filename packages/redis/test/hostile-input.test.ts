/**
 * What comes from outside and means harm, or is merely broken: it is refused, and nothing else happens. The parsers' own fuzzers are in
 * resp.test.ts, codecs.test.ts and rdb.test.ts; scripts that mean harm in lua/hostile.test.ts.
 */
import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import { crc64, MemoryDisk, realWorld } from "@tenon/kit";
import { describe, expect, it } from "vitest";
import { RedisServer, type RedisServerOptions } from "../src/index.ts";
import { Glob } from "../src/keyspace/glob.ts";
import { type EngineClient, EngineUnderTest, parseReply, seededRandom } from "./engine-client.ts";
import { fillWithEverything } from "./every-type.ts";

/** Reads and changes a value of every type, whatever is there: WRONGTYPE is an answer too. */
const TOUCHES: readonly (readonly string[])[] = [
  ["DEBUG", "DIGEST-VALUE", "k"],
  ["OBJECT", "ENCODING", "k"],
  ["DUMP", "k"],
  ["GET", "k"],
  ["LRANGE", "k", "0", "-1"],
  ["LINSERT", "k", "BEFORE", "a", "b"],
  ["LPOP", "k"],
  ["SMEMBERS", "k"],
  ["SPOP", "k"],
  ["HGETALL", "k"],
  ["HSET", "k", "f", "v"],
  ["ZRANGE", "k", "0", "-1", "WITHSCORES"],
  ["ZADD", "k", "1", "x"],
  ["ZPOPMIN", "k"],
  ["XRANGE", "k", "-", "+"],
  ["XINFO", "STREAM", "k", "FULL"],
  ["XADD", "k", "*", "f", "v"],
  ["XTRIM", "k", "MAXLEN", "1"],
  ["DEL", "k"],
];

/** DUMP payloads of one value of every type and encoding, as one-byte strings. */
function payloads(): string[] {
  const client = new EngineUnderTest().connect();
  fillWithEverything((...words) => client.raw(...words), 30);
  const keys = client.run("KEYS", "*") as string[];
  return keys.map((key) => client.run("DUMP", key) as string);
}

/** With the checksum that its bytes call for. */
function sealed(payload: Buffer): string {
  payload.writeBigUInt64LE(crc64(payload.subarray(0, -8)), payload.length - 8);
  return payload.toString("latin1");
}

describe("RESTORE", () => {
  for (const sanitize of ["yes", "no"]) {
    it(`of changed payloads gives an error or a sound value, with sanitize-dump-payload ${sanitize}`, () => {
      const world = new EngineUnderTest();
      world.engine.config.load("enable-debug-command", "yes");
      const client = world.connect();
      client.run("CONFIG", "SET", "sanitize-dump-payload", sanitize);
      const { integer } = seededRandom(sanitize.length);
      const answers = { taken: 0, refused: 0 };
      for (const payload of payloads()) {
        for (let round = 0; round < 60; round++) {
          const mutated = Buffer.from(payload, "latin1");
          for (let n = 1 + integer(3); n > 0; n--) mutated[integer(mutated.length - 10)] = integer(256);
          const cut = integer(4) === 0 ? mutated.subarray(integer(mutated.length - 10)) : mutated;
          const reply = client.run("RESTORE", "k", "0", sealed(cut), "REPLACE");
          if (reply === "OK") answers.taken++;
          else {
            expect(String(reply)).toMatch(/Bad data format|version or checksum/);
            expect(client.run("EXISTS", "k")).toBe(0);
            answers.refused++;
            continue;
          }
          for (const words of TOUCHES) parseReply(client.raw(...words));
        }
      }
      expect(answers.taken).toBeGreaterThan(50);
      expect(answers.refused).toBeGreaterThan(500);
    });
  }
});

describe("an append-only file", () => {
  it("with changed bytes is loaded or refused as a whole, and stays as it is when it is refused", async () => {
    const folder = "/data/appendonlydir";
    const start = (disk: MemoryDisk): Promise<RedisServer> => {
      const world = { ...realWorld, disk };
      return RedisServer.listen({ port: 0, dir: "/data", save: "", appendonly: true, world });
    };
    const sound = new MemoryDisk();
    const writer = await start(sound);
    for (let n = 0; n < 20; n++) await writer.execute(["RPUSH", `list ${n % 3}`, `element ${n}`, "x".repeat(n * 20)]);
    await writer.execute(["MULTI"]);
    await writer.close();
    const name = `${folder}/appendonly.aof.1.incr.aof`;
    const bytes = Buffer.from(sound.readFile(name));
    expect(bytes.length).toBeGreaterThan(1000);
    const { integer } = seededRandom(5);
    const outcomes = { loaded: 0, refused: 0 };
    for (let round = 0; round < 120; round++) {
      const disk = sound.clone();
      const mutated = Buffer.from(bytes);
      for (let n = 1 + integer(2); n > 0; n--) mutated[integer(mutated.length)] = integer(256);
      const file = disk.open(name, "truncate");
      file.write(mutated, 0);
      file.close();
      try {
        const server = await start(disk);
        expect(await server.execute(["PING"])).toBe("PONG");
        await server.close();
        outcomes.loaded++;
      } catch (error) {
        expect(String(error)).toMatch(/appendonly|AOF|append only|file format|Unknown command/i);
        expect(Buffer.from(disk.readFile(name))).toEqual(mutated);
        outcomes.refused++;
      }
    }
    expect(outcomes.refused).toBeGreaterThan(10);
    expect(outcomes.loaded).toBeGreaterThan(10);
  });
});

describe("patterns", () => {
  it("of many stars take no more time than the product of the lengths", () => {
    const pattern = `${"a*".repeat(500)}b`;
    expect(new Glob(pattern).matches("a".repeat(20_000))).toBe(false);
    expect(new Glob("*?".repeat(500)).matches("a".repeat(20_000))).toBe(true);
    expect(new Glob(`${"[a-z]*".repeat(500)}!`).matches("a".repeat(20_000))).toBe(false);
  });
});

describe("a client that is killed", () => {
  const id = (client: EngineClient): number => client.run("CLIENT", "ID") as number;

  it("while it waits leaves its place to the next, and takes nothing", () => {
    const world = new EngineUnderTest();
    const [victim, next, other] = [world.connect(), world.connect(), world.connect()];
    const victimId = id(victim);
    victim.raw("BLPOP", "l", 0);
    next.raw("BLPOP", "l", 0);
    expect(other.run("CLIENT", "KILL", "ID", victimId)).toBe(1);
    other.run("RPUSH", "l", "x");
    expect(victim.output()).toBe("");
    expect(next.output()).toBe("*2\r\n$1\r\nl\r\n$1\r\nx\r\n");
    expect(String(other.run("INFO", "clients"))).toContain("blocked_clients:0");
  });

  it("by its own pipeline gets the answers so far, and runs nothing more", () => {
    const world = new EngineUnderTest();
    const [victim, other] = [world.connect(), world.connect()];
    const victimId = id(victim);
    const output = victim.pipeline(
      ["SET", "a", "1"],
      ["CLIENT", "KILL", "ID", victimId, "SKIPME", "no"],
      ["SET", "a", "2"],
    );
    expect(output).toBe("+OK\r\n:1\r\n");
    expect(other.run("GET", "a")).toBe("1");
    expect(world.engine.clients.has(victimId)).toBe(false);
  });

  it("in its own transaction ends after it", () => {
    const world = new EngineUnderTest();
    const [victim, other] = [world.connect(), world.connect()];
    const victimId = id(victim);
    victim.raw("MULTI");
    victim.raw("CLIENT", "KILL", "ID", victimId, "SKIPME", "no");
    victim.raw("SET", "a", "1");
    victim.pipeline(["EXEC"], ["SET", "a", "2"]);
    expect(other.run("GET", "a")).toBe("1");
    expect(world.engine.clients.has(victimId)).toBe(false);
  });

  it("while a pause holds its command does not run it", () => {
    const world = new EngineUnderTest();
    const [victim, other] = [world.connect(), world.connect()];
    const victimId = id(victim);
    other.run("CLIENT", "PAUSE", 100_000, "WRITE");
    expect(victim.pipeline(["SET", "a", "1"], ["SET", "a", "2"])).toBe("");
    expect(other.run("CLIENT", "KILL", "ID", victimId)).toBe(1);
    other.run("CLIENT", "UNPAUSE");
    expect(other.run("EXISTS", "a")).toBe(0);
  });

  it("by the one whose push would serve it does not get what is pushed", () => {
    const world = new EngineUnderTest();
    const [victim, other] = [world.connect(), world.connect()];
    const victimId = id(victim);
    victim.raw("BLPOP", "l", 0);
    other.raw("MULTI");
    other.raw("RPUSH", "l", "x");
    other.raw("CLIENT", "KILL", "ID", victimId);
    other.raw("EXEC");
    expect(other.run("LLEN", "l")).toBe(1);
    expect(victim.output()).toBe("");
  });
});

describe("CLIENT REPLY OFF", () => {
  it("does not hold back messages", () => {
    const world = new EngineUnderTest();
    const [listener, other] = [world.connect(), world.connect()];
    listener.raw("HELLO", 3);
    listener.raw("SUBSCRIBE", "c");
    listener.raw("CLIENT", "REPLY", "OFF");
    expect(listener.raw("PING")).toBe("");
    other.raw("PUBLISH", "c", "hello");
    expect(listener.output()).toBe(">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$5\r\nhello\r\n");
    // Not even one that it sends itself.
    expect(listener.raw("PUBLISH", "c", "me")).toBe(">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nme\r\n");
  });
});

describe("a client that does not read", () => {
  async function opened(server: RedisServer): Promise<Socket> {
    const socket = connect(server.address.port, server.address.host);
    socket.on("error", () => {});
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.pause();
    return socket;
  }

  /** Resolves when the server has dropped a client for its output. */
  async function dropped(server: RedisServer, provoke: () => Promise<unknown>): Promise<void> {
    const count = async (): Promise<number> =>
      Number(
        /client_output_buffer_limit_disconnections:(\d+)/.exec(String(await server.execute(["INFO", "stats"])))![1],
      );
    while ((await count()) === 0) {
      await provoke();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  const listen = (options: RedisServerOptions): Promise<RedisServer> => RedisServer.listen({ ...options, save: "" });

  it("is dropped at the hard limit of its class", async () => {
    await using server = await listen({ "client-output-buffer-limit": "normal 200kb 0 0 pubsub 100kb 0 0" });
    await server.execute(["SET", "big", "x".repeat(50_000)]);
    const reader = await opened(server);
    await dropped(server, async () => void reader.write("GET big\r\n".repeat(100)));
    reader.destroy();
    await server.execute(["CONFIG", "RESETSTAT"]);
    const subscriber = await opened(server);
    subscriber.write("SUBSCRIBE c\r\n");
    await dropped(server, () => server.execute(["PUBLISH", "c", "x".repeat(50_000)]));
    expect(await server.execute(["PUBLISH", "c", "x"])).toBe(0);
    subscriber.destroy();
  });

  it("is dropped early when it has not given the password", async () => {
    await using server = await listen({ requirepass: "secret" });
    const stranger = await opened(server);
    await dropped(server, async () => void stranger.write("PING\r\n".repeat(1000)));
    stranger.destroy();
  });
});
