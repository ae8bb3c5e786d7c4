import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { encodingNumber, encodingOf } from "../../src/pager/database-header.ts";
import { Pager } from "../../src/pager/pager.ts";
import { MemoryFile } from "../../src/vfs/pager-file.ts";
import { randomBelow } from "../support/random-below.ts";
import { changeAtRandom, StoredMap } from "../support/stored-map.ts";

function stored(cachePages: number): { map: StoredMap; file: MemoryFile } {
  const file = new MemoryFile();
  const pager = new Pager({ file, pageSize: 512, random: () => 7 });
  pager.settings.cachePages = cachePages;
  return { map: new StoredMap(pager), file };
}

describe.each([
  ["everything in memory", 100_000],
  ["pages written early", 10],
])("%s", (_, cachePages) => {
  test("what is rolled back has not happened", () => {
    const below = randomBelow(3);
    const { map, file } = stored(cachePages);
    for (let transaction = 0; transaction < 12; transaction++) {
      const before = { bytes: file.contents(), rows: new Map(map.expected) };
      map.pager.beginWrite();
      changeAtRandom(map, below, 300);
      if (transaction % 2 === 0) {
        map.pager.commit();
        continue;
      }
      map.tree.rollback();
      map.open();
      map.expected = before.rows;
      expect(map.read().size).toBe(before.rows.size);
      expect(Buffer.from(file.contents()).equals(before.bytes)).toBe(true);
    }
  });

  test("savepoints within savepoints are gone back to and let go, in any order", () => {
    for (let seed = 1; seed <= 8; seed++) {
      const below = randomBelow(seed);
      const { map } = stored(cachePages);
      map.pager.beginWrite();
      changeAtRandom(map, below, 150);
      const open: { savepoint: number; rows: Map<number, string> }[] = [];
      for (let step = 0; step < 40; step++) {
        const kind = below(4);
        if (kind === 0 || open.length === 0) {
          open.push({ savepoint: map.pager.savepoint(), rows: new Map(map.expected) });
        } else if (kind === 1) {
          const at = below(open.length);
          map.tree.rollback(open[at]!.savepoint);
          open.length = at + 1;
          map.expected = new Map(open[at]!.rows);
          map.open();
        } else if (kind === 2) {
          const at = below(open.length);
          map.pager.release(open[at]!.savepoint);
          open.length = at;
        } else changeAtRandom(map, below, 30);
        expect(new Map([...map.read()].toSorted())).toEqual(new Map([...map.expected].toSorted()));
      }
      map.pager.commit();
    }
  });
});

test("a file that is no database, or an impossible one, is refused", () => {
  const open = (bytes: Uint8Array): (() => void) => {
    const pager = new Pager({ file: new MemoryFile(bytes), random: () => 1 });
    return () => {
      pager.beginRead();
      pager.read(pager.pageCount + 1);
    };
  };
  expect(open(Buffer.from("no database at all, but long enough to be one".repeat(10)))).toThrow(
    "file is not a database",
  );
  expect(open(Buffer.from("short"))).toThrow("file is not a database");
  const original = new DatabaseSync(":memory:");
  original.exec("CREATE TABLE t(a)");
  const bytes = original.serialize();
  original.close();
  expect(open(bytes)).toThrow("database disk image is malformed");
  expect(open(bytes.slice(0, 4_096))).toThrow("database disk image is malformed");
  for (const [at, value] of [
    [16, 3],
    [20, 255],
    [21, 65],
  ] as const) {
    const changed = bytes.slice();
    changed[at] = value;
    expect(open(changed), `byte ${at}`).toThrow(/not a database|malformed/);
  }
});

test("a database that may only be read is not written", () => {
  const original = new DatabaseSync(":memory:");
  original.exec("CREATE TABLE t(a)");
  const pager = new Pager({ file: new MemoryFile(original.serialize()), readonly: true, random: () => 1 });
  original.close();
  pager.beginRead();
  expect(() => pager.beginWrite()).toThrow("attempt to write a readonly database");
});

test("the encoding that a file says is told from numbers that mean none", () => {
  for (const encoding of ["utf8", "utf16le", "utf16be"] as const) {
    expect(encodingOf(encodingNumber(encoding))).toBe(encoding);
  }
  expect(encodingOf(0)).toBe("utf8");
  expect(() => encodingOf(4)).toThrow("unsupported file format");
});
