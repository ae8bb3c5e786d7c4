/** Damaged files; 100,000 of them are in soak/damaged-files.test.ts. */
import { expect, test } from "vitest";
import { soundFiles, useDamaged } from "../support/damaged-files.ts";

test("damaged files give errors of the database and nothing else", () => {
  const files = soundFiles();
  for (let seed = 1; seed <= 300; seed++) expect(() => useDamaged(seed, files), `seed ${seed}`).not.toThrow();
});
