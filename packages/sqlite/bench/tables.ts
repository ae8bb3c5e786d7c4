/** The tables that queries are measured on: a million rows, and a tenth of that to join. */
import type { BenchDatabase } from "./engines.ts";

export const ROWS = 1_000_000;

/** Integers below 1000, texts of 5000 kinds, REALs in no order; `small` is a tenth as long. */
export function fillTables(database: BenchDatabase): void {
  database.exec(`
    CREATE TABLE big(id INTEGER PRIMARY KEY, k INT, s TEXT, r REAL);
    CREATE TABLE small(id INTEGER PRIMARY KEY, v INT, k INT);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${ROWS})
      INSERT INTO big SELECT i, i * 7919 % 1000, 'name ' || (i * 31 % 5000), (i * 104729 % 1000003) * 0.37 FROM n;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ${ROWS / 10})
      INSERT INTO small SELECT i, i * 17 % 1000, i * 13 % 100000 FROM n;
    CREATE INDEX small_v ON small(v);
  `);
}
