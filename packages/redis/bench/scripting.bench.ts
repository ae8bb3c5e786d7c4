/** EVAL beside redis-server: short scripts, where the way in and out decides, and long ones, where Lua does. */
import { type Load, nodeServer, redisBenchmark, redisServer, serverScenario, suite } from "@tenon/bench";
import { RedisClient } from "../src/index.ts";

const ours = nodeServer({ name: "tenon", script: new URL("./server.ts", import.meta.url) });

const TWO_CALLS = "redis.call('set',KEYS[1],ARGV[1]) return redis.call('get',KEYS[1])";

/** Programs of some milliseconds; each is compiled once, and warm after a few calls. */
const PROGRAMS: Readonly<Record<string, string>> = {
  loops: "local s=0 for i=1,1e6 do s=s+i%7 end return s",
  tables: "local t={} for i=1,1e5 do t[i]={n=i} end local s=0 for _,v in ipairs(t) do s=s+v.n end return s",
  recursion: "local function fib(n) if n<2 then return n end return fib(n-1)+fib(n-2) end return fib(24)",
  strings: "local t={} for i=1,2e4 do t[#t+1]='item'..i end return #table.concat(t,',')",
};

/** One client that sends the command, waits for the reply, and sends it again: for commands of milliseconds. */
function oneAfterTheOther(command: readonly string[]): Load {
  return async ({ host, port, seconds }) => {
    const client = await RedisClient.connect({ host, port });
    const started = performance.now();
    let operations = 0;
    for (; performance.now() - started < seconds * 1000; operations++) await client.command(...command);
    client.close();
    return { operations, seconds: (performance.now() - started) / 1000 };
  };
}

export default suite("redis", [
  serverScenario({
    name: "EVAL of two calls, 50 connections, pipeline 8",
    ours,
    peers: [redisServer()],
    load: redisBenchmark({
      command: ["EVAL", TWO_CALLS, "1", "key:__rand_int__", "value"],
      clients: 50,
      pipeline: 8,
      keys: 100_000,
    }),
    targets: { "redis-server": { throughput: 0.8, cpu: 0.7 } },
  }),
  ...Object.entries(PROGRAMS).map(([name, program]) =>
    serverScenario({
      name: `EVAL: ${name} in one script, warm`,
      ours,
      peers: [redisServer()],
      load: oneAfterTheOther(["EVAL", program, "0"]),
      targets: { "redis-server": { throughput: 1 } },
    }),
  ),
]);
