import { existsSync } from "node:fs";
import { createConnection } from "node:net";
import { expect, test } from "vitest";
import { peer } from "../../scripts/test-peer.ts";
import {
  commandScenario,
  nginx,
  nodeServer,
  redisBenchmark,
  redisServer,
  serverScenario,
  startProgram,
  wrk,
} from "../src/index.ts";
import { runScenario } from "../src/runner.ts";
import broken from "./fixtures/broken.bench.ts";
import sums from "./fixtures/sums.bench.ts";

const linux = existsSync("/proc/self/stat");
const options = {
  rounds: 1,
  warmupRounds: 0,
  seconds: 0.3,
  file: new URL("./fixtures/sums.bench.ts", import.meta.url).href,
};
const echo = nodeServer({ name: "node", script: new URL("./fixtures/echo-server.ts", import.meta.url) });

test("a micro scenario runs each contender in a process of its own, and finds the slower one", async () => {
  const result = await runScenario(sums.scenarios[0]!, options);
  expect(result.ratios[0]!.median).toBeGreaterThan(5);
  expect(result.contenders[0]!.figures["cpu"]!.median).toBeGreaterThan(0);
});

test("a function that throws is an error", async () => {
  const file = new URL("./fixtures/broken.bench.ts", import.meta.url).href;
  await expect(runScenario(broken.scenarios[0]!, { ...options, file })).rejects.toThrow("process ended with 1");
});

test.runIf(linux)("a command that fails is an error, not a figure", async () => {
  const ours = { name: "fails", command: [process.execPath, "-e", "process.exit(3)"] } as const;
  await expect(runScenario(commandScenario({ name: "fails", ours, peers: [] }), options)).rejects.toThrow(
    "ended with 3",
  );
});

test.runIf(linux)("a command scenario measures wall and CPU time of a run", async () => {
  const burn = "const end = process.cpuUsage().user + 5e5; while (process.cpuUsage().user < end);";
  const scenario = commandScenario({
    name: "burn",
    ours: { name: "idle", command: [process.execPath, "-e", "0"] },
    peers: [{ name: "busy", command: [process.execPath, "-e", burn] }],
  });
  const result = await runScenario(scenario, options);
  expect(result.contenders[1]!.figures["cpu"]!.median).toBeGreaterThan(490);
  expect(result.ratios.find(({ metric }) => metric === "cpu")!.median).toBeGreaterThan(1);
});

test.runIf(linux && peer("wrk") !== undefined)(
  "wrk against a Node server: throughput, CPU time and latency",
  async () => {
    const scenario = serverScenario({ name: "hello", ours: echo, peers: [], load: wrk({ connections: 4 }) });
    const { figures } = (await runScenario(scenario, options)).contenders[0]!;
    expect(Object.keys(figures)).toEqual(["throughput", "cpu", "p50", "p99"]);
    expect(figures["cpu"]!.median).toBeGreaterThan(0);
  },
);

test.runIf(linux && peer("wrk") !== undefined && peer("nginx") !== undefined)(
  "wrk against nginx: the workers' CPU time counts",
  async () => {
    const server = nginx({ server: 'location / { return 200 "hello"; } location /no { return 404; }' });
    const ok = serverScenario({ name: "hello", ours: server, peers: [], load: wrk({ connections: 4 }) });
    expect((await runScenario(ok, options)).contenders[0]!.figures["cpu"]!.median).toBeGreaterThan(0);
    const wrong = serverScenario({ name: "404", ours: server, peers: [], load: wrk({ path: "/no", connections: 4 }) });
    await expect(runScenario(wrong, options)).rejects.toThrow("Non-2xx");
  },
);

test.runIf(linux && peer("redis-server") !== undefined && peer("redis-benchmark") !== undefined)(
  "redis-benchmark against redis-server; an error reply is an error",
  async () => {
    const ours = redisServer();
    const load = redisBenchmark({ command: "set", clients: 4, pipeline: 4 });
    const ok = serverScenario({ name: "SET", ours, peers: [], load });
    expect((await runScenario(ok, options)).contenders[0]!.figures["throughput"]!.median).toBeGreaterThan(0);
    const wrong = serverScenario({ name: "?", ours, peers: [], load: redisBenchmark({ command: ["NOSUCHCOMMAND"] }) });
    await expect(runScenario(wrong, options)).rejects.toThrow("unknown command");
  },
);

test("a stopped server no longer listens", async () => {
  const running = await echo.start();
  await running.stop();
  const refused = new Promise((resolve) => createConnection(running.port, running.host).once("error", resolve));
  await expect(refused).resolves.toMatchObject({ code: "ECONNREFUSED" });
});

test("a program that ends before it is ready is an error with its output", async () => {
  const args = ["-e", "console.error('no such luck'); process.exit(1)"];
  await expect(startProgram({ command: process.execPath, args })).rejects.toThrow("no such luck");
});
