/** The native interface. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Database } from "../../src/api/node-database.ts";
import { SqliteError } from "../../src/errors.ts";

let db: Database;
beforeEach(() => {
  db = Database.open();
});
afterEach(() => db.close());

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return error instanceof SqliteError ? `${error.code}: ${error.message}` : String(error);
  }
  return "nothing was thrown";
}

describe("statements", () => {
  test("rows are objects, arrays, or the first column", () => {
    const sql = "SELECT 1 AS a, 'x' AS b, 2 AS a UNION ALL SELECT 3, NULL, x'00'";
    expect(db.prepare(sql).all()).toEqual([
      { a: 2, b: "x" },
      { a: new Uint8Array(1), b: null },
    ]);
    expect(db.prepare(sql, { rows: "array" }).get()).toEqual([1, "x", 2]);
    expect([...db.prepare(sql, { rows: "pluck" }).iterate()]).toEqual([1, 3]);
    expect(db.prepare("SELECT 1 WHERE 0").get()).toBeUndefined();
    expect(Object.keys(db.prepare("SELECT 1 AS __proto__").get()!)).toEqual(["__proto__"]);
  });

  test("integers keep their value, or are refused, or are BigInts", () => {
    const statement = db.prepare("SELECT 9007199254740993 AS big, 5 AS small, 5.0 AS real");
    expect(statement.get()).toEqual({ big: 9007199254740993n, small: 5, real: 5 });
    statement.integers = "bigint";
    expect(statement.get()).toEqual({ big: 9007199254740993n, small: 5n, real: 5 });
    statement.integers = "number";
    expect(() => statement.get()).toThrow(RangeError);
  });

  test("values are bound by position and by name, and stay bound", () => {
    const statement = db.prepare("SELECT ?1 AS a, :b AS b, @c AS c, $d AS d, ? AS e", { rows: "array" });
    expect(statement.parameters).toEqual(["?1", ":b", "@c", "$d", undefined]);
    expect(statement.get(1, "two", null, true, 5n)).toEqual([1, "two", null, 1, 5]);
    expect(statement.get({ b: "B", ":b": "B", d: 0.5 })).toEqual([1, "B", null, 0.5, 5]);
    expect(statement.get({ c: "C" }, "nameless")).toEqual([1, "B", "C", 0.5, "nameless"]);
    expect(statement.clearBindings().get()).toEqual([null, null, null, null, null]);
    expect(statement.get([1, 2, 3])).toEqual([1, 2, 3, null, null]);
    expect(codeOf(() => statement.get(1, 2, 3, 4, 5, 6))).toBe("SQLITE_RANGE: column index out of range");
    expect(codeOf(() => statement.get({ nope: 1 }))).toBe("SQLITE_RANGE: unknown parameter: nope");
    expect(() => statement.get(undefined as never)).toThrow(TypeError);
    expect(codeOf(() => statement.get(2n ** 63n))).toContain("SQLITE_RANGE");
  });

  test("numbers become INTEGERs when they are safe ones, and REALs otherwise", () => {
    const types = db.prepare("SELECT typeof(?) || ' ' || typeof(?) || ' ' || typeof(?) || ' ' || typeof(?)", {
      rows: "pluck",
    });
    expect(types.get(1, 1.5, 2 ** 53, -0)).toBe("integer real real real");
    expect(types.get(1n, Number.NaN, "", new Uint8Array(0))).toBe("integer null text blob");
  });

  test("bytes are copied on the way in and out", () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const statement = db.prepare<Uint8Array>("SELECT ?", { rows: "pluck" }).bind(bytes);
    bytes[0] = 9;
    const first = statement.get()!;
    expect(first).toEqual(Uint8Array.of(1, 2, 3));
    first[1] = 9;
    expect(statement.get()).toEqual(Uint8Array.of(1, 2, 3));
  });

  test("they tell their columns, where those come from, and what stood behind them", () => {
    db.exec("CREATE TABLE t(a INT, b VARCHAR(3)); CREATE VIEW v AS SELECT b AS c FROM t");
    const statement = db.prepare("SELECT a, c, a + 1 FROM t, v; SELECT 2");
    expect(statement.columns).toEqual([
      { name: "a", column: "a", table: "t", database: "main", type: "INT" },
      { name: "c", column: "b", table: "t", database: "main", type: "VARCHAR(3)" },
      { name: "a + 1", column: null, table: null, database: null, type: null },
    ]);
    expect(statement.tail).toBe(" SELECT 2");
    expect(statement.isReadonly).toBe(true);
    expect(db.prepare("DELETE FROM t").isReadonly).toBe(false);
    expect(db.prepare("EXPLAIN QUERY PLAN SELECT 1").isExplain).toBe(2);
    expect(codeOf(() => db.prepare(" -- nothing"))).toContain("SQLITE_MISUSE");
  });

  test("the text with values in their places", () => {
    const statement = db.prepare("SELECT ?, ':a', :a, ?1 -- ?\n").bind("it's", 2.5);
    expect(statement.expandedSql).toBe("SELECT 'it''s', ':a', 2.5, 'it''s' -- ?\n");
  });

  test("run tells what changed", () => {
    db.exec("CREATE TABLE t(a INTEGER PRIMARY KEY)");
    expect(db.prepare("INSERT INTO t VALUES(?), (?)").run(7, 9)).toEqual({ changes: 2, lastInsertRowid: 9 });
    expect(db.prepare("SELECT 1").run()).toEqual({ changes: 0, lastInsertRowid: 9 });
    expect([db.changes, db.totalChanges, db.lastInsertRowid]).toEqual([2, 2, 9]);
  });

  test("one that runs is not run again before it ends", () => {
    const statement = db.prepare("SELECT 1 UNION ALL SELECT 2");
    const rows = statement.iterate();
    rows.next();
    expect(statement.isBusy).toBe(true);
    expect(codeOf(() => statement.all())).toBe("SQLITE_MISUSE: this statement is busy executing");
    rows.return();
    expect(statement.isBusy).toBe(false);
    expect(statement.all()).toHaveLength(2);
  });

  test("rows that are inserted while a table is iterated are seen, deleted ones are not", () => {
    db.exec("CREATE TABLE t(a INTEGER PRIMARY KEY); INSERT INTO t VALUES(1), (2), (3)");
    const seen: unknown[] = [];
    for (const row of db.prepare("SELECT a FROM t").iterate()) {
      seen.push(row["a"]);
      if (row["a"] === 1) db.exec("DELETE FROM t WHERE a = 2; INSERT INTO t VALUES(4)");
    }
    expect(seen).toEqual([1, 3, 4]);
  });

  test("a change of the schema compiles them anew", () => {
    db.exec("CREATE TABLE t(a); INSERT INTO t VALUES(1)");
    const all = db.prepare("SELECT * FROM t");
    expect(all.all()).toEqual([{ a: 1 }]);
    db.exec("ALTER TABLE t ADD COLUMN b DEFAULT 'new'");
    expect(all.all()).toEqual([{ a: 1, b: "new" }]);
    db.exec("DROP TABLE t");
    expect(codeOf(() => all.all())).toBe("SQLITE_ERROR: no such table: t");
    db.exec("CREATE TABLE t(z)");
    expect(all.all()).toEqual([]);
  });
});

describe("functions of the program", () => {
  test("take and give values of every kind", () => {
    db.function("kind", (value) => (value instanceof Uint8Array ? "bytes" : value === null ? "null" : typeof value));
    db.function("echo", (...values) => values.at(-1), { arguments: -1 });
    expect(
      db.prepare("SELECT kind(1), kind(1 << 60), kind(1.5), kind('x'), kind(NULL), kind(x'')", { rows: "array" }).get(),
    ).toEqual(["number", "bigint", "number", "string", "null", "bytes"]);
    expect(db.value("SELECT typeof(echo(1, 2.5))")).toBe("real");
    expect(db.value("SELECT echo(1, 9007199254740993)")).toBe(9007199254740993n);
    expect(codeOf(() => db.exec("SELECT kind()"))).toBe("SQLITE_ERROR: wrong number of arguments to function kind()");
  });

  test("that throw end the statement with their own error, and what it changed is undone", () => {
    db.exec("CREATE TABLE t(a); INSERT INTO t VALUES(1), (2), (3)");
    const trouble = new Error("trouble");
    db.function("fails", (value) => {
      if (value === 3) throw trouble;
      return 9;
    });
    expect(() => db.exec("UPDATE t SET a = fails(a)")).toThrow(trouble);
    expect(db.value("SELECT sum(a) FROM t")).toBe(6);
    db.exec("BEGIN; INSERT INTO t VALUES(10)");
    expect(() => db.exec("UPDATE t SET a = fails(a)")).toThrow(trouble);
    expect(db.value("SELECT sum(a) FROM t")).toBe(16);
    db.exec("COMMIT");
  });

  test("serve indexes when they are deterministic, and may use the database themselves", () => {
    db.exec("CREATE TABLE t(a); INSERT INTO t VALUES('b'), ('A')");
    db.function("fold", (value) => String(value).toLowerCase(), { deterministic: true });
    db.exec("CREATE INDEX i ON t(fold(a))");
    expect(db.query("SELECT a FROM t WHERE fold(a) = 'a'")).toEqual([{ a: "A" }]);
    expect(db.explain("SELECT a FROM t WHERE fold(a) = 'a'").plan.map(({ detail }) => detail)).toEqual([
      "SEARCH t USING INDEX i (<expr>=?)",
    ]);
    db.function("rows", () => db.value("SELECT count(*) FROM t"));
    expect(db.value("SELECT rows() FROM t")).toBe(2);
    db.function("rows", null);
    expect(codeOf(() => db.exec("SELECT rows()"))).toBe("SQLITE_ERROR: no such function: rows");
  });

  test("aggregate rows", () => {
    db.aggregate("product", { start: 1, step: (all: number, value) => all * Number(value) });
    db.aggregate("longest", {
      start: () => [] as string[],
      step: (all, value) => {
        all.push(String(value));
      },
      result: (all) => all.toSorted((a, b) => b.length - a.length)[0],
    });
    expect(
      db.prepare("SELECT product(column1), longest(column2) FROM (VALUES (2, 'x'), (3, 'xyz'), (7, 'xy'))").get(),
    ).toEqual({
      "product(column1)": 42,
      "longest(column2)": "xyz",
    });
    expect(db.value("SELECT product(1) FROM (SELECT 1 WHERE 0)")).toBe(1);
  });

  test("order texts", () => {
    db.collation("by_length", (a, b) => a.length - b.length);
    db.exec("CREATE TABLE t(a TEXT COLLATE by_length UNIQUE); INSERT INTO t VALUES('ccc'), ('a'), ('bb')");
    expect(db.prepare("SELECT a FROM t ORDER BY a", { rows: "pluck" }).all()).toEqual(["a", "bb", "ccc"]);
    expect(codeOf(() => db.exec("INSERT INTO t VALUES('zz')"))).toBe(
      "SQLITE_CONSTRAINT_UNIQUE: UNIQUE constraint failed: t.a",
    );
    db.collation("by_length", null);
    expect(codeOf(() => db.exec("SELECT a FROM t ORDER BY a"))).toContain("no such collation sequence: by_length");
  });
});

describe("transactions", () => {
  test("commit what returns and undo what throws, within each other too", () => {
    db.exec("CREATE TABLE t(a)");
    const insert = db.prepare("INSERT INTO t VALUES(?)");
    const result = db.transaction(() => {
      insert.run(1);
      expect(() =>
        db.transaction(() => {
          insert.run(2);
          throw new Error("not this");
        }),
      ).toThrow("not this");
      db.transaction(() => insert.run(3));
      return "done";
    });
    expect(result).toBe("done");
    expect(db.inTransaction).toBe(false);
    expect(db.prepare("SELECT a FROM t", { rows: "pluck" }).all()).toEqual([1, 3]);
  });

  test("tell of commits and rollbacks, and a commit may be refused", () => {
    const told: string[] = [];
    let refuse = false;
    db.onCommit(() => {
      told.push("commit");
      return refuse;
    });
    db.onRollback(() => told.push("rollback"));
    db.exec("CREATE TABLE t(a)");
    db.exec("BEGIN; INSERT INTO t VALUES(1); ROLLBACK");
    refuse = true;
    expect(codeOf(() => db.exec("INSERT INTO t VALUES(2)"))).toBe("SQLITE_CONSTRAINT_COMMITHOOK: constraint failed");
    expect(told).toEqual(["commit", "rollback", "commit", "rollback"]);
    db.onCommit(null);
    expect(db.value("SELECT count(*) FROM t")).toBe(0);
  });
});

describe("stopping", () => {
  test("a function may interrupt the statement that calls it", () => {
    db.function("stop", () => db.interrupt());
    const count =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT count(*) FROM n";
    expect(codeOf(() => db.exec(`${count} WHERE i = 5 AND stop() IS NULL OR i > 0`))).toBe(
      "SQLITE_INTERRUPT: interrupted",
    );
    expect(db.value("SELECT 1")).toBe(1);
  });

  test("a signal stops what runs, and what has not begun", () => {
    const controller = new AbortController();
    db.function("abort", () => controller.abort(new Error("enough")));
    const sql = "WITH RECURSIVE n(i) AS (SELECT abort() UNION ALL SELECT 1 FROM n) SELECT count(*) FROM n";
    expect(() => db.withSignal(controller.signal, () => db.value(sql))).toThrow("interrupted");
    expect(() => db.withSignal(controller.signal, () => db.value("SELECT 1"))).toThrow("enough");
  });
});

describe("as bytes", () => {
  test("a database is taken out and put in", () => {
    db.exec("CREATE TABLE t(a); INSERT INTO t VALUES(1)");
    const bytes = db.serialize();
    db.exec("DELETE FROM t");
    const copy = Database.open(bytes);
    expect(copy.value("SELECT a FROM t")).toBe(1);
    copy.exec("INSERT INTO t VALUES(2)");
    db.deserialize(copy.serialize());
    copy.close();
    expect(db.value("SELECT count(*) FROM t")).toBe(2);
    db.exec("INSERT INTO t VALUES(3)");
    expect(db.value("PRAGMA integrity_check")).toBe("ok");
  });

  test("snapshots are gone back to, in any order, whatever happened meanwhile", () => {
    db.exec("CREATE TABLE t(a); INSERT INTO t VALUES(1)");
    const all = db.prepare("SELECT a FROM t", { rows: "pluck" });
    const one = db.snapshot();
    db.exec("INSERT INTO t VALUES(2)");
    const two = db.snapshot();
    db.exec("CREATE TABLE u AS SELECT zeroblob(10000) FROM t; DELETE FROM t; ALTER TABLE t ADD COLUMN b");
    db.restore(two);
    expect(all.all()).toEqual([1, 2]);
    expect(codeOf(() => db.exec("SELECT * FROM u"))).toBe("SQLITE_ERROR: no such table: u");
    db.restore(one);
    expect(all.all()).toEqual([1]);
    db.exec("INSERT INTO t VALUES(9)");
    db.restore(two);
    expect(all.all()).toEqual([1, 2]);
    db.restore(one);
    expect(db.value("PRAGMA integrity_check")).toBe("ok");
    expect(all.all()).toEqual([1]);
    expect(() => Database.open().restore(one)).toThrow("the snapshot is of another database");
  });
});

test("limits hold", () => {
  expect(db.setLimit("exprDepth", 5)).toBe(1_000);
  expect(codeOf(() => db.exec("SELECT 1+1+1+1+1+1+1"))).toContain("Expression tree is too large (maximum depth 5)");
  db.setLimit("length", 100);
  expect(codeOf(() => db.exec("SELECT zeroblob(101)"))).toBe("SQLITE_TOOBIG: string or blob too big");
  db.setLimit("length", 2 ** 50);
  expect(db.limits.length).toBe(1_000_000_000);
  db.setLimit("variableNumber", 3);
  expect(codeOf(() => db.exec("SELECT ?4"))).toContain("variable number must be between ?1 and ?3");
});

test("closed databases say so, and end what runs", () => {
  db.exec("CREATE TABLE t(a); INSERT INTO t VALUES(1), (2)");
  const statement = db.prepare("SELECT a FROM t");
  const rows = statement.iterate();
  rows.next();
  db.close();
  db.close();
  expect(db.isOpen).toBe(false);
  expect(codeOf(() => rows.next())).toBe("SQLITE_MISUSE: database is not open");
  expect(codeOf(() => statement.all())).toBe("SQLITE_MISUSE: database is not open");
  expect(codeOf(() => db.exec("SELECT 1"))).toBe("SQLITE_MISUSE: database is not open");
});

test("explain tells the plan, and the JavaScript that is made", () => {
  db.exec("CREATE TABLE t(a INTEGER PRIMARY KEY, b)");
  const { plan, source } = db.explain("SELECT b FROM t WHERE a = ? ORDER BY b");
  expect(plan.map(({ detail }) => detail)).toEqual(["SEARCH t USING INTEGER PRIMARY KEY (rowid=?)"]);
  expect(source).toContain("return function (frame, onRow)");
  expect(db.explain("EXPLAIN DROP TABLE t")).toEqual({ plan: [], source: undefined });
  expect(db.query("EXPLAIN SELECT b FROM t").length).toBeGreaterThan(0);
  expect(Object.keys(db.prepare("EXPLAIN QUERY PLAN SELECT b FROM t").get()!)).toEqual([
    "id",
    "parent",
    "notused",
    "detail",
  ]);
});

test("an update hook is told of rows", () => {
  const told: unknown[] = [];
  db.exec("CREATE TABLE t(a INTEGER PRIMARY KEY, b); CREATE TABLE w(k PRIMARY KEY) WITHOUT ROWID");
  expect(db.onUpdate(({ kind, database, table, rowid }) => told.push([kind, database, table, rowid]))).toBeNull();
  db.exec("INSERT INTO t VALUES(7, 1); UPDATE t SET b = 2; INSERT INTO w VALUES(1); DELETE FROM t WHERE a = 7");
  db.onUpdate(null);
  db.exec("INSERT INTO t VALUES(8, 1)");
  expect(told).toEqual([
    ["insert", "main", "t", 7],
    ["update", "main", "t", 7],
    ["delete", "main", "t", 7],
  ]);
});
