/** EXPLAIN QUERY PLAN says what the original says, in its words and its tree. */
import { afterAll, expect, test } from "vitest";
import { QueriedDatabase } from "../../support/queried-database.ts";

const database = new QueriedDatabase(`
  CREATE TABLE t(a INTEGER PRIMARY KEY, b INT, c TEXT, d REAL);
  CREATE INDEX tb ON t(b);
  CREATE INDEX tcb ON t(c, b DESC);
  CREATE TABLE u(x TEXT PRIMARY KEY, y, z);
  CREATE TABLE w(p, q, PRIMARY KEY (p, q)) WITHOUT ROWID;
  CREATE VIEW v AS SELECT b, count(*) AS n FROM t GROUP BY b;
  CREATE VIEW plain AS SELECT a, c FROM t WHERE d > 1;
`);
afterAll(() => database.close());

test.each([
  // One table
  "SELECT * FROM t",
  "SELECT b FROM t",
  "SELECT 1",
  "SELECT * FROM t WHERE a = 1",
  "SELECT * FROM t WHERE a > 1 AND a < 5",
  "SELECT * FROM t WHERE b = 1 AND d > 2 ORDER BY c",
  "SELECT * FROM t WHERE b IN (1, 2) OR c = 'x'",
  "SELECT * FROM t ORDER BY c, b DESC",
  "SELECT * FROM t ORDER BY c, d",
  "SELECT * FROM t ORDER BY d LIMIT 3",
  "SELECT DISTINCT d FROM t",
  "SELECT DISTINCT d, c FROM t ORDER BY d, c",
  "SELECT DISTINCT d, c FROM t ORDER BY d DESC, c",
  "SELECT DISTINCT d, c FROM t ORDER BY d NULLS LAST, c",
  "SELECT DISTINCT a FROM t",
  "SELECT count(*) FROM t",
  "SELECT min(b) FROM t",
  "SELECT max(d), c FROM t",
  "SELECT count(DISTINCT d) FROM t",
  "SELECT count(DISTINCT b) FROM t",
  "SELECT c, count(*) FROM t GROUP BY c",
  "SELECT c, count(*) FROM t GROUP BY c ORDER BY c DESC",
  "SELECT d, count(*) FROM t GROUP BY d ORDER BY 2",
  "SELECT b, count(*) FROM t GROUP BY b HAVING b > 3",
  // Joins
  "SELECT * FROM t JOIN u ON t.c = u.x",
  "SELECT * FROM t LEFT JOIN u ON t.c = u.x AND u.y > 1",
  "SELECT * FROM t, u WHERE t.d = u.y",
  "SELECT * FROM u RIGHT JOIN t ON t.c = u.y",
  "SELECT * FROM u FULL JOIN w ON w.p = u.y AND w.q = u.z",
  // Subqueries in FROM
  "SELECT * FROM (SELECT a, c FROM t WHERE b = 1) WHERE c > 'x'",
  "SELECT * FROM plain WHERE a = 3",
  "SELECT * FROM u LEFT JOIN plain ON plain.c = u.x",
  "SELECT * FROM v WHERE b = 3",
  "SELECT * FROM u, v WHERE v.n = u.y",
  "SELECT * FROM (SELECT d FROM t ORDER BY d LIMIT 5) ORDER BY d DESC",
  "SELECT * FROM (SELECT DISTINCT d, b FROM t) AS s WHERE b = 2",
  "SELECT * FROM u LEFT JOIN (SELECT y, count(*) AS n FROM u GROUP BY y) AS s ON s.y = u.z",
  "SELECT abs(a) FROM (SELECT a, d FROM t ORDER BY d)",
  // Compounds
  "SELECT a FROM t UNION ALL SELECT y FROM u",
  "SELECT a FROM t UNION ALL SELECT y FROM u UNION ALL SELECT z FROM u",
  "SELECT a FROM t UNION SELECT y FROM u",
  "SELECT a FROM t UNION SELECT y FROM u UNION ALL SELECT z FROM u",
  "SELECT a FROM t EXCEPT SELECT y FROM u ORDER BY 1 DESC",
  "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 ORDER BY 1",
  "SELECT * FROM (SELECT a FROM t UNION ALL SELECT y FROM u) WHERE a = 3",
  "SELECT * FROM (SELECT a FROM t UNION ALL SELECT y FROM u) ORDER BY a",
  "VALUES (1), (2)",
  // Common tables
  "WITH s AS (SELECT b, sum(d) AS total FROM t GROUP BY b) SELECT * FROM s AS one, s AS two",
  "WITH s AS MATERIALIZED (SELECT a FROM t) SELECT * FROM s",
  "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r",
  "WITH RECURSIVE r(n) AS (SELECT 1 UNION SELECT t.a FROM r JOIN t ON t.b = r.n) SELECT * FROM r ORDER BY n",
  // Subqueries in expressions
  "SELECT (SELECT max(b) FROM t), (SELECT y FROM u WHERE u.x = t.c) FROM t",
  "SELECT * FROM t WHERE c IN (SELECT y FROM u)",
  "SELECT * FROM t WHERE d NOT IN (SELECT y FROM u WHERE u.x = t.c)",
  "SELECT * FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.x = t.c)",
  "SELECT * FROM t WHERE d IN (SELECT x FROM u)",
  "SELECT * FROM t WHERE a IN (SELECT a FROM t)",
  "SELECT * FROM t WHERE d IN (SELECT b FROM t WHERE c = 'x')",
  "SELECT (b, d) IN (SELECT y, z FROM u) FROM t",
])("%s", (sql) => {
  expect(database.plan(sql)).toEqual(database.askPlan(sql));
});
