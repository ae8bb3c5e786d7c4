import { type DiskFile, everyCrashPoint, MemoryDisk, type SimulatedDisk } from "@tenon/kit";
import { expect, test } from "vitest";
import { journalScenario, versionsOf } from "./journal-workload.ts";

test("no update that was acknowledged is lost, and no serial goes back, wherever the power goes", async () => {
  const versions = await versionsOf(40, new MemoryDisk());
  const report = await everyCrashPoint({ ...journalScenario(versions), outcomes: 4 });
  expect(report.points).toBeGreaterThan(versions.updates.length);
});

test("the test would notice if updates were acknowledged before their sync", async () => {
  const versions = await versionsOf(10, new MemoryDisk());
  const scenario = journalScenario(versions);
  const broken = everyCrashPoint({
    ...scenario,
    run: (disk, acknowledged) => scenario.run(withoutSyncs(disk), acknowledged),
  });
  await expect(broken).rejects.toThrow(/were acknowledged/);
});

test("the test would notice if a torn end were kept", async () => {
  const versions = await versionsOf(10, new MemoryDisk());
  const scenario = journalScenario(versions);
  const broken = everyCrashPoint({
    ...scenario,
    check: (disk, acknowledged) => scenario.check(withoutTruncates(disk), acknowledged),
    outcomes: 8,
  });
  await expect(broken).rejects.toThrow(/power lost/);
});

/** But for the one when the file is opened. */
function withoutSyncs(disk: SimulatedDisk): SimulatedDisk {
  return withFiles(disk, (file) => {
    const sync = file.syncAsync.bind(file);
    let count = 0;
    file.syncAsync = () => (count++ === 0 ? sync() : Promise.resolve());
  });
}

function withoutTruncates(disk: SimulatedDisk): SimulatedDisk {
  return withFiles(disk, (file) => void (file.truncate = () => {}));
}

function withFiles(disk: SimulatedDisk, change: (file: DiskFile) => void): SimulatedDisk {
  const open = disk.open.bind(disk);
  disk.open = (path, mode): DiskFile => {
    const file = open(path, mode);
    change(file);
    return file;
  };
  return disk;
}
