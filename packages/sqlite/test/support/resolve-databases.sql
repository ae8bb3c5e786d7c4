CREATE TABLE t(a, b)
INSERT INTO t VALUES(1, 'main')
ATTACH ':memory:' AS aux
CREATE TABLE aux.t(a, b)
CREATE TABLE aux.only(x)
INSERT INTO aux.t VALUES(2, 'aux')
INSERT INTO aux.only VALUES(3)
SELECT * FROM t
SELECT * FROM aux.t
SELECT * FROM main.t, aux.t
SELECT main.t.b, aux.t.b FROM main.t, aux.t
SELECT t.b FROM main.t, aux.t
SELECT aux.t.b FROM t
SELECT * FROM only
SELECT x, aux.only.x FROM only
SELECT main.only.x FROM only
CREATE VIEW aux.v AS SELECT * FROM t
SELECT * FROM v
SELECT * FROM aux.v
CREATE VIEW v2 AS SELECT * FROM only
SELECT * FROM v2
CREATE VIEW v3 AS SELECT * FROM aux.only
CREATE TEMP VIEW v4 AS SELECT * FROM only, aux.t
SELECT * FROM v4
CREATE TEMP TABLE t(z)
INSERT INTO t VALUES('temp')
SELECT * FROM t
SELECT * FROM main.t
SELECT * FROM aux.v
CREATE TRIGGER aux.tr AFTER INSERT ON aux.t BEGIN INSERT INTO only VALUES(new.a + 100); END
INSERT INTO aux.t VALUES(7, 'q')
SELECT * FROM only
CREATE TEMP TRIGGER tr2 AFTER INSERT ON main.t BEGIN INSERT INTO only VALUES(new.a); INSERT INTO t VALUES(new.b); END
INSERT INTO main.t VALUES(8, 'w')
SELECT * FROM only
SELECT * FROM t
SELECT name FROM aux.sqlite_schema
SELECT aux.sqlite_schema.name FROM aux.sqlite_master
SELECT sqlite_master.name FROM aux.sqlite_schema
SELECT * FROM sqlite_temp_schema, main.sqlite_schema
SELECT count(*) FROM temp.sqlite_temp_master
SELECT nosuch.t.a FROM t
SELECT * FROM nosuch.t
SELECT MAIN.T.A FROM main.t
SELECT "aux"."t"."a" FROM aux.t AS t
SELECT aux.x.a FROM aux.t AS x
SELECT aux.x.a FROM main.t AS x
SELECT a IN aux.only, a IN only FROM aux.t
DETACH aux
SELECT * FROM only
SELECT * FROM v4
