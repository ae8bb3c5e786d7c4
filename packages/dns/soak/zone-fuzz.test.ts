/** A hundred thousand mutated zones; TENON_SEED tries others. */
import { expect, test } from "vitest";
import { fuzzZones } from "../test/support/fuzz-zones.ts";

test("a hundred thousand mutated zones load as what they say, or not at all", () => {
  const seed = Number(process.env["TENON_SEED"] ?? 400);
  let loaded = 0;
  for (let i = 0; i < 10; i++) loaded += fuzzZones(10_000, seed + i);
  expect(loaded).toBeGreaterThan(20_000);
});
