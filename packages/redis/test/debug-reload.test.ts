/** DEBUG RELOAD and DEBUG LOADAOF: what is there goes through a file and comes back the same. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { RedisServer } from "../src/index.ts";
import { fillWithEverything } from "./every-type.ts";

const endings: (() => Promise<unknown> | void)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

type Run = (...words: (string | number)[]) => Promise<unknown>;

async function server(settings: Record<string, string> = {}): Promise<Run> {
  const started = await RedisServer.listen({ port: 0, save: "", "enable-debug-command": "yes", ...settings });
  endings.push(() => started.close({ graceMs: 0 }));
  return (...words) => started.execute(words.map((word) => Buffer.from(String(word), "latin1")));
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tenon-reload-"));
  endings.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function filled(settings: Record<string, string> = {}): Promise<Run> {
  const run = await server(settings);
  const words: (string | number)[][] = [];
  fillWithEverything((...command) => words.push(command));
  for (const command of words) await run(...command);
  return run;
}

test.for([
  ["through a file", true],
  ["through memory, where there is no folder", false],
] as const)("RELOAD gives back everything, %s", async ([, onDisk]) => {
  const run = await filled(onDisk ? { dir: newFolder() } : {});
  const digest = await run("DEBUG", "DIGEST");
  expect(await run("DEBUG", "RELOAD")).toBe("OK");
  expect(await run("DEBUG", "DIGEST")).toBe(digest);
  expect(await run("PTTL", "expires")).toBeGreaterThan(0);
});

test("RELOAD NOSAVE gives back what was saved, not what is there", async () => {
  const run = await server({ dir: newFolder() });
  await run("SET", "k", "saved");
  await run("SAVE");
  await run("SET", "k", "later");
  await run("SET", "other", "v");
  expect(await run("DEBUG", "RELOAD", "NOSAVE")).toBe("OK");
  expect([await run("GET", "k"), await run("GET", "other")]).toEqual(["saved", null]);
});

test("RELOAD NOFLUSH keeps what is there: a key that is in both is an error, and nothing changes, unless MERGE", async () => {
  const run = await server({ dir: newFolder() });
  await run("SET", "a", "saved", "PX", 100_000);
  await run("SET", "b", "saved");
  await run("SAVE");
  await run("DEL", "b");
  await run("SET", "a", "later");
  await run("SET", "c", "v");
  await expect(run("DEBUG", "RELOAD", "NOSAVE", "NOFLUSH")).rejects.toThrow("Error trying to load the RDB dump");
  expect([await run("GET", "a"), await run("GET", "b"), await run("GET", "c")]).toEqual(["later", null, "v"]);
  expect(await run("DEBUG", "RELOAD", "NOSAVE", "NOFLUSH", "MERGE")).toBe("OK");
  expect([await run("GET", "a"), await run("GET", "b"), await run("GET", "c")]).toEqual(["saved", "saved", "v"]);
  expect(await run("PTTL", "a")).toBeGreaterThan(0);
});

test("RELOAD refuses other words, and a snapshot that is not there", async () => {
  const run = await server({ dir: newFolder() });
  await expect(run("DEBUG", "RELOAD", "WHAT")).rejects.toThrow(
    "DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.",
  );
  await run("SET", "k", "v");
  await expect(run("DEBUG", "RELOAD", "NOSAVE")).rejects.toThrow("Error trying to load the RDB dump");
  expect(await run("GET", "k")).toBe("v");
});

test("LOADAOF gives back everything, as often as it is asked", async () => {
  const run = await filled({ dir: newFolder(), appendonly: "yes" });
  for (let n = 0; n < 3; n++) {
    await run("INCR", "count");
    const digest = await run("DEBUG", "DIGEST");
    expect(await run("DEBUG", "LOADAOF")).toBe("OK");
    expect(await run("DEBUG", "DIGEST")).toBe(digest);
    expect(await run("GET", "count")).toBe(String(n + 1));
  }
});

test("LOADAOF tells replicas nothing: they have it all", async () => {
  const run = await server({ dir: newFolder(), appendonly: "yes", "repl-diskless-sync-delay": "0" });
  const port = /tcp_port:(\d+)/.exec(String(await run("INFO", "server")))![1]!;
  const replica = await server({ replicaof: `127.0.0.1 ${port}` });
  for (let n = 0; n < 10; n++) await run("INCR", "count");
  await run("WAIT", 1, 0);
  await run("DEBUG", "LOADAOF");
  await run("INCR", "count");
  await run("WAIT", 1, 0);
  expect([await run("GET", "count"), await replica("GET", "count")]).toEqual(["11", "11"]);
});

test("without an append-only file LOADAOF says so", async () => {
  const run = await server({ dir: newFolder() });
  await expect(run("DEBUG", "LOADAOF")).rejects.toThrow("Error trying to load the AOF files");
});
