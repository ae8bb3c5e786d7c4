/** A thousand random changes with Knot, NSD and BIND, either way round, equal zones after every one; TENON_CHANGES makes it fewer. */
import { expect, test } from "vitest";
import { fromOurs, PEERS, toOurs } from "../test/support/peers/transfers.ts";

const CHANGES = Number(process.env["TENON_CHANGES"] ?? 1000);
const SEED = Number(process.env["TENON_SEED"] ?? 7);
const ROUNDS = { changes: CHANGES, seed: SEED, signed: true };

for (const name of ["knot", "nsd", "bind"] as const) {
  test(`${name} follows us`, async () => {
    const transfers = await fromOurs(PEERS[name], ROUNDS);
    if (transfers !== undefined) expect(transfers.incremental).toBeGreaterThan(CHANGES / 3);
  });

  test(`we follow ${name}`, async () => {
    const transfers = await toOurs(PEERS[name], ROUNDS);
    if (transfers !== undefined) expect(transfers.incremental).toBeGreaterThan(CHANGES / 3);
  });
}
