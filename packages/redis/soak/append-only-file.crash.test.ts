import { everyCrashPoint, MemoryDisk } from "@tenon/kit";
import { expect, test } from "vitest";
import { commands, everyPointOfOneRun, scenarioOf, statesOf } from "../test/crash/workload.ts";

test(
  "nothing that was answered is lost at any crash point of one run of 2,000 commands",
  { timeout: 3_600_000 },
  async () => {
    const series = commands(2000, 77, 150);
    const report = await everyPointOfOneRun(series, { outcomes: 2, seed: 77 });
    expect(report.points).toBeGreaterThan(series.length);
  },
);

/** Every crash point of `count` commands, 100 commands at a time: each series begins where nothing is, so that the work stays linear. */
test(
  "nothing that was answered is lost at any crash point of twenty short runs, nor when the power goes again in recovery",
  { timeout: 3_600_000 },
  async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const series = commands(100, seed, 25);
      const states = await statesOf(series, new MemoryDisk());
      const report = await everyCrashPoint({ ...scenarioOf(series, states), outcomes: 4, seed });
      expect(report.points).toBeGreaterThan(series.length);
    }
  },
);
