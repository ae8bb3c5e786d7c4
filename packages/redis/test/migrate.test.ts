/** MIGRATE as a command, with the way to the target in the test's hands; and that way, with targets that misbehave. */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Delivery, MigrationTarget } from "../src/engine/migrations.ts";
import { RedisClient, RedisServer } from "../src/index.ts";
import { type EngineClient, EngineUnderTest } from "./engine-client.ts";

const IOERR = "-IOERR error or timeout";

describe("what the command does", () => {
  const requests: string[] = [];
  let target: MigrationTarget | undefined;
  let under: EngineUnderTest;
  let client: EngineClient;
  let other: EngineClient;
  let effects: () => string[];
  let arrive: (delivery: Delivery) => void;

  /** The target answers; what the waiting client hears. */
  function answer(replies: Delivery["replies"], failure?: Delivery["failure"]): string {
    arrive({ replies, failure });
    under.advance(0);
    return client.output();
  }

  beforeEach(() => {
    requests.length = 0;
    under = new EngineUnderTest();
    client = under.connect();
    other = under.connect();
    effects = under.recordEffects();
    under.engine.migrations.door = {
      deliver(where, bytes, done) {
        target = where;
        requests.push(...bytes.map((each) => each.toString("latin1")));
        arrive = done;
      },
    };
    client.line("MSET a 1 b 2 c 3");
    effects();
  });

  test("a key that has arrived is removed, and that is its effect", () => {
    client.line("PEXPIRE a 5000");
    effects();
    const dumped = other.run("DUMP", "a") as string;
    expect(client.raw("MIGRATE", "there", 7000, "a", 3, 250, "REPLACE")).toBe("");
    expect(target).toEqual({ host: "there", port: 7000, timeoutMs: 250 });
    expect(requests).toEqual([
      "*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n",
      `*5\r\n$7\r\nRESTORE\r\n$1\r\na\r\n$4\r\n5000\r\n$${dumped.length}\r\n${dumped}\r\n$7\r\nREPLACE\r\n`,
    ]);
    expect(other.line("GET a")).toBe("1");
    expect(answer([undefined, undefined])).toBe("+OK\r\n");
    expect(other.line("EXISTS a b")).toBe(1);
    expect(effects()).toEqual(["DEL a"]);
  });

  test("several keys leave as one effect; those that are not there are passed over", () => {
    client.raw("MIGRATE", "there", 1, "", 0, 0, "AUTH2", "me", "secret", "KEYS", "a", "nope", "c", "a");
    expect(target?.timeoutMs).toBe(1000);
    expect(requests[0]).toBe("*3\r\n$4\r\nAUTH\r\n$2\r\nme\r\n$6\r\nsecret\r\n");
    expect(requests).toHaveLength(5);
    expect(answer(requests.map(() => undefined))).toBe("+OK\r\n");
    expect(effects()).toEqual(["DEL a c"]);
  });

  test("a copy stays", () => {
    client.raw(..."MIGRATE there 1 a 0 0 COPY".split(" "));
    other.line("SET a 9");
    effects();
    expect(answer([undefined, undefined])).toBe("+OK\r\n");
    expect(other.line("GET a")).toBe("9");
    expect(effects()).toEqual([]);
  });

  test("a key that changed meanwhile stays as it is now", () => {
    client.raw("MIGRATE", "there", 1, "", 0, 0, "KEYS", "a", "b");
    other.line("APPEND a !");
    effects();
    expect(answer([undefined, undefined, undefined])).toMatch(
      /^-IOERR the target has all keys, but 1 of them changed here/,
    );
    expect(other.line("MGET a b")).toEqual(["1!", null]);
    expect(effects()).toEqual(["DEL b"]);
  });

  test.each(["DEL a", "FLUSHALL", "SWAPDB 0 1", "PEXPIRE a 100000", "RENAME b a"])("%s is such a change", (change) => {
    client.raw(..."MIGRATE there 1 a 0 0".split(" "));
    other.line(change);
    other.line("SET a new");
    expect(answer([undefined, undefined])).toMatch(/^-IOERR the target has all keys, but 1 /);
    expect(other.line("GET a")).toBe("new");
  });

  test("a key whose time comes on the way has arrived", () => {
    client.line("PEXPIRE a 100");
    client.raw(..."MIGRATE there 1 a 0 0".split(" "));
    under.advance(200);
    expect(other.line("GET a")).toBe(null);
    expect(answer([undefined, undefined])).toBe("+OK\r\n");
  });

  test("what the target refuses stays, what it takes goes", () => {
    client.raw("MIGRATE", "there", 1, "", 0, 0, "KEYS", "a", "b", "c");
    expect(answer([undefined, undefined, "BUSYKEY Target key name already exists.", undefined])).toBe(
      "-ERR Target instance replied with error: BUSYKEY Target key name already exists.\r\n",
    );
    expect(other.line("KEYS *")).toEqual(["b"]);
    expect(effects()).toEqual(["DEL a c"]);
    expect(other.run("INFO", "errorstats")).toContain("errorstat_ERR:count=1");
    expect(other.run("INFO", "commandstats")).toMatch(/cmdstat_migrate:calls=1,.*failed_calls=1/);
  });

  test("nothing goes when the greeting was refused", () => {
    client.raw(..."MIGRATE there 1 a 99 0".split(" "));
    expect(answer(["ERR DB index is out of range", undefined])).toBe(
      "-ERR Target instance replied with error: ERR DB index is out of range\r\n",
    );
    expect(other.line("EXISTS a")).toBe(1);
  });

  test("what was acknowledged before the connection broke is gone", () => {
    client.raw("MIGRATE", "there", 1, "", 0, 0, "KEYS", "a", "b");
    expect(answer([undefined, undefined], "reading")).toBe(`${IOERR} reading to target instance\r\n`);
    expect(other.line("MGET a b c")).toEqual([null, "2", "3"]);
    client.raw(..."MIGRATE there 1 b 0 0".split(" "));
    expect(answer([], "connecting")).toBe(`${IOERR} connecting to the client\r\n`);
    expect(other.line("EXISTS b")).toBe(1);
  });

  test("the client's pipeline waits, and goes on", () => {
    expect(client.pipeline(["MIGRATE", "there", 1, "a", 0, 0], ["EXISTS", "a"])).toBe("");
    expect(answer([undefined, undefined])).toBe("+OK\r\n:0\r\n");
  });

  test("a client that was unblocked, or left, ends nothing", () => {
    const id = client.line("CLIENT ID") as number;
    client.raw(..."MIGRATE there 1 a 0 0".split(" "));
    expect(other.line(`CLIENT UNBLOCK ${id}`)).toBe(1);
    expect(client.output()).toBe(`${IOERR} reading to target instance\r\n`);
    expect(answer([undefined, undefined])).toBe("");
    expect(other.line("EXISTS a")).toBe(0);
    client.raw(..."MIGRATE there 1 b 0 0".split(" "));
    other.line(`CLIENT KILL ID ${id}`);
    answer([undefined, undefined]);
    expect(other.line("EXISTS b")).toBe(0);
  });

  test("one that was unblocked, and waits for something else by then, goes on waiting for it", () => {
    const id = client.line("CLIENT ID") as number;
    client.raw("MIGRATE", "there", 1, "a", 0, 0);
    other.line(`CLIENT UNBLOCK ${id} ERROR`);
    expect(client.output()).toMatch(/^-UNBLOCKED /);
    expect(client.raw("BLPOP", "list", 0)).toBe("");
    expect(answer([undefined, undefined])).toBe("");
    other.line("RPUSH list x");
    expect(client.output()).toBe("*2\r\n$4\r\nlist\r\n$1\r\nx\r\n");
  });

  test("a key that leaves is a change for who watches it, an event, and one more to save", () => {
    const listener = under.connect();
    listener.line("CONFIG SET notify-keyspace-events KEg");
    listener.line("SUBSCRIBE __keyevent@0__:del");
    other.line("WATCH a");
    const changes = (): number =>
      Number(/rdb_changes_since_last_save:(\d+)/.exec(under.connect().run("INFO", "persistence") as string)?.[1]);
    client.raw("MIGRATE", "there", 1, "a", 0, 0);
    const before = changes();
    answer([undefined, undefined]);
    expect(changes()).toBe(before + 1);
    expect(listener.output()).toContain("__keyevent@0__:del\r\n$1\r\na\r\n");
    expect(other.pipeline(["MULTI"], ["PING"], ["EXEC"])).toBe("+OK\r\n+QUEUED\r\n*-1\r\n");
  });

  test("nothing is removed while writing is paused", () => {
    client.raw(..."MIGRATE there 1 a 0 0".split(" "));
    other.line("CLIENT PAUSE 100000 WRITE");
    expect(answer([undefined, undefined])).toMatch(/^-IOERR the target has all keys, but 1 /);
    expect(other.line("EXISTS a")).toBe(1);
  });

  test("in a transaction or a script it is refused, unless there is nothing to do", () => {
    client.line("MULTI");
    client.raw(..."MIGRATE there 1 a 0 0".split(" "));
    client.raw(..."MIGRATE there 1 nope 0 0".split(" "));
    expect(client.raw("EXEC")).toMatch(
      /^\*2\r\n-ERR MIGRATE is not possible in a transaction or a script: .*\r\n\+NOKEY/,
    );
    expect(client.raw("EVAL", "return redis.call('MIGRATE', 'there', 1, KEYS[1], 0, 0)", 1, "a")).toMatch(
      /^-ERR MIGRATE is not possible in a transaction or a script/,
    );
    expect(requests).toEqual([]);
  });

  test.each([
    ["MIGRATE there 1 nope 0 0", "+NOKEY"],
    ["MIGRATE there 1 a x 0", "-ERR value is not an integer or out of range"],
    ["MIGRATE there 1 a 0 x", "-ERR value is not an integer or out of range"],
    ["MIGRATE there 1 a 0 0 AUTH", "-ERR syntax error"],
    ["MIGRATE there 1 a 0 0 AUTH2 me", "-ERR syntax error"],
    ["MIGRATE there 1 a 0 0 MOVE", "-ERR syntax error"],
    [
      "MIGRATE there 1 a 0 0 KEYS b",
      "-ERR When using MIGRATE KEYS option, the key argument must be set to the empty string",
    ],
    ["READONLY", "-ERR This instance has cluster support disabled"],
    ["READWRITE", "-ERR This instance has cluster support disabled"],
  ])("%s: %s", (command, reply) => {
    expect(client.raw(...command.split(" "))).toBe(`${reply}\r\n`);
  });

  test("passwords are in no log, and names of keys are held against the user's rules", () => {
    client.line("CONFIG SET slowlog-log-slower-than 0");
    client.raw(..."MIGRATE there 1 a 0 0 COPY AUTH2 me secret".split(" "));
    answer([undefined, undefined, undefined]);
    expect(JSON.stringify(other.line("SLOWLOG GET"))).not.toContain("secret");
    other.line("ACL SETUSER u on nopass ~a +migrate");
    other.line("AUTH u x");
    expect(other.raw("MIGRATE", "there", 1, "", 0, 0, "KEYS", "a", "b")).toMatch(/^-NOPERM/);
    expect(other.raw("MIGRATE", "there", 1, "a", 0, 0)).toBe("");
  });
});

