/** Files and payloads that cross: ours open in redis-server and its tools, theirs open here. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc64 } from "@tenon/kit";
import { afterAll, describe, expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { RedisServer, type RedisServerOptions } from "../../src/index.ts";
import { fillWithEverything } from "../every-type.ts";
import { type Original, startOriginal } from "../original.ts";

const redisServer = peer("redis-server");
const checkRdb = peer("redis-check-rdb");
const checkAof = peer("redis-check-aof");
const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tenon-persistence-"));
  folders.push(folder);
  return folder;
}

type Run = (...words: (string | number)[]) => Promise<string>;

function oneByte(words: readonly (string | number)[]): Buffer[] {
  return words.map((word) => Buffer.from(String(word), "latin1"));
}

/** Does something with a server of ours; raw replies. */
async function withOurs<T>(
  options: RedisServerOptions & Record<string, unknown>,
  use: (run: Run) => Promise<T>,
): Promise<T> {
  await using server = await RedisServer.listen({ port: 0, save: "", "enable-debug-command": "yes", ...options });
  const socket = server.connect();
  let received = "";
  socket.on("data", (chunk: Buffer) => (received += chunk.toString("latin1")));
  const run: Run = async (...words) => {
    received = "";
    const parts = oneByte(words).flatMap((word) => [Buffer.from(`$${word.length}\r\n`), word, Buffer.from("\r\n")]);
    socket.write(Buffer.concat([Buffer.from(`*${words.length}\r\n`), ...parts]));
    while (received === "") await new Promise((resolve) => setTimeout(resolve, 1));
    return received;
  };
  // Awaited here: the server closes when this function ends.
  return await use(run);
}

/** The same with the original. */
async function withOriginal<T>(settings: readonly string[], use: (run: Run) => Promise<T>): Promise<T> {
  const original = await startOriginal(redisServer!, ["--enable-debug-command", "yes", ...settings]);
  let connection: Original | undefined;
  try {
    const client = (connection = await original.open());
    return await use((...words) => client.raw(words.map(String)));
  } finally {
    connection?.end();
    await original.stop();
  }
}

async function fill(run: Run): Promise<void> {
  const words: (string | number)[][] = [];
  fillWithEverything((...command) => words.push(command));
  for (const command of words) {
    const reply = await run(...command);
    if (reply.startsWith("-")) throw new Error(`${command.join(" ").slice(0, 80)}: ${reply}`);
  }
}

/** DEBUG DIGEST-VALUE of every key, expiry included, so that a difference has a name. */
async function digest(run: Run): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const database of [0, 3]) {
    await run("SELECT", database);
    for (const key of (await keysOf(run)).toSorted())
      values[`${database} ${key}`] = await run("DEBUG", "DIGEST-VALUE", key);
  }
  await run("SELECT", 0);
  return values;
}

const bulk = (reply: string): string => reply.slice(reply.indexOf("\r\n") + 2, -2);

async function keysOf(run: Run): Promise<string[]> {
  const parts = (await run("KEYS", "*")).split("\r\n");
  return parts.slice(1, -1).filter((_, i) => i % 2 === 1);
}

describe.skipIf(redisServer === undefined)("snapshots", () => {
  test("ours opens in the original, with every type", { timeout: 60_000 }, async () => {
    const dir = newFolder();
    const ours = await withOurs({ dir }, async (run) => {
      await fill(run);
      expect(await run("SAVE")).toBe("+OK\r\n");
      return digest(run);
    });
    expect(await withOriginal(["--dir", dir], digest)).toEqual(ours);
    if (checkRdb !== undefined)
      expect(execFileSync(checkRdb, [join(dir, "dump.rdb")]).toString()).toContain("RDB looks OK!");
  });

  test.each(["yes", "no"])(
    "the original's opens here, with every type (rdbcompression %s)",
    { timeout: 60_000 },
    async (compression) => {
      const dir = newFolder();
      const theirs = await withOriginal(["--dir", dir, "--rdbcompression", compression], async (run) => {
        await fill(run);
        expect(await run("SAVE")).toBe("+OK\r\n");
        return digest(run);
      });
      const again = await withOurs({ dir }, async (run) => {
        const found = await digest(run);
        // And back: what we make of it, it takes again.
        expect(await run("SAVE")).toBe("+OK\r\n");
        return found;
      });
      expect(again).toEqual(theirs);
      expect(await withOriginal(["--dir", dir], digest)).toEqual(theirs);
    },
  );
});

