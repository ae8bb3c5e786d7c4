/** 20,000 questions a zone to Knot, NSD and ours; TENON_SEED tries other zones and questions. */
import { expect, test } from "vitest";
import { runDifferential } from "../test/support/differential/run.ts";

const QUESTIONS = 20_000;

test("Knot, NSD and ours answer 20,000 questions a zone alike", async () => {
  const seed = Number(process.env["TENON_SEED"] ?? 2);
  const result = await runDifferential({ seed, questionsPerZone: QUESTIONS });
  if (result === undefined) return;
  expect(result.differences.slice(0, 10).join("\n")).toBe("");
  expect(result.zones).toBeGreaterThanOrEqual(12);
  expect(result.agreed).toBeGreaterThan(result.zones * QUESTIONS * 0.6);
  process.stdout.write(
    `${result.zones} zones, ${result.agreed} agreed, decided: ${JSON.stringify(result.decided, null, 1)}\n`,
  );
});
