import { expect, test, vi } from "vitest";
import { compareEngines } from "./differential/compare-engines.ts";

// Much work on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 });

test("all engines print the same and fail in the same places", () => {
  const tally = compareEngines({ seed: 20_260, runs: 250 });
  // The comparison is worth something only while most programs run, and many of them fail.
  expect(tally.compared).toBeGreaterThan(330);
  expect(tally.failing).toBeGreaterThan(80);
  expect(tally.compared - tally.failing).toBeGreaterThan(80);
});