describe.skipIf(redisServer === undefined)("append-only files", () => {
  test.each(["always", "everysec"] as const)(
    "ours opens in the original (appendfsync %s)",
    { timeout: 60_000 },
    async (appendfsync) => {
      const dir = newFolder();
      const ours = await withOurs(
        { dir, appendonly: true, appendfsync, "aof-timestamp-enabled": true },
        async (run) => {
          await fill(run);
          await run("BGREWRITEAOF");
          while (!(await run("INFO", "persistence")).includes("aof_rewrite_in_progress:0"))
            await new Promise((resolve) => setTimeout(resolve, 5));
          await run("RPUSH", "after", "the", "rewrite");
          await run("SET", "until", 1, "EX", 1000);
          await run("SPOP", "large set", 5);
          return digest(run);
        },
      );
      if (checkAof !== undefined) {
        const manifest = join(dir, "appendonlydir", "appendonly.aof.manifest");
        expect(execFileSync(checkAof, [manifest]).toString()).toContain("All AOF files and manifest are valid");
      }
      expect(await withOriginal(["--dir", dir, "--appendonly", "yes"], digest)).toEqual(ours);
    },
  );

  test("the original's opens here, and goes on there", { timeout: 60_000 }, async () => {
    const dir = newFolder();
    const settings = ["--dir", dir, "--appendonly", "yes", "--appendfsync", "always"];
    const theirs = await withOriginal(settings, async (run) => {
      await fill(run);
      await run("MULTI");
      await run("INCR", "in a transaction");
      await run("LPOP", "long list");
      await run("EXEC");
      return digest(run);
    });
    const ours = await withOurs({ dir, appendonly: true, appendfsync: "always" }, async (run) => {
      expect(await digest(run)).toEqual(theirs);
      await run("HSET", "continued", "here", 1);
      return digest(run);
    });
    expect(await withOriginal(settings, digest)).toEqual(ours);
  });
});

describe.skipIf(redisServer === undefined)("DUMP and RESTORE", () => {
  test("payloads cross in both directions", { timeout: 60_000 }, async () => {
    await withOurs({}, (ours) =>
      withOriginal([], async (theirs) => {
        await fill(ours);
        for (const key of await keysOf(ours)) {
          const value = await ours("DEBUG", "DIGEST-VALUE", key);
          const ttl = key === "expires" || key === "large hash" ? 100_000 : 0;
          expect(await theirs("RESTORE", key, ttl, bulk(await ours("DUMP", key)))).toBe("+OK\r\n");
          expect([key, await theirs("DEBUG", "DIGEST-VALUE", key)]).toEqual([key, value]);
          expect(await ours("RESTORE", key, ttl, bulk(await theirs("DUMP", key)), "REPLACE")).toBe("+OK\r\n");
          expect([key, await ours("DEBUG", "DIGEST-VALUE", key)]).toEqual([key, value]);
        }
      }),
    );
  });

  test("what is damaged is refused by both with the same words", { timeout: 60_000 }, async () => {
    await withOurs({}, (ours) =>
      withOriginal(["--sanitize-dump-payload", "yes"], async (theirs) => {
        await ours("RPUSH", "list", "a", "b", "c");
        const payload = bulk(await ours("DUMP", "list"));
        const damaged = [payload.slice(0, -1), `\x7f${payload.slice(1)}`, "", "x".repeat(20)];
        // Under a right checksum, so that the value itself is looked at.
        for (let at = 0; at < payload.length - 10; at++) {
          const bytes = Buffer.from(`${payload.slice(0, at)}\xfe${payload.slice(at + 1)}`, "latin1");
          bytes.writeBigUInt64LE(crc64(bytes.subarray(0, -8)), bytes.length - 8);
          damaged.push(bytes.toString("latin1"));
        }
        for (const each of damaged) {
          const [mine, original] = [
            await ours("RESTORE", "k", 0, each, "REPLACE"),
            await theirs("RESTORE", "k", 0, each, "REPLACE"),
          ];
          expect([each, mine]).toEqual([each, original]);
        }
      }),
    );
  });
});
