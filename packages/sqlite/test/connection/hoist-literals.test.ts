/** Literals that become parameters, so that statements which differ in them only share a plan. */
import { describe, expect, test } from "vitest";
import { Database } from "../../src/api/node-database.ts";
import { hoistLiterals } from "../../src/connection/hoist-literals.ts";
import { expectSame } from "../support/side-by-side.ts";

function shapeOf(sql: string): { shape: string; values: readonly unknown[] } | undefined {
  const hoisted = hoistLiterals(sql, 0);
  return hoisted && { shape: hoisted.shape, values: hoisted.values.payloads };
}

describe("taken", () => {
  test.each([
    [
      "INSERT INTO t(a, b) VALUES (1, 'it''s'), (NULL, 2.5); SELECT 1",
      "INSERT INTO t(a, b) VALUES (?, ?), (NULL, ?)",
      [1, "it's", 2.5],
    ],
    ["REPLACE INTO main.t VALUES(123456789012345)", "REPLACE INTO main.t VALUES(?)", [123_456_789_012_345]],
    [
      "SELECT a, 7 FROM t WHERE id = 42 AND name = 'x' ORDER BY 2 LIMIT 3",
      "SELECT a, 7 FROM t WHERE id = ? AND name = ? ORDER BY 2 LIMIT 3",
      [42, "x"],
    ],
  ])("%s", (sql, shape, values) => {
    expect(shapeOf(sql)).toEqual({ shape, values });
  });
});

test.each([
  "INSERT INTO t VALUES(?)",
  "INSERT INTO t VALUES(1 + 1)",
  "INSERT INTO t VALUES(-1)",
  "INSERT INTO t VALUES(abs(1))",
  "INSERT INTO t VALUES(1) RETURNING a",
  "INSERT INTO t VALUES(1) ON CONFLICT DO NOTHING",
  "INSERT INTO t VALUES(9223372036854775807)",
  "INSERT INTO t VALUES(0x10)",
  "INSERT INTO t VALUES(x'00')",
  "INSERT INTO t SELECT 5",
  "WITH c AS (SELECT 1) SELECT a FROM c WHERE a = 5",
  "SELECT a FROM t WHERE a > 5",
  "SELECT a FROM t WHERE a = 1",
  "SELECT a FROM t WHERE 5 = 5",
  "SELECT a FROM t WHERE a = 5 COLLATE NOCASE",
  "SELECT a FROM t WHERE a = 5 UNION SELECT 6",
  "SELECT a FROM t WHERE a IN (SELECT b FROM u WHERE c = 5)",
  "SELECT CASE WHEN a = 5 THEN 1 END FROM t",
  "SELECT a FROM t WHERE a = 5 AND b = ?",
  "UPDATE t SET a = 5",
  "SELECT 5",
])("left alone: %s", (sql) => {
  expect(shapeOf(sql)).toBeUndefined();
});

test("values, types, names and errors are those of the original", () => {
  const inserts = [1, 2, 3].flatMap((i) => [
    `INSERT INTO t(a, b, c) VALUES(${i}, 'x${i}', ${i}.5)`,
    `INSERT INTO t(a, b, c) VALUES(${i}0, '${i}', NULL)`,
    `INSERT INTO t VALUES(${i}, 'again', 1)`,
    `INSERT INTO nothing VALUES(${i})`,
    `INSERT INTO t(a, nothing) VALUES(${i}, ${i})`,
    `INSERT INTO t VALUES(${i})`,
  ]);
  const selects = [2, 3, 30].flatMap((i) => [
    `SELECT a, typeof(b), c, 7 FROM t WHERE a = ${i}`,
    `SELECT a FROM t WHERE b = ${i}`,
    `SELECT a FROM t WHERE b = 'x${i}' AND c = ${i}.5`,
    `SELECT a FROM t WHERE nothing = ${i}`,
    `SELECT count(*) FROM t WHERE c = '${i}.5'`,
    `SELECT a FROM t AS x WHERE x.a = ${i}0 AND a = ${i}0`,
  ]);
  expectSame([
    "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT UNIQUE, c REAL)",
    ...inserts,
    "SELECT *, typeof(a), typeof(b), typeof(c) FROM t",
    ...selects,
    "CREATE INDEX partial ON t(b) WHERE c = 2.5",
    ...selects,
    "DROP TABLE t",
    ...selects,
  ]).close();
});

test("the statement is told as it was written, and its literals are nobody's to bind", () => {
  const db = Database.open();
  db.exec("CREATE TABLE t(a, b)");
  for (let i = 2; i < 6; i++) {
    const sql = `INSERT INTO t(a, b) VALUES(${i}, 'v${i}')`;
    const statement = db.prepare(sql);
    expect(statement.sql).toBe(sql);
    expect(statement.expandedSql).toBe(sql);
    expect(statement.parameters).toEqual([]);
    expect(() => statement.run(1)).toThrow("column index out of range");
    statement.clearBindings().run();
  }
  expect(db.prepare("SELECT a || b FROM t", { rows: "pluck" }).all()).toEqual(["2v2", "3v3", "4v4", "5v5"]);
  db.close();
});
