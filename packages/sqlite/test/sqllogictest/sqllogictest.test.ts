/**
 * Files of sqllogictest on both back ends: here those that are quick, all of them in soak/sqllogictest.test.ts. The reference runs one too: a runner
 * that accepts everything would pass on our engine alone.
 */
import { describe, expect, test } from "vitest";
import { files, original, ours, scriptOf } from "../support/sqllogictest/files.ts";
import { runScript } from "../support/sqllogictest/run-script.ts";
import { readScript } from "../support/sqllogictest/script.ts";

const QUICK = /^(?:evidence\/|select[12]\.test|index\/random\/1000\/)/;

describe.skipIf(files.length === 0)("sqllogictest", () => {
  test("is what the original answers", () => {
    using database = original();
    expect(runScript(scriptOf("select1.test"), database)).toEqual({ run: 1031, failures: [] });
  });

  test.each(["closures", "source"] as const)("finds a wrong expectation (%s)", (backEnd) => {
    using database = ours(backEnd);
    const script = readScript("query I nosort\nSELECT 1+1\n----\n3\n\nstatement ok\nSELECT FROM\n");
    expect(runScript(script, database).failures).toHaveLength(2);
  });

  describe.each(["closures", "source"] as const)("%s", (backEnd) => {
    test.each(files.filter((file) => QUICK.test(file)))("%s", (file) => {
      using database = ours(backEnd);
      expect(runScript(scriptOf(file), database).failures.slice(0, 20)).toEqual([]);
    });
  });
});
