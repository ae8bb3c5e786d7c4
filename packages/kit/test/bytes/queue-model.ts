/** A ChunkQueue beside a plain array that does the same: the property that holds them equal. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ChunkQueue } from "../../src/index.ts";

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

const chunk = fc.oneof(fc.uint8Array({ maxLength: 3000, max: 5 }), fc.uint8Array({ maxLength: 4, max: 5 }));
const operation = fc.oneof(
  fc.tuple(fc.constant("push" as const), chunk),
  fc.tuple(fc.constantFrom("peek", "take", "takeUpTo", "skip", "at"), fc.nat(600)),
  fc.tuple(fc.constant("indexOf" as const), fc.integer({ min: 0, max: 6 })),
  fc.constant(["clear", 0] as const),
);
/** Whatever is asked of a queue, in whatever order, it answers as the array does. */
export const queueEqualsArray = fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
  const queue = new ChunkQueue();
  const model: number[] = [];
  for (const [name, argument] of operations) {
    const actual = OPERATIONS[name]!.queue(queue, argument as never);
    const expected = OPERATIONS[name]!.model(model, argument as never);
    assert.deepEqual(actual instanceof Uint8Array ? [...actual] : actual, expected);
    assert.equal(queue.length, model.length);
  }
});
