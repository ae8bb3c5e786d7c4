/** Power cuts at every write of a long series of updates, and many kills of a secondary. */
import { everyCrashPoint, MemoryDisk } from "@tenon/kit";
import { expect, test } from "vitest";
import { journalScenario, versionsOf } from "../test/crash/journal-workload.ts";
import { secondaryKillSuite } from "../test/crash/secondary-kill.ts";

test("no update that was acknowledged is lost, and no serial goes back, wherever the power goes", async () => {
  const versions = await versionsOf(300, new MemoryDisk());
  const report = await everyCrashPoint({ ...journalScenario(versions), outcomes: 8 });
  expect(report.points).toBeGreaterThan(versions.updates.length);
});

secondaryKillSuite(40);
