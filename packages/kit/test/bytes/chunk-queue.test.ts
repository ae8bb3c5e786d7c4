import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChunkQueue, fromHex, toHex } from "../../src/index.ts";
import { queueEqualsArray } from "./queue-model.ts";

describe("ChunkQueue", () => {
  test("does as one plain array would, whatever is asked of it in whatever order", () => {
    expect(fc.check(queueEqualsArray, { numRuns: 400 })).toMatchObject({ failed: false });
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
