/** Pragmas, as statements and as tables, beside the original. */
import { expect, test } from "vitest";
import { Database } from "../../src/api/node-database.ts";
import { expectSame } from "../support/side-by-side.ts";

const TABLES = [
  "CREATE TABLE p(x PRIMARY KEY)",
  "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT NOT NULL DEFAULT 'x', c AS (a + 1), d AS (b) STORED, e REFERENCES p(x) ON DELETE CASCADE, FOREIGN KEY(a, b) REFERENCES q(y, z) DEFERRABLE INITIALLY DEFERRED)",
  "CREATE UNIQUE INDEX i ON t(b DESC, a + 1) WHERE b > 1",
  "CREATE INDEX i2 ON t(e COLLATE NOCASE)",
  "CREATE TABLE w(k TEXT PRIMARY KEY, x UNIQUE ON CONFLICT REPLACE, y UNIQUE) WITHOUT ROWID",
  "CREATE VIEW v AS SELECT a, b || 1 AS zz FROM t",
  "CREATE TABLE st(a INT) STRICT",
];

test("what the schema is", () => {
  const names = ["t", "w", "v", "p", "st", "nothing"];
  const indexes = ["i", "i2", "sqlite_autoindex_w_1", "sqlite_autoindex_w_2", "sqlite_autoindex_p_1", "w", "nothing"];
  expectSame([
    ...TABLES,
    ...names.flatMap((name) =>
      ["table_info", "table_xinfo", "index_list", "foreign_key_list"].map((pragma) => `PRAGMA ${pragma}(${name})`),
    ),
    ...indexes.flatMap((name) => [`PRAGMA index_info(${name})`, `PRAGMA index_xinfo = ${name}`]),
    "PRAGMA main.table_info(t)",
    "PRAGMA temp.table_info(t)",
    "PRAGMA collation_list",
    "CREATE VIEW broken AS SELECT nothing FROM t",
    "PRAGMA table_info(broken)",
    "SELECT * FROM pragma_table_list ORDER BY 1, 2",
    "PRAGMA nothing.table_info(t)",
  ]).close();
});

test("what programs set, and what is told of it", () => {
  const asked = [
    "application_id",
    "auto_vacuum",
    "automatic_index",
    "busy_timeout",
    "cache_size",
    "cell_size_check",
    "count_changes",
    "defer_foreign_keys",
    "encoding",
    "foreign_keys",
    "freelist_count",
    "full_column_names",
    "ignore_check_constraints",
    "journal_mode",
    "journal_size_limit",
    "legacy_alter_table",
    "locking_mode",
    "max_page_count",
    "page_count",
    "page_size",
    "query_only",
    "read_uncommitted",
    "recursive_triggers",
    "reverse_unordered_selects",
    "schema_version",
    "secure_delete",
    "short_column_names",
    "synchronous",
    "temp_store",
    "threads",
    "trusted_schema",
    "user_version",
    "wal_autocheckpoint",
    "wal_checkpoint",
    "writable_schema",
    "unheard_of",
  ];
  const set = [
    "foreign_keys = ON",
    "foreign_keys = banana",
    "recursive_triggers = yes",
    "user_version = -7",
    "application_id = 0x7fffffff",
    "cache_size = 100",
    "synchronous = off",
    "temp_store = memory",
    "busy_timeout = 500",
    "max_page_count = 5000",
    "locking_mode = exclusive",
    "auto_vacuum = 2",
    "query_only = 1",
    "threads = 3",
    "encoding = 'UTF-16'",
    "page_size = 1024",
    "secure_delete = fast",
    "journal_mode = wal",
    "schema_version = 99",
  ];
  const questions = asked.map((name) => `PRAGMA ${name}`);
  expectSame([...questions, ...TABLES, ...questions, ...set.map((one) => `PRAGMA ${one}`), ...questions]).close();
});

test("pragmas are tables, whatever their argument", () => {
  expectSame([
    ...TABLES,
    "SELECT * FROM pragma_table_info('t')",
    "SELECT p.name, p.type FROM pragma_table_xinfo('t') AS p WHERE hidden > 0 ORDER BY cid DESC",
    "SELECT m.name AS tbl, p.* FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type IN ('table', 'view') ORDER BY m.name, p.cid",
    "SELECT m.name, l.name, x.name, x.desc FROM sqlite_master m, pragma_index_list(m.name) l, pragma_index_xinfo(l.name) x WHERE m.type = 'table' ORDER BY 1, 2, x.seqno",
    `SELECT m.name, f."from", f."table" FROM sqlite_master m LEFT JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY 1, 2`,
    "SELECT user_version FROM pragma_user_version",
    "SELECT EXISTS(SELECT 1 FROM pragma_table_info('t') WHERE name = 'b')",
    "SELECT count(*) FROM pragma_table_info('nothing')",
  ]).close();
});

test("a prepared statement that reads a pragma sees what it says now", () => {
  const db = Database.open();
  const version = db.prepare("SELECT user_version FROM pragma_user_version", { rows: "pluck" });
  expect(version.get()).toBe(0);
  db.exec("PRAGMA user_version = 8");
  expect(version.get()).toBe(8);
  db.close();
});

test("integrity_check finds what is wrong", () => {
  const db = Database.open();
  db.exec(
    "CREATE TABLE t(a, b NOT NULL, c CHECK (c > 0)); INSERT INTO t VALUES(1, 1, 1), (2, 2, 2), (3, 3, 3); CREATE INDEX i ON t(a)",
  );
  expect(db.query("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  // A schema that does not say what the rows were made by.
  const bytes = db.serialize();
  const text = Buffer.from(bytes).toString("latin1");
  const lie = (from: string, to: string): Uint8Array => Buffer.from(text.replace(from, to), "latin1");
  const broken = Database.open(lie("CHECK (c > 0)", "CHECK (c > 2)"));
  expect(broken.query("PRAGMA quick_check")).toEqual([
    { quick_check: "CHECK constraint failed in t" },
    { quick_check: "CHECK constraint failed in t" },
  ]);
  // An index on what is in other columns than the schema says.
  db.exec("UPDATE t SET a = a + 10");
  const moved = Buffer.from(db.serialize()).toString("latin1").replace("ON t(a)", "ON t(b)");
  broken.deserialize(Buffer.from(moved, "latin1"));
  expect(broken.prepare("PRAGMA integrity_check", { rows: "pluck" }).all()).toEqual([
    "row 1 missing from index i",
    "row 2 missing from index i",
    "row 3 missing from index i",
  ]);
  broken.exec("REINDEX");
  expect(broken.value("PRAGMA integrity_check")).toBe("ok");
  broken.close();
  db.close();
});
