INSERT INTO t VALUES ('a', 1, 'A'), ('A', 2, 'a'), ('1', 1, 1), (NULL, NULL, NULL), ('x ', 3, '1.5'), ('10', 10, 10.5)
INSERT INTO u VALUES (1, 1, 1), ('1', 2.5, 2), ('a', 3, 3), (NULL, NULL, 7), (x'61', 1e3, 9), (2.0, 'z', 10)
INSERT INTO g(a, k) VALUES (1, 1), (2, '2'), ('q', 'b'), (NULL, 5)
INSERT INTO r VALUES ('r1', 1, 'a'), ('2', 2, 1), (NULL, NULL, NULL)
INSERT INTO z VALUES ('a', 1.5), (1, 2), ('1', NULL)
SELECT * FROM (SELECT 1 AS a UNION SELECT e FROM z)
SELECT * FROM (SELECT 1 AS a UNION ALL SELECT e FROM z)
SELECT * FROM (SELECT 1 AS a UNION SELECT e FROM z LIMIT 5) ORDER BY a COLLATE rtrim
SELECT a = '1', a = 1, b = '1', c = 'a', d = '1.0' FROM (SELECT a, b, c, b + 0.0 AS d FROM t)
SELECT a = 1 FROM (SELECT a FROM t UNION ALL SELECT 'x')
SELECT a = 1 FROM (SELECT a FROM t UNION ALL SELECT 5)
SELECT a = '1' FROM (SELECT b AS a FROM t UNION ALL SELECT 5)
SELECT a = '1' FROM (SELECT b AS a FROM t UNION ALL SELECT '5')
SELECT a = '1' FROM (SELECT 5 AS a UNION ALL SELECT b FROM t)
SELECT a = '1' FROM (SELECT CAST(5 AS INT) AS a UNION ALL SELECT b FROM t)
SELECT x = 'A', x < 'b' FROM (SELECT a COLLATE nocase AS x FROM t)
SELECT x = 'A' FROM (SELECT c AS x FROM t)
SELECT c = 'A', 'A' = c, c = 'A' COLLATE binary, c COLLATE binary = 'A' FROM t
SELECT a = c, c = a, a COLLATE rtrim = c, a = c COLLATE rtrim FROM t
SELECT (SELECT c) = 'A', (SELECT a) = 1, (SELECT b) = '1' FROM t
SELECT +c = 'A', +a = 1, +b = '1', CAST(c AS TEXT) = 'A', c || '' = 'A' FROM t
SELECT abs(c COLLATE nocase) = 'a', max(c, 'a'), max('a', c), min(c, 'B') FROM t
SELECT b BETWEEN '1' AND '2', '1' BETWEEN b AND b, a BETWEEN 1 AND 2, c BETWEEN 'a' AND 'A' FROM t
SELECT b IN ('1'), b IN ('1', '2'), a IN (1), a IN (1, 2), 1 IN (a), 1 IN (a, a), '1' IN (b), '1' IN (b, b) FROM t
SELECT b IN (SELECT '1'), a IN (SELECT 1), 1 IN (SELECT a FROM t), '1' IN (SELECT b FROM t), c IN (SELECT 'A'), 'A' IN (SELECT c FROM t) FROM t
SELECT (a, b) = (1, '1'), (a, b) IN (SELECT 1, '1'), (a, b) IN ((1, '1'), (2, 3)), (c, b) < ('B', 2), (c, b) <= ('a', 1) FROM t
SELECT CASE b WHEN '1' THEN 'y' END, CASE '1' WHEN b THEN 'y' END, CASE a WHEN 1 THEN 'y' END, CASE c WHEN 'A' THEN 'y' END, CASE 'A' WHEN c THEN 'y' END FROM t
SELECT (1, NULL) = (1, 2), (1, NULL) = (2, NULL), (1, NULL) < (2, 1), (1, NULL) < (1, 1), (NULL, 1) < (1, 1), (1, 2) IS (1, NULL), (1, NULL) IS NOT (1, NULL), (1, NULL) <> (2, 1), (1, NULL) IN (SELECT 1, 2), (1, NULL) IN (SELECT 2, 2), (1, 2) NOT IN (SELECT NULL, 2)
SELECT rowid = '1', oid = 1, typeof(rowid) FROM t
SELECT d = '1', d = '1.0', d IN ('1'), '1' = d FROM u
SELECT b = 1, b = '1', b = 'z', typeof(b) FROM u
SELECT a = b, b = a, a < b FROM u
SELECT a = '1', a = 1 FROM u
SELECT p = 1, q = '1', q = 2.5 FROM w
SELECT a FROM t FULL JOIN u USING (a)
SELECT a = 1, a = '1', a COLLATE nocase = 'A' FROM t FULL JOIN u USING (a)
SELECT a, count(*) FROM t FULL JOIN u USING (a) GROUP BY a
SELECT * FROM t FULL JOIN u USING (a, b)
SELECT * FROM t NATURAL LEFT JOIN (u NATURAL JOIN z)
SELECT x.a, u.d, z.a FROM t AS x LEFT JOIN (u JOIN z ON u.a = z.a) ON x.a = u.a
SELECT z.rowid, u.d, x.rowid FROM t AS x LEFT JOIN (u JOIN z ON u.a = z.a) ON x.a = u.a
SELECT likely(a) = 1, likely(c) = 'A', likely(b) = '1', coalesce(c, '') = 'A', iif(1, c, 2) = 'A', ifnull(b, 0) = '1' FROM t
SELECT DISTINCT c FROM t
SELECT DISTINCT a COLLATE nocase FROM t
SELECT c FROM t GROUP BY c
SELECT count(DISTINCT c), count(DISTINCT a COLLATE nocase), max(c), min(c), group_concat(c, ',' ORDER BY c) FROM t
SELECT max(a COLLATE nocase) = 'A' FROM t
SELECT c FROM t UNION SELECT 'A' UNION SELECT 'a'
SELECT 'a' UNION SELECT c FROM t
SELECT a FROM t EXCEPT SELECT 'A' COLLATE nocase
SELECT a COLLATE nocase FROM t EXCEPT SELECT 'A'
SELECT a FROM t UNION SELECT c FROM t ORDER BY 1 COLLATE nocase, 1
SELECT a FROM t ORDER BY c, a
SELECT a FROM t ORDER BY 1 COLLATE nocase DESC
SELECT a AS c FROM t ORDER BY c
SELECT a AS c FROM t ORDER BY c COLLATE nocase
SELECT a AS c FROM t ORDER BY +c
SELECT a AS c FROM t GROUP BY c
SELECT b AS a, sum(b) FROM t GROUP BY a
SELECT sum(b) AS s, count(*) AS n FROM t GROUP BY c HAVING n > 1 ORDER BY s
SELECT (SELECT sum(b)) , (SELECT sum(t.b) FROM u), (SELECT sum(t.b + u.d) FROM u) FROM t
SELECT (SELECT count(*) FROM u WHERE u.a = t.a), (SELECT max(t.b, u.d) FROM u ORDER BY u.d LIMIT 1) FROM t
SELECT (SELECT group_concat(u.d || t.b) FROM u) FROM t
SELECT a, (SELECT (SELECT max(t.b))) FROM t
SELECT a, max(b), c FROM t
SELECT a, min(b), count(*) FROM t GROUP BY c
SELECT (SELECT x FROM (SELECT t.a AS x)) FROM t
SELECT (WITH q(z) AS (SELECT t.b UNION ALL SELECT z + 1 FROM q WHERE z < 5) SELECT group_concat(z) FROM q) FROM t
WITH q(x) AS (SELECT '1' UNION ALL SELECT x + 1 FROM q WHERE x < 4) SELECT x, typeof(x), x = '2' FROM q
WITH q(x) AS (SELECT b FROM t UNION SELECT x || '' FROM q) SELECT x, typeof(x), x = '2', x = 2 FROM q
WITH q(x) AS (SELECT CAST('1' AS TEXT) UNION ALL SELECT x + 1 FROM q WHERE x < 4) SELECT x, typeof(x), x = 2 FROM q
WITH RECURSIVE q(x, y) AS (SELECT 1, 'a' UNION ALL SELECT x + 1, y || 'b' FROM q WHERE x < 4 UNION ALL SELECT x + 2, y || 'c' FROM q WHERE x < 4 ORDER BY 2 DESC LIMIT 9 OFFSET 1) SELECT * FROM q
SELECT * FROM t WHERE "a" = 'a' AND a IS TRUE OR b IS NOT FALSE
SELECT 9223372036854775807, -9223372036854775808, 9223372036854775808, 0x7fffffffffffffff, 0xffffffffffffffff, -0x7fffffffffffffff, 1e999, -1e999, x'00ff', 1_000
SELECT - 9223372036854775808, -(-9223372036854775808), ~0, - -1, -'5', -'x', -NULL, +'5', NOT 'a', NOT '1'
SELECT true, false, true + 1, a IS true, a IS NOT true, 'x' IS false, 1 IS true, 0.5 IS true, '0.0' IS false FROM t
SELECT * FROM g WHERE b = '2' OR c = '11'
SELECT b, b = '2', c = '11', c COLLATE binary = '11 ', typeof(b), typeof(c) FROM g
SELECT a IN t FROM (SELECT 1 AS a)
SELECT p IN (SELECT p FROM w), q IN (SELECT '1') FROM w
SELECT * FROM v WHERE "b + 1" = '2'
SELECT * FROM v WHERE c = 'A'
SELECT 1 IN (1 COLLATE nocase), 'A' IN ('a' COLLATE nocase), 'A' COLLATE nocase IN ('a'), 'A' COLLATE nocase IN ('a', 'b'), 'A' NOT IN ('a' COLLATE nocase)
SELECT a LIKE 'A', a GLOB 'A', a NOT LIKE 'a%', a LIKE 'x\%' ESCAPE '\' FROM t
SELECT 'x' IN (), NULL IN (), NULL NOT IN (), 1 IN (NULL), 1 NOT IN (NULL, 1), 1 IN (SELECT NULL), NULL IN (SELECT 1 WHERE 0)
VALUES(1, 2), (3, 4), ('a', NULL)
VALUES(count(*), max(1))
SELECT column1 + 1 FROM (VALUES(1), ('2'), (NULL))
SELECT CAST('1x' AS ), CAST(x'31' AS INT), CAST(1.9 AS INTEGER), CAST('abc' AS REAL), CAST(5 AS TEXT), CAST(5 AS BLOB), CAST(NULL AS foo), CAST('5.0' AS foo), CAST('1e3' AS NUMERIC)
SELECT count(*) IN (), sum(b) IN () FROM t
SELECT a, count(*) FROM t GROUP BY b ORDER BY c, (SELECT max(d) FROM u WHERE u.b >= t.b)
SELECT sum(b) FILTER (WHERE a = 'a'), count(*) FILTER (WHERE b > 1), group_concat(DISTINCT b), group_concat(a, '-' ORDER BY b DESC, a) FROM t
SELECT string_agg(a, ',' ORDER BY a COLLATE nocase, a DESC) FROM t
SELECT (SELECT count(*) FILTER (WHERE t.b > 1)) FROM t
SELECT (SELECT group_concat(t.a ORDER BY u.d) FROM u) FROM t
SELECT b, (SELECT sum(u.b) FROM u WHERE u.b >= t.b), (SELECT sum(t.b)) FROM t GROUP BY b
SELECT t.a, u.a FROM t JOIN u ON t.a = u.a COLLATE nocase
SELECT count(*) FROM t, u WHERE t.a = u.a AND t.c = u.a
SELECT * FROM t JOIN u USING (a, b)
SELECT * FROM t NATURAL JOIN u
SELECT * FROM t LEFT JOIN u USING (a) ORDER BY t.b, u.d
SELECT a, t.a, u.a FROM t RIGHT JOIN u USING (a) ORDER BY d
SELECT a, t.a, u.a FROM t FULL JOIN u USING (a) ORDER BY d, t.b
SELECT a FROM t FULL JOIN u USING (a) WHERE a = 1
SELECT x.a, y.a, a FROM (t AS x FULL JOIN u AS y USING (a)) FULL JOIN (SELECT 'q' AS a, 1 AS z) USING (a)
SELECT a, count(*) FROM t FULL JOIN u USING (a) GROUP BY a HAVING count(*) > 0 ORDER BY a
SELECT DISTINCT a FROM t FULL JOIN u USING (a)
SELECT max(a) FROM t FULL JOIN u USING (a)
WITH RECURSIVE p(n) AS (VALUES(1) UNION ALL SELECT n + 1 FROM p LIMIT 5) SELECT group_concat(n) FROM p
WITH p AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM p WHERE n < 3), q AS (SELECT n * 10 AS m FROM p UNION SELECT m + 1 FROM q WHERE m < 33) SELECT * FROM p, q WHERE m > n * 10
WITH a AS (SELECT 1 AS x), b AS (WITH a AS (SELECT 2 AS x) SELECT * FROM a) SELECT a.x, b.x FROM a, b
WITH t AS (SELECT 'shadow' AS a) SELECT a FROM t UNION ALL SELECT a FROM main.t
SELECT a FROM t WHERE a IN (WITH z(q) AS (VALUES('a'), ('1')) SELECT q FROM z WHERE q >= t.a)
SELECT * FROM (WITH z AS (SELECT * FROM t) SELECT a FROM z) AS s, (SELECT count(*) FROM t) ORDER BY 1
SELECT b AS a, a AS b FROM t ORDER BY a, b
SELECT b AS x FROM t WHERE x > 1 ORDER BY -x
SELECT b AS x, count(*) AS x2 FROM t GROUP BY x HAVING x2 > 1
SELECT b + 1 AS b FROM t WHERE b = 2
SELECT b + 1 AS b FROM t ORDER BY b
SELECT -b AS b FROM t ORDER BY b
SELECT -b AS b FROM t GROUP BY b ORDER BY b
SELECT a, -b AS z FROM t ORDER BY abs(z)
SELECT a FROM t ORDER BY (SELECT count(*) FROM u WHERE u.d < t.b), a DESC
SELECT (SELECT a FROM u ORDER BY t.b * d LIMIT 1) FROM t
SELECT * FROM t WHERE (a, c) IN (SELECT a, 'a' FROM u)
SELECT * FROM t WHERE (SELECT a, c) = ('A', 'A')
SELECT * FROM t WHERE (b, a) BETWEEN (1, 'a') AND (2, 'A')
SELECT * FROM t ORDER BY a COLLATE nocase, a COLLATE binary DESC NULLS LAST
SELECT * FROM t ORDER BY b NULLS LAST, c DESC NULLS FIRST LIMIT 3 OFFSET 1
SELECT CASE (SELECT b, a) WHEN (1, 'a') THEN 'one' WHEN (SELECT 2, 'A') THEN 'two' ELSE 'none' END FROM t
SELECT iif(b > 1, 'big', 'small'), if(b = 1, 'one', b = 2, 'two'), coalesce(NULL, a, 1/0), ifnull(a, 'none'), nullif(b, 1) FROM t
SELECT likelihood(b, 0.5), unlikely(a) = 'a', typeof(likely(b)) FROM t
SELECT t.rowid, _rowid_, oid FROM t WHERE rowid IN (SELECT d FROM u)
SELECT x.d, rowid FROM u AS x ORDER BY oid DESC
SELECT a IS b, a IS NOT b, a IS NULL, b NOTNULL, a ISNULL, c IS NOT DISTINCT FROM 'a', (a, b) IS (a, b) FROM t
SELECT EXISTS (SELECT 1 FROM u WHERE u.a = t.a), NOT EXISTS (SELECT 1 FROM u WHERE u.b = t.b) FROM t
SELECT 1 WHERE NULL IN (SELECT a FROM u) IS NULL
SELECT count(*), (SELECT count(*) FROM t AS i WHERE i.b < o.b) AS lower FROM t AS o GROUP BY lower
SELECT sum(x) FROM (SELECT DISTINCT b AS x FROM t UNION ALL SELECT d FROM u)
SELECT a FROM t GROUP BY a COLLATE nocase
SELECT min(a COLLATE nocase), max(c), c FROM t
SELECT a || c COLLATE nocase = 'AA' COLLATE binary, 'x' || a FROM t
SELECT CAST(a AS INT) = '1', CAST(b AS TEXT) = 1, CAST(c AS BLOB) = 'A' FROM t
VALUES ((SELECT 1)), ((SELECT max(b) FROM t))
SELECT * FROM (VALUES(1, 'a'), (2, 'b')) AS v, t WHERE v.column2 = t.a
SELECT column1 FROM (VALUES('1'), (2)) WHERE column1 = 1
SELECT a = 1 FROM (SELECT a FROM t UNION ALL SELECT iif(1, 'x', 'y'))
SELECT a = 1 FROM (SELECT a FROM t UNION ALL SELECT CASE WHEN 1 THEN 'x' END)
SELECT (SELECT a FROM t LIMIT 9223372036854775808), (SELECT a FROM t LIMIT 0), (SELECT a FROM t LIMIT x'00'), (SELECT a FROM t LIMIT '0'), EXISTS (SELECT 1 FROM t LIMIT 0), EXISTS (SELECT 1 FROM t LIMIT 5 OFFSET 2), EXISTS (SELECT 1 FROM t LIMIT -1 OFFSET 1)
SELECT (SELECT a FROM t LIMIT NULL)
SELECT (SELECT a, a FROM t LIMIT 7 OFFSET 1) = (2, '2')
SELECT a FROM t ORDER BY a COLLATE nosuch
SELECT (SELECT a FROM t ORDER BY a DESC LIMIT 0.5)
SELECT column1 c, column2 d FROM (VALUES('a',1),('A',1),('a',2),('b',1)) UNION SELECT column1 c, column2 d FROM (VALUES('A',1),('a',3),('B',1)) GROUP BY d ORDER BY 1 COLLATE nocase DESC
SELECT a FROM t UNION SELECT c FROM t ORDER BY 1 COLLATE nocase LIMIT 2 OFFSET 1
SELECT a FROM t UNION SELECT c FROM t ORDER BY a COLLATE nocase DESC, 1 LIMIT (SELECT 3)
SELECT a, b FROM t EXCEPT SELECT c, b FROM t ORDER BY b, 1 COLLATE nocase
SELECT (SELECT t.a UNION SELECT c FROM u ORDER BY 1 COLLATE nocase LIMIT 1) FROM t
SELECT * FROM t WHERE a IN (SELECT a FROM u UNION SELECT 'A' ORDER BY 1 COLLATE nocase LIMIT 2)
SELECT a FROM (SELECT 'b' COLLATE nocase AS a UNION SELECT 'A' ORDER BY a COLLATE binary)
WITH q AS (SELECT 1 AS x) SELECT x FROM q UNION SELECT x + 1 FROM q ORDER BY 1 COLLATE nocase
WITH q AS (SELECT 1 AS x) SELECT x FROM q UNION SELECT x + 1 FROM q ORDER BY 1 COLLATE nocase LIMIT (SELECT x FROM q)
SELECT 'b' COLLATE nocase AS a, 1 UNION SELECT 'A', 2 UNION ALL SELECT 'B', 0 ORDER BY a, 2 COLLATE rtrim
SELECT c FROM t UNION SELECT a FROM t ORDER BY 1 COLLATE binary, 1
SELECT a FROM t UNION SELECT a FROM u ORDER BY nosuch COLLATE nocase
SELECT count(*) FROM t UNION SELECT count(*) FROM u ORDER BY 1 COLLATE nocase
SELECT b, count(*) FROM t GROUP BY b UNION SELECT d, count(*) FROM u GROUP BY d HAVING d > 1 ORDER BY 1 COLLATE nocase
VALUES ('b', 1) UNION SELECT 'A', 2 ORDER BY 1 COLLATE nocase
SELECT column1, column2 FROM (VALUES('a',1),('A',1),('a',2),('b',1),('A',3)) UNION SELECT column1, column2 FROM (VALUES('A',1),('a',1),('B',1),('a',2),('a',3),('A',3)) ORDER BY 1 COLLATE nocase
SELECT column1 FROM (VALUES('a',1),('A',1),('a',2),('b',1)) UNION SELECT column1 FROM (VALUES('A',1),('a',1),('B',1)) ORDER BY 1 COLLATE nocase DESC
SELECT column1 FROM (VALUES('a',1),('A',1),('a',2),('b',1)) EXCEPT SELECT column1 FROM (VALUES('A',1),('B',1)) ORDER BY 1 COLLATE nocase DESC
SELECT column1 FROM (VALUES('a',1),('A',1),('a',2),('b',1)) INTERSECT SELECT column1 FROM (VALUES('A',1),('a',3),('B',1)) ORDER BY 1 COLLATE nocase DESC
SELECT * FROM (SELECT column1 x, column2 y FROM (VALUES('a',1),('A',1),('B',2),('b',1)) UNION SELECT 'C', 2) ORDER BY x COLLATE nocase
SELECT * FROM (SELECT a x FROM t UNION SELECT 'C') ORDER BY x COLLATE nocase
SELECT * FROM (SELECT a x FROM t GROUP BY a) ORDER BY x COLLATE nocase
SELECT t.b > 1 AS k, u.a FROM t LEFT JOIN u ON t.a = u.a AND k
SELECT t.b > 1 AS k, u.a FROM t LEFT JOIN u ON k
SELECT t.b > 1 AS k, u.a FROM t LEFT JOIN u ON t.a = u.a AND +k
SELECT x.a AS k FROM t LEFT JOIN u ON k JOIN z AS x
SELECT EXISTS (SELECT DISTINCT 1 FROM t LIMIT 2 OFFSET 1), EXISTS (SELECT DISTINCT b FROM t ORDER BY a LIMIT 1), EXISTS (SELECT DISTINCT count(*) FROM t GROUP BY a LIMIT 1 OFFSET 2), EXISTS (SELECT count(*) FROM t LIMIT 1 OFFSET 1), EXISTS (SELECT 1 UNION SELECT 1 LIMIT 1 OFFSET 1)
SELECT b FROM t WHERE EXISTS (SELECT DISTINCT u.a FROM u WHERE u.b >= t.b ORDER BY u.d LIMIT 1 OFFSET 1)
SELECT 1 IN (SELECT DISTINCT 1 FROM t LIMIT 1 OFFSET 1), (SELECT DISTINCT 1 FROM t LIMIT 1 OFFSET 1)
SELECT EXISTS (SELECT DISTINCT a FROM t GROUP BY b LIMIT 1 OFFSET 5), EXISTS (SELECT DISTINCT 1 FROM t GROUP BY b LIMIT 1 OFFSET 1)
