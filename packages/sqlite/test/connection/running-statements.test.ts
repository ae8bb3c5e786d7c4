/** Statements that run while others change rows, the schema and transactions under them: both engines go on, end, or refuse alike. */
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { Database } from "../../src/api/node-database.ts";

const TABLES = [
  "CREATE TABLE t(a INTEGER PRIMARY KEY, b)",
  "CREATE INDEX i ON t(b)",
  "CREATE VIEW v AS SELECT 1",
  "CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END",
  "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 60) INSERT INTO t SELECT x, x FROM n",
].join(";");

const MEANWHILE = [
  "DROP TABLE t",
  "DROP INDEX i",
  "CREATE INDEX j ON t(b)",
  "CREATE TABLE u(x)",
  "VACUUM",
  "ALTER TABLE t ADD COLUMN c",
  "ALTER TABLE t RENAME TO tt",
  "INSERT INTO tt(a, b) VALUES(5, 5)",
  "BEGIN",
  "INSERT INTO tt(a, b) VALUES(70, 70)",
  "SAVEPOINT s",
  "INSERT INTO tt(a, b) VALUES(80, 80)",
  "DELETE FROM tt WHERE a < 15",
  "ROLLBACK TO s",
  "COMMIT",
  "BEGIN",
  "DELETE FROM tt WHERE a BETWEEN 18 AND 22",
  "ROLLBACK",
  "DELETE FROM tt WHERE a BETWEEN 24 AND 26",
  "REINDEX",
  "ANALYZE",
  "DROP VIEW v",
  "DROP TRIGGER tr",
  "PRAGMA foreign_keys = ON",
  "UPDATE tt SET a = a + 1000 WHERE a = 40",
  "BEGIN",
  "CREATE TABLE zz(a)",
  "ROLLBACK",
];

interface Engine {
  exec(sql: string): unknown;
  prepare(sql: string): { iterate(): Iterator<unknown> };
}

function story(db: Engine, query: string): string[] {
  db.exec(TABLES);
  const rows = db.prepare(query).iterate();
  const told = (say: () => unknown): string => {
    try {
      return JSON.stringify(say()) ?? "nothing";
    } catch (error) {
      return (error as Error).message;
    }
  };
  told(() => rows.next());
  return MEANWHILE.map((sql) => `${sql}: ${told(() => void db.exec(sql))}; then ${told(() => rows.next().value)}`);
}

test.each([
  "SELECT a FROM t",
  "SELECT a FROM t ORDER BY b DESC",
  "SELECT a, b FROM t WHERE b > 3",
  "SELECT x.a FROM t x, t y WHERE y.a = x.b",
])("%s", (query) => {
  const original = new DatabaseSync(":memory:");
  const expected = story(original, query);
  original.close();
  for (const backEnd of ["closures", "source"] as const) {
    const db = Database.open(":memory:", { backEnd });
    expect(story(db, query)).toEqual(expected);
    expect(db.value("PRAGMA integrity_check")).toBe("ok");
    db.close();
  }
});
