import { expect, test } from "vitest";
import { peer } from "../../../scripts/test-peer.ts";
import { differences } from "../test/lua/differential.ts";

const lua = peer("lua5.1");

test.skipIf(lua === undefined)("20,000 random Lua programs do what they do in lua5.1", () => {
  expect(differences(lua!, 100_000, 20_000)).toEqual([]);
});
