/** Statements one by one, each for a rule of its own; the original says what comes of them. */
import { describe, expect, it } from "vitest";
import { ChangeDatabase, type Settings } from "../support/change-database.ts";

/** Runs statements, one a line, on both sides. */
function alike(schema: string, statements: string, settings: Settings = {}): void {
  const database = new ChangeDatabase(schema, settings);
  try {
    for (const line of statements.trim().split("\n")) {
      const sql = line.trim();
      const { ours, theirs } = database.both(sql);
      expect({ sql, ...ours }).toEqual({ sql, ...theirs });
      const tables = database.tables();
      expect(tables.ours, sql).toBe(tables.theirs);
    }
  } finally {
    database.close();
  }
}

/** What the original says to a statement, so that a rule does not rest on both sides being wrong alike. */
function refused(schema: string, sql: string, error: string, settings: Settings = {}): void {
  const database = new ChangeDatabase(schema, settings);
  try {
    const { ours, theirs } = database.both(sql);
    expect(theirs.error).toBe(error);
    expect(ours.error).toBe(error);
  } finally {
    database.close();
  }
}

const VIEW = `CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c); INSERT INTO t VALUES (1, 'x', 2), (2, 'y', 3);
  CREATE VIEW v AS SELECT a, b, a * 10 AS d FROM t;
  CREATE TABLE log(what, x, y);
  CREATE TRIGGER vi INSTEAD OF INSERT ON v BEGIN INSERT INTO log VALUES ('ins', new.a, new.d); INSERT INTO t(a, b) VALUES (new.a, new.b); END;
  CREATE TRIGGER vu INSTEAD OF UPDATE ON v BEGIN INSERT INTO log VALUES ('upd', old.a || '>' || new.a, old.d || '>' || new.d); UPDATE t SET a = new.a, b = new.b WHERE a = old.a; END;
  CREATE TRIGGER vd INSTEAD OF DELETE ON v WHEN old.a <> 3 BEGIN INSERT INTO log VALUES ('del', old.a, old.d); DELETE FROM t WHERE a = old.a; END;`;

describe("views", () => {
  it("are changed by their INSTEAD OF triggers, and count no changes", () => {
    alike(
      VIEW,
      `INSERT INTO v VALUES (3, 'z', 9)
       INSERT INTO v(b, a) VALUES ('q', 4), ('r', 5) RETURNING *
       UPDATE v SET d = d + 1, b = b || '!' WHERE a < 3
       UPDATE v SET a = a + 100 WHERE b LIKE 'z%' RETURNING a, d
       DELETE FROM v WHERE a > 3 RETURNING b
       INSERT INTO v SELECT a + 50, b, c FROM t
       INSERT INTO v(nope) VALUES (1)
       UPDATE v SET nope = 1
       INSERT INTO v VALUES (1, 2, 3) ON CONFLICT DO NOTHING`,
    );
  });

  it("without triggers are refused", () => {
    const schema = "CREATE TABLE t(a); CREATE VIEW v AS SELECT * FROM t";
    for (const sql of ["INSERT INTO v VALUES (1)", "UPDATE v SET a = 1", "DELETE FROM v"])
      refused(schema, sql, "1 cannot modify v because it is a view");
  });
});

