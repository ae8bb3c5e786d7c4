import fc from "fast-check";
import { expect, test } from "vitest";
import { readingIsBounded } from "../test/bytes/fields.ts";
import { queueEqualsArray } from "../test/bytes/queue-model.ts";

test.for([
  ["a ChunkQueue does as a plain array would", queueEqualsArray, 50_000],
  ["reading any bytes stays inside them", readingIsBounded, 1_000_000],
] as const)("%s", ([, property, numRuns]) => {
  expect(fc.check(property as fc.IRawProperty<unknown>, { numRuns })).toMatchObject({ failed: false });
});
