import { Buffer } from "node:buffer";
import { type Disk, type ManualClock, manualClock, MemoryDisk, realWorld, SimulatedDisk, type World } from "@tenon/kit";
import { afterEach, describe, expect, test } from "vitest";
import { type PlainValue, RedisServer, type RedisServerOptions } from "../src/index.ts";

const open: RedisServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function start(
  disk: Disk,
  options: RedisServerOptions & Record<string, unknown> = {},
  clock?: ManualClock,
): Promise<RedisServer> {
  const world: World = { ...realWorld, disk, ...(clock === undefined ? {} : { clock }) };
  const server = await RedisServer.listen({ port: 0, dir: "/data", world, ...options });
  open.push(server);
  return server;
}

/** Runs commands given as lines of words. */
async function run(server: RedisServer, ...lines: readonly string[]): Promise<PlainValue[]> {
  const replies: PlainValue[] = [];
  for (const line of lines) replies.push(await server.execute(line.split(" ")));
  return replies;
}

async function info(server: RedisServer, field: string): Promise<string | undefined> {
  const text = String(await server.execute(["INFO", "persistence"]));
  return new RegExp(`^${field}:(.*)\r$`, "m").exec(text)?.[1];
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 2));
}

async function setting(server: RedisServer, name: string): Promise<unknown> {
  return ((await server.execute(["CONFIG", "GET", name])) as Map<string, unknown>).get(name);
}

const names = (disk: Disk): string[] => disk.readDirectory("/data").map(({ name }) => name);

describe("where files go", () => {
  test("clients may not choose it, unless enable-protected-configs lets them", async () => {
    const disk = new MemoryDisk();
    const server = await start(disk, { save: "" });
    for (const name of ["dir", "dbfilename"]) {
      await expect(server.execute(["CONFIG", "SET", name, "x"])).rejects.toThrow(
        `ERR CONFIG SET failed (possibly related to argument '${name}') - can't set protected config`,
      );
    }
    await server.close();
    const open = await start(disk, { save: "", "enable-protected-configs": "yes" });
    await expect(open.execute(["CONFIG", "SET", "dbfilename", "../x"])).rejects.toThrow(
      "dbfilename can't be a path, just a filename",
    );
    disk.makeDirectory("/other");
    await run(open, "CONFIG SET dir /other dbfilename other.rdb", "SAVE");
    expect(disk.readDirectory("/other").map(({ name }) => name)).toEqual(["other.rdb"]);
    await expect(start(disk, { appenddirname: "../x", appendonly: true })).rejects.toThrow(
      "can't be a path, just a dirname",
    );
  });
});

