CREATE TABLE t(a, B, c INTEGER PRIMARY KEY)
CREATE TABLE u(a, d)
CREATE VIEW v AS SELECT a, B AS q FROM t
PRAGMA full_column_names = 1
SELECT a, t.b, x.C, rowid, a + 1, a AS z FROM t AS x, t WHERE 0
SELECT a, b, c FROM t
SELECT * FROM t
SELECT t.* FROM t, u
SELECT x.* FROM t AS x
SELECT * FROM t AS x, u
SELECT * FROM v
SELECT a, q FROM v
SELECT * FROM (SELECT a, b FROM t)
SELECT (SELECT a FROM t), a COLLATE nocase FROM u
PRAGMA short_column_names = 0
SELECT a, b, c, rowid, a + 1, a AS z FROM t
SELECT * FROM t
SELECT t.*, u.d FROM t, u
SELECT x.* FROM t AS x
SELECT * FROM t AS x, u
SELECT * FROM t JOIN u USING (a)
SELECT * FROM v
SELECT a, q FROM v
SELECT * FROM (SELECT a, b FROM t)
SELECT * FROM (SELECT a, b FROM t) AS s
PRAGMA full_column_names = 0
SELECT a, b, c, rowid, a + 1, a AS z, T . A FROM t
SELECT * FROM t
SELECT t.*, u.d FROM t, u
SELECT x.* FROM t AS x
SELECT * FROM v
SELECT a, q FROM v
SELECT * FROM (SELECT a, b FROM t)
SELECT * FROM (SELECT T.A, b FROM t)
PRAGMA short_column_names = 1
SELECT A, b FROM t
INSERT INTO t VALUES(1,2,3) RETURNING A, t.B, c AS z, c+1, ROWID
