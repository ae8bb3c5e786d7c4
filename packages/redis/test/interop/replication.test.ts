/** Replication with redis-server on the other side, in both roles, under write load; and redis-cli as a replica. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SeededRandom } from "@tenon/kit";
import { afterEach, describe, expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { RedisServer, type RedisServerOptions } from "../../src/index.ts";
import { fillWithEverything } from "../every-type.ts";
import { startOriginal } from "../original.ts";
import { expectEqual, Load, Peer, until } from "../replication-peer.ts";

const redisServer = peer("redis-server");
const redisCli = peer("redis-cli");
const checkRdb = peer("redis-check-rdb");
const endings: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function original(...settings: string[]): Promise<Peer> {
  const common = ["--enable-debug-command", "yes", "--repl-diskless-sync-delay", "0"];
  const server = await startOriginal(redisServer!, [...common, ...settings]);
  endings.push(() => server.stop());
  return await opened(server.port);
}

async function ours(settings: Record<string, string> = {}): Promise<Peer> {
  const options: RedisServerOptions = {
    port: 0,
    "enable-debug-command": "yes",
    "repl-diskless-sync-delay": "0",
    ...settings,
  };
  const server = await RedisServer.listen(options);
  endings.push(() => server.close({ graceMs: 0 }));
  return await opened(server.address.port);
}

async function opened(port: number): Promise<Peer> {
  const connection = await Peer.at(port);
  endings.push(() => connection.end());
  return connection;
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tenon-replication-"));
  endings.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function fill(server: Peer): Promise<void> {
  const commands: (string | number)[][] = [];
  fillWithEverything((...words) => commands.push(words));
  for (const words of commands) {
    const reply = await server.raw(...words);
    if (reply.startsWith("-")) throw new Error(`${words.join(" ").slice(0, 80)}: ${reply}`);
  }
}

async function load(server: Peer, seed: number): Promise<Load> {
  const random = new SeededRandom(seed);
  const running = await Load.on(server.port, (limit) => random.integer(limit));
  endings.push(() => running.end());
  return running;
}

/** Lets the load go on for a while, by its own count. */
async function afterBatches(running: Load, count: number): Promise<void> {
  const from = running.written;
  await until(`${count} batches`, () => running.written >= from + count);
}

/** How a master sends its snapshot: as it makes it, or from a file whose length it says first. */
const FORMS = ["yes", "no"];

describe.skipIf(redisServer === undefined)("a redis-server follows us", () => {
  test.for(FORMS)("from the beginning, through cuts, to equal data and offsets (diskless: %s)", async (diskless) => {
    const master = await ours({ "repl-diskless-sync": diskless });
    await fill(master);
    const running = await load(master, 1);
    const replica = await original();
    await replica.follow(master);
    await until("the link is up", async () => (await replica.info("master_link_status")) === "up");
    for (let cuts = 0; cuts < 4; cuts++) {
      await afterBatches(running, 10);
      await (cuts % 2 === 0
        ? master.text("CLIENT", "KILL", "TYPE", "replica")
        : replica.text("CLIENT", "KILL", "TYPE", "master"));
    }
    await afterBatches(running, 10);
    await running.end();
    await expectEqual(master, replica);
    expect(Number(await master.info("sync_partial_ok"))).toBeGreaterThan(0);
    expect(await master.info("sync_full")).toBe("1");
    expect(await master.info("slave0")).toContain(`port=${replica.port},state=online`);
  });

  test("with a snapshot that is spooled to the data directory", async () => {
    const master = await ours({ "repl-diskless-sync": "no", dir: newFolder(), appendonly: "yes" });
    await fill(master);
    const running = await load(master, 2);
    const replica = await original("--repl-diskless-load", "swapdb");
    await replica.follow(master);
    await afterBatches(running, 20);
    await running.end();
    await expectEqual(master, replica);
  });

  test("moves out: it is promoted, and we follow it from where we are", async () => {
    const master = await ours();
    const running = await load(master, 3);
    const replica = await original();
    await replica.follow(master);
    await afterBatches(running, 20);
    await running.end();
    await expectEqual(master, replica);
    await replica.text("REPLICAOF", "NO", "ONE");
    await master.follow(replica);
    const further = await load(replica, 4);
    await afterBatches(further, 20);
    await further.end();
    await expectEqual(replica, master);
    // What we wrote is a part of its history: no snapshot was needed.
    expect(await replica.info("sync_full")).toBe("0");
    expect(await replica.info("sync_partial_ok")).toBe("1");
  });

  test("and its acknowledgements answer WAIT, and allow writes", async () => {
    const master = await ours({ "min-replicas-to-write": "1", "min-replicas-max-lag": "10" });
    expect(await master.raw("SET", "k", "v")).toBe("-NOREPLICAS Not enough good replicas to write.\r\n");
    const replica = await original();
    await replica.follow(master);
    await until("writes are allowed", async () => (await master.raw("SET", "k", "v")) === "+OK\r\n");
    expect(await master.raw("WAIT", "1", "10000")).toBe(":1\r\n");
    expect(await replica.text("GET", "k")).toBe("v");
    await replica.text("CLIENT", "KILL", "TYPE", "master");
    expect(await master.raw("WAIT", "2", "50")).toMatch(/^:[01]\r\n$/);
  });

  test("with a password, and gets messages of pub/sub", async () => {
    const master = await ours({ requirepass: "secret" });
    await master.text("AUTH", "secret");
    const replica = await original("--masterauth", "secret");
    await replica.follow(master);
    await until("the link is up", async () => (await replica.info("master_link_status")) === "up");
    const subscriber = await opened(replica.port);
    await subscriber.raw("SUBSCRIBE", "news");
    await master.text("PUBLISH", "news", "hello");
    expect(await subscriber.gather("hello")).toContain("message");
  });
});

