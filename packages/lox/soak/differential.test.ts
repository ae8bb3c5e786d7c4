import { expect, test } from "vitest";
import { compareEngines } from "../test/differential/compare-engines.ts";

test("all engines agree on 10,000 programs", () => {
  const seed = Number(process.env["TENON_SEED"] ?? Date.now() % 2 ** 31);
  process.stderr.write(`lox differential: TENON_SEED=${seed}\n`);
  const tally = compareEngines({ seed, runs: 12_000 });
  expect(tally.compared).toBeGreaterThan(20_000);
});
