/** Files with changed bytes: what we find wrong with their structure is what the original finds, in its words. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Btree } from "../../src/btree/btree.ts";
import { checkIntegrity } from "../../src/btree/integrity.ts";
import { Pager } from "../../src/pager/pager.ts";
import { MemoryFile } from "../../src/vfs/pager-file.ts";
import { randomBelow } from "../support/random-below.ts";

const folder = mkdtempSync(join(tmpdir(), "tenon-integrity-"));
afterAll(() => rmSync(folder, { recursive: true }));

function original(autoVacuum: string, seed: number): { bytes: Uint8Array; roots: number[] } {
  const below = randomBelow(seed);
  const database = new DatabaseSync(":memory:");
  database.exec(
    `PRAGMA page_size = 512; PRAGMA auto_vacuum = ${autoVacuum}; CREATE TABLE t(a, b); CREATE INDEX i ON t(b); BEGIN`,
  );
  const insert = database.prepare("INSERT INTO t VALUES (?, ?)");
  for (let row = 0; row < 300; row++) insert.run(below(1000), "x".repeat(below(row % 20 === 0 ? 3000 : 40)) + row);
  database.exec("DELETE FROM t WHERE rowid % 3 = 0; COMMIT");
  const roots = database.prepare("SELECT rootpage AS root FROM sqlite_schema").all();
  const bytes = database.serialize();
  database.close();
  return { bytes, roots: [...roots.map(({ root }) => root as number), 1] };
}

/** The first row is what the original says of the structure; what it says of rows and indexes comes behind. */
function itsFindings(bytes: Uint8Array): string[] | undefined {
  const path = join(folder, "it.db");
  writeFileSync(path, bytes);
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const [row] = database.prepare("PRAGMA integrity_check(100)").all();
    const [head, ...lines] = String(row?.["integrity_check"]).split("\n");
    return head === "*** in database main ***" ? lines : [];
  } catch {
    return undefined; // The schema itself cannot be read.
  } finally {
    database.close();
  }
}

test.each(["none", "full", "incremental"])("auto_vacuum %s", (autoVacuum) => {
  const below = randomBelow(autoVacuum.length);
  const { bytes, roots } = original(autoVacuum, 1);
  let damaged = 0;
  for (let round = 0; round < 400; round++) {
    const changed = bytes.slice();
    // Not the schema's page: then there is nothing to compare.
    for (let count = 0; count <= below(3); count++) {
      const page = 512 * (1 + below(bytes.length / 512 - 1));
      changed[page + (below(2) === 0 ? below(16) : below(512))] = below(4) === 0 ? below(256) : below(12);
    }
    if (below(10) === 0) changed[32 + below(8)] = below(4);
    const findings = itsFindings(changed);
    if (findings === undefined) continue;
    const pager = new Pager({ file: new MemoryFile(changed), random: () => 1 });
    pager.beginRead();
    const ours = checkIntegrity(new Btree(pager), roots, 100).problems;
    expect(ours, `round ${round}`).toEqual(findings);
    if (findings.length > 0) damaged += 1;
  }
  expect(damaged).toBeGreaterThan(80);
});
