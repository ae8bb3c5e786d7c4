import { describe, expect, it } from "vitest";
import { Engine } from "../src/engine/engine.ts";
import { LatencyHistogram } from "../src/observe/latency-histogram.ts";
import { latencyGraph, LatencyMonitor, latencyReport } from "../src/observe/latency-monitor.ts";
import { EngineUnderTest, seededRandom } from "./engine-client.ts";

describe("the histogram of a command's calls", () => {
  it("has the original's buckets: percentiles of 9 µs, 1 ms and 20 ms come out with its digits", () => {
    for (const [microseconds, shown] of [
      [2, 2.007],
      [9, 9.023],
      [13, 13.055],
      [1028, 1028.095],
      [20_140, 20_185.087],
    ] as const) {
      const histogram = new LatencyHistogram();
      histogram.record(microseconds, 1);
      expect(histogram.percentile(50)).toBe(shown);
    }
  });

  it("counts what was within each doubling, only where the count grows", () => {
    const histogram = new LatencyHistogram();
    for (const microseconds of [0.5, 3, 3, 30, 100]) histogram.record(microseconds, 1);
    expect(histogram.cumulative()).toEqual([
      { microseconds: 1, count: 1 },
      { microseconds: 4, count: 3 },
      { microseconds: 33, count: 4 },
      { microseconds: 132, count: 5 },
    ]);
  });

  it("never shows a percentile below a part of the calls that large, whatever was recorded", () => {
    const random = seededRandom(4);
    const histogram = new LatencyHistogram();
    const durations = Array.from({ length: 2000 }, () => 10 ** (random.float() * 6 - 1));
    for (const duration of durations) histogram.record(duration, 1);
    const sorted = durations.toSorted((a, b) => a - b);
    for (const percent of [1, 50, 90, 99, 99.9, 100]) {
      const exact = sorted[Math.ceil((percent / 100) * sorted.length) - 1]!;
      expect(histogram.percentile(percent)).toBeGreaterThanOrEqual(exact - 0.001);
      expect(histogram.percentile(percent)).toBeLessThanOrEqual(exact * 1.02 + 0.01);
    }
  });
});

describe("latency events", () => {
  it("are one a second, the longest, and at most 160", () => {
    const monitor = new LatencyMonitor();
    monitor.add("command", 5, 100);
    monitor.add("command", 9, 100);
    monitor.add("command", 7, 100);
    expect(monitor.event("command")!.samples).toEqual([{ timeSeconds: 100, latencyMs: 9 }]);
    for (let second = 101; second < 400; second++) monitor.add("command", 1, second);
    expect(monitor.event("command")!.samples).toHaveLength(160);
    expect(monitor.event("command")!.longestMs).toBe(9);
    expect(monitor.reset(["nothing", "command"])).toBe(1);
  });

  it("are drawn and explained in the original's words", () => {
    const monitor = new LatencyMonitor();
    monitor.add("command", 20, 1000);
    const rule = "-".repeat(80);
    expect(latencyGraph(monitor.event("command")!, 1000)).toBe(
      `command - high 20 ms, low 20 ms (all time high 20 ms)\n${rule}\n \n \n \n_\n \n0\ns\n`,
    );
    const drawn = new LatencyMonitor();
    drawn.add("command", 4, 400);
    drawn.add("command", 20, 1000);
    drawn.add("command", 30, 1001);
    expect(latencyGraph(drawn.event("command")!, 1001)).toBe(
      `command - high 30 ms, low 4 ms (all time high 30 ms)\n${rule}\n  #\n o|\n ||\n_||\n   \n110\n0ss\nm  \n`,
    );
    const facts = { nowSeconds: 1000, thresholdMs: 1, slowerThanMicroseconds: 10_000 };
    expect(latencyReport(monitor.events(), facts)).toContain(
      "1. command: 1 latency spikes (average 20ms, mean deviation 0ms, period 1.00 sec). Worst all time event 20ms.\n\nI have a few advices for you:\n\n- Your current Slow Log configuration",
    );
    expect(latencyReport([], { ...facts, thresholdMs: 0 })).toContain("I'm sorry, Dave");
  });

  it("are noted for commands that take longer than the threshold", () => {
    const server = new EngineUnderTest();
    // Every reading of the clock is 3 ms later.
    let reading = 0;
    Object.defineProperty(server, "engine", {
      value: new Engine({ random: seededRandom(1), now: server.now, monotonic: () => (reading += 3) }),
    });
    const client = server.connect();
    expect(client.line("LATENCY GRAPH command")).toEqual(new Error("ERR No samples available for event 'command'"));
    client.line("CONFIG SET latency-monitor-threshold 2");
    client.line("KEYS *");
    const seconds = Math.floor(server.now / 1000);
    expect(client.line("LATENCY HISTORY command")).toEqual([[seconds, 3]]);
    expect(client.line("LATENCY LATEST")).toEqual([["command", seconds, 3, 3]]);
    const [name, facts] = client.line("LATENCY HISTOGRAM keys") as [string, unknown[]];
    expect([name, facts[0], facts[1]]).toEqual(["keys", "calls", 1]);
    expect(client.line("LATENCY RESET")).toBe(1);
  });
});
