import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ListValue } from "../src/types/list.ts";
import { listpackEntryBytes } from "../src/types/listpack-size.ts";
import { collectionSettings } from "./settings.ts";

const element = fc.oneof(
  fc.constantFrom("a", "b", "c", "", "-1", "127", "4095", "99999999999"),
  fc.integer({ min: 1, max: 90 }).map((length) => "x".repeat(length)),
  fc.integer({ min: 3000, max: 12_000 }).map((length) => "L".repeat(length)),
);

type Operation =
  | { kind: "push"; front: boolean; elements: string[] }
  | { kind: "pop"; front: boolean; count: number }
  | { kind: "set"; at: number; element: string }
  | { kind: "insert"; before: boolean; pivotAt: number; element: string }
  | { kind: "remove"; at: number; count: number }
  | { kind: "range"; from: number; count: number };

const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    kind: fc.constant("push" as const),
    front: fc.boolean(),
    elements: fc.array(element, { minLength: 1, maxLength: 20 }),
  }),
  fc.record({ kind: fc.constant("pop" as const), front: fc.boolean(), count: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ kind: fc.constant("set" as const), at: fraction, element }),
  fc.record({ kind: fc.constant("insert" as const), before: fc.boolean(), pivotAt: fraction, element }),
  fc.record({ kind: fc.constant("remove" as const), at: fraction, count: fc.integer({ min: -3, max: 3 }) }),
  fc.record({ kind: fc.constant("range" as const), from: fraction, count: fc.integer({ min: 0, max: 30 }) }),
);

function applyToModel(model: string[], op: Operation): void {
  const at = (where: number): number => Math.floor(where * model.length);
  switch (op.kind) {
    case "push":
      if (op.front) model.unshift(...op.elements.toReversed());
      else model.push(...op.elements);
      break;
    case "pop":
      model.splice(op.front ? 0 : Math.max(0, model.length - op.count), op.count);
      break;
    case "set":
      model[at(op.at)] = op.element;
      break;
    case "insert":
      model.splice(model.indexOf(model[at(op.pivotAt)]!) + (op.before ? 0 : 1), 0, op.element);
      break;
    case "remove": {
      const doomed = model[at(op.at)]!;
      let left = op.count === 0 ? Infinity : Math.abs(op.count);
      if (op.count < 0) model.reverse();
      for (let i = 0; i < model.length && left > 0;) {
        if (model[i] === doomed) {
          model.splice(i, 1);
          left--;
        } else i++;
      }
      if (op.count < 0) model.reverse();
      break;
    }
    case "range":
      model.splice(at(op.from), op.count);
  }
}

function applyToList(list: ListValue, op: Operation): void {
  const at = (where: number): number => Math.floor(where * list.size);
  switch (op.kind) {
    case "push":
      list.pushAll(op.front ? "front" : "back", op.elements);
      return;
    case "pop":
      for (let i = 0; i < op.count; i++) list.pop(op.front ? "front" : "back");
      break;
    case "set":
      list.set(at(op.at), op.element);
      break;
    case "insert":
      list.insert(op.before ? "before" : "after", list.get(at(op.pivotAt))!, op.element);
      return;
    case "remove":
      list.removeEqual(list.get(at(op.at))!, op.count);
      break;
    case "range": {
      const from = at(op.from);
      list.removeRange(from, Math.min(op.count, list.size - from));
    }
  }
  list.settle();
}

