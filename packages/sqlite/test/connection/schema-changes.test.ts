/** Statements that change the schema, one after the other, beside the original. */
import { describe, expect, test } from "vitest";
import { Database } from "../../src/api/node-database.ts";
import { expectSame } from "../support/side-by-side.ts";

const SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid";

describe("ALTER TABLE RENAME TO", () => {
  test("changes what means the table, and nothing that only looks like it", () => {
    expectSame([
      "CREATE TABLE t(a INTEGER PRIMARY KEY, b, c, CHECK (t.b > 0 OR b IS NULL), FOREIGN KEY(b) REFERENCES t(a))",
      `CREATE TABLE child(x REFERENCES t(a), y REFERENCES "t"(b), z REFERENCES [t], CHECK(x <> 't'))`,
      "CREATE INDEX i ON t(b, c) WHERE c > 5",
      "CREATE VIEW v1 AS SELECT t.a, t.*, x.b FROM t, t AS x WHERE t.a = x.a AND EXISTS (SELECT 1 FROM t WHERE t.b = x.b)",
      "CREATE VIEW v2 AS WITH t AS (SELECT 1 AS a) SELECT t.a FROM t",
      "CREATE VIEW v3 AS SELECT t.x FROM child AS t",
      "CREATE VIEW v4 AS SELECT a FROM main.t WHERE main.t.a > 1 UNION SELECT b FROM t ORDER BY 1",
      "CREATE VIEW v5 AS SELECT (SELECT max(t.a) FROM t WHERE t.b = child.x) FROM child WHERE x IN (SELECT a FROM t)",
      `CREATE VIEW "v6" AS SELECT "t"."a", 't' , "t".b AS t FROM "t" /* t */ -- t`,
      "CREATE TRIGGER tr AFTER UPDATE OF b ON t WHEN new.b > (SELECT max(t.b) FROM t) BEGIN UPDATE t SET b = new.b + (SELECT count(*) FROM t) WHERE t.a = new.a; DELETE FROM child WHERE x IN (SELECT a FROM t); INSERT INTO t(b) SELECT t.b FROM t WHERE t.a = 1; SELECT t.a FROM t; END",
      "CREATE TEMP VIEW tv AS SELECT * FROM t",
      "CREATE TEMP TRIGGER ttr AFTER INSERT ON t BEGIN SELECT t.a FROM t; END",
      `ALTER TABLE t RENAME TO "new name"`,
      SCHEMA,
      "SELECT type, name, tbl_name, sql FROM sqlite_temp_master ORDER BY rowid",
      `ALTER TABLE "new name" RENAME TO t`,
      "ALTER TABLE child RENAME TO kid",
      SCHEMA,
      "CREATE TABLE k(a INTEGER PRIMARY KEY AUTOINCREMENT, b UNIQUE, UNIQUE(a, b))",
      "INSERT INTO k(b) VALUES(1)",
      "ALTER TABLE k RENAME TO kk",
      "SELECT name, tbl_name FROM sqlite_master WHERE tbl_name = 'kk'",
      "SELECT * FROM sqlite_sequence",
      "INSERT INTO kk(b) VALUES(2)",
      "SELECT * FROM kk",
      "CREATE VIEW broken AS SELECT * FROM nowhere",
      "ALTER TABLE kk RENAME TO k",
      "DROP VIEW broken",
      "CREATE TRIGGER broken AFTER INSERT ON kk BEGIN DELETE FROM nowhere; END",
      "ALTER TABLE kk RENAME TO k",
    ]).close();
  });

  test("an upsert's own name for the new row stays", () => {
    // The original takes `excluded` for the table here, and leaves a trigger behind that does something else.
    const db = Database.open();
    db.exec("CREATE TABLE t(a PRIMARY KEY, b); CREATE TABLE u(a)");
    db.exec(
      "CREATE TRIGGER tr AFTER INSERT ON u BEGIN INSERT INTO t VALUES(new.a, 1) ON CONFLICT(a) DO UPDATE SET b = excluded.b WHERE t.b > 1; END",
    );
    db.exec("ALTER TABLE t RENAME TO z");
    expect(db.value("SELECT sql FROM sqlite_master WHERE name = 'tr'")).toBe(
      `CREATE TRIGGER tr AFTER INSERT ON u BEGIN INSERT INTO "z" VALUES(new.a, 1) ON CONFLICT(a) DO UPDATE SET b = excluded.b WHERE "z".b > 1; END`,
    );
    db.close();
  });
});

