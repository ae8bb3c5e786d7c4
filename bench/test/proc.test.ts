import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { cpuSeconds, parseStat, residentBytes } from "../src/proc.ts";

const linux = existsSync("/proc/self/stat");

test("a program's name may hold spaces and parentheses", () => {
  const line = "4711 (a) b) (c) S 17 4711 4711 0 -1 4194304 900 0 0 0 11 22 33 44 20 0 1 0 100 0 0";
  expect(parseStat(line)).toEqual({ pid: 4711, parent: 17, ticks: 110, waitedTicks: 77 });
});

test.runIf(linux)("CPU time counts the work of children, and of threads", async () => {
  // The parent only waits: its child burns 200 ms of CPU time in a worker thread, and says so.
  const burn =
    "const end = process.cpuUsage().user + 2e5; while (process.cpuUsage().user < end); require('node:worker_threads').parentPort.postMessage('done')";
  const child = `new (require('node:worker_threads').Worker)(${JSON.stringify(burn)}, { eval: true }).on('message', console.log); setInterval(() => {}, 1000)`;
  const parent = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' }); process.on('SIGTERM', () => process.exit())`;
  const running = spawn("setsid", [process.execPath, "-e", parent], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    await once(running.stdout, "data");
    expect(cpuSeconds(running.pid!)).toBeGreaterThanOrEqual(0.19);
    expect(residentBytes(running.pid!)).toBeGreaterThan(40e6); // two Nodes;
  } finally {
    process.kill(-running.pid!, "SIGKILL");
  }
});

test.runIf(linux)("a process that is gone has no CPU time", async () => {
  const running = spawn(process.execPath, ["-e", "0"]);
  await once(running, "exit");
  expect(() => cpuSeconds(running.pid!)).toThrow("not running");
});
