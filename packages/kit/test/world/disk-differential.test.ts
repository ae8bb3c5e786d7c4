import { expect, it } from "vitest";
import { compareDisks } from "./disk-differential.ts";

it("the real and the simulated disk give the same answers to the same operations", () => {
  expect(() => compareDisks({ seed: 3, runs: 300 })).not.toThrow();
});
