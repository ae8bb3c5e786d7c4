import { expect, it } from "vitest";
import { everyCrashPoint, type Reordering } from "../src/index.ts";
import { compareDisks } from "../test/world/disk-differential.ts";
import { scenario } from "../test/world/example-scenario.ts";

it("the real and the simulated disk agree on 50,000 sequences of operations", () => {
  for (let seed = 1; seed <= 10; seed++) expect(() => compareDisks({ seed, runs: 5000 })).not.toThrow();
});

it.each<Reordering>(["posix", "page-cache"])(
  "the example store survives 100 series of crashes (%s)",
  async (reordering) => {
    for (let seed = 1; seed <= 100; seed++) {
      await everyCrashPoint(scenario(undefined, { seed, outcomes: 50, disk: { reordering } }));
    }
  },
);
