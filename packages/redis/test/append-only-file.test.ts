import { Buffer } from "node:buffer";
import { type Clock, type Disk, manualClock, MemoryDisk, realWorld, SimulatedDisk, type World } from "@tenon/kit";
import { afterEach, describe, expect, test } from "vitest";
import { type PlainValue, RedisServer, type RedisServerOptions } from "../src/index.ts";

const open: RedisServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function start(
  disk: Disk,
  options: RedisServerOptions & Record<string, unknown> = {},
  clock: Clock = realWorld.clock,
): Promise<RedisServer> {
  const world: World = { ...realWorld, disk, clock };
  const server = await RedisServer.listen({ port: 0, dir: "/data", save: "", appendonly: true, ...options, world });
  open.push(server);
  return server;
}

async function run(server: RedisServer, ...lines: readonly string[]): Promise<PlainValue[]> {
  const replies: PlainValue[] = [];
  for (const line of lines) replies.push(await server.execute(line.split(" ")));
  return replies;
}

const folder = "/data/appendonlydir";
const names = (disk: Disk, path = folder): string[] => disk.readDirectory(path).map(({ name }) => name);
/** A part without the checksums of `appendfsync always`. */
const text = (disk: Disk, name: string): string =>
  Buffer.from(disk.readFile(`${folder}/${name}`))
    .toString("latin1")
    .replaceAll(/#CRC64:.*\r\n/g, "");
const command = (...words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
const SELECT = command("SELECT", "0");

function put(disk: Disk, path: string, content: string): void {
  disk.makeDirectory(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  const file = disk.open(path, "truncate");
  file.write(Buffer.from(content, "latin1"), 0);
  file.close();
}

async function info(server: RedisServer, field: string): Promise<string | undefined> {
  return new RegExp(`^${field}:(.*)\r$`, "m").exec(String(await server.execute(["INFO", "persistence"])))?.[1];
}

async function rewritten(server: RedisServer): Promise<void> {
  while ((await info(server, "aof_rewrite_in_progress")) !== "0")
    await new Promise((resolve) => setTimeout(resolve, 2));
}

describe("what goes into the file", () => {
  test("effects instead of requests, and transactions as units", async () => {
    const disk = new MemoryDisk();
    const now = 1_700_000_000_000;
    const server = await start(disk, { appendfsync: "always" }, manualClock(now));
    await run(server, "SET k v EX 10", "EXPIRE k 20", "MULTI", "INCR a", "INCR b", "EXEC", "SADD s only", "SPOP s");
    expect(text(disk, "appendonly.aof.1.incr.aof")).toBe(
      SELECT +
        command("SET", "k", "v", "PXAT", String(now + 10_000)) +
        command("PEXPIREAT", "k", String(now + 20_000)) +
        command("MULTI") +
        command("INCR", "a") +
        command("INCR", "b") +
        command("EXEC") +
        command("SADD", "s", "only") +
        command("SREM", "s", "only"),
    );
  });

  test("times, when they are asked for", async () => {
    const disk = new MemoryDisk();
    const server = await start(
      disk,
      { appendfsync: "always", "aof-timestamp-enabled": true },
      manualClock(1_700_000_000_000),
    );
    await run(server, "SET a 1", "SET b 2");
    expect(text(disk, "appendonly.aof.1.incr.aof")).toBe(
      `#TS:1700000000\r\n${SELECT}${command("SET", "a", "1")}${command("SET", "b", "2")}`,
    );
    await server.close();
    expect(await run(await start(disk), "GET b")).toEqual(["2"]);
  });

  test("a key that expires is there at the replay until its DEL comes", async () => {
    const disk = new MemoryDisk();
    put(disk, `${folder}/appendonly.aof.manifest`, "file appendonly.aof.1.incr.aof seq 1 type i\n");
    const past = ["PXAT", "1000"];
    put(
      disk,
      `${folder}/appendonly.aof.1.incr.aof`,
      SELECT +
        command("SET", "saved", "1", ...past) +
        command("PERSIST", "saved") +
        command("SET", "gone", "1", ...past) +
        command("SET", "again", "1") +
        command("PEXPIREAT", "again", "1000") +
        command("PERSIST", "again"),
    );
    expect(await run(await start(disk), "GET saved", "GET gone", "GET again")).toEqual(["1", null, "1"]);
  });
});

describe("loading", () => {
  const whole = SELECT + command("SET", "a", "1");

  test("a command that is cut off goes, and the file is as long as what was understood", async () => {
    for (let cut = 1; cut < command("SET", "b", "2").length; cut++) {
      const disk = new MemoryDisk();
      put(disk, `${folder}/appendonly.aof.manifest`, "file appendonly.aof.1.incr.aof seq 1 type i\n");
      put(disk, `${folder}/appendonly.aof.1.incr.aof`, whole + command("SET", "b", "2").slice(0, cut));
      const server = await start(disk);
      expect(await run(server, "GET a", "EXISTS b", "SET c 3")).toEqual(["1", 0, "OK"]);
      await server.close();
      expect(text(disk, "appendonly.aof.1.incr.aof")).toBe(whole + SELECT + command("SET", "c", "3"));
    }
  });

  test("a transaction without its EXEC goes as a whole", async () => {
    const disk = new MemoryDisk();
    put(disk, `${folder}/appendonly.aof.manifest`, "file appendonly.aof.1.incr.aof seq 1 type i\n");
    put(disk, `${folder}/appendonly.aof.1.incr.aof`, whole + command("MULTI") + command("SET", "a", "2"));
    const server = await start(disk);
    expect(await run(server, "GET a")).toEqual(["1"]);
    expect(text(disk, "appendonly.aof.1.incr.aof")).toBe(whole);
  });

  test("with aof-load-truncated no, and in any part but the last, a cut is refused", async () => {
    const disk = new MemoryDisk();
    put(
      disk,
      `${folder}/appendonly.aof.manifest`,
      "file appendonly.aof.1.incr.aof seq 1 type i\nfile appendonly.aof.2.incr.aof seq 2 type i\n",
    );
    put(disk, `${folder}/appendonly.aof.1.incr.aof`, whole);
    put(disk, `${folder}/appendonly.aof.2.incr.aof`, "*1\r\n$4");
    await expect(start(disk, { "aof-load-truncated": false })).rejects.toThrow(
      /^Unexpected end of file reading the append only file appendonly.aof.2.incr.aof/,
    );
    put(disk, `${folder}/appendonly.aof.1.incr.aof`, "*1\r\n$4");
    await expect(start(disk)).rejects.toThrow("appendonly.aof.1.incr.aof");
  });

  test.each([
    ["no manifest line", "nonsense\n", /Invalid AOF manifest file format/],
    ["a path", "file ../a seq 1 type b\n", /File can't be a path/],
    ["two bases", "file a seq 1 type b\nfile b seq 2 type b\n", /duplicate base/],
    ["increments out of order", "file a seq 2 type i\nfile b seq 1 type i\n", /non-monotonic/],
    ["a part that is missing", "file a seq 1 type b\n", /a doesn't exist/],
  ])("a manifest with %s is refused", async (_what, manifest, message) => {
    const disk = new MemoryDisk();
    put(disk, `${folder}/appendonly.aof.manifest`, manifest);
    await expect(start(disk)).rejects.toThrow(message);
  });

  test.each([
    ["what is no command", "hello\r\n", /^Bad file format/],
    ["a length that is none", "*1\r\n$x\r\n", /^Bad file format/],
    ["an unknown command", command("NONSENSE"), /^Unknown command 'NONSENSE'/],
  ])("a file with %s is refused", async (_what, content, message) => {
    const disk = new MemoryDisk();
    put(disk, `${folder}/appendonly.aof.manifest`, "file appendonly.aof.1.incr.aof seq 1 type i\n");
    put(disk, `${folder}/appendonly.aof.1.incr.aof`, whole + content);
    await expect(start(disk)).rejects.toThrow(message);
    expect(text(disk, "appendonly.aof.1.incr.aof")).toBe(whole + content);
  });

  test("the single file of older versions becomes the base", async () => {
    const disk = new MemoryDisk();
    put(disk, "/data/appendonly.aof", whole);
    const server = await start(disk);
    await run(server, "SET b 2");
    await server.close();
    expect(names(disk, "/data")).toEqual(["appendonlydir"]);
    expect(text(disk, "appendonly.aof.manifest")).toBe(
      "file appendonly.aof seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n",
    );
    expect(await run(await start(disk), "MGET a b")).toEqual([["1", "2"]]);
  });

  test("commands longer than any window of the reader", async () => {
    const disk = new MemoryDisk();
    const server = await start(disk, { appendfsync: "no" });
    const value = "0123456789".repeat(100_000);
    await server.execute(["SET", "long", value]);
    for (let i = 0; i < 5000; i++) void server.execute(["RPUSH", "list", `element ${i}`, "x".repeat(i % 300)]);
    await run(server, "LLEN list");
    await server.close();
    const again = await start(disk);
    expect(await run(again, "GET long", "LLEN list", "LINDEX list 9998")).toEqual([value, 10_000, "element 4999"]);
  });
});

describe("rewriting", () => {
  test("keeps what is written meanwhile, and drops the old parts", async () => {
    const disk = new MemoryDisk();
    const server = await start(disk);
    for (let i = 0; i < 3000; i++) void server.execute(["INCR", `key ${i % 300}`]);
    expect(await run(server, "BGREWRITEAOF")).toEqual(["Background append only file rewriting started"]);
    await expect(server.execute(["BGREWRITEAOF"])).rejects.toThrow("already in progress");
    for (let i = 0; i < 600; i++) await server.execute(["INCR", `key ${i % 300}`]);
    await rewritten(server);
    await run(server, "INCR last");
    await server.close();
    expect(names(disk)).toEqual(["appendonly.aof.2.base.rdb", "appendonly.aof.2.incr.aof", "appendonly.aof.manifest"]);
    const again = await start(disk);
    expect(await run(again, "MGET key last", "DBSIZE")).toEqual([[null, "1"], 301]);
    expect(await again.execute(["GET", "key 7"])).toBe("12");
  });

  test("in the middle of a transaction waits for its end, so that nothing counts twice", async () => {
    const disk = new MemoryDisk();
    const server = await start(disk, { appendfsync: "always" });
    await run(server, "INCR a", "MULTI", "INCR a", "BGREWRITEAOF", "INCR a");
    expect(await run(server, "EXEC")).toEqual([[2, "Background append only file rewriting scheduled", 3]]);
    await rewritten(server);
    await run(server, "INCR a");
    await server.close();
    expect(await run(await start(disk), "GET a")).toEqual(["4"]);
  });

  test("begins by itself when the file has grown enough", async () => {
    const disk = new MemoryDisk();
    const server = await start(disk, {
      appendfsync: "no",
      "auto-aof-rewrite-min-size": "10kb",
      "auto-aof-rewrite-percentage": 50,
    });
    for (let i = 0; i < 1000; i++) {
      const stored = server.execute(["SET", "same", `value ${i}`]);
      if (i % 100 === 99) await stored.then(() => rewritten(server));
    }
    expect(Number(await info(server, "aof_rewrites"))).toBeGreaterThan(1);
    expect(Number(await info(server, "aof_current_size"))).toBeLessThan(20_000);
    expect(await run(server, "GET same")).toEqual(["value 999"]);
  });

  test("a failed one leaves everything in force", async () => {
    const disk = new SimulatedDisk({ seed: 1 });
    const server = await start(disk);
    await run(server, "SET a 1");
    disk.inject({ on: "write", effect: "EIO", path: /temp-appendonly\.aof\.\d+\.base/ });
    await run(server, "BGREWRITEAOF", "SET b 2");
    await rewritten(server);
    expect(await info(server, "aof_last_bgrewrite_status")).toBe("err");
    await run(server, "SET c 3");
    await server.close();
    expect(await run(await start(disk), "MGET a b c")).toEqual([["1", "2", "3"]]);
  });

  test("CONFIG SET appendonly yes and no, while it runs", async () => {
    const disk = new MemoryDisk();
    const server = await start(disk, { appendonly: false });
    await run(server, "SET a 1", "CONFIG SET appendonly yes", "SET b 2");
    await rewritten(server);
    await run(server, "SET c 3", "CONFIG SET appendonly no", "SET d 4");
    await server.close();
    expect(await run(await start(disk), "MGET a b c d")).toEqual([["1", "2", "3", null]]);
  });

  test("restoring a snapshot of the server begins the file anew", async () => {
    const disk = new MemoryDisk();
    const server = await start(disk);
    await run(server, "SET a 1");
    const snapshot = server.snapshot();
    await run(server, "SET a 2");
    server.restore(snapshot);
    await rewritten(server);
    await run(server, "SET b 3");
    await server.close();
    expect(await run(await start(disk), "MGET a b")).toEqual([["1", "3"]]);
  });
});

describe("checksums", () => {
  test("under always, what follows the last right one was promised to nobody, and goes", async () => {
    const disk = new MemoryDisk();
    const server = await start(disk, { appendfsync: "always" });
    await run(server, "SET a 1", `SET b ${"x".repeat(2000)}`);
    await server.close();
    const path = `${folder}/appendonly.aof.1.incr.aof`;
    const whole = Buffer.from(disk.readFile(path));
    const second = whole.lastIndexOf("*3");
    expect(whole.toString("latin1", 0, 11)).toBe("#CRC64:on\r\n");
    // A sector in the middle of the value that never reached the medium: the command looks whole.
    whole.fill(0, second + 600, second + 1112);
    put(disk, path, whole.toString("latin1"));
    const again = await start(disk, { appendfsync: "always" });
    expect(await run(again, "GET a", "EXISTS b", "SET c 3")).toEqual(["1", 0, "OK"]);
    await again.close();
    expect(await run(await start(disk), "MGET a b c")).toEqual([["1", null, "3"]]);
  });

  test("end where another policy begins, at run time and at a restart", async () => {
    const disk = new MemoryDisk();
    const server = await start(disk, { appendfsync: "always" });
    await run(
      server,
      "SET a 1",
      "CONFIG SET appendfsync everysec",
      "SET b 2",
      "CONFIG SET appendfsync always",
      "SET c 3",
    );
    await server.close();
    for (const [i, policy] of (["everysec", "always", "no", "always", "always"] as const).entries()) {
      const next = await start(disk, { appendfsync: policy });
      await run(next, `SET key${i} ${i}`);
      await next.close();
    }
    const last = await start(disk);
    expect(await run(last, "MGET a b c key0 key1 key2 key3 key4")).toEqual([["1", "2", "3", "0", "1", "2", "3", "4"]]);
  });
});

describe("syncing", () => {
  test("with always, a reply waits for its sync, and many share one", async () => {
    const clock = manualClock(1_700_000_000_000);
    const disk = new SimulatedDisk({ seed: 1, clock, syncMs: 5 });
    const server = await start(disk, { appendfsync: "always" }, clock);
    const answered: number[] = [];
    const before = disk.operations;
    const replies = Array.from({ length: 20 }, (_, i) =>
      server.execute(["SET", `key ${i}`, "x"]).then(() => answered.push(i)),
    );
    await Promise.resolve();
    expect(answered).toEqual([]);
    await clock.advanceAsync(5);
    // The first had the sync to itself; the others came while it was under way.
    expect(answered).toEqual([0]);
    await clock.advanceAsync(5);
    await Promise.all(replies);
    expect(answered).toHaveLength(20);
    // Once: that checksums follow, and its sync. Then twice a write and its sync.
    expect(disk.operations - before).toBe(2 + 4);
  });

  test("with everysec, a sync comes within a second of a write, and none without", async () => {
    const clock = manualClock(1_700_000_000_000);
    const disk = new SimulatedDisk({ seed: 1, clock });
    const server = await start(disk, { appendfsync: "everysec" }, clock);
    await run(server, "SET a 1");
    const written = disk.operations;
    await clock.advanceAsync("1s");
    expect(disk.operations - written).toBe(1);
    expect(disk.lastOperation).toContain("sync");
    await clock.advanceAsync("10s");
    expect(disk.operations - written).toBe(1);
  });

  test("when a write fails, writers are refused until it works again, and nothing is lost", async () => {
    const clock = manualClock(1_700_000_000_000);
    const disk = new SimulatedDisk({ seed: 1 });
    const server = await start(disk, { appendfsync: "everysec" }, clock);
    disk.inject({ on: "write", effect: "ENOSPC" });
    await run(server, "SET a 1");
    await expect(server.execute(["SET", "b", "2"])).rejects.toThrow(/^MISCONF Errors writing to the AOF file: /);
    expect(await run(server, "GET a")).toEqual(["1"]);
    await run(server, "SET c 3");
    await server.close();
    expect(await run(await start(disk), "MGET a b c")).toEqual([["1", null, "3"]]);
  });

  test("when a sync fails under always, nobody is told that it was done, until a rewrite has healed it", async () => {
    const disk = new SimulatedDisk({ seed: 1 });
    const server = await start(disk, { appendfsync: "always" });
    await run(server, "SET a 1");
    disk.inject({ on: "sync", effect: "EIO" });
    const socket = server.connect();
    let heard = "";
    socket.on("data", (chunk: Buffer) => (heard += chunk.toString()));
    const ended = new Promise((resolve) => socket.once("end", resolve));
    socket.write("SET b 2\r\n");
    await ended;
    expect(heard).toBe("");
    await expect(server.execute(["SET", "c", "3"])).rejects.toThrow(/^MISCONF Errors writing to the AOF file: /);
    await run(server, "BGREWRITEAOF");
    await rewritten(server);
    await run(server, "SET d 4");
    await server.close();
    expect(await run(await start(disk), "MGET a c d")).toEqual([["1", null, "4"]]);
  });
});
