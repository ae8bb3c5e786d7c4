/** All files of sqllogictest, whole, on both back ends. */
import { describe, expect, test } from "vitest";
import { files, ours, scriptOf } from "../test/support/sqllogictest/files.ts";
import { runScript } from "../test/support/sqllogictest/run-script.ts";

test("all the files are there", () => {
  expect(files).toHaveLength(42);
});

describe.each(["closures", "source"] as const)("%s", (backEnd) => {
  test.each(files)("%s", (file) => {
    using database = ours(backEnd);
    expect(runScript(scriptOf(file), database).failures.slice(0, 20)).toEqual([]);
  });
});