describe("rowids", () => {
  const schema = `CREATE TABLE t(a INTEGER PRIMARY KEY, b); INSERT INTO t VALUES (1, 'x');
    CREATE TABLE auto(id INTEGER PRIMARY KEY AUTOINCREMENT, v); INSERT INTO auto VALUES (9223372036854775807, 'top');
    CREATE TABLE auto2(id INTEGER PRIMARY KEY AUTOINCREMENT, v); CREATE TABLE u(x PRIMARY KEY) WITHOUT ROWID;
    CREATE TRIGGER at AFTER INSERT ON u BEGIN INSERT INTO auto2(v) VALUES (new.x); END;`;

  it("are given, made, and refused", () => {
    alike(
      schema,
      `INSERT INTO t(rowid, b) VALUES (77, 'r')
       INSERT INTO t(oid, _rowid_) VALUES (78, 79)
       UPDATE t SET rowid = rowid + 1 WHERE a > 70
       INSERT INTO t(a) VALUES ('12'), (13.0), (NULL)
       INSERT INTO t(a) VALUES ('12x')
       INSERT INTO t(a) VALUES (13.5)
       INSERT INTO t(a) VALUES (x'01')
       UPDATE t SET a = a + 1
       UPDATE t SET a = 'abc'`,
    );
  });

  it("are never used again with AUTOINCREMENT, and run out", () => {
    alike(
      schema,
      `INSERT INTO auto DEFAULT VALUES
       INSERT INTO auto VALUES (5, 'v')
       INSERT INTO u VALUES ('new'), ('new2')
       INSERT INTO u VALUES ('new')
       UPDATE auto2 SET id = id + 50
       INSERT INTO auto2(v) VALUES ('after')
       INSERT INTO auto2(id, v) VALUES (-5, 'neg')
       DELETE FROM auto2
       INSERT INTO auto2(v) SELECT 'none' WHERE 0
       INSERT INTO auto2(v) VALUES ('again')
       DELETE FROM sqlite_sequence WHERE name = 'auto2'
       INSERT INTO auto2(v) VALUES ('from the table alone')`,
    );
  });

  it("are tried at random once the highest is taken", () => {
    const database = new ChangeDatabase(
      "CREATE TABLE t(a INTEGER PRIMARY KEY); INSERT INTO t VALUES (9223372036854775807)",
    );
    const { ours } = database.both("INSERT INTO t VALUES (NULL)");
    expect(ours.error).toBeUndefined();
    expect(BigInt(ours.lastInsertRowid)).toBeGreaterThan(0n);
    database.close();
  });
});

describe("upserts", () => {
  it("go by the clause of the conflict that comes first, in the order of the clauses", () => {
    alike(
      "CREATE TABLE q(a UNIQUE, b UNIQUE); CREATE TABLE g(x, y); CREATE TABLE i(id INTEGER PRIMARY KEY, b INT, c UNIQUE)",
      `INSERT INTO q VALUES (1, 1), (2, 2), (3, 3)
       INSERT INTO q VALUES (1, 2) ON CONFLICT (a) DO UPDATE SET b = 9 ON CONFLICT (b) DO UPDATE SET a = 8 RETURNING a, b
       INSERT INTO q VALUES (7, 3) ON CONFLICT (a) DO UPDATE SET b = 9 ON CONFLICT (b) DO UPDATE SET a = excluded.a WHERE q.a < 100
       INSERT INTO q VALUES (7, 9) ON CONFLICT DO UPDATE SET a = excluded.a + 40
       INSERT INTO g VALUES (1, 2) ON CONFLICT DO UPDATE SET nosuch = 1
       INSERT INTO i VALUES (1, 1, 1)
       INSERT INTO i VALUES (1, '5', 7) ON CONFLICT (id) DO UPDATE SET b = typeof(excluded.b) || typeof(b)
       INSERT INTO i VALUES (1, '5', 7) ON CONFLICT (c) DO NOTHING
       INSERT INTO i VALUES (2, '5', 1) ON CONFLICT (id) DO NOTHING ON CONFLICT (c) DO UPDATE SET id = excluded.id RETURNING *`,
    );
  });

  it("find partial indexes by their condition, and expressions", () => {
    alike(
      "CREATE TABLE p(a, b); CREATE UNIQUE INDEX i ON p(a) WHERE b > 0; INSERT INTO p VALUES (1, 1), (1, 0); CREATE TABLE e(a); CREATE UNIQUE INDEX ie ON e(a + 1, a COLLATE NOCASE)",
      `INSERT INTO p VALUES (1, 5) ON CONFLICT (a) WHERE b > 0 DO UPDATE SET b = b + 10
       INSERT INTO p VALUES (1, 5) ON CONFLICT (a) DO NOTHING
       INSERT INTO p VALUES (1, 5)
       UPDATE p SET b = 1
       UPDATE OR REPLACE p SET b = 1
       INSERT INTO e VALUES (1), (2)
       INSERT INTO e VALUES (1) ON CONFLICT (a, a + 1) DO UPDATE SET a = 7 RETURNING a
       INSERT INTO e VALUES (2) ON CONFLICT (a + 1) DO NOTHING
       INSERT INTO e VALUES (2) ON CONFLICT (a COLLATE RTRIM, a + 1) DO NOTHING`,
    );
  });

  it("change a key of a table without rowid that only the collation takes for the same", () => {
    alike(
      "CREATE TABLE w(k TEXT COLLATE NOCASE PRIMARY KEY, n) WITHOUT ROWID; INSERT INTO w VALUES ('abc', 1)",
      `INSERT INTO w VALUES ('ABC', 2) ON CONFLICT (k) DO UPDATE SET k = excluded.k, n = n + 1
       INSERT INTO w VALUES ('AbC', 2)
       REPLACE INTO w VALUES ('AbC', 2)
       UPDATE w SET k = lower(k)`,
    );
  });
});

