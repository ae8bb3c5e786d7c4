import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StreamConsumer } from "../src/types/stream-group.ts";
import { compareIds, nextId, parseId, previousId, StreamId } from "../src/types/stream-id.ts";
import { PendingEntry, PendingList } from "../src/types/stream-pending.ts";

const UINT64 = fc.oneof(
  fc.bigInt(0n, 20n),
  fc.bigInt(2n ** 53n - 3n, 2n ** 53n + 3n),
  fc.bigInt(2n ** 64n - 4n, 2n ** 64n - 1n),
);
const ID = fc.tuple(UINT64, UINT64);

const whole = ([ms, seq]: readonly [bigint, bigint]): bigint => (ms << 64n) | seq;
const idOf = ([ms, seq]: readonly [bigint, bigint]): StreamId => parseId(`${ms}-${seq}`)!;

describe("stream IDs", () => {
  it("order, print and count as integers of 128 bits", () => {
    fc.assert(
      fc.property(ID, ID, (a, b) => {
        expect(Math.sign(compareIds(idOf(a), idOf(b)))).toBe(whole(a) < whole(b) ? -1 : whole(a) > whole(b) ? 1 : 0);
        expect(String(idOf(a))).toBe(`${a[0]}-${a[1]}`);
        const next = nextId(idOf(a));
        if (whole(a) === 2n ** 128n - 1n) expect(next).toBeUndefined();
        else expect(previousId(next!)).toEqual(idOf(a));
      }),
    );
  });
});

describe("the list of pending entries", () => {
  it("does what a sorted array does, through thousands of additions and removals", () => {
    const consumer = new StreamConsumer("c", 0);
    const step = fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 900 }));
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1500, maxLength: 3000 }),
        fc.integer({ min: 0, max: 900 }),
        (steps, from) => {
          const list = new PendingList();
          const model = new Set<number>();
          for (const [adds, ms] of steps) {
            const id = new StreamId(ms, 0);
            if (adds && !model.has(ms)) {
              list.add(new PendingEntry(id, consumer, 0));
              model.add(ms);
            } else if (!adds) expect(list.delete(id)).toBe(model.delete(ms));
          }
          const expected = Array.from(model).toSorted((a, b) => a - b);
          expect(list.size).toBe(expected.length);
          expect(list.first()?.id.ms).toBe(expected[0]);
          expect(list.last()?.id.ms).toBe(expected.at(-1));
          const seen = Array.from(list.from(new StreamId(from, 0)), ({ id }) => id.ms);
          expect(seen).toEqual(expected.filter((ms) => ms >= from));
          for (const ms of expected) expect(list.get(new StreamId(ms, 0))?.id.ms).toBe(ms);
        },
      ),
      { numRuns: 20 },
    );
  });
});
