/** VACUUM's way: a database becomes another one, of other page sizes too, in one transaction. */
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { Btree } from "../../src/btree/btree.ts";
import { type JournalMode } from "../../src/journal/rollback-journal.ts";
import { Pager } from "../../src/pager/pager.ts";
import { MemoryFile } from "../../src/vfs/pager-file.ts";

function original(pageSize: number, rows: number): Uint8Array {
  const database = new DatabaseSync(":memory:");
  database.exec(`PRAGMA page_size = ${pageSize}; CREATE TABLE t(a); BEGIN`);
  const insert = database.prepare("INSERT INTO t VALUES (?)");
  for (let row = 0; row < rows; row++) insert.run(`row ${row}`);
  database.exec("COMMIT");
  const bytes = database.serialize();
  database.close();
  return bytes;
}

function pagerOf(file: MemoryFile): Pager {
  const pager = new Pager({ file, random: () => 3 });
  pager.beginRead();
  return pager;
}

test.each([
  [512, 4096],
  [4096, 512],
  [1024, 1024],
])("pages of %i bytes become pages of %i", (from, to) => {
  for (const mode of ["delete", "memory"] satisfies JournalMode[]) {
    const before = original(from, 400);
    const file = new MemoryFile(before);
    const pager = pagerOf(file);
    pager.settings.journalMode = mode;
    const wanted = original(to, 900);
    const source = pagerOf(new MemoryFile(wanted));

    pager.beginWrite();
    pager.replaceBy(source);
    pager.rollback();
    expect(Buffer.from(file.contents()).equals(before)).toBe(true);
    expect(new Btree(pager).table(2).count()).toBe(400);

    pager.beginWrite();
    pager.replaceBy(source);
    pager.commit();
    expect([pager.pageSize, pager.pageCount]).toEqual([to, wanted.length / to]);
    expect(new Btree(pager).table(2).count()).toBe(900);
    // All but the counters of changes, which this commit counted.
    expect(Buffer.from(file.contents().subarray(100)).equals(wanted.subarray(100))).toBe(true);
  }
});

test("what does not fit under the highest number of pages throws SQLITE_FULL", () => {
  const pager = pagerOf(new MemoryFile(original(512, 10)));
  pager.maxPageCount = pager.pageCount + 1;
  pager.beginWrite();
  pager.append();
  expect(() => pager.append()).toThrow("database or disk is full");
});

test("a database without pages has an empty schema", () => {
  const tree = new Btree(pagerOf(new MemoryFile()));
  expect(tree.table(1).first()).toBe(false);
});