describe("ListValue", () => {
  for (const size of [-2, -1, 1, 4, 128]) {
    it(`agrees with an array under any sequence of operations (list-max-listpack-size ${size})`, () => {
      fc.assert(
        fc.property(
          fc.array(operation, { maxLength: 60 }),
          fc.array(element, { minLength: 1 }),
          (operations, first) => {
            const list = new ListValue(collectionSettings({ listMaxListpackSize: size }));
            const model: string[] = [];
            const seed: Operation = { kind: "push", front: false, elements: first };
            for (const op of [seed, ...operations]) {
              if (model.length === 0 && op.kind !== "push") continue;
              applyToModel(model, op);
              applyToList(list, op);
              expect(list.size).toBe(model.length);
            }
            expect([...list]).toEqual(model);
            expect([...list.clone()]).toEqual(model);
            const backwards: string[] = [];
            list.forRangeBackwards(list.size - 1, 0, (each) => backwards.push(each));
            expect(backwards).toEqual(model.toReversed());
            for (let i = 0; i < model.length; i++) expect(list.get(i)).toBe(model[i]);
          },
        ),
        { numRuns: 150 },
      );
    });
  }

  it("keeps its memory figure in step with what it holds", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const list = new ListValue(collectionSettings());
        const empty = list.memoryBytes();
        for (const op of operations) if (list.size > 0 || op.kind === "push") applyToList(list, op);
        while (list.size > 0) list.pop("front");
        expect(list.memoryBytes()).toBe(empty);
      }),
    );
  });

  it("finds elements from either end within a number of comparisons", () => {
    const list = new ListValue(collectionSettings({ listMaxListpackSize: 3 }));
    list.pushAll("back", ["a", "b", "c", "1", "2", "3", "c", "c"]);
    const found = (from: "front" | "back", max: number): number[] => {
      const indexes: number[] = [];
      list.search("c", from, max, (index) => indexes.push(index) > 0);
      return indexes;
    };
    expect(found("front", Infinity)).toEqual([2, 6, 7]);
    expect(found("back", Infinity)).toEqual([7, 6, 2]);
    expect(found("front", 3)).toEqual([2]);
    expect(found("front", 2)).toEqual([]);
    expect(found("back", 2)).toEqual([7, 6]);
  });

  it("is a listpack until 8 KiB, and again when one node of at most half of that remains", () => {
    const list = new ListValue(collectionSettings());
    const word = "x".repeat(100);
    while (list.encoding() === "listpack") list.push("back", word);
    // 79 entries of 103 bytes and the header make 8144; the 80th would come to 8244.
    expect(list.size).toBe(80);
    expect(list.nodes).toBe(2);
    while (list.size > 40) list.pop("back");
    list.settle();
    expect(list.encoding()).toBe("quicklist");
    list.pop("back");
    list.settle();
    expect(list.encoding()).toBe("listpack");
  });

  it("gives an element larger than a node a node of its own", () => {
    const list = new ListValue(collectionSettings());
    list.pushAll("back", ["a", "b", "c"]);
    list.set(1, "x".repeat(9000));
    expect([list.encoding(), list.nodes, list.size]).toEqual(["quicklist", 3, 3]);
    list.set(1, "b");
    expect([...list]).toEqual(["a", "b", "c"]);
  });

  it("pushes at both ends alternately, and works as a queue, in constant time and space", () => {
    const list = new ListValue(collectionSettings({ listMaxListpackSize: -5 }));
    for (let i = 0; i < 3000; i++) list.push(i % 2 === 0 ? "front" : "back", "e");
    for (let i = 0; i < 100_000; i++) {
      list.push("back", "e");
      list.pop("front");
    }
    expect(list.size).toBe(3000);
  });
});

describe("listpackEntryBytes", () => {
  // Sizes taken from the encoding table at the top of listpack.c.
  const cases: [string, number][] = [
    ["", 2],
    ["0", 2],
    ["127", 2],
    ["128", 3],
    ["-4096", 3],
    ["4095", 3],
    ["4096", 4],
    ["-32768", 4],
    ["32768", 5],
    ["8388607", 5],
    ["8388608", 6],
    ["2147483647", 6],
    ["2147483648", 10],
    ["-9223372036854775808", 10],
    ["9223372036854775808", 21],
    ["007", 5],
    ["-0", 4],
    ["+1", 4],
    ["x".repeat(63), 65],
    ["x".repeat(64), 67],
    ["x".repeat(125), 128],
    ["x".repeat(126), 130],
    ["x".repeat(4095), 4099],
    ["x".repeat(4096), 4103],
  ];
  for (const [text, bytes] of cases) {
    it(`counts ${bytes} bytes for ${text.length > 24 ? `${text.length} letters` : JSON.stringify(text)}`, () => {
      expect(listpackEntryBytes(text)).toBe(bytes);
    });
  }
});
