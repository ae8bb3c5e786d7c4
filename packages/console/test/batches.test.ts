import { manualClock } from "@tenon/kit";
import { expect, test } from "vitest";
import { Batches } from "../src/live/batches.ts";

test("what happens leaves in batches, of which each has its end", () => {
  const clock = manualClock();
  const sent: unknown[] = [];
  const batches = new Batches<number>(clock, { send: (message) => sent.push(message) > 0, end: () => undefined });
  batches.begin([1, 2]);
  expect(sent).toEqual([{ first: true, items: [1, 2], dropped: 0 }]);
  batches.push(3);
  batches.push(4);
  expect(sent).toHaveLength(1);
  clock.advance(100);
  expect(sent[1]).toEqual({ items: [3, 4], dropped: 0 });
  clock.advance(1000);
  expect(sent).toHaveLength(2);
  for (let n = 0; n < 1500; n++) batches.push(n);
  clock.advance(100);
  expect(sent[2]).toMatchObject({ dropped: 500, items: { length: 1000 } });
  batches.push(5);
  batches.close();
  clock.advance(1000);
  expect(sent).toHaveLength(3);
});
