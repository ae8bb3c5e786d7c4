/** Databases that our B-trees wrote, opened by the original: it finds them sound, and in them what was put there. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Pager } from "../../src/pager/pager.ts";
import { MemoryFile } from "../../src/vfs/pager-file.ts";
import { randomBelow } from "../support/random-below.ts";
import { changeAtRandom, StoredMap } from "../support/stored-map.ts";

const folder = mkdtempSync(join(tmpdir(), "tenon-btree-"));
afterAll(() => rmSync(folder, { recursive: true }));

function inOriginal<T>(bytes: Uint8Array, look: (original: DatabaseSync) => T): T {
  const path = join(folder, "it.db");
  writeFileSync(path, bytes);
  const original = new DatabaseSync(path, { readOnly: true });
  try {
    return look(original);
  } finally {
    original.close();
  }
}

function pagerOf(file: MemoryFile, pageSize: number, reserved = 0): Pager {
  return new Pager({ file, pageSize, reserved, random: () => 1 });
}

describe.each([512, 1_024, 4_096, 65_536])("pages of %i bytes", (pageSize) => {
  test.each([
    ["none", 0, 1],
    ["full", 0, 2],
    ["incremental", 0, 3],
    ["none", 32, 4],
  ] as const)("auto_vacuum %s, %i bytes reserved", (autoVacuum, reserved, seed) => {
    const below = randomBelow(seed * 1_000 + pageSize);
    const file = new MemoryFile();
    const map = new StoredMap(pagerOf(file, pageSize, reserved), autoVacuum);
    for (let transaction = 0; transaction < 4; transaction++) {
      map.pager.beginWrite();
      changeAtRandom(map, below, 250);
      expect(map.read()).toEqual(new Map([...map.expected].toSorted(([a], [b]) => a - b)));
      map.tree.commit();
      inOriginal(file.contents(), (original) => {
        expect(original.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
        if (autoVacuum === "full")
          expect(original.prepare("PRAGMA freelist_count").get()).toEqual({ freelist_count: 0 });
        const rows = original.prepare("SELECT rowid AS id, b FROM t").all();
        expect(new Map(rows.map((row) => [row["id"], row["b"]]))).toEqual(map.read());
      });
    }
  });
});

test.each([512, 4_096])("files are as compact as the original's, pages of %i bytes", (pageSize) => {
  for (const order of ["rising", "random"] as const) {
    const below = randomBelow(5);
    const file = new MemoryFile();
    const map = new StoredMap(pagerOf(file, pageSize));
    map.pager.beginWrite();
    const original = new DatabaseSync(":memory:");
    original.exec(`PRAGMA page_size = ${pageSize}; CREATE TABLE t(a, b); CREATE INDEX i ON t(b); BEGIN`);
    const insert = original.prepare("INSERT OR REPLACE INTO t(rowid, a, b) VALUES (?, ?, ?)");
    for (let at = 1; at <= 3_000; at++) {
      const rowid = order === "rising" ? at : 1 + below(100_000);
      const value = below(1_000_000)
        .toString(36)
        .repeat(1 + below(5));
      map.set(rowid, value, order === "rising");
      insert.run(rowid, BigInt(rowid), value);
    }
    map.pager.commit();
    original.exec("COMMIT");
    expect(map.pager.pageCount).toBe(original.prepare("PRAGMA page_count").get()!["page_count"]);
    original.close();
  }
});

test.each([
  [512, 1],
  [1_024, 2],
])("incremental vacuum cuts off what is free, pages of %i bytes", (pageSize, seed) => {
  const below = randomBelow(seed);
  const file = new MemoryFile();
  const map = new StoredMap(pagerOf(file, pageSize), "incremental");
  map.pager.beginWrite();
  changeAtRandom(map, below, 800);
  map.tree.commit();
  for (let round = 0; round < 12; round++) {
    map.pager.beginWrite();
    for (const rowid of map.expected.keys()) {
      if (below(4) === 0) map.delete(rowid);
    }
    const [pages, free] = [map.pager.pageCount, map.pager.headerField("freelistCount")];
    const wanted = 1 + below(free + 3);
    map.tree.vacuum(wanted);
    expect(map.pager.headerField("freelistCount")).toBe(Math.max(0, free - wanted));
    // Pointer maps that are at the end then go too.
    expect(pages - map.pager.pageCount).toBeGreaterThanOrEqual(Math.min(wanted, free));
    map.tree.commit();
    expect(file.contents().length).toBe(map.pager.pageCount * pageSize);
    inOriginal(file.contents(), (original) => {
      expect(original.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
    });
    expect(map.read()).toEqual(new Map([...map.expected].toSorted(([a], [b]) => a - b)));
    map.pager.beginWrite();
    changeAtRandom(map, below, 60);
    map.tree.commit();
  }
});

test("what the original wrote is read, by rows and by index, and changed", () => {
  const original = new DatabaseSync(":memory:");
  original.exec("PRAGMA page_size = 1024; CREATE TABLE t(a, b); CREATE INDEX i ON t(b)");
  const insert = original.prepare("INSERT INTO t(rowid, a, b) VALUES (?, ?, ?)");
  const below = randomBelow(9);
  const rows = new Map<number, string>();
  for (let rowid = 1; rowid <= 2_000; rowid += 1 + below(3)) {
    const value = below(8) === 0 ? "long ".repeat(below(900)) : below(1_000_000).toString(36);
    rows.set(rowid, value);
    insert.run(rowid, BigInt(rowid), value);
  }
  const file = new MemoryFile(original.serialize());
  original.close();
  const map = new StoredMap(pagerOf(file, 1_024));
  expect(map.read()).toEqual(rows);
  map.expected = rows;
  map.pager.beginWrite();
  changeAtRandom(map, below, 500);
  map.pager.commit();
  inOriginal(file.contents(), (again) => {
    expect(again.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
    expect(again.prepare("SELECT count(*) AS n FROM t").get()).toEqual({ n: map.expected.size });
  });
});

test("a cursor goes on where it was while the table changes around it", () => {
  const below = randomBelow(21);
  for (let round = 0; round < 20; round++) {
    const map = new StoredMap(pagerOf(new MemoryFile(), 512));
    map.pager.beginWrite();
    for (let rowid = 10; rowid <= 3_000; rowid += 10) map.set(rowid, `value ${rowid}`);
    const cursor = map.cursor();
    let last = 0;
    for (let more = cursor.first(); more; more = cursor.next()) {
      const rowid = Number(cursor.rowid);
      // What came next when the cursor was last moved, or was put in between since.
      expect(rowid).toBe(Math.min(...[...map.expected.keys()].filter((other) => other > last)));
      last = rowid;
      for (let changes = below(4); changes > 0; changes--) {
        const near = last + below(60) - 30;
        if (near > 0 && below(2) === 0) map.set(near, `put ${near}`.repeat(1 + below(20)));
        else if (map.expected.has(near)) map.delete(near);
      }
    }
    cursor.close();
  }
});
