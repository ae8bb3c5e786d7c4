/** The stages of the public "build your own Redis" course on RDB files and append-only files, in our own words. */
import { Buffer } from "node:buffer";
import { type Disk, manualClock, MemoryDisk, realWorld } from "@tenon/kit";
import { afterEach, describe, expect, it } from "vitest";
import { type PlainValue, RedisServer, type RedisServerOptions } from "../src/index.ts";

const NOW = 1_700_000_000_000;
const open: RedisServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function start(disk: Disk, options: RedisServerOptions & Record<string, unknown> = {}): Promise<RedisServer> {
  const world = { ...realWorld, disk, clock: manualClock(NOW) };
  const server = await RedisServer.listen({ port: 0, dir: "/data", save: "", ...options, world });
  open.push(server);
  return server;
}

async function setting(server: RedisServer, name: string): Promise<unknown> {
  return ((await server.execute(["CONFIG", "GET", name])) as Map<string, unknown>).get(name);
}

function put(disk: Disk, path: string, content: Buffer): void {
  disk.makeDirectory(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  const file = disk.open(path, "truncate");
  file.write(content, 0);
  file.close();
}

describe("course: persistence by RDB", () => {
  /** Entries as the format has them: a type, a key, a value; before them, maybe, a time. No checksum: eight zeros. */
  const string = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
  const entry = (key: string, value: string, expiresAtMs?: number): Buffer => {
    const time = Buffer.alloc(expiresAtMs === undefined ? 0 : 9);
    if (expiresAtMs !== undefined) {
      time[0] = 0xfc;
      time.writeBigUInt64LE(BigInt(expiresAtMs), 1);
    }
    return Buffer.concat([time, Buffer.from([0]), string(key), string(value)]);
  };
  const rdb = (...entries: readonly Buffer[]): Buffer =>
    Buffer.concat([
      Buffer.from("REDIS0011"),
      Buffer.from([0xfa]),
      string("redis-ver"),
      string("7.2.0"),
      Buffer.from([0xfe, 0, 0xfb, entries.length, 0]),
      ...entries,
      Buffer.from([0xff]),
      Buffer.alloc(8),
    ]);

  async function loaded(...entries: readonly Buffer[]): Promise<RedisServer> {
    const disk = new MemoryDisk();
    put(disk, "/data/course.rdb", rdb(...entries));
    return start(disk, { dbfilename: "course.rdb" });
  }

  it("RDB file config", async () => {
    const server = await start(new MemoryDisk(), { dbfilename: "course.rdb" });
    expect([await setting(server, "dir"), await setting(server, "dbfilename")]).toEqual(["/data", "course.rdb"]);
  });

  it("Read a key", async () => {
    expect(await (await loaded(entry("foo", "bar"))).execute(["KEYS", "*"])).toEqual(["foo"]);
    expect(await (await start(new MemoryDisk())).execute(["KEYS", "*"])).toEqual([]);
  });

  it("Read a string value", async () => {
    expect(await (await loaded(entry("foo", "bar"))).execute(["GET", "foo"])).toBe("bar");
  });

  it("Read multiple keys", async () => {
    const server = await loaded(entry("foo", "1"), entry("bar", "2"), entry("baz", "3"));
    expect(((await server.execute(["KEYS", "*"])) as string[]).toSorted()).toEqual(["bar", "baz", "foo"]);
  });

  it("Read multiple string values", async () => {
    const server = await loaded(entry("foo", "one"), entry("bar", "two"));
    expect(await server.execute(["MGET", "foo", "bar"])).toEqual(["one", "two"]);
  });

  it("Read value with expiry", async () => {
    const server = await loaded(entry("foo", "1", NOW + 5000), entry("bar", "2", NOW - 1), entry("baz", "3"));
    expect(await server.execute(["MGET", "foo", "bar", "baz"])).toEqual(["1", null, "3"]);
    expect(await server.execute(["PTTL", "foo"])).toBe(5000);
    // In seconds, as old versions wrote them.
    const seconds = Buffer.alloc(5);
    seconds[0] = 0xfd;
    seconds.writeUInt32LE(NOW / 1000 + 7, 1);
    const older = await loaded(Buffer.concat([seconds, entry("foo", "1")]));
    expect(await older.execute(["PTTL", "foo"])).toBe(7000);
  });
});

describe("course: persistence by append-only files", () => {
  const folder = "/data/parts";
  const NAMES = { appendonly: true, appenddirname: "parts", appendfilename: "log.aof" };
  const ALWAYS = { ...NAMES, appendfsync: "always" } as const;
  /** A file whose name only the manifest tells. */
  const OTHER = "elsewhere.1.incr.aof";
  const command = (...words: readonly string[]): string =>
    `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
  const SELECT = command("SELECT", "0");

  const names = (disk: Disk): string[] => disk.readDirectory(folder).map(({ name }) => name);
  /** Without the annotations by which torn tails are known. */
  const text = (disk: Disk, name: string): string =>
    Buffer.from(disk.readFile(`${folder}/${name}`))
      .toString("latin1")
      .replaceAll(/#CRC64:.*\r\n/g, "");

  function prepared(content: string): MemoryDisk {
    const disk = new MemoryDisk();
    put(disk, `${folder}/log.aof.manifest`, Buffer.from(`file ${OTHER} seq 1 type i\n`));
    put(disk, `${folder}/${OTHER}`, Buffer.from(content));
    return disk;
  }

  async function run(server: RedisServer, ...lines: readonly string[]): Promise<PlainValue[]> {
    const replies: PlainValue[] = [];
    for (const line of lines) replies.push(await server.execute(line.split(" ")));
    return replies;
  }

  it("Default AOF options", async () => {
    const server = await start(new MemoryDisk());
    const found = new Map<string, unknown>();
    for (const name of ["dir", "appendonly", "appenddirname", "appendfilename", "appendfsync"]) {
      found.set(name, await setting(server, name));
    }
    expect(Object.fromEntries(found)).toEqual({
      dir: "/data",
      appendonly: "no",
      appenddirname: "appendonlydir",
      appendfilename: "appendonly.aof",
      appendfsync: "everysec",
    });
  });

  it("AOF options from flags", async () => {
    const server = await start(new MemoryDisk(), ALWAYS);
    const found = await Promise.all(
      ["appendonly", "appenddirname", "appendfilename", "appendfsync"].map((name) => setting(server, name)),
    );
    expect(found).toEqual(["yes", "parts", "log.aof", "always"]);
  });

  it("Create append-only directory", async () => {
    const disk = new MemoryDisk();
    await start(disk);
    expect(disk.stat(folder)).toBeUndefined();
    await start(disk, NAMES);
    expect(disk.stat(folder)).toBeDefined();
  });

  it("Create append-only file", async () => {
    const disk = new MemoryDisk();
    await start(disk, NAMES);
    expect(names(disk)).toContain("log.aof.1.incr.aof");
    expect(text(disk, "log.aof.1.incr.aof")).toBe("");
  });

  it("Create manifest file", async () => {
    const disk = new MemoryDisk();
    await start(disk, NAMES);
    expect(text(disk, "log.aof.manifest")).toContain("file log.aof.1.incr.aof seq 1 type i\n");
  });

  it("Write a single command", async () => {
    const disk = prepared("");
    expect(await run(await start(disk, ALWAYS), "SET foo 100")).toEqual(["OK"]);
    expect(text(disk, OTHER)).toBe(SELECT + command("SET", "foo", "100"));
  });

  it("Write multiple commands", async () => {
    const disk = prepared("");
    await run(await start(disk, ALWAYS), "SET foo 100", "SET bar 200", "RPUSH l a b");
    const written = [command("SET", "foo", "100"), command("SET", "bar", "200"), command("RPUSH", "l", "a", "b")];
    expect(text(disk, OTHER)).toBe(SELECT + written.join(""));
  });

  it("Filter write commands", async () => {
    const disk = prepared("");
    await run(await start(disk, ALWAYS), "PING", "GET foo", "SET foo 1", "DEL missing", "ECHO x", "INCR foo", "KEYS *");
    expect(text(disk, OTHER)).toBe(SELECT + command("SET", "foo", "1") + command("INCR", "foo"));
  });

  it("Replay a single command", async () => {
    const server = await start(prepared(command("SET", "foo", "100")), NAMES);
    expect(await run(server, "GET foo", "DBSIZE")).toEqual(["100", 1]);
  });

  it("Replay multiple commands", async () => {
    const written = [command("SET", "foo", "1"), command("SET", "bar", "2"), command("INCR", "foo")];
    const server = await start(prepared(written.join("")), NAMES);
    expect(await run(server, "MGET foo bar", "DBSIZE")).toEqual([["2", "2"], 2]);
  });
});