describe("snapshots", () => {
  test("what SAVE wrote is there after a restart; without dir nothing is written", async () => {
    const disk = new MemoryDisk();
    const first = await start(disk, { save: "" });
    expect(await run(first, "SET a 1", "RPUSH l x y", "SAVE")).toEqual(["OK", 2, "OK"]);
    await run(first, "SET a 2");
    await first.close();
    const second = await start(disk, { save: "" });
    expect(await run(second, "GET a", "LRANGE l 0 -1")).toEqual(["1", ["x", "y"]]);
    expect(names(disk)).toEqual(["dump.rdb"]);
    await using memoryOnly = await RedisServer.listen({ port: 0 });
    await expect(memoryOnly.execute(["SAVE"])).rejects.toThrow("without dir");
    await expect(memoryOnly.execute(["BGSAVE"])).rejects.toThrow("without dir");
  });

  test("BGSAVE writes while commands go on, and LASTSAVE tells when it was done", async () => {
    const disk = new MemoryDisk();
    const server = await start(disk, { save: "" });
    for (let i = 0; i < 3000; i++) void server.execute(["SET", `key ${i}`, "x".repeat(100)]);
    expect(await run(server, "BGSAVE")).toEqual(["Background saving started"]);
    await expect(server.execute(["BGSAVE"])).rejects.toThrow("ERR Background save already in progress");
    await run(server, "SET after 1");
    await until(async () => (await info(server, "rdb_bgsave_in_progress")) === "0");
    expect(await info(server, "rdb_last_bgsave_status")).toBe("ok");
    expect(await info(server, "rdb_changes_since_last_save")).toBe("1");
    const copy = disk.clone();
    const other = await start(copy, { save: "" });
    expect(await run(other, "DBSIZE", "EXISTS after")).toEqual([3000, 0]);
  });

  test("save points are kept, on the world's clock", async () => {
    const disk = new MemoryDisk();
    const clock = manualClock(1_700_000_000_000);
    const server = await start(disk, { save: "60 2 300 1" }, clock);
    await run(server, "SET a 1");
    await clock.advanceAsync("100s");
    expect(names(disk)).toEqual([]);
    await run(server, "SET b 1");
    await clock.advanceAsync("1s");
    expect(names(disk)).toEqual(["dump.rdb"]);
    expect(await run(server, "LASTSAVE")).toEqual([Math.floor(1_700_000_100_000 / 1000)]);
    await run(server, "SET c 1");
    await clock.advanceAsync("299s");
    expect(await info(server, "rdb_changes_since_last_save")).toBe("1");
    await clock.advanceAsync("2s");
    expect(await info(server, "rdb_changes_since_last_save")).toBe("0");
  });

  test("closing saves where there are save points, and not where there are none", async () => {
    const disk = new MemoryDisk();
    const server = await start(disk);
    expect(await setting(server, "save")).toBe("3600 1 300 100 60 10000");
    await run(server, "SET a 1");
    await server.close();
    expect(names(disk)).toEqual(["dump.rdb"]);
    const other = await start(disk, { save: "" });
    await run(other, "SET a 2");
    await other.close();
    const third = await start(disk, { save: "" });
    expect(await run(third, "GET a")).toEqual(["1"]);
  });

  test("SHUTDOWN saves as it is told, and ends the server", async () => {
    const disk = new MemoryDisk();
    const server = await start(disk);
    await run(server, "SET a 1");
    void server.execute(["SHUTDOWN", "NOSAVE"]);
    await server.ended;
    expect(names(disk)).toEqual([]);
    const other = await start(disk, { save: "" });
    await run(other, "SET a 1");
    await expect(other.execute(["SHUTDOWN", "ABORT"])).rejects.toThrow("ERR No shutdown in progress.");
    await expect(other.execute(["SHUTDOWN", "SAVE", "NOSAVE"])).rejects.toThrow("ERR syntax error");
    void other.execute(["SHUTDOWN", "SAVE"]);
    await other.ended;
    expect(names(disk)).toEqual(["dump.rdb"]);
  });

  test("a damaged file keeps the server from starting, and stays as it is", async () => {
    const disk = new MemoryDisk();
    const server = await start(disk, { save: "" });
    await run(server, "SET a 1", "SAVE");
    await server.close();
    const file = disk.open("/data/dump.rdb", "update");
    file.write(Buffer.from([file.size() & 0xff]), file.size() - 9);
    file.close();
    const before = disk.readFile("/data/dump.rdb");
    await expect(start(disk)).rejects.toThrow(/checksum|Short read|Unknown RDB/);
    expect(disk.readFile("/data/dump.rdb")).toEqual(before);
  });

  test("after a failed BGSAVE, commands that write are refused until one succeeds", async () => {
    const disk = new SimulatedDisk({ seed: 1 });
    const server = await start(disk, { save: "3600 1" });
    await run(server, "SET a 1");
    const fault = disk.inject({ on: "write", effect: "ENOSPC" });
    await run(server, "BGSAVE");
    await until(async () => (await info(server, "rdb_last_bgsave_status")) === "err");
    fault.remove();
    await expect(server.execute(["SET", "a", "2"])).rejects.toThrow(
      /^MISCONF Redis is configured to save RDB snapshots/,
    );
    expect(await run(server, "GET a")).toEqual(["1"]);
    await run(
      server,
      "CONFIG SET stop-writes-on-bgsave-error no",
      "SET a 3",
      "CONFIG SET stop-writes-on-bgsave-error yes",
    );
    await expect(server.execute(["SET", "a", "4"])).rejects.toThrow("MISCONF");
    await run(server, "SAVE", "SET a 5");
    expect(names(disk)).toEqual(["dump.rdb"]);
  });
});
