/** EVAL beside redis-server: short scripts, where the way in and out decides, and long ones, where Lua does. */
import { nodeServer, redisBenchmark, redisServer, serverScenario, suite } from "@tenon/bench";

const ours = nodeServer({ name: "tenon", script: new URL("./server.ts", import.meta.url) });

const TWO_CALLS = "redis.call('set',KEYS[1],ARGV[1]) return redis.call('get',KEYS[1])";

/** Programs of some milliseconds; each is compiled once, and warm after a few calls. */
const PROGRAMS: Readonly<Record<string, string>> = {
  loops: "local s=0 for i=1,1e6 do s=s+i%7 end return s",
  tables: "local t={} for i=1,1e5 do t[i]={n=i} end local s=0 for _,v in ipairs(t) do s=s+v.n end return s",
  recursion: "local function fib(n) if n<2 then return n end return fib(n-1)+fib(n-2) end return fib(24)",
  strings: "local t={} for i=1,2e4 do t[#t+1]='item'..i end return #table.concat(t,',')",
};

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
      load: redisBenchmark({ command: ["EVAL", program, "0"], clients: 1, pipeline: 1, keys: 1 }),
      targets: { "redis-server": { throughput: 1 } },
    }),
  ),
]);