describe("UPDATE", () => {
  const schema = `CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c); INSERT INTO t VALUES (1, 'x', 2), (2, 'y', 3), (3, 'x', NULL);
    CREATE TABLE u(x PRIMARY KEY, y) WITHOUT ROWID; INSERT INTO u VALUES ('x', 1), ('y', 2), ('z', 5);
    CREATE TABLE m(a, k); INSERT INTO m VALUES ('x', 10), ('x', 20), ('y', 30)`;

  it("takes rows from FROM, the last of several for one", () => {
    alike(
      schema,
      `UPDATE t SET c = u.y FROM u WHERE u.x = t.b
       UPDATE t SET c = m.k FROM m WHERE m.a = t.b
       UPDATE u SET y = t.a FROM t WHERE t.b = u.x RETURNING x, y
       UPDATE t SET c = 1 FROM t
       UPDATE t AS z SET c = t.a FROM t WHERE t.a = z.a + 1`,
    );
  });

  it("takes row values apart", () => {
    alike(
      schema,
      `UPDATE t SET (b, c) = (SELECT x, y FROM u WHERE u.y = t.c) WHERE c IS NOT NULL
       UPDATE t SET (b, c) = ('k', 7) WHERE a = 1 RETURNING *
       UPDATE t SET (a, b) = (1, 2, 3)
       UPDATE t SET (a, b) = (SELECT 1)
       UPDATE t SET b = (SELECT 1, 2)
       UPDATE t SET c = 1, c = 2`,
    );
  });

  it("does not meet rows that it has moved", () => {
    alike(
      schema,
      `UPDATE t SET a = a + 1
       UPDATE t SET a = a + 100 WHERE a > 2
       UPDATE u SET x = x || x
       UPDATE t SET a = -a`,
    );
  });
});

