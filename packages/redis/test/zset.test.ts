import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SortedSetValue, type LexBound } from "../src/types/zset.ts";
import { collectionSettings } from "./settings.ts";

type Pair = [member: string, score: number];

const score = fc.oneof(
  fc.integer({ min: -4, max: 4 }),
  fc.constantFrom(-Infinity, Infinity, 0, 0.1, 1e308, -5e-324),
  fc.double({ noNaN: true }).map((value) => value + 0),
);
const member = fc.oneof(
  fc.integer({ min: 0, max: 50 }).map((n) => `m${n}`),
  fc.constantFrom("", "__proto__", "\u00ff", "x".repeat(65)),
);
const operation = fc.tuple(fc.integer({ min: 0, max: 3 }), member, score);

function sorted(model: ReadonlyMap<string, number>): Pair[] {
  return [...model].toSorted(([a, x], [b, y]) => (x !== y ? (x < y ? -1 : 1) : a < b ? -1 : a > b ? 1 : 0));
}

function pairs(set: SortedSetValue, from = 0, to: number = set.size - 1): Pair[] {
  const found: Pair[] = [];
  set.forRange(from, to, (each, value) => found.push([each, value]));
  return found;
}

describe("SortedSetValue", () => {
  for (const zsetMaxListpackEntries of [0, 10, 128]) {
    it(`agrees with a sorted Map under any sequence of writes (zset-max-listpack-entries ${zsetMaxListpackEntries})`, () => {
      fc.assert(
        fc.property(fc.array(operation, { maxLength: 200 }), score, score, (operations, a, b) => {
          const set = new SortedSetValue(collectionSettings({ zsetMaxListpackEntries }));
          const model = new Map<string, number>();
          for (const [action, name, value] of operations) {
            if (action === 0) {
              expect(set.delete(name)).toBe(model.delete(name));
            } else {
              expect(set.set(name, value)).toBe(!model.has(name));
              model.set(name, value);
            }
          }
          const order = sorted(model);
          expect(pairs(set)).toEqual(order);
          expect(set.size).toBe(order.length);
          for (const [rank, [name, value]] of order.entries()) {
            expect(set.rank(name)).toBe(rank);
            expect(set.score(name)).toBe(value);
          }
          for (const [minExclusive, maxExclusive] of [
            [false, false],
            [true, false],
            [false, true],
            [true, true],
          ] as const) {
            const { from, to } = set.scoreRange(
              { score: a, exclusive: minExclusive },
              { score: b, exclusive: maxExclusive },
            );
            expect(pairs(set, from, to - 1)).toEqual(
              order.filter(([, x]) => (minExclusive ? x > a : x >= a) && (maxExclusive ? x < b : x <= b)),
            );
          }
          const copy = set.clone();
          const middle = order.length >> 1;
          set.removeRange(1, middle);
          expect(pairs(set)).toEqual(order.filter((_, rank) => rank < 1 || rank > middle));
          expect(pairs(copy)).toEqual(order);
        }),
        { numRuns: 120 },
      );
    });
  }

  for (const zsetMaxListpackEntries of [0, 128]) {
    it(`finds ranges by name with all bounds (zset-max-listpack-entries ${zsetMaxListpackEntries})`, () => {
      const bound = fc
        .tuple(fc.constantFrom("inclusive", "exclusive", "min", "max"), member)
        .map(([kind, name]): LexBound => ({ kind, member: name }) as LexBound);
      fc.assert(
        fc.property(fc.uniqueArray(member, { maxLength: 40 }), bound, bound, (names, min, max) => {
          const set = new SortedSetValue(collectionSettings({ zsetMaxListpackEntries }));
          for (const name of names) set.set(name, 7);
          const { from, to } = set.lexRange(min, max);
          const above = (name: string): boolean =>
            min.kind === "min" ||
            (min.kind !== "max" && (name > min.member || (min.kind === "inclusive" && name === min.member)));
          const below = (name: string): boolean =>
            max.kind === "max" ||
            (max.kind !== "min" && (name < max.member || (max.kind === "inclusive" && name === max.member)));
          const expected = names
            .toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
            .filter((name) => above(name) && below(name));
          expect(pairs(set, from, to - 1).map(([name]) => name)).toEqual(expected);
        }),
      );
    });
  }

  it("is a listpack up to 128 members of at most 64 bytes", () => {
    const set = new SortedSetValue(collectionSettings());
    for (let i = 0; i < 128; i++) set.set(`m${i}`, i);
    set.set("m5", -1);
    expect(set.encoding()).toBe("listpack");
    set.set("one more", 1);
    expect(set.encoding()).toBe("skiplist");
    const long = new SortedSetValue(collectionSettings());
    long.set("x".repeat(65), 1);
    expect(long.encoding()).toBe("skiplist");
    set.removeRange(0, 100);
    expect(set.encoding()).toBe("skiplist");
    set.compactIfSmall();
    expect(set.encoding()).toBe("listpack");
    expect(set.rank("one more")).toBeUndefined();
    expect(set.rank("m127")).toBe(27);
  });

  it("holds 0 for -0 while it is a listpack, and both when it is large, where the first to come stays", () => {
    const small = new SortedSetValue(collectionSettings());
    small.set("m", -0);
    expect(small.score("m")).toBe(0);
    const large = new SortedSetValue(collectionSettings(), 1000);
    large.set("m", -0);
    expect(large.set("m", 0)).toBe(false);
    expect(large.score("m")).toBe(-0);
    large.compactIfSmall();
    expect(large.score("m")).toBe(0);
  });

  it("keeps its memory figure in step with what it holds", () => {
    for (const zsetMaxListpackEntries of [0, 128]) {
      const set = new SortedSetValue(collectionSettings({ zsetMaxListpackEntries }), 1);
      const empty = set.memoryBytes();
      for (let i = 0; i < 100; i++) set.set(`m${i % 70}`, i);
      expect(set.memoryBytes()).toBeGreaterThan(empty + 70 * 20);
      set.removeRange(0, 30);
      while (set.size > 0) set.delete(set.memberAt(0));
      expect(set.memoryBytes()).toBe(empty);
    }
  });
});
