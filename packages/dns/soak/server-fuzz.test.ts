/** A million packets to the whole server, in memory that stays within bounds; TENON_SEED tries others. */
import { expect, test } from "vitest";
import { fuzzServer } from "../test/support/fuzz-server.ts";

const SEEDS = 10;
const PACKETS = 100_000;
/** What ten servers one after the other may leave behind in a heap that nobody tidies up at once. */
const GROWTH_ALLOWED_BYTES = 512 * 2 ** 20;

test("the server answers or ignores a million packets", async () => {
  const seed = Number(process.env["TENON_SEED"] ?? 300);
  await fuzzServer(PACKETS, seed);
  const before = process.memoryUsage.rss();
  for (let i = 1; i < SEEDS; i++) expect((await fuzzServer(PACKETS, seed + i)).answered).toBeGreaterThan(PACKETS / 4);
  expect(process.memoryUsage.rss() - before).toBeLessThan(GROWTH_ALLOWED_BYTES);
});
