import { expect, test } from "vitest";
import { unrulyRun } from "./unruly-peers.ts";

test("whatever peers and wires do, limits hold, every session hears its end once, and close() ends in time", async () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    const { events, faults } = await unrulyRun(seed);
    expect(faults).toEqual([]);
    for (const event of events) seen.add(event.replace(/^\S+ /, "").replaceAll(/10\.0\.0\.\d/g, "peer"));
  }
  // What the runs are for did happen in them.
  expect([...seen]).toEqual(
    expect.arrayContaining([
      "open peer",
      "close peer undefined",
      "close peer unruly",
      "close peer read ECONNRESET",
      "refuse peer max-connections",
      "refuse peer max-connections-per-address",
      "closing",
      "closed",
    ]),
  );
});

test("the same seed makes the same run", async () => {
  const first = await unrulyRun(7);
  expect((await unrulyRun(7)).events).toEqual(first.events);
  expect((await unrulyRun(8)).events).not.toEqual(first.events);
});
