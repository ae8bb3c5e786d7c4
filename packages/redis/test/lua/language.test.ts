import { describe, expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { differences } from "./differential.ts";
import { type Outcome, runOriginal, runOurs, withoutAddresses } from "./original-lua.ts";
import { PROGRAMS } from "./programs.ts";

const lua = peer("lua5.1");

describe.skipIf(lua === undefined)("Lua programs do what they do in lua5.1", () => {
  const originals: Outcome[] = lua === undefined ? [] : runOriginal(lua, PROGRAMS).map(withoutAddresses);

  test.each([
    ["in fast form", {}],
    ["in full form", { full: true }],
    ["stopped at every slice", { stopEvery: 1 }],
  ])("%s", (_, options) => {
    PROGRAMS.forEach((source, at) => {
      expect({ source, ...withoutAddresses(runOurs(source, options)) }).toEqual({ source, ...originals[at]! });
    });
  });

  test("random ones, too", { timeout: 120_000 }, () => {
    expect(differences(lua!, 1, 400)).toEqual([]);
  });
});
