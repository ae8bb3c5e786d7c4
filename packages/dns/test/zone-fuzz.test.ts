/** Mutated zones; `npm run soak dns` has a hundred thousand of them. */
import { expect, test } from "vitest";
import { fuzzZones } from "./support/fuzz-zones.ts";

test("mutated zones load as what they say, or not at all", { timeout: 60_000 }, () => {
  expect(fuzzZones(600, 400)).toBeGreaterThan(120);
});
