import fc from "fast-check";
import { expect, test } from "vitest";
import { median, pairedRatio, quantile, spread } from "../src/statistics.ts";

const samples = fc.array(fc.double({ min: 0.001, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 30 });

test("the median of an odd sample is its middle, of an even one the mean of the middle two", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 2, 9])).toBe(3);
});

test("quantiles interpolate between order statistics (R's type 7)", () => {
  // quantile(c(1, 2, 4, 8, 16), c(.25, .9), type = 7) in R
  expect(quantile([16, 1, 8, 2, 4], 0.25)).toBe(2);
  expect(quantile([16, 1, 8, 2, 4], 0.9)).toBeCloseTo(12.8);
});

test("an empty sample has no quantile", () => {
  expect(() => quantile([], 0.5)).toThrow(RangeError);
});

test("a quantile lies within the sample, does not depend on its order, and grows with q", () => {
  fc.assert(
    fc.property(samples, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
      const result = quantile(values, q);
      expect(result).toBeGreaterThanOrEqual(Math.min(...values));
      expect(result).toBeLessThanOrEqual(Math.max(...values) * (1 + 1e-12));
      expect(quantile(values.toReversed(), q)).toBe(result);
      expect(quantile(values, 1)).toBeGreaterThanOrEqual(result * (1 - 1e-12));
    }),
  );
});

test("the spread is half of the interquartile range, relative to the median", () => {
  expect(spread([98, 99, 100, 101, 102])).toBeCloseTo(0.01);
  expect(spread([5, 5, 5])).toBe(0);
});

test("one wild round moves neither the median nor the spread far", () => {
  expect(median([100, 101, 99, 100, 3])).toBe(100);
  expect(spread([100, 101, 99, 100, 3])).toBeLessThan(0.01);
});

test("a ratio above one says that ours is better, whichever way the metric points", () => {
  expect(pairedRatio([200, 200, 200], [100, 100, 100], "higher")?.median).toBe(2);
  expect(pairedRatio([5, 5, 5], [10, 10, 10], "lower")?.median).toBe(2);
});

test("a slowdown of the machine that hits both sides of a round cancels out", () => {
  const slow = [1, 0.5, 0.9, 0.2, 1];
  const ratio = pairedRatio(
    slow.map((factor) => 120 * factor),
    slow.map((factor) => 100 * factor),
    "higher",
  );
  expect(ratio?.median).toBeCloseTo(1.2);
  expect(ratio?.low).toBeCloseTo(1.2);
  expect(ratio?.high).toBeCloseTo(1.2);
});

test("unequal numbers of rounds cannot be paired", () => {
  expect(() => pairedRatio([1, 2], [1], "higher")).toThrow(RangeError);
});

test("rounds in which a side measured nothing have no ratio", () => {
  expect(pairedRatio([0, 10, 10], [0, 0, 20], "lower")).toEqual({ median: 2, low: 2, high: 2 });
  expect(pairedRatio([0], [0], "lower")).toBeUndefined();
});