describe("what is refused", () => {
  const schema = `CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c); INSERT INTO t VALUES (1, 'x', 2);
    CREATE TABLE g(a, b AS (a + 1)); CREATE TABLE s(a INT, b TEXT, c BLOB) STRICT;
    CREATE TABLE k(a CHECK (a > 0), b CONSTRAINT foo CHECK (b > 0), c NOT NULL); CREATE UNIQUE INDEX ik ON k(a + 1); INSERT INTO k VALUES (1, 1, 1)`;

  it.each([
    ["INSERT INTO nosuch VALUES (1)", "1 no such table: nosuch"],
    ["INSERT INTO main.nosuch VALUES (1)", "1 no such table: main.nosuch"],
    ["INSERT INTO t(nocol) VALUES (1)", "1 table t has no column named nocol"],
    ["INSERT INTO t VALUES (1)", "1 table t has 3 columns but 1 values were supplied"],
    ["INSERT INTO t AS x VALUES (1)", "1 table x has 3 columns but 1 values were supplied"],
    ["INSERT INTO t(a, b) VALUES (1, 2, 3)", "1 3 values for 2 columns"],
    ["INSERT INTO g(b) VALUES (1)", '1 cannot INSERT into generated column "b"'],
    ["UPDATE g SET b = 1", '1 cannot UPDATE generated column "b"'],
    ["UPDATE t SET nocol = 1", "1 no such column: nocol"],
    ["DELETE FROM t WHERE nocol", "1 no such column: nocol"],
    ["INSERT INTO sqlite_master VALUES (1, 2, 3, 4, 5)", "1 table sqlite_master may not be modified"],
    ["UPDATE sqlite_schema SET sql = ''", "1 table sqlite_master may not be modified"],
    ["INSERT INTO t VALUES (1, 2, 3)", "1555 UNIQUE constraint failed: t.a"],
    ["INSERT INTO t VALUES (1, 2, 3) RETURNING t.*", '1 RETURNING may not use "TABLE.*" wildcards'],
    [
      "INSERT INTO t VALUES (1, 2, 3) ON CONFLICT (b) DO NOTHING",
      "1 ON CONFLICT clause does not match any PRIMARY KEY or UNIQUE constraint",
    ],
    ["INSERT INTO s VALUES ('x', 'y', x'00')", "3091 cannot store TEXT value in INT column s.a"],
    ["INSERT INTO s VALUES (1, 'y', 2)", "3091 cannot store INT value in BLOB column s.c"],
    ["INSERT INTO k VALUES (0, 0, 1)", "275 CHECK constraint failed: a > 0"],
    ["INSERT INTO k VALUES (5, 0, 1)", "275 CHECK constraint failed: foo"],
    ["INSERT INTO k VALUES (5, 1, NULL)", "1299 NOT NULL constraint failed: k.c"],
    ["INSERT INTO k VALUES (1, 1, 1)", "2067 UNIQUE constraint failed: index 'ik'"],
  ])("%s", (sql, error) => refused(schema, sql, error));

  it("names unique indexes the youngest first, those that replace last", () => {
    const unique = "CREATE TABLE t(a UNIQUE, b UNIQUE, c UNIQUE ON CONFLICT REPLACE); INSERT INTO t VALUES (1, 1, 1)";
    refused(unique, "INSERT INTO t VALUES (1, 1, 1)", "2067 UNIQUE constraint failed: t.b");
  });

  it("says what is wrong with foreign keys", () => {
    const keys =
      "CREATE TABLE p(id INTEGER PRIMARY KEY, n); CREATE TABLE c(x REFERENCES p ON DELETE RESTRICT, y REFERENCES p(n), z REFERENCES gone); CREATE TABLE d(x REFERENCES p ON DELETE RESTRICT); INSERT INTO p VALUES (1, 1); INSERT INTO d VALUES (1)";
    const settings = { foreignKeys: true };
    refused(keys, "INSERT INTO c(x) VALUES (1)", "1 no such table: main.gone", settings);
    refused(keys, "INSERT INTO d VALUES (2)", "787 FOREIGN KEY constraint failed", settings);
    refused(keys, "DELETE FROM p", '1 foreign key mismatch - "c" referencing "p"', settings);
    const restricted =
      "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE d(x REFERENCES p ON DELETE RESTRICT); INSERT INTO p VALUES (1); INSERT INTO d VALUES (1)";
    refused(restricted, "DELETE FROM p", "1811 FOREIGN KEY constraint failed", settings);
  });
});

