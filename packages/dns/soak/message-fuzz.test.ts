/** A million mutated messages; TENON_SEED tries others. */
import { expect, test } from "vitest";
import { fuzzMessages } from "../test/support/mutations.ts";

test("a million mutated messages are decoded or refused, and nothing else", () => {
  const { decoded, refused } = fuzzMessages(1_000_000, Number(process.env["TENON_SEED"] ?? 100));
  expect(decoded + refused).toBe(1_000_000);
  expect(decoded).toBeGreaterThan(10_000);
});
