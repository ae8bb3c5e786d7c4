/** 100,000 damaged files: no crash, no hang, no foreign error. */
import { expect, test } from "vitest";
import { soundFiles, useDamaged } from "../test/support/damaged-files.ts";

const RUNS = Number(process.env["TENON_RUNS"] ?? 100_000);

test("damaged files give errors of the database and nothing else", () => {
  const files = soundFiles();
  for (let seed = 1; seed <= RUNS; seed++)
    expect(() => useDamaged(10_000 + seed, files), `seed ${10_000 + seed}`).not.toThrow();
});
