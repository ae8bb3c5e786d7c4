import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareInt64Text, isInt64Text } from "../src/types/int64-text.ts";
import { SetValue } from "../src/types/set.ts";
import { collectionSettings } from "./settings.ts";

const integer = fc.oneof(
  fc.integer({ min: -30, max: 30 }).map(String),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
);
const word = fc.oneof(
  fc.constantFrom("", "a", "007", "-0", "+5", "9223372036854775808", "__proto__", "x".repeat(65)),
  fc.string({ unit: "binary-ascii", maxLength: 3 }),
);

function setOf(members: readonly string[], changes: Parameters<typeof collectionSettings>[0] = {}): SetValue {
  const set = new SetValue(collectionSettings(changes), members[0]);
  for (const member of members) set.add(member);
  return set;
}

describe("SetValue", () => {
  for (const [name, member] of [
    ["integers", integer],
    ["integers and words", fc.oneof(integer, word)],
  ] as const) {
    it(`agrees with a Set under any sequence of ${name}`, () => {
      fc.assert(
        fc.property(fc.array(fc.tuple(fc.boolean(), member), { maxLength: 150 }), (operations) => {
          const set = new SetValue(collectionSettings({ setMaxIntsetEntries: 20, setMaxListpackEntries: 15 }));
          const model = new Set<string>();
          for (const [adds, each] of operations) {
            if (adds) expect(set.add(each)).toBe(model.size < model.add(each).size);
            else expect(set.delete(each)).toBe(model.delete(each));
            expect(set.size).toBe(model.size);
            expect(set.has(each)).toBe(model.has(each));
          }
          expect(new Set(set.members)).toEqual(model);
          if (set.encoding() === "intset") {
            expect(set.members).toEqual(
              [...model].toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0)),
            );
          }
          const copy = set.clone();
          while (set.size > 0) set.takeAt(set.size >> 1);
          expect(new Set(copy.members)).toEqual(model);
        }),
      );
    });
  }

  it("goes from intset to listpack to hashtable where Redis 7.4 does", () => {
    const integers = Array.from({ length: 512 }, (_, i) => `${i}`);
    expect(setOf(integers).encoding()).toBe("intset");
    expect(setOf([...integers, "512"]).encoding()).toBe("hashtable");
    expect(setOf(["1", "2", "a"]).encoding()).toBe("listpack");
    expect(setOf([...integers.slice(0, 127), "a"]).encoding()).toBe("listpack");
    expect(setOf([...integers.slice(0, 128), "a"]).encoding()).toBe("hashtable");
    expect(setOf(["x".repeat(64)]).encoding()).toBe("listpack");
    expect(setOf(["x".repeat(65)]).encoding()).toBe("hashtable");
    expect(setOf(["1234"], { setMaxListpackValue: 3 }).encoding()).toBe("intset");
    expect(setOf(["1234", "a"], { setMaxListpackValue: 3 }).encoding()).toBe("hashtable");
  });

  it("begins large when many members are expected", () => {
    expect(new SetValue(collectionSettings(), "1", 513).encoding()).toBe("hashtable");
    expect(new SetValue(collectionSettings(), "1", 512).encoding()).toBe("intset");
    expect(new SetValue(collectionSettings(), "a", 129).encoding()).toBe("hashtable");
    const grown = setOf(["a"]);
    grown.prepareToAdd(129);
    expect(grown.encoding()).toBe("hashtable");
  });
});

describe("integers as text", () => {
  it("recognizes exactly the canonical 64-bit integers", () => {
    const min = -(2n ** 63n);
    const max = 2n ** 63n - 1n;
    for (const yes of ["0", "-1", "10", `${min}`, `${max}`]) expect(isInt64Text(yes)).toBe(true);
    for (const no of ["", "-", "-0", "00", "01", "+1", " 1", "1 ", "1.0", "1e3", `${min - 1n}`, `${max + 1n}`, "a"]) {
      expect(isInt64Text(no), no).toBe(false);
    }
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }),
        (n) => isInt64Text(`${n}`) === (n >= min && n <= max),
      ),
    );
  });

  it("orders them as numbers", () => {
    fc.assert(
      fc.property(integer, integer, (a, b) => {
        const difference = BigInt(a) - BigInt(b);
        return Math.sign(compareInt64Text(a, b)) === (difference < 0n ? -1 : difference > 0n ? 1 : 0);
      }),
    );
  });
});