describe.skipIf(redisServer === undefined)("we follow a redis-server", () => {
  test.for(FORMS)("from the beginning, through cuts, to equal data and offsets (diskless: %s)", async (diskless) => {
    const master = await original("--repl-diskless-sync", diskless);
    await fill(master);
    const running = await load(master, 5);
    const replica = await ours({ replicaof: `127.0.0.1 ${master.port}` });
    await until("the link is up", async () => (await replica.info("master_link_status")) === "up");
    for (let cuts = 0; cuts < 4; cuts++) {
      await afterBatches(running, 10);
      await (cuts % 2 === 0
        ? master.text("CLIENT", "KILL", "TYPE", "replica")
        : replica.text("CLIENT", "KILL", "TYPE", "master"));
    }
    await afterBatches(running, 10);
    await running.end();
    await expectEqual(master, replica);
    expect(Number(await master.info("sync_partial_ok"))).toBeGreaterThan(0);
    expect(await master.info("sync_full")).toBe("1");
  });

  test.for(["disabled", "on-empty-db", "swapdb"])(
    "loading with repl-diskless-load %s, kept in our own file",
    async (how) => {
      const master = await original();
      await fill(master);
      const running = await load(master, 6);
      const dir = newFolder();
      const replica = await ours({ dir, appendonly: "yes", "repl-diskless-load": how });
      await replica.text("SET", "before", "gone");
      await replica.follow(master);
      await afterBatches(running, 20);
      await running.end();
      await expectEqual(master, replica);
      expect(await replica.raw("GET", "before")).toBe("$-1\r\n");
      // The append-only file begins anew with what came from the master.
      await until("the file is rewritten", async () => (await replica.info("aof_rewrite_in_progress")) === "0");
      await replica.text("REPLICAOF", "NO", "ONE");
      // Some keys may still expire in between.
      await until("what it loads from there is what it has", async () => {
        const digest = await replica.digest();
        await replica.text("DEBUG", "LOADAOF");
        return digest === (await replica.digest());
      });
    },
  );

  test("moving in: promoted under load, we lead the one that we followed, and its other replica", async () => {
    const master = await original();
    await fill(master);
    const running = await load(master, 7);
    const heir = await ours();
    const sibling = await original();
    await heir.follow(master);
    await sibling.follow(master);
    await afterBatches(running, 20);
    await running.end();
    await expectEqual(master, heir);
    await expectEqual(master, sibling);
    await heir.text("REPLICAOF", "NO", "ONE");
    await sibling.follow(heir);
    await master.follow(heir);
    const further = await load(heir, 8);
    await afterBatches(further, 20);
    await further.end();
    await expectEqual(heir, sibling);
    await expectEqual(heir, master);
    // Both went on from where they were.
    expect(await heir.info("sync_full")).toBe("0");
    expect(await heir.info("sync_partial_ok")).toBe("2");
  });

  test("as one of a chain, with a redis-server behind us", async () => {
    const master = await original();
    const running = await load(master, 9);
    const middle = await ours();
    await middle.follow(master);
    await until("the link is up", async () => (await middle.info("master_link_status")) === "up");
    const last = await original();
    await last.follow(middle);
    await afterBatches(running, 20);
    await running.end();
    await expectEqual(master, middle);
    await expectEqual(middle, last);
  });

  test("as a user with a password; our acknowledgements answer its WAIT", async () => {
    const master = await original("--requirepass", "secret");
    await master.text("AUTH", "secret");
    await master.text("ACL", "SETUSER", "follower", "on", ">word", "+psync", "+replconf", "+ping");
    const replica = await ours({ masteruser: "follower", masterauth: "word" });
    await replica.follow(master);
    await until("the link is up", async () => (await replica.info("master_link_status")) === "up");
    await master.text("SET", "k", "v");
    expect(await master.raw("WAIT", "1", "10000")).toBe(":1\r\n");
    expect(await replica.text("GET", "k")).toBe("v");
  });

  test("hiding what has expired until it is told to remove it", async () => {
    const master = await original();
    await master.text("DEBUG", "SET-ACTIVE-EXPIRE", "0");
    const replica = await ours();
    await replica.follow(master);
    await until("the link is up", async () => (await replica.info("master_link_status")) === "up");
    await master.text("SET", "k", "v", "PX", "1");
    await master.raw("WAIT", "1", "10000");
    await until("it has expired", async () => (await replica.raw("GET", "k")) === "$-1\r\n");
    expect(await replica.text("DBSIZE")).toBe("1");
    // The master notices, and says so.
    expect(await master.raw("GET", "k")).toBe("$-1\r\n");
    await until("it is removed", async () => (await replica.text("DBSIZE")) === "0");
  });
});

