/** 100 random histories in files of all page sizes, encodings, vacuum and journal modes, written by us and by the original in turn. */
import { expect, test } from "vitest";
import { peer } from "../../../scripts/test-peer.ts";
import { checkFileWorkload } from "../test/support/file-workload.ts";

const shell = peer("sqlite3");

test.skipIf(shell === undefined).each(Array.from({ length: 100 }, (_, at) => 1_000 + at))("seed %i", (seed) => {
  expect.hasAssertions();
  checkFileWorkload(seed, shell!);
});
