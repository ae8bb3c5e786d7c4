/** The differential fuzzer as a test: for a few seconds in the ordinary run, for as long as it takes in the soak. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { type OriginalServer, startOriginal } from "../original.ts";
import { fuzz } from "./fuzz.ts";
import { VERSION_DIFFERENCES } from "./version-differences.ts";

export interface Budget {
  readonly seed: number;
  readonly commands: number;
  /** Long enough for each known difference between the versions to be met: one that is not met is not there any more. */
  readonly meetsAllDifferences?: boolean;
}

export function differentialSuite({ seed, commands, meetsAllDifferences = false }: Budget): void {
  const redisServer = peer("redis-server");

  describe.skipIf(redisServer === undefined)("beside redis-server", () => {
    let original: OriginalServer;
    beforeAll(async () => {
      // Blocked clients are timed out by its cron: let that run often.
      original = await startOriginal(redisServer!, ["--hz", "500", "--enable-debug-command", "yes"]);
    });
    afterAll(() => original.stop());

    it(
      `answers, announces, keeps and counts the same after ${commands} random commands by several clients, in RESP2 and RESP3`,
      { timeout: 3_600_000 },
      async () => {
        const report = await fuzz(original, { seed, commands });
        expect(report.difference).toBe("");
        expect(report.commands).toBeGreaterThanOrEqual(commands);
        if (!meetsAllDifferences) return;
        // Those that neither version has a say in are a matter of rounding, and of luck.
        const unmet = VERSION_DIFFERENCES.filter(
          (difference) => difference.since !== "ours" && !report.met.has(difference),
        );
        expect(unmet.map(({ reason }) => reason)).toEqual([]);
      },
    );
  });
}
