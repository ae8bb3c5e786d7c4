import { expect, test } from "vitest";
import { unrulyRun } from "../test/service/unruly-peers.ts";

test("a service among unruly peers, 20,000 seeds", async () => {
  for (let seed = 0; seed < 20_000; seed++) expect((await unrulyRun(seed)).faults).toEqual([]);
});
