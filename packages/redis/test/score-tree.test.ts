import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ScoreTree } from "../src/types/score-tree.ts";

type Entry = [score: number, member: string];

function compare(a: Entry, b: Entry): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
  return a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0;
}

function contents(tree: ScoreTree): Entry[] {
  const entries: Entry[] = [];
  tree.forRange(0, tree.size - 1, (member, score) => entries.push([score, member]));
  return entries;
}

describe("ScoreTree", () => {
  it("agrees with a sorted array: order, ranks, ranges, bounds", () => {
    const score = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(-Infinity, Infinity, 0.5));
    const step = fc.tuple(fc.integer({ min: 0, max: 2 }), score, fc.integer({ min: 0, max: 500 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 1500, size: "max" }), score, (steps, bound) => {
        const tree = new ScoreTree();
        const model = new Map<string, Entry>();
        for (const [action, value, n] of steps) {
          const entry: Entry = [value, `m${n}`];
          const key = String(entry);
          if (action > 0 && !model.has(key)) {
            tree.insert(...entry);
            model.set(key, entry);
          } else if (action === 0) {
            expect(tree.remove(...entry)).toBe(model.delete(key));
          }
        }
        tree.check();
        const sorted = [...model.values()].toSorted(compare);
        expect(contents(tree)).toEqual(sorted);
        for (const [rank, entry] of sorted.entries()) if (rank % 7 === 0) expect(tree.rank(...entry)).toBe(rank);
        const below = sorted.filter(([each]) => each < bound).length;
        expect(tree.countBefore((each) => each >= bound)).toBe(below);
        const from = Math.floor(sorted.length / 3);
        const to = Math.floor((sorted.length * 2) / 3);
        const range: Entry[] = [];
        tree.forRangeBackwards(Math.min(to, sorted.length - 1), from, (member, each) => range.push([each, member]));
        expect(range.reverse()).toEqual(sorted.slice(from, to + 1));
      }),
      { numRuns: 60 },
    );
  });

  it("stays in order and in shape with 20,000 entries in rising, falling and mixed order, and while emptied", () => {
    const orders: ((n: number) => number)[] = [(n) => n, (n) => -n, (n) => (n * 7919) % 20_011];
    for (const order of orders) {
      const tree = new ScoreTree();
      for (let n = 0; n < 20_000; n++) tree.insert(order(n), `m${n}`);
      tree.check();
      expect(tree.rank(order(12_345), "m12345")).toBe(
        Array.from({ length: 20_000 }, (_, n) => order(n)).filter((score) => score < order(12_345)).length,
      );
      // Leave every hundredth, then the rest: nodes must join, not linger half empty.
      for (let n = 0; n < 20_000; n++) if (n % 100 !== 0) expect(tree.remove(order(n), `m${n}`)).toBe(true);
      tree.check();
      expect(tree.size).toBe(200);
      for (let n = 0; n < 20_000; n += 100) tree.remove(order(n), `m${n}`);
      tree.check();
      expect(contents(tree)).toEqual([]);
      tree.insert(1, "again");
      expect(contents(tree)).toEqual([[1, "again"]]);
    }
  });
});
