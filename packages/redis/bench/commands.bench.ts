/** String commands beside redis-server, by redis-benchmark with 50 connections; collections are in collections.bench.ts. */
import { nodeServer, redisBenchmark, redisServer, serverScenario, suite } from "@tenon/bench";

const ours = nodeServer({ name: "tenon", script: new URL("./server.ts", import.meta.url) });

/** Commands, commands per write, and the least ratios. */
const WORK = [
  { commands: ["set", "get", "incr", "lpush"], pipeline: 1, targets: { throughput: 0.85, cpu: 0.75 } },
  { commands: ["set", "get", "incr"], pipeline: 16, targets: { throughput: 1.0, cpu: 0.9 } },
  { commands: ["mset"], pipeline: 16, targets: { throughput: 0.85, cpu: 0.7 } },
] as const;

export default suite(
  "redis",
  WORK.flatMap(({ commands, pipeline, targets }) =>
    commands.map((command) =>
      serverScenario({
        name: `${command.toUpperCase()}, 50 connections, pipeline ${pipeline}`,
        ours,
        peers: [redisServer()],
        load: redisBenchmark({ command, clients: 50, pipeline, keys: 100_000, valueBytes: 3 }),
        targets: { "redis-server": targets },
      }),
    ),
  ),
);
