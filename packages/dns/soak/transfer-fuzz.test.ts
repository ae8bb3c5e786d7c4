/** A million mutated signatures and streams of transfers; TENON_SEED tries others. */
import { expect, test } from "vitest";
import { fuzzSignatures, fuzzTransfers } from "../test/support/fuzz-transfers.ts";

const SEED = Number(process.env["TENON_SEED"] ?? 100);

test("a million mutated signed requests: none passes that says something else", () => {
  // Most do not come so far: they are no messages any more.
  expect(fuzzSignatures(1_000_000, SEED)).toBeGreaterThan(50_000);
});

test("a million mutated transfers are zones or errors", () => {
  let refused = 0;
  for (let part = 0; part < 100; part++) refused += fuzzTransfers(10_000, SEED + part).refused;
  expect(refused).toBeGreaterThan(100_000);
});
