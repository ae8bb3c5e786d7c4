/** Lists, hashes, sets and sorted sets: over the wire beside redis-server, and the order of sorted sets by itself. */
import {
  microScenario,
  nodeServer,
  redisBenchmark,
  redisServer,
  type Scenario,
  serverScenario,
  suite,
} from "@tenon/bench";
import { RedisClient } from "../src/index.ts";
import { ScoreTree } from "../src/types/score-tree.ts";
import { SkipList } from "./skip-list.ts";

const ours = nodeServer({ name: "tenon", script: new URL("./server.ts", import.meta.url) });

function piped(name: string, command: readonly string[]): Scenario {
  return serverScenario({
    name: `${name}, 50 connections, pipeline 16`,
    ours,
    peers: [redisServer()],
    load: redisBenchmark({ command, clients: 50, pipeline: 16, keys: 100_000 }),
    targets: { "redis-server": { throughput: 0.85, cpu: 0.7 } },
  });
}

interface Order {
  insert(score: number, member: string): void;
  rank(score: number, member: string): number;
}

const ENTRIES = 100_000;

/** Scores and members in a fixed random order. */
function entries(): { scores: number[]; members: string[] } {
  const scores = Array.from({ length: ENTRIES }, (_, i) => (Math.imul(i, 0x9e37_79b1) >>> 8) / 3);
  return { scores, members: scores.map((score, i) => `member:${i}:${Math.trunc(score)}`) };
}

function insertAll(make: () => Order): () => () => void {
  return () => {
    const { scores, members } = entries();
    return () => {
      const order = make();
      for (let i = 0; i < ENTRIES; i++) order.insert(scores[i]!, members[i]!);
    };
  };
}

function rankAll(make: () => Order): () => () => void {
  return () => {
    const { scores, members } = entries();
    const order = make();
    for (let i = 0; i < ENTRIES; i++) order.insert(scores[i]!, members[i]!);
    return () => {
      for (let i = 0; i < ENTRIES; i++) order.rank(scores[i]!, members[i]!);
    };
  };
}

const tree = (): Order => new ScoreTree();
const skipList = (): Order => new SkipList(Math.random);

function orders(name: string, work: (make: () => Order) => () => () => void): Scenario {
  return microScenario({
    name: `sorted set of 100,000: ${name}`,
    unit: "entries",
    unitsPerCall: ENTRIES,
    ours: { name: "B+-tree", setup: work(tree) },
    peers: [{ name: "skip list", setup: work(skipList) }],
    targets: { "skip list": { throughput: 1.5 } },
  });
}

export default suite("redis", [
  piped("LPUSH", ["LPUSH", "list", "xxx"]),
  piped("SADD", ["SADD", "set", "element:__rand_int__"]),
  piped("HSET", ["HSET", "hash", "element:__rand_int__", "xxx"]),
  piped("ZADD", ["ZADD", "zset", "0", "element:__rand_int__"]),
  serverScenario({
    name: "LRANGE of 100, 50 connections, pipeline 16",
    ours,
    peers: [redisServer()],
    prepare: async ({ host, port }) => {
      const client = await RedisClient.connect({ host, port });
      await client.command("RPUSH", "list", ...Array.from({ length: 1000 }, () => "xxx"));
      client.close();
    },
    load: redisBenchmark({ command: ["LRANGE", "list", "0", "99"], clients: 50, pipeline: 16, keys: 1 }),
    targets: { "redis-server": { throughput: 0.85, cpu: 0.7 } },
  }),
  orders("insertion", insertAll),
  orders("rank", rankAll),
]);