describe("programs within programs", () => {
  it.each([200, 900])("%i levels of a trigger that fires itself", (levels) => {
    alike(
      `CREATE TABLE t(a); CREATE TRIGGER tr AFTER INSERT ON t WHEN new.a < ${levels} BEGIN INSERT INTO t VALUES (new.a + 1); END`,
      "INSERT INTO t VALUES (1)",
      { recursiveTriggers: true },
    );
  });

  it("end after 1000 levels", () => {
    refused(
      "CREATE TABLE t(a); CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO t VALUES (new.a + 1); END",
      "INSERT INTO t VALUES (1)",
      "1 too many levels of trigger recursion",
      { recursiveTriggers: true },
    );
  });

  it("cascade along a chain of rows", () => {
    alike(
      "CREATE TABLE t(a INTEGER PRIMARY KEY, p REFERENCES t ON DELETE CASCADE); WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 400) INSERT INTO t SELECT x, nullif(x - 1, 0) FROM c",
      "DELETE FROM t WHERE a = 3\nDELETE FROM t",
      { foreignKeys: true },
    );
  });
});

describe("WITH and RETURNING", () => {
  it("are there for every statement", () => {
    alike(
      "CREATE TABLE t(a INTEGER PRIMARY KEY, b, c); INSERT INTO t VALUES (1, 'x', 2), (2, 'y', 3)",
      `WITH x(n) AS (VALUES (500), (501)) INSERT INTO t(a) SELECT n FROM x RETURNING a
       WITH x(n) AS (VALUES (500)) UPDATE t SET b = (SELECT n FROM x) WHERE a IN (SELECT n FROM x) RETURNING *
       WITH x(n) AS (VALUES (500)) DELETE FROM t WHERE a IN x RETURNING a
       WITH t2 AS (SELECT 1) INSERT INTO t2 VALUES (1)
       INSERT INTO t VALUES (991, 2, 3) RETURNING rowid, oid, a AS z, A, "b", (SELECT count(*) FROM t), b || c
       DELETE FROM t WHERE a = 991 RETURNING *, (SELECT max(a) FROM t)
       UPDATE t SET b = '1' WHERE a = 1 RETURNING (SELECT b FROM t AS o WHERE o.a = t.a)
       UPDATE t AS z SET b = z.a WHERE z.a < 5 RETURNING z.b
       UPDATE t AS z SET b = z.a WHERE z.a < 5 RETURNING t.b
       INSERT INTO t SELECT a + 1000, b, c FROM t
       DELETE FROM t WHERE a > (SELECT avg(a) FROM t)
       DELETE FROM t`,
    );
  });
});

describe("INSERT … SELECT * between tables that are made alike", () => {
  it("keeps rowids where the table has an index and no row yet", () => {
    alike(
      `CREATE TABLE s(a, b); CREATE INDEX si ON s(a); INSERT INTO s(rowid, a, b) VALUES (5, 1, 2), (9, 3, 4);
       CREATE TABLE d(a, b); CREATE INDEX di ON d(a); CREATE TABLE e(a, b); CREATE TABLE f(a, b TEXT); CREATE INDEX fi ON f(a)`,
      `INSERT INTO d SELECT * FROM s RETURNING rowid
       DELETE FROM d
       INSERT INTO d SELECT * FROM s
       INSERT INTO d SELECT * FROM s
       UPDATE d SET b = rowid
       INSERT INTO e SELECT * FROM s
       UPDATE e SET b = rowid
       INSERT INTO f SELECT * FROM s
       UPDATE f SET b = rowid`,
    );
  });
});

describe("functions of dates", () => {
  it("know no now in constraints, computed columns and indexes", () => {
    alike(
      `CREATE TABLE t(a, b AS (date(a))); CREATE TABLE u(a CHECK (datetime(a) > '2000'));
       CREATE TABLE w(a); CREATE INDEX wi ON w(date(a)); CREATE INDEX wj ON w(a) WHERE date(a) > '2000'`,
      `INSERT INTO t(a) VALUES ('now')
       INSERT INTO t(a) VALUES ('2020-01-01')
       INSERT INTO u VALUES ('now')
       INSERT INTO u VALUES ('2020-01-01')
       INSERT INTO w VALUES ('now')
       INSERT INTO w VALUES ('2020-01-01') RETURNING date(a)
       UPDATE w SET a = date('2021-02-03', '+1 day')`,
    );
  });
});
