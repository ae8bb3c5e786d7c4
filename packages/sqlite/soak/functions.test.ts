import { expect, test } from "vitest";
import { Calls } from "../test/functions/support/calls.ts";
import { aggregateDifferences, everyFunction, generated } from "../test/functions/support/differential.ts";
import { datetimeCall, likeCall, printfCall, textCall } from "../test/functions/support/generated-calls.ts";

const SEED = 1_000_003;

test("800,000 calls of all scalar functions answer as the original's", () => {
  using calls = new Calls();
  const { total, differences } = everyFunction(calls, SEED, 10_000);
  expect(differences).toEqual([]);
  expect(total).toBeGreaterThan(800_000);
});

test.each(["utf16le", "utf16be"] as const)("100,000 calls in a database in %s", (encoding) => {
  using calls = new Calls(encoding);
  expect(everyFunction(calls, SEED, 1_200).differences).toEqual([]);
});

test.each([
  ["likeCall", likeCall],
  ["printfCall", printfCall],
  ["datetimeCall", datetimeCall],
  ["textCall", textCall],
])("300,000 of %s", (_name, generate) => {
  using calls = new Calls();
  expect(generated(calls, generate, SEED, 300_000)).toEqual([]);
});

test("30,000 aggregates, whole and in windows", () => {
  using calls = new Calls();
  expect(aggregateDifferences(calls, SEED, 2_500)).toEqual([]);
});
