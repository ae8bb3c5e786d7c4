/** Whole scripts, as the original runs them, on both back ends. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { expectSame } from "../support/side-by-side.ts";

const folder = mkdtempSync(join(tmpdir(), "tenon-sqlite-scripts-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SHOP = [
  "CREATE TABLE customer(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, city TEXT COLLATE NOCASE)",
  "CREATE TABLE purchase(id INTEGER PRIMARY KEY AUTOINCREMENT, customer INT REFERENCES customer(id) ON DELETE CASCADE, amount REAL, at TEXT)",
  "CREATE TABLE log(what TEXT, id INT)",
  "CREATE INDEX by_customer ON purchase(customer, amount DESC)",
  "CREATE INDEX big ON purchase(amount) WHERE amount > 20",
  "CREATE UNIQUE INDEX city_name ON customer(lower(city), name)",
  "CREATE VIEW spent AS SELECT c.name, sum(p.amount) AS total, count(*) AS n FROM customer c LEFT JOIN purchase p ON p.customer = c.id GROUP BY c.id",
  "CREATE TRIGGER note AFTER INSERT ON purchase BEGIN INSERT INTO log VALUES('bought', new.id); END",
  "CREATE TRIGGER forget AFTER DELETE ON purchase WHEN old.amount > 5 BEGIN INSERT INTO log VALUES('gone', old.id); END",
  "CREATE TRIGGER rename INSTEAD OF UPDATE OF name ON spent BEGIN UPDATE customer SET name = new.name WHERE name = old.name; END",
  "PRAGMA foreign_keys = ON",
  "INSERT INTO customer(name, city) VALUES('Ada', 'London'), ('Grace', 'New York'), ('Linus', 'helsinki')",
  "INSERT INTO customer(name) VALUES('Ada')",
  "INSERT INTO purchase(customer, amount, at) VALUES(1, 10, '2024-01-01'), (1, 25.5, '2024-02-01'), (2, 3, '2024-03-01'), (NULL, 7, NULL)",
  "INSERT INTO purchase(customer, amount) VALUES(99, 1)",
  "SELECT * FROM spent ORDER BY name",
  "UPDATE spent SET name = 'Ada L.' WHERE name = 'Ada'",
  "SELECT id, name, changes(), last_insert_rowid() FROM customer WHERE city = 'LONDON'",
  "SELECT name, amount FROM customer JOIN purchase ON customer = customer.id WHERE amount > 20",
  "SELECT city, count(*) FROM customer GROUP BY city HAVING count(*) > 0 ORDER BY 1",
  "UPDATE purchase SET amount = amount * 2 WHERE customer = 1 RETURNING id, amount",
  "DELETE FROM customer WHERE id = 1",
  "SELECT * FROM log",
  "SELECT * FROM purchase",
  "SELECT * FROM sqlite_sequence",
  "SELECT type, name, tbl_name, sql FROM sqlite_master",
  "PRAGMA foreign_key_check",
  "INSERT INTO customer(id, name) VALUES(2, 'Grace H.') ON CONFLICT(id) DO UPDATE SET name = excluded.name",
  "REPLACE INTO customer(id, name, city) VALUES(3, 'Tove', 'Espoo')",
  "SELECT * FROM customer",
  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT group_concat(i) FROM n",
  "PRAGMA integrity_check",
  "ALTER TABLE customer ADD COLUMN vip INT DEFAULT 0",
  "ALTER TABLE customer RENAME TO client",
  "SELECT name, sql FROM sqlite_master ORDER BY name",
  "SELECT * FROM spent",
  "DROP INDEX big",
  "DROP VIEW spent",
  "DROP TABLE log",
  "DELETE FROM purchase WHERE id = 3",
  "SELECT name FROM sqlite_master",
  "DROP TRIGGER forget",
  "VACUUM",
  "SELECT name, rootpage FROM sqlite_master",
  "ANALYZE",
  "SELECT * FROM sqlite_stat1 ORDER BY 1, 2",
  "PRAGMA integrity_check",
];

const TRANSACTIONS = [
  "CREATE TABLE t(a INTEGER PRIMARY KEY, b UNIQUE)",
  "BEGIN",
  "BEGIN",
  "INSERT INTO t VALUES(1, 'x'), (2, 'y')",
  "INSERT INTO t VALUES(3, 'z'), (4, 'x')",
  "SELECT * FROM t",
  "INSERT OR FAIL INTO t VALUES(3, 'z'), (4, 'x'), (5, 'w')",
  "SELECT *, changes(), total_changes() FROM t",
  "SAVEPOINT one",
  "DELETE FROM t WHERE a < 3",
  "SAVEPOINT two",
  "UPDATE t SET b = b || '!'",
  "SELECT * FROM t",
  "ROLLBACK TO one",
  "SELECT * FROM t",
  "RELEASE two",
  "RELEASE one",
  "INSERT OR ROLLBACK INTO t VALUES(9, 'x')",
  "SELECT * FROM t",
  "COMMIT",
  "ROLLBACK",
  "SAVEPOINT s",
  "INSERT INTO t VALUES(1, 1)",
  "CREATE TABLE u(x)",
  "ROLLBACK TO s",
  "INSERT INTO u VALUES(1)",
  "INSERT INTO t VALUES(2, 2)",
  "RELEASE s",
  "SELECT * FROM t",
  "INSERT OR IGNORE INTO t VALUES(2, 3), (3, 3)",
  "INSERT OR REPLACE INTO t VALUES(7, 3)",
  "SELECT * FROM t",
  "PRAGMA foreign_keys = ON",
  "CREATE TABLE child(p REFERENCES t(a) DEFERRABLE INITIALLY DEFERRED)",
  "INSERT INTO child VALUES(55)",
  "BEGIN",
  "INSERT INTO child VALUES(56)",
  "COMMIT",
  "INSERT INTO t VALUES(56, 56)",
  "COMMIT",
  "SELECT * FROM child",
  "DROP TABLE t",
  "SELECT name FROM sqlite_schema",
];

describe.each(["closures", "source"] as const)("on %s", (backEnd) => {
  test("a shop: tables, indexes, views and triggers, changed and dropped", () => {
    const db = expectSame(SHOP, backEnd);
    const bytes = db.serialize();
    db.close();
    const sqlite3 = peer("sqlite3");
    if (sqlite3 === undefined) return;
    const path = join(folder, `${backEnd}.db`);
    writeFileSync(path, bytes);
    const ask = (sql: string): string => execFileSync(sqlite3, [path, sql], { encoding: "utf8" }).trim();
    expect(ask("PRAGMA integrity_check")).toBe("ok");
    expect(ask("SELECT name FROM client ORDER BY id")).toBe("Grace H.\nTove");
  });

  test("transactions, savepoints and conflicts within them", () => {
    expectSame(TRANSACTIONS, backEnd).close();
  });
});
