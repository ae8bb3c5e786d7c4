/** What a server does as a master and as a replica, asked over its socket and by hand-made peers. */
import { createServer } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simulatedWorld } from "@tenon/kit";
import { afterEach, describe, expect, test } from "vitest";
import { RedisServer, type RedisServerOptions } from "../src/index.ts";
import { expectEqual, open, Peer, until } from "./replication-peer.ts";

const endings: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function server(settings: Record<string, string> = {}): Promise<Peer> {
  const options: RedisServerOptions = {
    port: 0,
    "enable-debug-command": "yes",
    "repl-diskless-sync-delay": "0",
    ...settings,
  };
  const started = await RedisServer.listen(options);
  endings.push(() => started.close({ graceMs: 0 }));
  return await another(started.address.port);
}

/** Another connection to the same server. */
async function another(port: number): Promise<Peer> {
  const peer = await Peer.at(port);
  endings.push(() => peer.end());
  return peer;
}

async function pair(settings: Record<string, string> = {}): Promise<{ master: Peer; replica: Peer }> {
  const master = await server();
  const replica = await server({ replicaof: `127.0.0.1 ${master.port}`, ...settings });
  await linked(replica);
  return { master, replica };
}

async function linked(replica: Peer): Promise<void> {
  await until("the link is up", async () => (await replica.info("master_link_status")) === "up");
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tenon-replication-"));
  endings.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe("a master", () => {
  test("tells of its replicas in INFO, ROLE and CLIENT LIST", async () => {
    const { master, replica } = await pair();
    await until("it is online", async () => (await master.info("slave0")).includes("state=online"));
    expect(await master.info("slave0")).toMatch(
      new RegExp(`^ip=127.0.0.1,port=${replica.port},state=online,offset=\\d+,lag=[01]$`),
    );
    expect(await master.raw("ROLE")).toMatch(
      new RegExp(
        `^\\*3\\r\\n\\$6\\r\\nmaster\\r\\n:\\d+\\r\\n\\*1\\r\\n\\*3\\r\\n\\$9\\r\\n127.0.0.1\\r\\n\\$\\d\\r\\n${replica.port}\\r\\n`,
      ),
    );
    expect(await master.text("CLIENT", "LIST", "TYPE", "replica")).toMatch(/ flags=S .* cmd=(psync|replconf) /);
    expect(await replica.text("CLIENT", "LIST", "TYPE", "master")).toMatch(/ flags=M /);
    expect(await replica.raw("ROLE")).toMatch(
      new RegExp(
        `^\\*5\\r\\n\\$5\\r\\nslave\\r\\n\\$9\\r\\n127.0.0.1\\r\\n:${master.port}\\r\\n\\$9\\r\\nconnected\\r\\n:\\d+`,
      ),
    );
    expect(await replica.raw("HELLO", "3")).toContain("replica");
  });

  test("writes an expiry where it is noticed, before the command that noticed it", async () => {
    const master = await server();
    await master.text("DEBUG", "SET-ACTIVE-EXPIRE", "0");
    await master.text("SET", "k", "1", "PX", "1");
    const socket = await open(master.port);
    endings.push(() => socket.destroy());
    let stream = "";
    socket.on("data", (chunk: Buffer) => (stream += chunk.toString("latin1")));
    socket.write("SYNC\r\n");
    await until("the snapshot is there", async () => (await master.info("slave0")).includes("state=online"));
    await until("it has expired", async () => (await master.text("EXISTS", "k")) === "0");
    await master.text("INCR", "k");
    await until("the increment is there", () => stream.includes("INCR"));
    expect(stream.slice(stream.indexOf("*2\r\n$6\r\nSELECT"))).toBe(
      "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n*2\r\n$4\r\nINCR\r\n$1\r\nk\r\n",
    );
  });

  test("drops a replica that does not read, and goes on for the others", async () => {
    const master = await server({
      "client-output-buffer-limit": "replica 1mb 0 0",
      "repl-backlog-size": "16kb",
    });
    const deaf = await open(master.port);
    endings.push(() => deaf.destroy());
    deaf.pause();
    deaf.write("SYNC\r\n");
    await until("it is online", async () => (await master.info("slave0")).includes("state=online"));
    const replica = await server();
    await replica.follow(master);
    await linked(replica);
    const value = "x".repeat(1_000_000);
    await until("the deaf one is dropped", async () => {
      await master.text("SET", "k", value);
      return (await master.info("client_output_buffer_limit_disconnections")) !== "0";
    });
    expect(await master.info("connected_slaves")).toBe("1");
    await expectEqual(master, replica);
  });

  test("starts anew with its replicas after DEBUG CHANGE-REPL-ID", async () => {
    const { master, replica } = await pair();
    await master.text("SET", "k", "v");
    await expectEqual(master, replica);
    await replica.text("CLIENT", "KILL", "TYPE", "master");
    await until("it goes on", async () => (await master.info("sync_partial_ok")) === "1");
    await linked(replica);
    await master.text("DEBUG", "CHANGE-REPL-ID");
    await replica.text("CLIENT", "KILL", "TYPE", "master");
    await until("it starts anew", async () => (await master.info("sync_full")) === "2");
    expect(await master.info("sync_partial_err")).toBe("1");
    await linked(replica);
    expect(await replica.info("master_replid")).toBe(await master.info("master_replid"));
  });

  test("serves several replicas with one snapshot when they come together", async () => {
    const master = await server({ "repl-diskless-sync-delay": "60", "repl-diskless-sync-max-replicas": "3" });
    await master.text("DEBUG", "POPULATE", "1000");
    const replicas = await Promise.all([1, 2, 3].map(() => server({ replicaof: `127.0.0.1 ${master.port}` })));
    for (const replica of replicas) {
      await linked(replica);
      expect(await replica.text("DBSIZE")).toBe("1000");
    }
  });

  test("refuses what it does not do, and what does not fit, in clear words", async () => {
    const master = await server();
    expect(await master.raw("FAILOVER")).toMatch(/^-ERR FAILOVER is not supported/);
    expect(await master.raw("REPLICAOF", "localhost", "x")).toBe("-ERR Invalid master port\r\n");
    expect(await master.raw("REPLCONF", "what", "1")).toBe("-ERR Unrecognized REPLCONF option: what\r\n");
    expect(await master.raw("REPLCONF", "capa")).toBe("-ERR syntax error\r\n");
    expect(await master.raw("REPLCONF", "rdb-filter-only", "keys")).toBe(
      "-ERR Unsupported rdb-filter-only option: keys\r\n",
    );
    expect(await master.raw("PSYNC", "?", "x")).toBe("-ERR value is not an integer or out of range\r\n");
    const pipelined = await open(master.port);
    endings.push(() => pipelined.destroy());
    let replies = "";
    pipelined.on("data", (chunk: Buffer) => (replies += chunk.toString()));
    pipelined.write("PING\r\nSYNC\r\n");
    await until("both are answered", () => replies.split("\r\n").length === 3);
    expect(replies).toBe("+PONG\r\n-ERR SYNC and PSYNC are invalid with pending output\r\n");
  });

  test("asks for enough good replicas before it writes, in MULTI too", async () => {
    const master = await server({ "min-replicas-to-write": "1" });
    expect(await master.raw("SET", "k", "v")).toBe("-NOREPLICAS Not enough good replicas to write.\r\n");
    await master.text("CONFIG", "SET", "min-replicas-to-write", "0");
    await master.text("MULTI");
    await master.text("SET", "k", "v");
    const other = await another(master.port);
    await other.text("CONFIG", "SET", "min-replicas-to-write", "1");
    expect(await master.raw("EXEC")).toMatch(/NOREPLICAS Not enough good replicas to write/);
    expect(await master.raw("GET", "k")).toBe("$-1\r\n");
    const replica = await server();
    await replica.follow(master);
    await until("writes are allowed", async () => (await master.raw("SET", "k", "v")) === "+OK\r\n");
    expect(await master.info("min_slaves_good_slaves")).toBe("1");
  });
});

describe("WAITAOF", () => {
  test("waits for the disk here and there", async () => {
    const master = await server({ dir: newFolder(), appendonly: "yes", appendfsync: "everysec" });
    const replica = await server({ dir: newFolder(), appendonly: "yes", appendfsync: "everysec" });
    expect(await master.raw("WAITAOF", "1", "0", "0")).toMatch(/^\*2\r\n:1\r\n:0\r\n$/);
    await master.text("SET", "k", "v");
    expect(await master.raw("WAITAOF", "0", "1", "10")).toMatch(/^\*2\r\n:[01]\r\n:0\r\n$/);
    expect(await master.raw("WAITAOF", "1", "0", "0")).toBe("*2\r\n:1\r\n:0\r\n");
    await replica.follow(master);
    await linked(replica);
    await master.text("SET", "k", "w");
    expect(await master.raw("WAITAOF", "1", "1", "0")).toBe("*2\r\n:1\r\n:1\r\n");
  });

  test("refuses what cannot be", async () => {
    const { master, replica } = await pair();
    expect(await master.raw("WAITAOF", "1", "0", "0")).toBe(
      "-ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.\r\n",
    );
    expect(await master.raw("WAITAOF", "2", "0", "0")).toBe(
      "-ERR value is out of range, value must between 0 and 1\r\n",
    );
    expect(await master.raw("WAITAOF", "0", "-1", "0")).toBe("-ERR value is out of range, must be positive\r\n");
    expect(await replica.raw("WAITAOF", "0", "0", "0")).toMatch(/^-ERR WAITAOF cannot be used with replica instances/);
    expect(await replica.raw("WAIT", "0", "0")).toMatch(/^-ERR WAIT cannot be used with replica instances/);
  });
});

describe("a replica", () => {
  test("is read only, unless it is told not to be", async () => {
    const { replica } = await pair();
    const refusal = "-READONLY You can't write against a read only replica.\r\n";
    expect(await replica.raw("SET", "k", "v")).toBe(refusal);
    await replica.text("CONFIG", "SET", "replica-read-only", "no");
    expect(await replica.raw("SET", "k", "v")).toBe("+OK\r\n");
    await replica.text("CONFIG", "SET", "replica-read-only", "yes");
    expect(await replica.raw("DEL", "k")).toBe(refusal);
    expect(await replica.raw("GET", "k")).toBe("$1\r\nv\r\n");
  });

  test("serves old data while its master is away, or says that it is", async () => {
    const replica = await server({ replicaof: "127.0.0.1 1" });
    expect(await replica.raw("GET", "k")).toBe("$-1\r\n");
    await replica.text("CONFIG", "SET", "replica-serve-stale-data", "no");
    expect(await replica.raw("GET", "k")).toBe(
      "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.\r\n",
    );
    expect(await replica.info("master_link_status")).toBe("down");
    await replica.text("REPLICAOF", "NO", "ONE");
    expect(await replica.raw("GET", "k")).toBe("$-1\r\n");
    const chained = await server({ replicaof: "127.0.0.1 1" });
    expect(await chained.raw("PSYNC", "?", "-1")).toBe(
      "-NOMASTERLINK Can't SYNC while not connected with my master\r\n",
    );
  });

  test("wakes readers and breaks transactions by what its master writes", async () => {
    const { master, replica } = await pair();
    const reader = await another(replica.port);
    const read = reader.raw("XREAD", "BLOCK", "0", "STREAMS", "x", "$");
    await until("it waits", async () => (await replica.info("blocked_clients")) === "1");
    await replica.text("WATCH", "k");
    await replica.text("MULTI");
    await replica.text("GET", "k");
    await master.text("SET", "k", "v");
    await master.text("XADD", "x", "1-1", "f", "v");
    expect(await read).toContain("1-1");
    expect(await replica.raw("EXEC")).toBe("*-1\r\n");
  });

  test("does not touch what a script is looking at, and follows when the script is over", async () => {
    const { master, replica } = await pair({ "busy-reply-threshold": "1" });
    const caller = await another(replica.port);
    const ended = caller.raw("EVAL", "while redis.call('exists', 'k') == 0 do end", "0");
    await until("it is busy", async () => (await replica.raw("GET", "k")).startsWith("-BUSY"));
    await master.text("SET", "k", "v");
    expect(await master.raw("WAIT", "1", "300")).toBe(":0\r\n");
    expect(await replica.raw("GET", "k")).toMatch(/^-BUSY/);
    await replica.text("SCRIPT", "KILL");
    expect(await ended).toMatch(/^-ERR Script killed by user/);
    await expectEqual(master, replica);
    expect(await replica.text("GET", "k")).toBe("v");
  });

  test("that waits for its snapshot hears newlines, so that it goes on waiting", async () => {
    const master = await server({ "repl-diskless-sync-delay": "3600", "repl-ping-replica-period": "1" });
    const socket = await open(master.port);
    endings.push(() => socket.destroy());
    let received = "";
    socket.on("data", (chunk: Buffer) => (received += chunk.toString()));
    socket.write("REPLCONF capa eof\r\n");
    await until("it is known", () => received === "+OK\r\n");
    socket.write("PSYNC ? -1\r\n");
    await until("it hears them", () => received === "+OK\r\n\n\n");
    expect(await master.info("slave0")).toContain("state=wait_bgsave");
  });

  test("sends those away who wait for keys when it becomes one", async () => {
    const server1 = await server();
    const waiting = await another(server1.port);
    const popped = waiting.raw("BLPOP", "list", "0");
    await until("it waits", async () => (await server1.info("blocked_clients")) === "1");
    await server1.text("REPLICAOF", "127.0.0.1", "1");
    expect(await popped).toBe(
      "-UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)\r\n",
    );
  });

  test("does not follow twice, and is a master again when told", async () => {
    const { master, replica } = await pair();
    expect(await replica.raw("REPLICAOF", "127.0.0.1", master.port)).toBe(
      "+OK Already connected to specified master\r\n",
    );
    expect(
      await replica.text("CONFIG", "GET", "replicaof").then(() => replica.raw("CONFIG", "GET", "replicaof")),
    ).toContain(`127.0.0.1 ${master.port}`);
    const id = await replica.info("master_replid");
    const offset = Number(await replica.info("master_repl_offset"));
    await replica.text("REPLICAOF", "NO", "ONE");
    expect(await replica.info("role")).toBe("master");
    expect(await replica.info("master_replid2")).toBe(id);
    expect(Number(await replica.info("second_repl_offset"))).toBeGreaterThan(offset);
    expect(await replica.raw("SET", "k", "v")).toBe("+OK\r\n");
  });

  test.for([
    ["is cut in the middle", (rdb: Buffer) => rdb.subarray(0, rdb.length - 20), true],
    ["is damaged", (rdb: Buffer) => Buffer.concat([rdb.subarray(0, 200), Buffer.from("x"), rdb.subarray(201)]), false],
  ] as const)("keeps what it has when the snapshot %s", async ([, spoil, hangsUp]) => {
    const source = await server();
    await source.text("DEBUG", "POPULATE", "100");
    const rdb = await snapshotOf(source.port);
    let links = 0;
    const master = createServer((socket) => {
      links++;
      let asked = "";
      socket.on("error", () => {});
      socket.on("data", (chunk: Buffer) => {
        asked += chunk.toString("latin1");
        if (!asked.endsWith("\r\n")) return;
        if (!/PSYNC(\r\n\$\d+\r\n\S+){2}\r\n$/.test(asked)) {
          if (!asked.includes("PSYNC")) socket.write(asked.includes("PING") ? "+PONG\r\n" : "+OK\r\n");
          return;
        }
        socket.write(`+FULLRESYNC ${"a".repeat(40)} 5\r\n$${rdb.length}\r\n`);
        socket.write(spoil(rdb));
        if (hangsUp) socket.end();
      });
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => master.once("listening", resolve));
    endings.push(() => master.close());
    const replica = await server();
    await replica.text("SET", "mine", "v");
    const before = await replica.digest();
    await replica.text("CONFIG", "SET", "replica-read-only", "no");
    await replica.text("REPLICAOF", "127.0.0.1", (master.address() as { port: number }).port);
    await until("it has tried several times", () => links >= 3);
    expect(await replica.digest()).toBe(before);
    expect(await replica.info("master_link_status")).toBe("down");
    // And a good one replaces it all.
    await replica.follow(source);
    await expectEqual(source, replica);
    expect(await replica.raw("GET", "mine")).toBe("$-1\r\n");
  });

  test("answers LOADING while it loads, and the old data where it swaps", { timeout: 60_000 }, async () => {
    const master = await server();
    await master.text("DEBUG", "POPULATE", "100000", "key", "10");
    for (const [how, wanted] of [
      ["disabled", "-LOADING"],
      ["swapdb", "$3\r\nold"],
    ] as const) {
      const replica = await server({ "repl-diskless-load": how });
      await replica.text("SET", "k", "old");
      await replica.follow(master);
      const seen = new Set<string>();
      while (!(await replica.raw("GET", "k")).startsWith("$-1")) {
        seen.add((await replica.raw("GET", "k")).slice(0, wanted.length));
      }
      expect(seen).toContain(wanted);
      expect(await replica.text("DBSIZE")).toBe("100000");
    }
  });
});

/** A snapshot as a replica gets it, without its frame. */
async function snapshotOf(port: number): Promise<Buffer> {
  const socket = await open(port);
  let received = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => (received = Buffer.concat([received, chunk])));
  socket.write("SYNC\r\n");
  let head = -1;
  let length = NaN;
  await until("the snapshot is there", () => {
    head = received.indexOf("$");
    const line = head < 0 ? "" : received.subarray(head, received.indexOf("\r\n", head)).toString();
    length = Number(line.slice(1));
    return received.length >= head + line.length + 2 + length;
  });
  socket.destroy();
  const start = received.indexOf("\r\n", head) + 2;
  return received.subarray(start, start + length);
}

describe("in simulated time", () => {
  const settings = { "protected-mode": "no", "repl-diskless-sync-delay": "0" };

  test("links that are silent for repl-timeout end; a backlog that nobody needs for its time goes", async () => {
    const world = simulatedWorld(7);
    const { clock, network } = world;
    const [a, b] = ["10.0.0.1", "10.0.0.2"];
    const master = await clock.runUntil(
      RedisServer.listen({ world: world.machine(a), host: a, port: 6379, "repl-backlog-ttl": "600", ...settings }),
    );
    const replica = await clock.runUntil(
      RedisServer.listen({ world: world.machine(b), host: b, port: 6379, replicaof: `${a} 6379`, ...settings }),
    );
    const info = async (of: RedisServer, field: string): Promise<string> => {
      const text = String(await clock.runUntil(of.execute(["INFO", "replication"])));
      return new RegExp(`^${field}:(.*?)\r?$`, "m").exec(text)?.[1] ?? "";
    };
    await clock.advanceAsync("2s");
    expect(await info(replica, "master_link_status")).toBe("up");
    // Nothing is written for an hour: pings and acknowledgements keep the link.
    await clock.advanceAsync("1h");
    expect(await info(master, "connected_slaves")).toBe("1");
    expect(await info(replica, "master_link_status")).toBe("up");
    const offset = Number(await info(master, "master_repl_offset"));
    expect(offset).toBe(360 * 14);
    network.partition(a, b);
    await clock.advanceAsync("30s");
    expect(await info(master, "connected_slaves")).toBe("1");
    expect(await info(replica, "master_link_status")).toBe("up");
    await clock.advanceAsync("40s");
    expect(await info(master, "connected_slaves")).toBe("0");
    expect(await info(replica, "master_link_status")).toBe("down");
    const id = await info(master, "master_replid");
    expect(await info(master, "repl_backlog_active")).toBe("1");
    await clock.advanceAsync("11m");
    expect(await info(master, "repl_backlog_active")).toBe("0");
    expect(await info(master, "master_replid")).not.toBe(id);
    network.heal();
    await clock.advanceAsync("1m");
    expect(await info(replica, "master_link_status")).toBe("up");
    expect(await info(replica, "master_replid")).toBe(await info(master, "master_replid"));
    for (const each of [replica, master]) await clock.runUntil(each.close({ graceMs: 0 }));
  });
});
