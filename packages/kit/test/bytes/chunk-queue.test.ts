import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChunkQueue, fromHex, toHex } from "../../src/index.ts";

/** What each operation does to a queue, and what the same does to a plain array. */
const OPERATIONS: Readonly<
  Record<
    string,
    { queue(queue: ChunkQueue, argument: never): unknown; model(bytes: number[], argument: never): unknown }
  >
> = {
  push: {
    queue: (queue, chunk: Uint8Array) => queue.push(chunk),
    model: (bytes, chunk: Uint8Array) => void bytes.push(...chunk),
  },
  peek: {
    queue: (queue, length: number) => queue.peek(length),
    model: (bytes, length: number) => (length > bytes.length ? undefined : bytes.slice(0, length)),
  },
  take: {
    queue: (queue, length: number) => queue.take(length),
    model: (bytes, length: number) => (length > bytes.length ? undefined : bytes.splice(0, length)),
  },
  takeUpTo: {
    queue: (queue, limit: number) => queue.takeUpTo(limit),
    model: (bytes, limit: number) => bytes.splice(0, limit),
  },
  skip: {
    queue: (queue, length: number) => {
      try {
        return void queue.skip(length);
      } catch (error) {
        return (error as Error).name;
      }
    },
    model: (bytes, length: number) => (length > bytes.length ? "RangeError" : void bytes.splice(0, length)),
  },
  at: {
    queue: (queue, offset: number) => queue.at(offset),
    model: (bytes, offset: number) => bytes[offset],
  },
  indexOf: {
    queue: (queue, byte: number) => queue.indexOf(byte),
    model: (bytes, byte: number) => bytes.indexOf(byte),
  },
  clear: {
    queue: (queue) => queue.clear(),
    model: (bytes) => void bytes.splice(0),
  },
};

describe("ChunkQueue", () => {
  test("does as one plain array would, whatever is asked of it in whatever order", () => {
    const chunk = fc.oneof(fc.uint8Array({ maxLength: 3000, max: 5 }), fc.uint8Array({ maxLength: 4, max: 5 }));
    const operation = fc.oneof(
      fc.tuple(fc.constant("push" as const), chunk),
      fc.tuple(fc.constantFrom("peek", "take", "takeUpTo", "skip", "at"), fc.nat(600)),
      fc.tuple(fc.constant("indexOf" as const), fc.integer({ min: 0, max: 6 })),
      fc.constant(["clear", 0] as const),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const queue = new ChunkQueue();
        const model: number[] = [];
        for (const [name, argument] of operations) {
          const actual = OPERATIONS[name]!.queue(queue, argument as never);
          const expected = OPERATIONS[name]!.model(model, argument as never);
          expect(actual instanceof Uint8Array ? [...actual] : actual).toEqual(expected);
          expect(queue.length).toBe(model.length);
        }
      }),
      { numRuns: 400 },
    );
  });

  test("every split of a stream gives the same frames", () => {
    const stream = Buffer.from("5:hello0:12:hello, world1:x");
    for (let a = 0; a <= stream.length; a++) {
      for (let b = a; b <= stream.length; b++) {
        const queue = new ChunkQueue();
        const frames: string[] = [];
        for (const chunk of [stream.subarray(0, a), stream.subarray(a, b), stream.subarray(b)]) {
          queue.push(chunk);
          for (;;) {
            const colon = queue.indexOf(0x3a);
            if (colon < 0) break;
            const length = Number(Buffer.from(queue.peek(colon)!).toString());
            if (queue.length < colon + 1 + length) break;
            queue.skip(colon + 1);
            frames.push(Buffer.from(queue.take(length)!).toString());
          }
        }
        expect(frames).toEqual(["hello", "", "hello, world", "x"]);
      }
    }
  });

  test("a chunk that arrives when nothing waits is not copied", () => {
    const queue = new ChunkQueue();
    const chunk = Uint8Array.of(1, 2, 3);
    queue.push(chunk);
    expect(queue.take(2)!.buffer).toBe(chunk.buffer);
  });

  test("what was handed out never changes", () => {
    const queue = new ChunkQueue();
    const seen: { view: Uint8Array; copy: Uint8Array }[] = [];
    for (let i = 0; i < 2000; i++) {
      queue.push(new Uint8Array(1 + (i % 7)).fill(i));
      const view = i % 3 === 0 ? queue.take(2) : queue.peek(Math.min(queue.length, 50));
      if (view !== undefined) seen.push({ view, copy: view.slice() });
    }
    for (const { view, copy } of seen) expect(view).toEqual(copy);
  });

  test("never writes into a chunk that it was given", () => {
    const memory = new Uint8Array(64);
    const queue = new ChunkQueue();
    queue.push(memory.subarray(0, 4));
    queue.push(new Uint8Array(8).fill(9));
    expect([...memory]).toEqual(Array<number>(64).fill(0));
  });

  test("a line that arrives byte by byte is copied and searched a bounded number of times", () => {
    // Counted, not timed: the bytes that pass through `set` and `indexOf`.
    const length = 200_000;
    let copied = 0;
    let searched = 0;
    const { set, indexOf } = Uint8Array.prototype;
    // oxlint-disable-next-line no-extend-native -- for the length of this test
    Uint8Array.prototype.set = function (this: Uint8Array, from: ArrayLike<number>, at?: number): void {
      copied += from.length;
      set.call(this, from, at);
    };
    // oxlint-disable-next-line no-extend-native -- as above
    Uint8Array.prototype.indexOf = function (this: Uint8Array, byte: number, from?: number): number {
      searched += this.length;
      return indexOf.call(this, byte, from);
    };
    const queue = new ChunkQueue();
    try {
      for (let i = 0; i < length; i++) {
        queue.push(Uint8Array.of(1));
        queue.peek(queue.length);
        queue.indexOf(10);
      }
    } finally {
      Object.assign(Uint8Array.prototype, { set, indexOf });
    }
    expect(queue.length).toBe(length);
    expect(copied).toBeLessThan(4 * length);
    expect(searched).toBeLessThanOrEqual(2 * length);
  });
});

describe("hex", () => {
  test("reads back what it wrote", () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void expect([...fromHex(toHex(bytes))]).toEqual([...bytes])));
    expect(toHex(Uint8Array.of(0, 0xab, 0xff).subarray(1))).toBe("abff");
    expect(fromHex("AbFf")).toEqual(Buffer.of(0xab, 0xff));
  });

  test.for([
    ["abc", 2],
    ["zz", 0],
    ["00 1", 2],
    ["0011gg22", 4],
  ] as const)("refuses %j, and says where", ([text, offset]) => {
    expect(() => fromHex(text)).toThrow(expect.objectContaining({ code: "not-hex", offset }));
  });
});