test("ALTER TABLE ADD COLUMN: what may be added to a table with rows, and its text", () => {
  expectSame([
    "CREATE TABLE pk(a, b, PRIMARY KEY(a)   )",
    "ALTER TABLE pk ADD COLUMN   c   text  ;",
    "INSERT INTO pk(a) VALUES(1)",
    "ALTER TABLE pk ADD e NOT NULL",
    "ALTER TABLE pk ADD e NOT NULL DEFAULT 'there'",
    "ALTER TABLE pk ADD f AS (a + 1)",
    "ALTER TABLE pk ADD g AS (a) STORED",
    "ALTER TABLE pk ADD h UNIQUE",
    "ALTER TABLE pk ADD h DEFAULT (random())",
    "ALTER TABLE pk ADD h DEFAULT current_date",
    "ALTER TABLE pk ADD h DEFAULT -5",
    "PRAGMA foreign_keys = ON",
    "ALTER TABLE pk ADD i REFERENCES t(a) DEFAULT 1",
    "ALTER TABLE pk ADD i REFERENCES t(a) DEFAULT NULL",
    "ALTER TABLE pk ADD A",
    "SELECT sql FROM sqlite_master WHERE name='pk'",
    "PRAGMA foreign_keys = OFF",
    "SELECT * FROM pk",
    "INSERT INTO pk(a) VALUES(2)",
    "SELECT * FROM pk WHERE h = -5",
    "PRAGMA integrity_check",
  ]).close();
});

test("CREATE TABLE AS: names and types of columns, and the text", () => {
  expectSame([
    "CREATE TABLE t(a INTEGER PRIMARY KEY, b VARCHAR(5), c REAL)",
    "INSERT INTO t VALUES(1, '1', 1), (2, 'x', 2.5)",
    `CREATE TABLE t2 AS SELECT a, b + 1 AS "b c", 'x' AS c, 1.5 AS d, NULL AS e, a AS a FROM t`,
    "CREATE TABLE longer_name_of_a_table AS SELECT a AS a_rather_long_column_name, b AS another_rather_long_column_name, c FROM t",
    `CREATE TABLE "q""t" AS SELECT 1 AS "select", 2 AS "a b", 3 AS "1x", 4 AS "x$y"`,
    "CREATE TABLE aff AS SELECT CAST(a AS TEXT) AS t, CAST(a AS REAL) AS r, CAST(a AS NUMERIC) AS n, CAST(a AS BLOB) AS bl, a, b, c, a || b AS cc, count(*) AS cnt FROM t",
    "CREATE TABLE s(a INT, b TEXT, c ANY, d REAL, e BLOB) STRICT",
    "CREATE TABLE aff2 AS SELECT * FROM s",
    SCHEMA,
    "SELECT *, typeof(t), typeof(r), typeof(n), typeof(a) FROM aff",
    "SELECT *, typeof(c) FROM t2",
    "CREATE TABLE t2 AS SELECT 1",
    "CREATE TABLE IF NOT EXISTS t2 AS SELECT nonsense",
    "CREATE TABLE t3 AS SELECT nonsense",
  ]).close();
});

