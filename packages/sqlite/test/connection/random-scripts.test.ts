/** Scripts by chance say the same as in the original, statement for statement, and what they leave behind is a sound file. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Database } from "../../src/api/node-database.ts";
import { randomBelow } from "../support/random-below.ts";
import { RandomScript } from "../support/random-scripts.ts";
import { runOriginal, runOurs } from "../support/side-by-side.ts";

const folder = mkdtempSync(join(tmpdir(), "tenon-sqlite-random-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Statements that the original answers with names that leak out of how it works inside: nobody can mean them. */
function leaks(columns: readonly string[] | undefined): boolean {
  return columns?.some((name) => /raise\(ABORT/.test(name)) === true;
}

describe.each(["closures", "source"] as const)("on %s", (backEnd) => {
  test.each(Array.from({ length: 12 }, (_, seed) => seed + 1))("script %i", (seed) => {
    const original = new DatabaseSync(":memory:", { enableForeignKeyConstraints: false });
    const ours = Database.open(":memory:", { backEnd });
    for (const sql of new RandomScript(randomBelow(seed)).statements(60)) {
      const expected = runOriginal(original, sql);
      const found = runOurs(ours, sql);
      if (!leaks(expected.columns)) expect({ sql, ...found }).toEqual({ sql, ...expected });
    }
    if (ours.inTransaction) ours.exec("ROLLBACK");
    const path = join(folder, `${backEnd}-${seed}.db`);
    const bytes = ours.serialize();
    ours.close();
    original.close();
    if (bytes.length === 0) return;
    writeFileSync(path, bytes);
    const reader = new DatabaseSync(path);
    expect(reader.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
    reader.close();
  });
});
