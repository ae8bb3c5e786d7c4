import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { peer } from "../../../scripts/test-peer.ts";
import { differences } from "../test/lua/differential.ts";
import { programDifferences, scriptDifferences } from "../test/lua/eval-differential.ts";
import { type Original, type OriginalServer, startOriginal } from "../test/original.ts";

const HOURS = 3_600_000;
const lua = peer("lua5.1");
const executable = peer("redis-server");

test.skipIf(lua === undefined)("20,000 random Lua programs do what they do in lua5.1", { timeout: HOURS }, () => {
  expect(differences(lua!, 100_000, 20_000)).toEqual([]);
});

describe.skipIf(executable === undefined)("through EVAL, against redis-server", () => {
  let server: OriginalServer;
  let original: Original;
  beforeAll(async () => {
    server = await startOriginal(executable!);
    original = await server.open();
  });
  afterAll(async () => {
    original.end();
    await server.stop();
  });

  test("10,000 random Lua programs", { timeout: HOURS }, async () => {
    expect(await programDifferences(original, 200_000, 10_000)).toEqual([]);
  });

  test("10,000 random scripts that call the server", { timeout: HOURS }, async () => {
    expect(await scriptDifferences(original, 300_000, 10_000)).toEqual([]);
  });
});
