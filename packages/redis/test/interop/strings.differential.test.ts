import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { compareStrings } from "../differential/compare-strings.ts";
import { type OriginalServer, startOriginal } from "../original.ts";

const redisServer = peer("redis-server");
const COMMANDS = 6000;

describe.skipIf(redisServer === undefined)("strings, keys and transactions beside redis-server", () => {
  let original: OriginalServer;
  beforeAll(async () => {
    original = await startOriginal(redisServer!);
  });
  afterAll(() => original.stop());

  for (const [protocol, seed] of [
    ["2", 7],
    ["3", 8],
  ] as const) {
    it(`answers ${COMMANDS} random commands byte for byte, in RESP${protocol}`, { timeout: 60_000 }, async () => {
      const theirs = await original.open();
      const differences = await compareStrings(theirs, { protocol, seed, commands: COMMANDS });
      theirs.end();
      expect(differences).toEqual([]);
    });
  }
});