test("ANALYZE counts as the original does", () => {
  expectSame([
    "CREATE TABLE t(a INTEGER PRIMARY KEY, b, c NOT NULL)",
    "CREATE TABLE w(k TEXT COLLATE NOCASE PRIMARY KEY, v) WITHOUT ROWID",
    "CREATE TABLE empty(x)",
    "CREATE TABLE plain(x)",
    "INSERT INTO plain VALUES(1), (2)",
    "INSERT INTO w VALUES('a', 1), ('b', 1), ('c', 2)",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO t SELECT i, i % 7, i % 91 FROM n",
    "CREATE INDEX i1 ON t(b)",
    "CREATE INDEX i2 ON t(b, c)",
    "CREATE INDEX i3 ON t(c DESC, b) WHERE b > 3",
    "CREATE INDEX i4 ON w(v)",
    "CREATE INDEX i5 ON empty(x)",
    "ANALYZE",
    "SELECT * FROM sqlite_stat1 ORDER BY 1, 2",
    "DELETE FROM t WHERE a > 100",
    "ANALYZE i2",
    "SELECT * FROM sqlite_stat1 ORDER BY 1, 2",
    "ANALYZE main.t",
    "SELECT * FROM sqlite_stat1 ORDER BY 1, 2",
    "DROP INDEX i1",
    "DROP TABLE w",
    "SELECT * FROM sqlite_stat1 ORDER BY 1, 2",
    "ANALYZE nothing",
  ]).close();
});

test("names that are taken, reserved, or of something else", () => {
  expectSame([
    "CREATE TABLE t(a, b, c AS (a + 1))",
    "CREATE VIEW v AS SELECT * FROM t",
    "CREATE INDEX i ON t(a)",
    "CREATE TEMP TABLE tt(a)",
    "CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END",
    ...["t", "v", "i"].flatMap((name) => [
      `CREATE TABLE ${name}(x)`,
      `CREATE VIEW ${name} AS SELECT 1`,
      `CREATE INDEX ${name} ON t(b)`,
    ]),
    "CREATE TABLE sqlite_x(a)",
    "CREATE TEMP TABLE main.z(a)",
    "CREATE TABLE nowhere.z(a)",
    "CREATE INDEX temp.j ON t(a)",
    "CREATE INDEX j ON v(a)",
    "CREATE INDEX j ON sqlite_master(name)",
    "CREATE INDEX j ON t((SELECT 1))",
    "CREATE INDEX j ON t(random())",
    "CREATE INDEX j ON t(a) WHERE ?",
    "CREATE INDEX j ON t(t.a + 1)",
    `CREATE INDEX j ON t("zzz")`,
    "CREATE VIEW w AS SELECT ?",
    "CREATE VIEW main.w AS SELECT * FROM temp.tt",
    "CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END",
    "CREATE TRIGGER x AFTER INSERT ON v BEGIN SELECT 1; END",
    "CREATE TRIGGER x INSTEAD OF INSERT ON t BEGIN SELECT 1; END",
    "CREATE TRIGGER x AFTER INSERT ON sqlite_master BEGIN SELECT 1; END",
    "CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT ?; END",
    "CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO main.t VALUES(1, 2); END",
    "CREATE TRIGGER main.x AFTER INSERT ON tt BEGIN SELECT 1; END",
    "DROP TABLE v",
    "DROP VIEW t",
    "DROP TABLE sqlite_master",
    "DROP INDEX main.nothing",
    "DROP TABLE IF EXISTS nothing",
    "CREATE TABLE x(a CHECK (nothing > 1))",
    "CREATE TABLE x(a, b AS (c), c AS (b))",
    "CREATE TABLE x(a CHECK ((SELECT 1)))",
    "CREATE TABLE x(a, b AS (rowid))",
    "CREATE TABLE x(a COLLATE nothing)",
    "REINDEX nothing",
    SCHEMA,
  ]).close();
});

test("a page that moves because a table was dropped is found again", () => {
  const db = expectSame([
    "PRAGMA auto_vacuum = FULL",
    "CREATE TABLE a(x UNIQUE)",
    "CREATE TABLE b(x UNIQUE)",
    "CREATE TABLE c(x UNIQUE)",
    "INSERT INTO a VALUES(1)",
    "INSERT INTO b VALUES(2)",
    "INSERT INTO c VALUES(3)",
    "DROP TABLE a",
    "SELECT name, rootpage FROM sqlite_master",
    "SELECT * FROM b, c",
    "BEGIN",
    "DROP TABLE b",
    "SELECT name, rootpage FROM sqlite_master",
    "ROLLBACK",
    "SELECT * FROM b, c",
    "PRAGMA integrity_check",
    "PRAGMA page_count",
  ]);
  db.close();
});
