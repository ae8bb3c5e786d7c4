/** The server under mutated and hostile packets; `npm run soak dns` sends a million. */
import { expect, test } from "vitest";
import { fuzzServer } from "./support/fuzz-server.ts";

test("the server answers or ignores whatever comes, and goes on", { timeout: 120_000 }, async () => {
  const { packets, answered, rcodes } = await fuzzServer(20_000, 300);
  expect(packets).toBe(20_000);
  expect(answered).toBeGreaterThan(5000);
  // NOERROR, FORMERR, NXDOMAIN, NOTIMP, REFUSED, and of updates YXRRSET, NXRRSET and NOTAUTH: the packets reach into the server.
  expect([...rcodes.keys()]).toEqual(expect.arrayContaining([0, 1, 3, 4, 5, 7, 8, 9]));
});
