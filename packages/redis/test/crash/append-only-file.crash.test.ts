import { type DiskFile, everyCrashPoint, MemoryDisk, type SimulatedDisk } from "@tenon/kit";
import { expect, test } from "vitest";
import { commands, scenarioOf, statesOf } from "./workload.ts";

const series = commands(200, 1, 60);

test(
  "nothing that was answered under appendfsync always is lost, wherever the power goes, rewrites included",
  { timeout: 300_000 },
  async () => {
    const states = await statesOf(series, new MemoryDisk());
    const report = await everyCrashPoint({ ...scenarioOf(series, states), outcomes: 2 });
    expect(report.points).toBeGreaterThan(series.length);
  },
);

test("the test would notice if replies did not wait for their sync", { timeout: 300_000 }, async () => {
  const short = series.slice(0, 30);
  const states = await statesOf(short, new MemoryDisk());
  const scenario = scenarioOf(short, states);
  const broken = everyCrashPoint({
    ...scenario,
    run: (disk, acknowledged) => scenario.run(withoutSyncs(disk), acknowledged),
    outcomes: 8,
  });
  await expect(broken).rejects.toThrow(/commands were acknowledged, but/);
});

/** The same disk, whose asynchronous syncs of increments do nothing. */
function withoutSyncs(disk: SimulatedDisk): SimulatedDisk {
  const open = disk.open.bind(disk);
  disk.open = (path, mode): DiskFile => {
    const file = open(path, mode);
    if (path.endsWith(".incr.aof")) file.syncAsync = () => Promise.resolve();
    return file;
  };
  return disk;
}
