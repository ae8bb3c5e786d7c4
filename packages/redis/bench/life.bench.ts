/** How long people wait: for a server to start, for a command in process, and how long a server that keeps a million keys makes them wait. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Contender, freePort, MissingPeerError, redisServer, type Scenario, suite } from "@tenon/bench";
import { Redis } from "ioredis";
import { RedisClient, RedisServer } from "../src/index.ts";
import { budget } from "./budget.ts";

const LISTEN_BUDGET_MS = 5;
const START_BUDGET_MS = 120;
const LAUNCHERS = ["dist/bin/tenon.cjs", "bin/tenon.cjs"].map((path) =>
  fileURLToPath(new URL(`../../tenon/${path}`, import.meta.url)),
);

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** Figures of what is done again and again for the time of a round: the median of its durations. */
function repeated(name: string, once: () => Promise<number>): Contender {
  return {
    name,
    open: () =>
      Promise.resolve({
        async round(seconds) {
          const waits: number[] = [];
          const end = performance.now() + seconds * 1000;
          while (waits.length < 5 || performance.now() < end) waits.push(await once());
          return { wall: median(waits) };
        },
        close: () => Promise.resolve(),
      }),
  };
}

async function listenToReply(): Promise<number> {
  const started = performance.now();
  const server = await RedisServer.listen();
  const { host, port } = server.address;
  const client = await RedisClient.connect({ host, port });
  await client.command("PING");
  const waited = performance.now() - started;
  client.close();
  await server.close({ graceMs: 0 });
  return waited;
}

/** From the start of the process to the reply to PING, asked again and again. */
async function startToReply(command: string, args: readonly string[]): Promise<number> {
  const port = await freePort();
  const started = performance.now();
  const child = spawn(command, [...args, "--port", `${port}`], { stdio: "ignore" });
  const ended = once(child, "exit");
  for (;;) {
    const client = await RedisClient.connect({ port }).catch(() => undefined);
    if (client !== undefined) {
      await client.command("PING");
      client.close();
      break;
    }
    if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}`);
  }
  const waited = performance.now() - started;
  child.kill("SIGTERM");
  await ended;
  return waited;
}

function tenonRedis(): Contender {
  const launcher = LAUNCHERS.find((path) => existsSync(path));
  if (launcher === undefined) throw new MissingPeerError("tenon");
  return repeated("tenon", () => startToReply(process.execPath, [launcher, "redis"]));
}

/** One command after the other by ioredis, each awaited. */
function awaited(name: string, connect: () => Promise<{ redis: Redis; close(): Promise<void> }>): Contender {
  return {
    name,
    async open() {
      const { redis, close } = await connect();
      return {
        async round(seconds) {
          const started = performance.now();
          const end = started + seconds * 1000;
          let operations = 0;
          while (performance.now() < end) {
            for (let n = 0; n < 50; n++) {
              await redis.set(`key:${n}`, operations);
              await redis.get(`key:${n}`);
            }
            operations += 100;
          }
          return { throughput: operations / ((performance.now() - started) / 1000) };
        },
        async close() {
          redis.disconnect();
          await close();
        },
      };
    },
  };
}

const inProcess = awaited("connect()", async () => {
  const server = await RedisServer.listen();
  class Connector {
    connect(): Promise<ReturnType<RedisServer["connect"]>> {
      return Promise.resolve(server.connect());
    }
    check(): boolean {
      return true;
    }
    disconnect(): void {}
  }
  const redis = new Redis({ Connector: Connector as never });
  return { redis, close: () => server.close({ graceMs: 0 }) };
});

const overTcp = awaited("redis-server", async () => {
  const { host, port, stop } = await redisServer().start();
  return { redis: new Redis({ host, port }), close: stop };
});

const wall = [{ key: "wall", title: "ms", better: "lower" }] as const;

const scenarios: readonly Scenario[] = [
  {
    name: "ioredis, one command after the other: connect() against TCP",
    metrics: [{ key: "throughput", title: "commands/s", better: "higher" }],
    ours: inProcess,
    peers: [overTcp],
    targets: { "redis-server": { throughput: 3 } },
  },
  {
    name: "listen() to the first reply, warm",
    metrics: wall,
    ours: repeated("tenon", listenToReply),
    peers: [budget("the limit", { wall: LISTEN_BUDGET_MS })],
    targets: { "the limit": { wall: 1 } },
  },
  {
    name: "tenon redis, start to the first reply",
    metrics: wall,
    ours: tenonRedis(),
    peers: [budget("the limit", { wall: START_BUDGET_MS })],
    targets: { "the limit": { wall: 1 } },
  },
];

export default suite("redis", scenarios);
