import { describe, expect, it } from "vitest";
import {
  type CrashScenario,
  CrashTestError,
  everyCrashPoint,
  type Reordering,
  type SimulatedDisk,
} from "../../src/index.ts";
import { scenario } from "./example-scenario.ts";
import type { Sync } from "./example-store.ts";

describe("the example store", () => {
  it.each<Reordering>(["posix", "page-cache"])("keeps every promise at every crash point (%s)", async (reordering) => {
    const report = await everyCrashPoint(scenario(undefined, { outcomes: 12, disk: { reordering } }));
    expect(report.points).toBe(report.operations + 1);
    expect(report.outcomes).toBeGreaterThan(report.points * 12);
  });

  it.each<Sync>(["record", "compacted log", "new name"])("is caught without the sync of the %s", async (without) => {
    await expect(everyCrashPoint(scenario(without))).rejects.toThrow(CrashTestError);
    await expect(everyCrashPoint(scenario(without, { disk: { reordering: "page-cache" } }))).rejects.toThrow(
      CrashTestError,
    );
  });

  it("is caught whatever the seed", async () => {
    for (let seed = 1; seed <= 10; seed++) {
      await expect(everyCrashPoint(scenario("record", { seed }))).rejects.toThrow(CrashTestError);
    }
  });
});

describe("everyCrashPoint", () => {
  it("names the point and outcome of a failure, and replays just that", async () => {
    const failure = await everyCrashPoint(scenario("compacted log")).then(
      () => undefined,
      (error: unknown) => error as CrashTestError,
    );
    expect(failure?.message).toMatch(
      /^power lost at \d+ of \d+, \w+ .*replay with only: \{ point: \d+, outcome: \d+ \}/,
    );
    const { point, outcome } = failure!;
    const replayed = everyCrashPoint(scenario("compacted log", { only: { point, outcome } }));
    await expect(replayed).rejects.toThrow(failure!.message);
    await everyCrashPoint(scenario(undefined, { only: { point, outcome } }));
  });

  it("cuts the power inside recovery, too", async () => {
    // Recovery moves the state from "old" to "new" in two files, wrongly: it removes the old one before the new one is durable.
    const put = (disk: SimulatedDisk, path: string): void => {
      const file = disk.open(path, "create");
      file.write(Buffer.from("state"), 0);
      file.close();
    };
    const fragile: CrashScenario<object> = {
      acknowledge: () => ({}),
      setup: (disk) => put(disk, "old"),
      run: () => {},
      check: (disk) => {
        const from = disk.stat("new")?.size ? "new" : "old";
        expect(Buffer.from(disk.readFile(from)).toString()).toBe("state");
        if (from === "new") return;
        put(disk, "new");
        disk.unlink("old");
        disk.syncDirectory("/");
      },
      outcomes: 30,
    };
    await expect(everyCrashPoint(fragile)).rejects.toThrow(/and again at/);
    await everyCrashPoint({ ...fragile, crashRecovery: false });
  });

  it("reports work that fails while the power is on as a failure of the work", async () => {
    const broken = everyCrashPoint<object>({
      acknowledge: () => ({}),
      run: (disk) => {
        disk.makeDirectory("a");
        if (disk.stat("b") === undefined) throw new Error("out of luck");
      },
      check: () => {},
    });
    await expect(broken).rejects.toThrow("out of luck");
  });

  it("spreads a limited number of points over the run, both ends among them", async () => {
    const seen: number[] = [];
    const report = await everyCrashPoint<object>({
      acknowledge: () => ({}),
      run: (disk) => {
        for (let count = 0; count < 99; count++) disk.makeDirectory(String(count));
      },
      check: (disk) => void seen.push(disk.readDirectory("/").length),
      maxPoints: 5,
      outcomes: 1,
    });
    expect(report).toMatchObject({ operations: 99, points: 5, outcomes: 5 });
    expect(seen).toHaveLength(5);
  });
});