describe.skipIf(redisServer === undefined)(
  "after a restart of ours, from its snapshot, the link goes on where it was",
  () => {
    /** A server of ours with a folder, that can be stopped and started again at the same port. */
    async function durable(dir: string, settings: RedisServerOptions = {}): Promise<RedisServer> {
      const options = {
        dir,
        save: "3600 1",
        "repl-diskless-sync-delay": "0",
        "enable-debug-command": "yes",
        ...settings,
      };
      const server = await RedisServer.listen(options);
      endings.push(() => server.close({ graceMs: 0 }));
      return server;
    }

    test("with us as its master", async () => {
      const dir = newFolder();
      const first = await durable(dir);
      const { port } = first.address;
      const before = await opened(port);
      await fill(before);
      await before.text("SET", "soon", "gone", "PX", "50");
      const replica = await original();
      await replica.follow(before);
      await expectEqual(before, replica);
      const id = await before.info("master_replid");
      await first.close({ graceMs: 0 });
      await durable(dir, { port });
      const after = await opened(port);
      await after.text("SET", "k", "v");
      await expectEqual(after, replica);
      expect(await after.info("master_replid2")).toBe(id);
      expect([await after.info("sync_full"), await after.info("sync_partial_ok")]).toEqual(["0", "1"]);
      expect(await replica.raw("GET", "soon")).toBe("$-1\r\n");
    });

    test("with us as its replica", async () => {
      const dir = newFolder();
      const master = await original();
      await fill(master);
      const settings = { replicaof: `127.0.0.1 ${master.port}` };
      const first = await durable(dir, settings);
      await expectEqual(master, await opened(first.address.port));
      await master.text("SELECT", "2");
      await master.text("SET", "in2", "v");
      await expectEqual(master, await opened(first.address.port));
      await first.close({ graceMs: 0 });
      await master.text("SET", "k", "v");
      const second = await durable(dir, settings);
      await expectEqual(master, await opened(second.address.port));
      expect([await master.info("sync_full"), await master.info("sync_partial_ok")]).toEqual(["1", "1"]);
    });
  },
);

describe.skipIf(redisCli === undefined || checkRdb === undefined)("redis-cli follows us", () => {
  test("--rdb gets a snapshot that redis-check-rdb finds good", async () => {
    const master = await ours();
    await fill(master);
    const file = join(newFolder(), "got.rdb");
    await runs(redisCli!, ["-p", String(master.port), "--rdb", file]);
    const report = execFileSync(checkRdb!, [file], { encoding: "utf8" });
    expect(report).toContain("RDB looks OK!");
    expect(report).toContain(`[info] ${await keysOf(master)} keys read`);
  });

  test("--functions-rdb gets one without keys", async () => {
    const master = await ours();
    await fill(master);
    const file = join(newFolder(), "functions.rdb");
    await runs(redisCli!, ["-p", String(master.port), "--functions-rdb", file]);
    const report = execFileSync(checkRdb!, [file], { encoding: "utf8" });
    expect(report).toContain("RDB looks OK!");
    expect(report).toContain("[info] 0 keys read");
  });

  test("--replica shows the stream", async () => {
    const master = await ours();
    await fill(master);
    const child = spawn(redisCli!, ["-p", String(master.port), "--replica"], { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString("latin1")));
    try {
      await until("it is online", async () => (await master.info("slave0")).includes("state=online"));
      await master.text("SET", "seen by", "the replica");
      await until("it shows the write", () => output.includes('"seen by"'));
      expect(output).toContain("the replica");
    } finally {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      await ended;
    }
  });
});

/** Runs a program beside this process, whose server it talks to; fails when it does. */
async function runs(executable: string, words: readonly string[]): Promise<void> {
  const child = spawn(executable, words, { stdio: ["ignore", "ignore", "pipe"] });
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => (complaints += chunk.toString()));
  const code = await new Promise((resolve) => child.once("exit", resolve));
  expect([code, complaints]).toEqual([0, expect.any(String)]);
}

async function keysOf(server: Peer): Promise<number> {
  let keys = 0;
  for (const [, count] of (await server.text("INFO", "keyspace")).matchAll(/keys=(\d+)/g)) keys += Number(count);
  return keys;
}
