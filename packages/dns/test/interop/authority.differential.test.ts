/**
 * The same zones in Knot, in NSD and here give equal answers to generated questions; where the two differ, ours is what the paragraph in
 * support/differential/decisions.ts demands. `npm run soak dns` asks 20,000 questions a zone; TENON_SEED and TENON_ZONE choose others.
 */
import { expect, test } from "vitest";
import { runDifferential, runWithAdditionalData } from "../support/differential/run.ts";

const seed = Number(process.env["TENON_SEED"] ?? 1);

test("Knot, NSD and ours answer alike", { timeout: 120_000 }, async () => {
  const result = await runDifferential({ seed, questionsPerZone: 300, zone: process.env["TENON_ZONE"] });
  if (result === undefined) return;
  expect(result.differences.slice(0, 10).join("\n")).toBe("");
  expect(result.agreed).toBeGreaterThan(result.zones * 200);
});

test("with additional data, whole answers are NSD's", { timeout: 120_000 }, async () => {
  const result = await runWithAdditionalData({ seed, questionsPerZone: 300 });
  if (result === undefined) return;
  expect(result.differences.slice(0, 10).join("\n")).toBe("");
  expect(result.compared).toBeGreaterThan(3000);
});

test("the comparison notices a server that answers otherwise", { timeout: 120_000 }, async () => {
  const zone = "chain.test.";
  const asKnot = await runDifferential({ seed, questionsPerZone: 400, zone, ours: ({ knot }) => knot.port });
  if (asKnot === undefined) return;
  expect(asKnot.differences.join("\n")).toContain("a CNAME that leads into another zone");
  const asNsd = await runDifferential({ seed, questionsPerZone: 400, zone, ours: ({ nsd }) => nsd.port });
  expect(asNsd!.differences.join("\n")).toContain("RFC 1035 §4.1.1");
});
