/** A few seconds of what soak/ does at length: random command lines through GNU grep and through ours. */
import { expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { compareRandom, differenceText } from "../differential/compare.ts";
import { gnuLocales } from "../differential/locales.ts";
import type { Dialect } from "../differential/patterns.ts";

const CASES: readonly (readonly [Dialect, number])[] = [
  ["bre", 400],
  ["ere", 400],
  ["fixed", 400],
  ["perl", 200],
];

test.each(CASES)("random command lines, %s: %i give what GNU grep gives", (dialect, cases) => {
  const grep = peer("grep");
  using locales = gnuLocales();
  if (grep === undefined || locales === undefined) return;
  const differences = compareRandom({ grep, dialect, cases, seed: 1, locales: locales.env });
  expect(differences.map(differenceText).join("\n\n")).toBe("");
});
