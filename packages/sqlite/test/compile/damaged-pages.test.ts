/** Code that reads pages by itself meets pages that lie: it answers with rows or with the database's own errors. */
import { expect, test } from "vitest";
import { Btree } from "../../src/btree/btree.ts";
import { source } from "../../src/compile/source.ts";
import { SqliteError } from "../../src/errors.ts";
import { Pager } from "../../src/pager/pager.ts";
import { Frame } from "../../src/runtime/frame.ts";
import { Cells } from "../../src/values/value.ts";
import { MemoryFile } from "../../src/vfs/pager-file.ts";
import { QueriedDatabase } from "../support/queried-database.ts";
import { randomBelow } from "../support/random-below.ts";

const QUERIES: readonly string[] = [
  "SELECT * FROM t WHERE b LIKE 't%5'",
  "SELECT b, count(*), sum(c), max(d) FROM t GROUP BY b",
  "SELECT a, b, d FROM t INDEXED BY i WHERE b > 'text 2' ORDER BY b DESC",
  "SELECT x.a, y.d FROM t x JOIN t y ON y.a = x.a + 2 WHERE x.b = 'text 7'",
  "SELECT b, c FROM t ORDER BY b, c DESC LIMIT 20",
  "SELECT count(d), sum(c) FROM t WHERE a BETWEEN 50 AND 400",
];

test("damaged pages give rows or SqliteErrors", () => {
  const db = new QueriedDatabase(`
    PRAGMA page_size = 512;
    CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c REAL, d);
    CREATE INDEX i ON t(b, c DESC);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
    INSERT INTO t SELECT i * 2, 'text ' || (i % 37), i / 4.0, CASE i % 5 WHEN 0 THEN zeroblob(i * 9) WHEN 1 THEN NULL ELSE i END FROM n;`);
  const programs = QUERIES.map((sql) => db.compile(sql));
  const executables = programs.map((program) => source.compile(program));
  const bytes = db.original.serialize();
  const below = randomBelow(1);
  let refused = 0;
  let whole = 0;
  for (let round = 0; round < 2_000; round++) {
    const mutated = bytes.slice();
    for (let changes = 1 + below(6); changes > 0; changes--)
      mutated[512 + below(mutated.length - 512)] = below(3) === 0 ? 0xff : below(256);
    const pager = new Pager({ file: new MemoryFile(mutated), random: () => 1 });
    pager.beginRead();
    const tree = new Btree(pager);
    const at = below(QUERIES.length);
    const { registers, columns } = programs[at]!;
    const frame = new Frame({ ...db.environment, btree: () => tree }, new Cells(0), registers, columns.length);
    try {
      executables[at]!.run(frame, () => true);
      whole += 1;
    } catch (error) {
      if (!(error instanceof SqliteError)) throw error;
      refused += 1;
    }
  }
  expect(refused).toBeGreaterThan(50);
  expect(whole).toBeGreaterThan(50);
  db.close();
});
