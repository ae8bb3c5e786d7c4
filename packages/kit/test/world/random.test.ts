import { describe, expect, it } from "vitest";
import { type Random, realWorld, SeededRandom } from "../../src/index.ts";

describe.each<readonly [string, () => Random]>([
  ["real randomness", () => realWorld.random],
  ["seeded randomness", () => new SeededRandom("any")],
])("%s", (_name, make) => {
  it("is uniform: floats in [0, 1), integers below their limit, all byte values", () => {
    const random = make();
    const draws = 60_000;
    const counts = { floats: Array<number>(6).fill(0), integers: Array<number>(6).fill(0) };
    for (let count = 0; count < draws; count++) {
      counts.floats[Math.floor(random.float() * 6)]!++;
      counts.integers[random.integer(6)]!++;
    }
    for (const each of [counts.floats, counts.integers]) {
      expect(each).toHaveLength(6);
      // Chi-squared with 5 degrees of freedom: 40 is exceeded once in ten million runs.
      const expected = draws / 6;
      expect(each.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(40);
    }
    expect(new Set(random.bytes(20_000)).size).toBe(256);
    expect(random.bytes(0)).toHaveLength(0);
    expect(random.integer(1)).toBe(0);
    const large = Array.from({ length: 100 }, () => random.integer(2 ** 32));
    expect(Math.max(...large)).toBeGreaterThan(2 ** 31);
    expect(large.every((value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32)).toBe(true);
  });
});

describe("SeededRandom", () => {
  const draw = (random: Random): number[] => Array.from({ length: 8 }, () => random.integer(1000));

  it("repeats itself for a seed and differs between seeds", () => {
    expect(draw(new SeededRandom(1))).toEqual(draw(new SeededRandom("1")));
    const streams = new Set(Array.from({ length: 1000 }, (_, seed) => draw(new SeededRandom(seed)).join()));
    expect(streams.size).toBe(1000);
  });

  it("splits into streams that do not depend on what was drawn", () => {
    const drawn = new SeededRandom(1);
    draw(drawn);
    expect(draw(drawn.split("x"))).toEqual(draw(new SeededRandom(1).split("x")));
    expect(draw(drawn.split("x"))).not.toEqual(draw(drawn.split("y")));
  });

  it("shuffles every permutation alike", () => {
    const random = new SeededRandom(9);
    const counts = new Map<string, number>();
    for (let count = 0; count < 6000; count++) {
      const order = random.shuffle(["a", "b", "c"]).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    expect(Math.min(...counts.values())).toBeGreaterThan(850);
  });
});
