import { expect, test } from "vitest";
import { compareEngines } from "./differential/compare-engines.ts";

test("all engines print the same and fail in the same places", () => {
  const tally = compareEngines({ seed: 20_260, runs: 300 });
  // The comparison is worth something only while most programs run, and many of them fail.
  expect(tally.compared).toBeGreaterThan(400);
  expect(tally.failing).toBeGreaterThan(80);
  expect(tally.compared - tally.failing).toBeGreaterThan(80);
});
