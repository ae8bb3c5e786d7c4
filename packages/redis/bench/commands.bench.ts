/** String commands and streams beside redis-server, by redis-benchmark with 50 connections; collections are in collections.bench.ts. */
import { nodeServer, redisBenchmark, redisServer, type Scenario, serverScenario, suite } from "@tenon/bench";
import { RedisClient } from "../src/index.ts";

const ours = nodeServer({ name: "tenon", script: new URL("./server.ts", import.meta.url) });

const KEYS = 100_000;
const ALONE = { throughput: 0.9, cpu: 0.75 };
const PIPED = { throughput: 1.0, cpu: 0.9 };
const LARGE = { throughput: 0.85, cpu: 0.7 };

/** Every key that redis-benchmark draws from is there: GET finds what it asks for. */
async function fill({ host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  const client = await RedisClient.connect({ host, port });
  for (let first = 0; first < KEYS; first += 1000) {
    const pairs: string[] = [];
    for (let n = first; n < first + 1000; n++) pairs.push(`key:${String(n).padStart(12, "0")}`, "xxx");
    await client.command("MSET", ...pairs);
  }
  client.close();
}

interface Work {
  readonly name: string;
  readonly command: string | readonly string[];
  readonly pipeline: number;
  readonly targets: Readonly<Record<string, number>>;
  readonly keys?: number;
  readonly valueBytes?: number;
  readonly prepare?: typeof fill;
}

function beside({ name, command, pipeline, targets, keys = KEYS, valueBytes = 3, prepare }: Work): Scenario {
  return serverScenario({
    name: `${name}, 50 connections, pipeline ${pipeline}`,
    ours,
    peers: [redisServer()],
    load: redisBenchmark({ command, clients: 50, pipeline, keys, valueBytes }),
    ...(prepare === undefined ? {} : { prepare }),
    targets: { "redis-server": targets },
  });
}

export default suite("redis", [
  beside({ name: "SET", command: "set", pipeline: 1, targets: ALONE }),
  beside({ name: "GET", command: "get", pipeline: 1, targets: ALONE, prepare: fill }),
  beside({ name: "INCR", command: "incr", pipeline: 1, targets: ALONE }),
  beside({ name: "LPUSH", command: "lpush", pipeline: 1, targets: ALONE }),
  beside({ name: "SET", command: "set", pipeline: 16, targets: PIPED }),
  beside({ name: "GET", command: "get", pipeline: 16, targets: PIPED, prepare: fill }),
  beside({ name: "INCR", command: "incr", pipeline: 16, targets: PIPED }),
  beside({ name: "MSET of 10", command: "mset", pipeline: 16, targets: LARGE }),
  beside({ name: "SET of 64 KiB", command: "set", pipeline: 1, targets: LARGE, keys: 1000, valueBytes: 64 * 1024 }),
  beside({ name: "XADD", command: ["XADD", "stream", "*", "field", "value"], pipeline: 16, targets: LARGE }),
]);
