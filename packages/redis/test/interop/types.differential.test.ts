import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { compareEffects } from "../differential/compare-collections.ts";
import { compareCommands } from "../differential/compare.ts";
import { COMPARISONS } from "../differential/types.ts";
import { type OriginalServer, startOriginal } from "../original.ts";

const redisServer = peer("redis-server");
const COMMANDS = 4000;

describe.skipIf(redisServer === undefined).each(Object.entries(COMPARISONS))(
  "%s beside redis-server",
  (_, comparison) => {
    let original: OriginalServer;
    beforeAll(async () => {
      // Blocked clients are timed out by its cron: let that run often.
      original = await startOriginal(redisServer!, ["--hz", "500"]);
    });
    afterAll(() => original.stop());

    for (const protocol of ["2", "3"] as const) {
      it(`answers ${COMMANDS} random commands as it does, in RESP${protocol}`, { timeout: 60_000 }, async () => {
        const theirs = await original.open();
        const run = { protocol, seed: 20_240_800 + Number(protocol), commands: COMMANDS };
        expect(await compareCommands(theirs, { ...comparison(), ...run })).toEqual([]);
        theirs.end();
      });
    }

    it("announces the same events in the same order, and counts the same changes", { timeout: 60_000 }, async () => {
      const { ours, theirs } = await compareEffects(original, {
        seed: 20_240_804,
        commands: COMMANDS,
        ...comparison(),
      });
      expect(theirs.events.length).toBeGreaterThan(COMMANDS / 20);
      expect(ours).toEqual(theirs);
    });
  },
);
