/** A million keys: what they take in memory, and what it takes to write and to read them. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Contender,
  type Figures,
  nodeServer,
  redisServer,
  residentBytes,
  type RunningServer,
  type Server,
  suite,
} from "@tenon/bench";
import { RedisClient } from "../src/index.ts";
import { plainValue } from "../src/resp/reply-parser.ts";
import { budget } from "./budget.ts";

const KEYS = 1_000_000;
const STALL_BUDGET_MS = 5;

type Maker = (directory: string) => Server;

const tenon: Maker = (dir) =>
  nodeServer({
    name: "tenon",
    script: new URL("./server.ts", import.meta.url),
    args: [JSON.stringify({ dir, save: "" })],
  });
const redis: Maker = (dir) => redisServer({ args: ["--dir", dir, "--save", ""] });

/** Opens a contender whose rounds have a directory of their own. */
function contender(
  name: string,
  make: Maker,
  round: (make: () => Promise<RunningServer>) => Promise<Figures>,
): Contender {
  return {
    name,
    open: () =>
      Promise.resolve({
        async round() {
          const directory = await mkdtemp(join(tmpdir(), "tenon-bench-million-"));
          try {
            return await round(() => make(directory).start());
          } finally {
            await rm(directory, { recursive: true, force: true });
          }
        },
        close: () => Promise.resolve(),
      }),
  };
}

/** Keys of 16 bytes with values of 10. */
async function fill(client: RedisClient): Promise<void> {
  for (let first = 0; first < KEYS; first += 1000) {
    const pairs: string[] = [];
    for (let n = first; n < first + 1000; n++) pairs.push(`key:${String(n).padStart(12, "0")}`, "vvvvvvvvvv");
    await client.command("MSET", ...pairs);
  }
}

async function persistenceInfo(client: RedisClient, field: string): Promise<string> {
  const info = plainValue(await client.command("INFO", "persistence"));
  return new RegExp(`^${field}:(.*)$`, "m").exec(String(info))![1]!.trim();
}

async function memory(start: () => Promise<RunningServer>): Promise<Figures> {
  const server = await start();
  const client = await RedisClient.connect(server);
  const before = residentBytes(server.pid);
  await fill(client);
  await sleep(1000);
  const bytes = (residentBytes(server.pid) - before) / KEYS;
  client.close();
  await server.stop();
  return { bytes };
}

/** BGSAVE while another connection sets keys, one after the other; then a server that loads the file. */
async function saveAndLoad(start: () => Promise<RunningServer>): Promise<Figures> {
  const server = await start();
  const client = await RedisClient.connect(server);
  await fill(client);
  const loader = await RedisClient.connect(server);
  let stall = 0;
  let saving = true;
  const load = (async () => {
    for (let n = 0; saving; n++) {
      const asked = performance.now();
      await loader.command("SET", `key:${String((n * 7919) % KEYS).padStart(12, "0")}`, "wwwwwwwwww");
      stall = Math.max(stall, performance.now() - asked);
    }
  })();
  const began = performance.now();
  await client.command("BGSAVE");
  while ((await persistenceInfo(client, "rdb_bgsave_in_progress")) === "1") await sleep(5);
  const written = KEYS / ((performance.now() - began) / 1000);
  saving = false;
  await load;
  if ((await persistenceInfo(client, "rdb_last_bgsave_status")) !== "ok") throw new Error("BGSAVE failed");
  client.close();
  loader.close();
  await server.stop();

  const started = performance.now();
  const loaded = await start();
  const reader = await RedisClient.connect(loaded);
  while ((await persistenceInfo(reader, "loading")) === "1") await sleep(2);
  const seconds = (performance.now() - started) / 1000;
  if (Number(await reader.command("DBSIZE")) !== KEYS) throw new Error("keys were lost");
  reader.close();
  await loaded.stop();
  return { stall, written, loaded: KEYS / seconds };
}

export default suite("redis", [
  {
    name: "memory of 1,000,000 keys of 16 bytes with values of 10",
    metrics: [{ key: "bytes", title: "bytes/key", better: "lower" }],
    ours: contender("tenon", tenon, memory),
    peers: [contender("redis-server", redis, memory)],
    targets: { "redis-server": { bytes: 1 / 1.3 } },
  },
  {
    name: "BGSAVE of 1,000,000 keys under load, and start from the file",
    metrics: [
      { key: "stall", title: "longest wait, ms", better: "lower" },
      { key: "written", title: "keys written/s", better: "higher" },
      { key: "loaded", title: "keys loaded/s", better: "higher" },
    ],
    ours: contender("tenon", tenon, saveAndLoad),
    peers: [contender("redis-server", redis, saveAndLoad), budget("the limit", { stall: STALL_BUDGET_MS })],
    targets: { "redis-server": { written: 0.5, loaded: 0.4 }, "the limit": { stall: 1 } },
  },
]);
