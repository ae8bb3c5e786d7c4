/** The counts of the specification: 20,000 random command lines for BRE, ERE and fixed strings, 5,000 for the subset of -P. */
import { expect, test } from "vitest";
import { peer } from "../../../scripts/test-peer.ts";
import { compareRandom, differenceText } from "../test/differential/compare.ts";
import { gnuLocales } from "../test/differential/locales.ts";
import type { Dialect } from "../test/differential/patterns.ts";

const CASES: readonly (readonly [Dialect, number])[] = [
  ["bre", 20_000],
  ["ere", 20_000],
  ["fixed", 20_000],
  ["perl", 5_000],
];

/** TENON_SEED tries other cases than those of every other run. */
const seed = Number(process.env["TENON_SEED"] ?? 100_000);

test.each(CASES)("random command lines, %s: %i give what GNU grep gives", (dialect, cases) => {
  const grep = peer("grep");
  using locales = gnuLocales();
  if (grep === undefined || locales === undefined) return;
  const differences = compareRandom({ grep, dialect, cases, seed, locales: locales.env });
  expect(differences.map(differenceText).join("\n\n")).toBe("");
});
