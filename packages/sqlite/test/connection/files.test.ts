/** Databases in files: kept, shared by connections of one process, and understood by the original. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryDisk } from "@tenon/kit";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { Database } from "../../src/api/node-database.ts";
import type { DatabaseOptions } from "../../src/api/options.ts";

const folder = mkdtempSync(join(tmpdir(), "tenon-sqlite-files-"));
afterAll(() => rmSync(folder, { recursive: true }));

const opened: Database[] = [];
afterEach(() => opened.splice(0).forEach((db) => db.close()));

let files = 0;
function newPath(): string {
  files += 1;
  return join(folder, `${files}.db`);
}

function open(source: string, options?: DatabaseOptions): Database {
  const db = Database.open(source, options);
  opened.push(db);
  return db;
}

function original(path: string, sql: string): unknown {
  const db = new DatabaseSync(path);
  try {
    return db
      .prepare(sql)
      .all()
      .map((row) => Object.values(row));
  } finally {
    db.close();
  }
}

describe("kept", () => {
  test.each([
    [512, "utf8", "none"],
    [1_024, "utf16le", "full"],
    [4_096, "utf16be", "incremental"],
    [65_536, "utf8", "full"],
  ])("pages of %i bytes, %s, auto_vacuum %s: the original finds what was written", (pageSize, encoding, vacuum) => {
    const path = newPath();
    const db = open(path);
    db.exec(`PRAGMA page_size = ${pageSize}; PRAGMA encoding = '${encoding}'; PRAGMA auto_vacuum = ${vacuum}`);
    db.exec("CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT UNIQUE, c); CREATE INDEX i ON t(c DESC, b)");
    const insert = db.prepare("INSERT INTO t(b, c) VALUES(?, ?)");
    db.transaction(() => {
      for (let i = 0; i < 300; i++) insert.run(`grüße ${i}`.repeat(1 + (i % 9)), i % 7);
    });
    db.exec(
      "DELETE FROM t WHERE a % 3 = 0; CREATE TABLE u AS SELECT * FROM t; DROP TABLE t; ALTER TABLE u RENAME TO v",
    );
    const count = db.value("SELECT count(*) FROM v");
    db.close();
    expect(original(path, "PRAGMA integrity_check")).toEqual([["ok"]]);
    expect(original(path, "SELECT count(*), min(b) FROM v")).toEqual([[count, "grüße 0"]]);
    expect(original(path, "PRAGMA encoding")).toEqual([[encoding.replace("utf", "UTF-")]]);
    const again = open(path);
    expect(again.value("SELECT count(*) FROM v")).toBe(count);
    expect(again.value("PRAGMA integrity_check")).toBe("ok");
  });

  test("what the original wrote is read, changed, and given back", () => {
    const path = newPath();
    const theirs = new DatabaseSync(path);
    theirs.exec("CREATE TABLE t(a PRIMARY KEY, b) WITHOUT ROWID; INSERT INTO t VALUES('x', 1), ('y', 2.5)");
    theirs.close();
    const db = open(path);
    expect(db.query("SELECT * FROM t")).toEqual([
      { a: "x", b: 1 },
      { a: "y", b: 2.5 },
    ]);
    db.exec("UPDATE t SET b = b * 2; INSERT INTO t VALUES('z', x'00ff')");
    db.close();
    expect(original(path, "SELECT a, b FROM t WHERE a < 'z'")).toEqual([
      ["x", 2],
      ["y", 5],
    ]);
    expect(original(path, "PRAGMA integrity_check")).toEqual([["ok"]]);
  });

  test("VACUUM makes the file small, with another page size if that was asked, and INTO another file", () => {
    const path = newPath();
    const copy = newPath();
    const db = open(path);
    db.exec("CREATE TABLE t(a, b); CREATE INDEX i ON t(b)");
    db.exec(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO t SELECT i, hex(i) FROM n",
    );
    db.exec("DELETE FROM t WHERE a > 100");
    const before = db.value("PRAGMA page_count") as number;
    db.exec("PRAGMA page_size = 1024; VACUUM");
    expect(db.value("PRAGMA page_size")).toBe(1_024);
    expect(db.value("PRAGMA freelist_count")).toBe(0);
    expect((db.value("PRAGMA page_count") as number) * 1_024).toBeLessThan(before * 4_096);
    expect(db.value("SELECT sum(a) FROM t")).toBe(5_050);
    db.prepare("VACUUM INTO ?").run(copy);
    expect(() => db.prepare("VACUUM INTO ?").run(copy)).toThrow("output file already exists");
    db.exec("BEGIN");
    expect(() => db.exec("VACUUM")).toThrow("cannot VACUUM from within a transaction");
    db.exec("COMMIT");
    db.close();
    for (const one of [path, copy]) {
      expect(original(one, "PRAGMA integrity_check")).toEqual([["ok"]]);
      expect(original(one, "SELECT count(*) FROM t WHERE b = hex(50)")).toEqual([[1]]);
    }
  });

  test("the sqlite3 shell dumps our file as it dumps its own", () => {
    const sqlite3 = peer("sqlite3");
    if (sqlite3 === undefined) return;
    const script = [
      "CREATE TABLE a(x INTEGER PRIMARY KEY AUTOINCREMENT, y TEXT DEFAULT 'it''s', z REAL, CHECK(z <> 3));",
      'CREATE TABLE "b c"(k, v, PRIMARY KEY(k, v)) WITHOUT ROWID;',
      "INSERT INTO a(y, z) VALUES('one', 1), (NULL, 2.5), ('x', -1e99);",
      "INSERT INTO \"b c\" VALUES(1, x'ff'), ('1', 2.0);",
      "CREATE VIEW w AS SELECT y FROM a;",
      'CREATE TRIGGER tr AFTER INSERT ON a BEGIN DELETE FROM "b c" WHERE k = new.x; END;',
      "INSERT INTO a(y) VALUES('fires');",
      "CREATE INDEX p ON a(z) WHERE z > 0;",
      "ANALYZE;",
    ].join("\n");
    const [ours, theirs] = [newPath(), newPath()];
    const db = open(ours);
    db.exec(script);
    db.close();
    execFileSync(sqlite3, [theirs], { input: script });
    const dump = (path: string): string => execFileSync(sqlite3, [path, ".dump"], { encoding: "utf8" });
    expect(dump(ours)).toBe(dump(theirs));
  });
});

describe("shared by connections of one process", () => {
  test("what one commits the other sees, with a new schema too", () => {
    const path = newPath();
    const [a, b] = [open(path), open(path)];
    a.exec("CREATE TABLE t(x)");
    const all = b.prepare("SELECT * FROM t");
    expect(all.all()).toEqual([]);
    a.exec("INSERT INTO t VALUES(1)");
    expect(all.all()).toEqual([{ x: 1 }]);
    a.exec("ALTER TABLE t ADD COLUMN y DEFAULT 7");
    expect(all.all()).toEqual([{ x: 1, y: 7 }]);
    b.exec("INSERT INTO t VALUES(2, 3)");
    expect(a.value("SELECT sum(y) FROM t")).toBe(10);
  });

  test("one writes at a time, and not while others read", () => {
    const path = newPath();
    const [a, b] = [open(path), open(path)];
    a.exec("CREATE TABLE t(x); INSERT INTO t VALUES(1), (2)");
    a.exec("BEGIN IMMEDIATE; INSERT INTO t VALUES(3)");
    expect(() => b.exec("INSERT INTO t VALUES(9)")).toThrow("database is locked");
    expect(b.value("SELECT count(*) FROM t")).toBe(2);
    const rows = b.prepare("SELECT x FROM t").iterate();
    expect(rows.next().value).toEqual({ x: 1 });
    expect(() => a.exec("COMMIT")).toThrow(expect.objectContaining({ code: "SQLITE_BUSY" }));
    expect(a.inTransaction).toBe(true);
    // Now that one waits to write, nobody begins to read.
    expect(() => open(path).value("SELECT 1 FROM t")).toThrow("database is locked");
    expect([...rows]).toEqual([{ x: 2 }]);
    a.exec("COMMIT");
    expect(b.value("SELECT count(*) FROM t")).toBe(3);
    b.exec("BEGIN EXCLUSIVE");
    expect(() => a.value("SELECT 1 FROM t")).toThrow("database is locked");
    b.exec("ROLLBACK");
    expect(a.value("SELECT count(*) FROM t")).toBe(3);
  });

  test("a transaction too long for the cache keeps its pages while others read, and writes early when nobody does", () => {
    const path = newPath();
    const [a, b] = [open(path), open(path)];
    a.exec("CREATE TABLE t(x); PRAGMA cache_size = 10; INSERT INTO t VALUES('first')");
    const rows = b.prepare("SELECT x FROM t").iterate();
    rows.next();
    a.exec("BEGIN");
    const insert = a.prepare("INSERT INTO t VALUES(?)");
    for (let i = 0; i < 100; i++) insert.run("x".repeat(3_000));
    expect(b.value("SELECT count(*) FROM t")).toBe(1);
    rows.return();
    for (let i = 0; i < 100; i++) insert.run("x".repeat(3_000));
    expect(() => b.value("SELECT count(*) FROM t")).toThrow("database is locked");
    a.exec("ROLLBACK");
    expect(b.value("SELECT count(*) FROM t")).toBe(1);
    expect(b.value("PRAGMA integrity_check")).toBe("ok");
  });

  test("another process' file is not taken", () => {
    const disk = new MemoryDisk();
    const held = disk.lock("/it.db-lock", "exclusive");
    const world = { disk, clock: { now: () => 0 }, random: { bytes: (length: number) => new Uint8Array(length) } };
    expect(() => open("/it.db", { world })).toThrow("database is locked");
    held?.release();
    open("/it.db", { world }).exec("CREATE TABLE t(x)");
  });
});

describe("opened", () => {
  test("a file that is missing, or nowhere", () => {
    const path = newPath();
    expect(() => open(path, { readonly: true })).toThrow("unable to open database file");
    expect(() => open(path, { create: false })).toThrow("unable to open database file");
    expect(() => open(join(folder, "no", "such", "folder.db"))).toThrow("unable to open database file");
    expect(() => open(folder)).toThrow("unable to open database file");
    expect(existsSync(path)).toBe(false);
  });

  test("only to be read", () => {
    const path = newPath();
    const db = open(path);
    db.exec("CREATE TABLE t(x)");
    db.close();
    const reader = open(path, { readonly: true });
    expect(() => reader.exec("INSERT INTO t VALUES(1)")).toThrow("attempt to write a readonly database");
    reader.exec("CREATE TEMP TABLE s AS SELECT 5 AS y");
    expect(reader.value("SELECT y FROM s")).toBe(5);
  });

  test("what is no database is found out when it is used", () => {
    const db = Database.open(Buffer.from("certainly not a database, whatever its name may be".repeat(20)));
    expect(() => db.value("SELECT * FROM sqlite_master")).toThrow("file is not a database");
  });
});

describe("attached", () => {
  test("tables of several files are used together, and gone when they are let go", () => {
    const [main, other] = [newPath(), newPath()];
    const db = open(main);
    db.exec("CREATE TABLE t(x); INSERT INTO t VALUES(1)");
    db.prepare("ATTACH ? AS more").run(other);
    db.exec("CREATE TABLE more.u(x); INSERT INTO u SELECT x + 1 FROM t");
    db.exec("BEGIN; INSERT INTO t VALUES(5); INSERT INTO u VALUES(6); ROLLBACK");
    expect(db.query("SELECT t.x AS a, u.x AS b FROM t, more.u")).toEqual([{ a: 1, b: 2 }]);
    expect(db.query("SELECT name FROM more.sqlite_master")).toEqual([{ name: "u" }]);
    expect(() => db.exec("ATTACH 'x' AS more")).toThrow("database more is already in use");
    db.exec("DETACH more");
    expect(() => db.exec("SELECT * FROM u")).toThrow("no such table: u");
    expect(() => db.exec("DETACH more")).toThrow("no such database: more");
    db.close();
    expect(original(other, "SELECT x FROM u")).toEqual([[2]]);
  });
});

test("a name without a folder is a file in the current one", () => {
  const door = new URL("../../src/index.ts", import.meta.url).href;
  const script = `
    import { Database } from ${JSON.stringify(door)};
    using db = Database.open("here.db");
    db.exec("CREATE TABLE t(a); INSERT INTO t VALUES (7)");
  `;
  execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: folder });
  expect(original(join(folder, "here.db"), "SELECT a FROM t")).toEqual([[7]]);
});
