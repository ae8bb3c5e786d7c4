/** Offsets, counts and sizes above 2³²: slow to read, so not among the tests of every day. */
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Workbench } from "../test/support/workbench.ts";

test("offsets and counts above 2³² are right", () => {
  using bench = new Workbench().write({ large: "" });
  const path = join(bench.folder, "large");
  truncateSync(path, 2 ** 32 + 10);
  writeFileSync(path, "needle\n", { flag: "a" });
  expect(bench.grep(["-zob", "needle", "large"]).stdout).toBe(`${2 ** 32 + 10}:needle\0`);
  expect(bench.grep(["-znc", "", "large"]).stdout).toBe(`${2 ** 32 + 11}\n`);
});
