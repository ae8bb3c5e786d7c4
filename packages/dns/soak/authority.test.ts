/** Answers of thousands of random zones, and a million mutated queries; TENON_SEED tries others. */
import { expect, test } from "vitest";
import { Name, ServedZone, ZoneData } from "../src/index.ts";
import { ZoneSet } from "../src/zone/zone-set.ts";
import { compareAnswers, compareThroughChanges } from "../test/support/compare-answers.ts";
import { EXAMPLE_ZONE } from "../test/support/example-zone.ts";
import { fuzzAuthority } from "../test/support/fuzz-authority.ts";

const SEED = Number(process.env["TENON_SEED"] ?? 10_000);

test.each([true, false])("answers are the reference's, minimal: %s", (minimalResponses) => {
  compareAnswers({ minimalResponses, seeds: 3000, firstSeed: SEED });
  compareThroughChanges({ minimalResponses, seeds: 800, firstSeed: SEED });
});

test("a million mutated queries are answered or not, and nothing else", () => {
  const origin = Name.parse("example.");
  const served = new ServedZone(origin);
  served.replace(ZoneData.load(Buffer.from(EXAMPLE_ZONE), { origin, file: "example" }).zone);
  const zones = new ZoneSet();
  zones.add(served);
  for (let i = 0; i < 10; i++) expect(fuzzAuthority(zones, 100_000, SEED + i)).toBeGreaterThan(10_000);
});
