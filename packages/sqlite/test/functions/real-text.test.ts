/** REALs as text: the quick way for short decimals against the digits that printf's `%!.17g` rounds. */
import { expect, test } from "vitest";
import { printReal } from "../../src/functions/printf-numbers.ts";
import { realText } from "../../src/values/real-text.ts";
import { randomBelow } from "../support/random-below.ts";

const STYLE = {
  ...{ width: 0, precision: 17, isLeft: false, sign: "" },
  ...{ alternate: false, exclamation: true, zeros: false, commas: false },
};

test("short decimals are printed as their digits say", () => {
  const below = randomBelow(11);
  const wrong: number[] = [];
  for (let i = 0; i < 100_000; i++) {
    const value = below(10 ** (1 + below(9))) / 10 ** below(12) + below(1_000) * (below(2) === 0 ? 1 : 1e6);
    // The neighbours of short decimals are none.
    for (const one of [value, value * (1 + Number.EPSILON)])
      if (realText(one) !== printReal(one, "g", STYLE)) wrong.push(one);
  }
  expect(wrong).toEqual([]);
});
