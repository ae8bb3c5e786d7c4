/** SET and GET beside redis-server, by redis-benchmark with 50 connections. */
import { nodeServer, redisBenchmark, redisServer, serverScenario, suite } from "@tenon/bench";

const ours = nodeServer({ name: "tenon", script: new URL("./server.ts", import.meta.url) });

/** Least ratios: without pipelining, and with 16. */
const TARGETS = {
  1: { throughput: 0.85, cpu: 0.75 },
  16: { throughput: 1.0, cpu: 0.9 },
} as const;

export default suite(
  "redis",
  ([1, 16] as const).flatMap((pipeline) =>
    ["set", "get"].map((command) =>
      serverScenario({
        name: `${command.toUpperCase()}, 50 connections, pipeline ${pipeline}`,
        ours,
        peers: [redisServer()],
        load: redisBenchmark({ command, clients: 50, pipeline, keys: 100_000, valueBytes: 3 }),
        targets: { "redis-server": TARGETS[pipeline] },
      }),
    ),
  ),
);
