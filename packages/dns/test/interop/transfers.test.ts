/** AXFR, IXFR, NOTIFY, TSIG and UPDATE with Knot, NSD and BIND, ours as their primary and as their secondary. */
import { expect, test } from "vitest";
import { fromOurs, PEERS, toOurs } from "../support/peers/transfers.ts";

const CHANGES = 6;
const CASES = (["knot", "nsd", "bind"] as const).flatMap((name) => [
  { name, signed: false },
  { name, signed: true },
]);

test.each(CASES)(
  "$name follows us, change by change (signed: $signed)",
  { timeout: 240_000 },
  async ({ name, signed }) => {
    const transfers = await fromOurs(PEERS[name], { changes: CHANGES, seed: 21, signed });
    if (transfers === undefined) return;
    expect(transfers.incremental).toBeGreaterThan(CHANGES / 3);
  },
);

test.each(CASES)(
  "we follow $name, change by change (signed: $signed)",
  { timeout: 240_000 },
  async ({ name, signed }) => {
    const transfers = await toOurs(PEERS[name], { changes: CHANGES, seed: 22, signed });
    if (transfers === undefined) return;
    expect(transfers.whole).toBeGreaterThan(0);
    expect(transfers.incremental).toBeGreaterThan(CHANGES / 3);
  },
);
