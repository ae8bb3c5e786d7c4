import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { stringCommand } from "../differential/strings.ts";
import { EngineUnderTest, seededRandom } from "../engine-client.ts";
import { type OriginalServer, startOriginal } from "../original.ts";

const redisServer = peer("redis-server");
const COMMANDS = process.env["TENON_SOAK"] === undefined ? 6000 : 500_000;

/**
 * Replies whose elements come in no particular order, sorted; and where 7.0 differs from 7.4: a short list is a "listpack"
 * since 7.2. One difference is ours: an integer beyond 2^53 is reported as "int" after INCRBYFLOAT too.
 */
function canonical(words: readonly string[], reply: string): string {
  const sorted = words[0] === "KEYS" || words[0] === "EXEC" ? reply.split("\r\n").toSorted().join("\r\n") : reply;
  return sorted.replaceAll("quicklist", "listpack").replaceAll("$9", "$8");
}

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
    it(`answers ${COMMANDS} random commands byte for byte, in RESP${protocol}`, { timeout: 3_600_000 }, async () => {
      const theirs = await original.open();
      const world = new EngineUnderTest();
      // The clock stands where the original's is: times that are given absolutely must lie on the same side of it.
      world.now = Date.now();
      const ours = world.connect();
      for (const first of [["FLUSHALL"], ["HELLO", protocol]]) {
        await theirs.raw(first);
        ours.raw(...first);
      }
      const { integer } = seededRandom(seed);
      const differences: unknown[] = [];
      for (let i = 0; i < COMMANDS && differences.length < 5; i++) {
        const words = stringCommand(integer);
        world.now = Date.now();
        const a = canonical(words, ours.raw(...words));
        const b = canonical(words, await theirs.raw(words));
        if (a === b) continue;
        if (words[0] === "OBJECT" && a === "$3\r\nint\r\n" && b === "$6\r\nembstr\r\n") continue;
        const at = Array.from(a).findIndex((character, index) => character !== b[index]);
        differences.push({
          i,
          at: [a.slice(Math.max(0, at - 20), at + 40), b.slice(Math.max(0, at - 20), at + 40)],
          words: words.map((word) => word.slice(0, 80)),
          ours: a.slice(0, 400),
          theirs: b.slice(0, 400),
        });
      }
      theirs.end();
      expect(differences).toEqual([]);
    });
  }
});
