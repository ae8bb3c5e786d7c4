/** A million mutated rdata and as many master files; TENON_SEED tries others. */
import { expect, test } from "vitest";
import { fuzzRdata, fuzzZoneFiles } from "../test/support/fuzz-text.ts";

const seed = Number(process.env["TENON_SEED"] ?? 200);

test("a million mutated rdata are values that print and read back, or refused", () => {
  expect(fuzzRdata(1_000_000, seed)).toBeGreaterThan(100_000);
});

test("a million mutated master files become records that read back, and errors", () => {
  expect(fuzzZoneFiles(1_000_000, seed)).toBeGreaterThan(500_000);
});
