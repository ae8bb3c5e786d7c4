/** Files that both write in turn; 100 seeds are in soak/files.test.ts. */
import { describe, expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { checkFileWorkload } from "../support/file-workload.ts";

const shell = peer("sqlite3");

describe.skipIf(shell === undefined)("files written by us and by the original in turn", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])("seed %i", (seed) => {
    expect.hasAssertions();
    checkFileWorkload(seed, shell!);
  });
});