describe("the way to the target", () => {
  const endings: (() => unknown)[] = [];

  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });

  async function ours(clock: "real" | "manual" = "real"): Promise<RedisServer> {
    const server = await RedisServer.listen({ clock });
    endings.push(() => server.close({ graceMs: 0 }));
    return server;
  }

  async function target(accept: (socket: Socket) => void): Promise<{ port: number; server: Server }> {
    const server = createServer((socket) => {
      endings.push(() => socket.destroy());
      socket.on("error", () => {});
      accept(socket);
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    endings.push(() => new Promise((resolve) => server.close(resolve)));
    return { port: (server.address() as AddressInfo).port, server };
  }

  test("a value of many slices arrives whole, while others are answered", async () => {
    const [from, to] = [await ours(), await ours()];
    await from.execute(["SET", "big", Buffer.alloc(3_000_000, "0123456789")]);
    await from.execute(["CONFIG", "SET", "rdbcompression", "no"]);
    await from.execute(["RPUSH", "list", "x", "y"]);
    const moved = from.execute(["MIGRATE", "127.0.0.1", to.address.port, "", 2, 60_000, "KEYS", "big", "list"]);
    expect(await moved).toBe("OK");
    expect(await from.execute(["DBSIZE"])).toBe(0);
    await to.execute(["SELECT", 2]);
    expect(await to.execute(["STRLEN", "big"])).toBe(3_000_000);
    expect(await to.execute(["LRANGE", "list", 0, -1])).toEqual(["x", "y"]);
  });

  test("to itself, into another database", async () => {
    const server = await ours();
    await server.execute(["SET", "k", "v"]);
    expect(await server.execute(["MIGRATE", "127.0.0.1", server.address.port, "k", 1, 60_000])).toBe("OK");
    expect(await server.execute(["EXISTS", "k"])).toBe(0);
    await server.execute(["SELECT", 1]);
    expect(await server.execute(["GET", "k"])).toBe("v");
  });

  test("nobody there", async () => {
    const { port, server } = await target(() => {});
    await new Promise((resolve) => server.close(resolve));
    const from = await ours();
    await from.execute(["SET", "k", "v"]);
    await expect(from.execute(["MIGRATE", "127.0.0.1", port, "k", 0, 60_000])).rejects.toThrow(
      "IOERR error or timeout writing to target instance",
    );
  });

  test("a target that hangs up after the first key", async () => {
    const { port } = await target((socket) => socket.once("data", () => socket.end("+OK\r\n+OK\r\n")));
    const from = await ours();
    await from.execute(["MSET", "a", 1, "b", 2]);
    await expect(from.execute(["MIGRATE", "127.0.0.1", port, "", 0, 60_000, "KEYS", "a", "b"])).rejects.toThrow(
      "IOERR error or timeout reading to target instance",
    );
    expect(await from.execute(["MGET", "a", "b"])).toEqual([null, "2"]);
  });

  test("a target that speaks something else", async () => {
    const { port } = await target((socket) =>
      socket.once("data", () => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n")),
    );
    const from = await ours();
    await from.execute(["SET", "k", "v"]);
    await expect(from.execute(["MIGRATE", "127.0.0.1", port, "k", 0, 60_000])).rejects.toThrow("IOERR");
    expect(await from.execute(["GET", "k"])).toBe("v");
  });

  test("a target that says nothing has its time, counted from when it last said something", async () => {
    let heard!: (socket: Socket) => void;
    const hearing = new Promise<Socket>((resolve) => {
      heard = resolve;
    });
    const { port } = await target((socket) => socket.once("data", () => heard(socket)));
    const from = await ours("manual");
    await from.execute(["SET", "k", "v"]);
    const moved = from.execute(["MIGRATE", "127.0.0.1", port, "k", 0, 60_000]);
    const refusal = moved.catch((error: unknown) => error);
    await hearing;
    from.clock.advance(60_000);
    expect(String(await refusal)).toContain("IOERR error or timeout reading to target instance");
    expect(await from.execute(["GET", "k"])).toBe("v");
  });

  test("a server that becomes a replica meanwhile removes nothing", async () => {
    const from = await ours();
    let ended!: () => void;
    const ending = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const { port } = await target((socket) => {
      socket.once("close", ended);
      socket.once("data", async () => {
        await from.execute(["REPLICAOF", "127.0.0.1", 1]);
        socket.write("+OK\r\n+OK\r\n");
      });
    });
    await from.execute(["SET", "k", "v"]);
    await using client = await RedisClient.connect(from.url);
    await expect(client.command("MIGRATE", "127.0.0.1", port, "k", 0, 60_000)).rejects.toThrow("UNBLOCKED");
    await ending;
    expect(await from.execute(["GET", "k"])).toBe("v");
  });

  test("a server that closes leaves no connection behind", async () => {
    let ended!: () => void;
    const ending = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const { port } = await target((socket) => {
      socket.once("close", ended);
      socket.once("data", () => void from.close({ graceMs: 0 }));
    });
    const from = await RedisServer.listen();
    await from.execute(["SET", "k", "v"]);
    void from.execute(["MIGRATE", "127.0.0.1", port, "k", 0, 60_000]).catch(() => {});
    await ending;
  });
});
