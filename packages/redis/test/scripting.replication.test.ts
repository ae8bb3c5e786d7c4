/** Scripts with a replica and with files: what they did arrives as it was done, and a replica does nothing of its own. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RedisServer } from "../src/index.ts";

const WRITES = "redis.call('set', KEYS[1], ARGV[1]) return redis.call('incr', KEYS[2])";

/** The reply, or the message of the error. */
function ask(server: RedisServer, ...command: (string | number)[]): Promise<unknown> {
  return server.execute(command).catch((error: Error) => error.message);
}

test("a replica gets what a script did, and refuses scripts that write", async () => {
  await using master = await RedisServer.listen();
  await using replica = await RedisServer.listen();
  await replica.execute(["REPLICAOF", master.address.host, master.address.port]);
  while (!String(await replica.execute(["INFO", "replication"])).includes("master_link_status:up")) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(await ask(master, "EVAL", WRITES, 2, "k", "n", "v")).toBe(1);
  expect(await master.execute(["WAIT", 1, 5000])).toBe(1);
  expect(await replica.execute(["GET", "k"])).toBe("v");

  expect(await ask(replica, "EVAL", WRITES, 2, "k", "n", "w")).toMatch(
    /^READONLY You can't write against a read only replica\. script: [0-9a-f]{40}, on @user_script:1\.$/,
  );
  expect(await ask(replica, "EVAL", "#!lua\nreturn 1", 0)).toBe(
    "READONLY You can't write against a read only replica.",
  );
  expect(await ask(replica, "EVAL", "return redis.call('get', KEYS[1])", 1, "k")).toBe("v");
  expect(await ask(replica, "EVAL", "#!lua flags=no-writes\nreturn redis.call('get', KEYS[1])", 1, "k")).toBe("v");
});

test("an append-only file holds what a script did, and makes it again", async () => {
  const dir = mkdtempSync(join(tmpdir(), "tenon-redis-"));
  try {
    {
      await using server = await RedisServer.listen({ dir, appendonly: true, save: "" });
      await ask(server, "EVAL", WRITES, 2, "k", "n", "v");
      await ask(server, "EVAL", "redis.set_repl(redis.REPL_REPLICA) redis.call('set', 'elsewhere', 1)", 0);
    }
    const written = readFileSync(join(dir, "appendonlydir", "appendonly.aof.1.incr.aof"), "latin1");
    expect(written).toContain("MULTI");
    expect(written).not.toMatch(/eval|elsewhere/i);
    await using server = await RedisServer.listen({ dir, appendonly: true, save: "" });
    expect(await server.execute(["MGET", "k", "n", "elsewhere"])).toEqual(["v", "1", null]);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
