/** Tens of thousands of random changes under constraints, triggers and foreign keys, on both back ends. */
import { expect, test } from "vitest";
import { closures } from "../src/compile/closures.ts";
import { source } from "../src/compile/source.ts";
import { checkChanges, type Theme } from "../test/support/change-workload.ts";

const THEMES: readonly Theme[] = ["constraints", "triggers", "foreign keys"];
const SEEDS = 300;

test.each(THEMES.flatMap((theme) => [closures, source].map((backEnd) => ({ theme, backEnd }))))(
  "$theme",
  ({ theme, backEnd }) => {
    let changed = 0;
    for (let seed = 10_000; seed < 10_000 + SEEDS; seed++) changed += checkChanges(theme, seed, 60, backEnd);
    expect(changed).toBeGreaterThan(SEEDS);
  },
);
