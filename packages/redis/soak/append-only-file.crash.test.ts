import { everyCrashPoint, MemoryDisk } from "@tenon/kit";
import { expect, test } from "vitest";
import { commands, scenarioOf, statesOf } from "../test/crash/workload.ts";

/** Every crash point of `count` commands, 100 commands at a time: each series begins where nothing is, so that the work stays linear. */
test("nothing that was answered is lost at any crash point of 2,000 commands", { timeout: 3_600_000 }, async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const series = commands(100, seed, 25);
    const states = await statesOf(series, new MemoryDisk());
    const report = await everyCrashPoint({ ...scenarioOf(series, states), outcomes: 4, seed });
    expect(report.points).toBeGreaterThan(series.length);
  }
});
