/** The same calls on `better-sqlite3` and on ours: the same results, and errors of the same class, message and code. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import Ours from "../../src/better-sqlite3/index.ts";

const folder = mkdtempSync(join(tmpdir(), "tenon-better-"));
afterAll(() => rmSync(folder, { recursive: true }));

type AnyDatabase = any; // oxlint-disable-line typescript/no-explicit-any -- misuse is what is tested
/** Without types: they would forbid what is tested. */
type Class = new (source?: unknown, options?: unknown) => AnyDatabase;

const Original = createRequire(import.meta.url)("better-sqlite3") as Class;

/** What a call gives, as text: a result, or what it throws. */
function outcome(call: () => unknown): string {
  try {
    return shown(call());
  } catch (error) {
    const { name, message, code } = error as Error & { code?: string };
    return `${name} ${code ?? ""}: ${message}`;
  }
}

function shown(value: unknown): string {
  return inspect(value, { depth: 5, sorted: false, breakLength: 200 }).replaceAll(
    /\[Statement\] |Statement |Database /g,
    "",
  );
}

const SCHEMA = `
  CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b REAL, c BLOB, UNIQUE(a));
  INSERT INTO t VALUES (1, 'one', 1.5, x'010203'), (2, 'two', 2, NULL), (3, 'three', -0.5, x'');
  CREATE TABLE u(x INTEGER NOT NULL, y);
  INSERT INTO u VALUES (9007199254740993, 'big'), (5, NULL);
`;

/** Every line is a function of a database with the schema above. */
const CALLS: ((db: AnyDatabase) => unknown)[] = [
  (db) => db.prepare("SELECT * FROM t").all(),
  (db) => db.prepare("SELECT * FROM t").get(),
  (db) => db.prepare("SELECT * FROM t WHERE id = ?").get(2),
  (db) => db.prepare("SELECT * FROM t WHERE id = ?").get([2]),
  (db) => db.prepare("SELECT * FROM t WHERE id = 99").get(),
  (db) => db.prepare("SELECT id, a FROM t").raw().all(),
  (db) => db.prepare("SELECT a FROM t").pluck().all(),
  (db) => db.prepare("SELECT t.*, u.x, 1+1 AS two, 3 FROM t, u").expand().get(),
  (db) => db.prepare("SELECT a AS x, id AS x FROM t").get(),
  (db) => db.prepare("SELECT a FROM t").pluck().raw().pluck(false).all(),
  (db) => db.prepare("SELECT a FROM t").raw().raw(false).get(),
  (db) => db.prepare("SELECT a FROM t").pluck(1),
  (db) => db.prepare("INSERT INTO u VALUES (1, 2)").pluck(),
  (db) => db.prepare("INSERT INTO u VALUES (1, 2)").columns(),
  (db) => db.prepare("INSERT INTO u VALUES (1, 2)").run(),
  (db) => db.prepare("INSERT INTO u VALUES (?, ?)").run(1, "x"),
  (db) => db.prepare("INSERT INTO u VALUES (?, ?)").run([1, "x"]),
  (db) => db.prepare("INSERT INTO u VALUES (?, ?)").run(1),
  (db) => db.prepare("INSERT INTO u VALUES (?, ?)").run(1, 2, 3),
  (db) => db.prepare("INSERT INTO u VALUES (?, ?)").run({ a: 1 }),
  (db) => db.prepare("INSERT INTO u VALUES (@x, $y)").run({ x: 1, y: "z" }),
  (db) => db.prepare("INSERT INTO u VALUES (@x, $y)").run({ x: 1 }),
  (db) => db.prepare("INSERT INTO u VALUES (@x, $y)").run({ x: 1, y: 2, z: 3 }),
  (db) => db.prepare("INSERT INTO u VALUES (@x, $y)").run(),
  (db) => db.prepare("INSERT INTO u VALUES (@x, $y)").run({ x: 1 }, { y: 2 }),
  (db) => db.prepare("INSERT INTO u VALUES (@x, ?)").run({ x: 1 }, 5),
  (db) => db.prepare("INSERT INTO u VALUES (@x, ?)").run(5, { x: 1 }),
  (db) => db.prepare("INSERT INTO u VALUES (@x, ?)").run(new Date(0), 5),
  (db) => db.prepare("INSERT INTO u VALUES (?, ?)").run(new Date(0), 5),
  (db) => db.prepare("INSERT INTO u VALUES (?, ?)").run(true, 5),
  (db) => db.prepare("INSERT INTO u VALUES (?, ?)").run(Symbol("x"), 5),
  (db) => db.prepare("INSERT INTO u VALUES (?, ?)").run(() => 1, 5),
  (db) => db.prepare("INSERT INTO u VALUES (?, ?)").run(2n ** 70n, 5),
  (db) => db.prepare("INSERT INTO u VALUES (?, ?)").run(undefined, 5),
  (db) => db.prepare("INSERT INTO u VALUES (?2, ?1)").run(1, 2),
  (db) => db.prepare("INSERT INTO u VALUES (?5, ?1)").run(1, 2),
  (db) => db.prepare("INSERT INTO t(id) VALUES (1)").run(),
  (db) => db.prepare("INSERT INTO t(a) VALUES ('one')").run(),
  (db) => db.prepare("INSERT INTO u VALUES (NULL, 1)").run(),
  (db) => db.prepare("INSERT INTO u VALUES (7, 8) RETURNING *").get(),
  (db) => db.prepare("INSERT INTO u VALUES (7, 8), (9, 10) RETURNING x").run(),
  (db) => db.prepare("INSERT INTO u VALUES (7, 8) RETURNING y").all(),
  (db) => db.prepare("UPDATE t SET b = 0").run(),
  (db) => db.prepare("DELETE FROM t").run(),
  (db) => db.prepare("CREATE TABLE v(a)").run(),
  (db) => db.prepare("SELECT * FROM t").run(),
  (db) => db.prepare("CREATE TABLE v(a)").all(),
  (db) => db.prepare("CREATE TABLE v(a)").get(),
  (db) => db.prepare("CREATE TABLE v(a)").iterate(),
  (db) =>
    db
      .prepare("SELECT typeof(?), typeof(?), typeof(?), typeof(?), typeof(?)")
      .raw()
      .get(1, 1n, "x", null, Buffer.from("x")),
  (db) => db.prepare("SELECT ?").pluck().get(Number.NaN),
  (db) =>
    db
      .prepare("SELECT ?")
      .pluck()
      .get(new Uint8Array([1, 2])),
  (db) => db.prepare("SELECT ?").pluck().get(Infinity),
  (db) => db.prepare("SELECT x FROM u").pluck().all(),
  (db) => db.prepare("SELECT x FROM u").pluck().safeIntegers().all(),
  (db) => db.prepare("SELECT x FROM u").safeIntegers().safeIntegers(false).all(),
  (db) => db.prepare("INSERT INTO t(a) VALUES ('s')").safeIntegers().run(),
  (db) => db.defaultSafeIntegers().prepare("SELECT x, 1.5 FROM u").all(),
  (db) => db.defaultSafeIntegers("x"),
  (db) => db.prepare("SELECT a, b + 1, t.id AS z FROM t").columns(),
  (db) => db.prepare("SELECT * FROM nothing"),
  (db) => db.prepare("SELEC 1"),
  (db) => db.prepare("SELECT 1; SELECT 2"),
  (db) => db.prepare("SELECT 1; -- and no more\n /* nothing */ ;").get(),
  (db) => db.prepare(" ;; SELECT 1").get(),
  (db) => db.prepare(""),
  (db) => db.prepare("-- nothing"),
  (db) => db.prepare(7),
  (db) => db.prepare(),
  (db) => db.exec("CREATE TABLE v(a); INSERT INTO v VALUES (1); SELECT * FROM v").prepare("SELECT * FROM v").all(),
  (db) => db.exec("CREATE TABLE v(a); INSERT INTO w VALUES (1)"),
  (db) => db.exec(7),
  (db) => db.exec(""),
  (db) => db.pragma("user_version"),
  (db) => db.pragma("user_version = 5"),
  (db) => db.pragma("user_version", { simple: true }),
  (db) => db.pragma("table_info(t)"),
  (db) => db.pragma("foreign_keys = ON", { simple: true }),
  (db) => db.pragma("nothing_such", { simple: true }),
  (db) => db.pragma("user_version", { simple: 1 }),
  (db) => db.pragma(),
  (db) => db.pragma("journal_mode", { simple: true }),
  (db) => [...db.prepare("SELECT a FROM t").iterate()],
  (db) => [...db.prepare("SELECT a FROM t WHERE id > ?").pluck().iterate(1)],
  (db) => {
    const found = [];
    for (const row of db.prepare("SELECT a FROM t").pluck().iterate()) {
      found.push(
        row,
        outcome(() => db.prepare("SELECT count(*) FROM t").get()),
      );
      found.push(
        outcome(() => db.exec("DELETE FROM t")),
        outcome(() => db.prepare("DELETE FROM t").run()),
      );
      found.push(
        outcome(() => db.close()),
        outcome(() => db.pragma("user_version")),
        outcome(() => db.function("f", () => 1)),
      );
      break;
    }
    return [found, db.prepare("SELECT count(*) FROM t").pluck().get()];
  },
  (db) => {
    const statement = db.prepare("SELECT a FROM t");
    const rows = statement.iterate();
    const first = [statement.busy, rows.next(), statement.busy];
    const errors = [
      () => statement.all(),
      () => statement.get(),
      () => statement.iterate(),
      () => statement.pluck(),
    ].map(outcome);
    return [first, errors, rows.return(), rows.next(), statement.busy, statement.all().length];
  },
  (db) => {
    const statement = db.prepare("SELECT ? AS a, ? AS b").bind(1, "x");
    return [statement.get(), outcome(() => statement.get(1)), outcome(() => statement.bind(2, 3)), String(statement)];
  },
  (db) => db.prepare("SELECT ?").bind(),
  (db) => String(db.prepare("SELECT  ? ;")),
  (db) => {
    const { reader, readonly, source, busy } = db.prepare("SELECT 1");
    return { reader, readonly, source, busy };
  },
  (db) =>
    [
      "INSERT INTO u VALUES (1,2)",
      "BEGIN",
      "PRAGMA user_version",
      "PRAGMA user_version = 3",
      "CREATE TABLE v(a)",
      "SELECT 1",
    ].map((sql) => {
      const { reader, readonly } = db.prepare(sql);
      return [sql, reader, readonly];
    }),
  (db) => {
    const insert = db.prepare("INSERT INTO u VALUES (?, ?)");
    const many = db.transaction((rows: number[]) => {
      for (const row of rows) insert.run(row, row);
      return rows.length;
    });
    return [many([1, 2, 3]), db.inTransaction, db.prepare("SELECT count(*) FROM u").pluck().get()];
  },
  (db) => {
    const insert = db.prepare("INSERT INTO u VALUES (?, ?)");
    const fail = db.transaction(() => {
      insert.run(1, 1);
      throw new Error("no");
    });
    return [outcome(() => fail()), db.prepare("SELECT count(*) FROM u").pluck().get(), db.inTransaction];
  },
  (db) => {
    const insert = db.prepare("INSERT INTO u VALUES (?, ?)");
    const inner = db.transaction((bad: boolean) => {
      insert.run(1, 1);
      if (bad) throw new Error("inner");
    });
    const outer = db.transaction(() => {
      inner(false);
      try {
        inner(true);
      } catch {
        insert.run(2, 2);
      }
      return db.inTransaction;
    });
    return [outer(), db.prepare("SELECT x FROM u").pluck().all()];
  },
  (db) => Object.keys(db.transaction(() => 1)),
  (db) => db.transaction(() => 1).immediate(),
  (db) => db.transaction(() => 1).exclusive.deferred.default(),
  (db) => db.transaction(async () => 1)(),
  (db) => db.transaction(5),
  (db) => db.transaction(() => db.exec("ROLLBACK"))(),
  (db) =>
    db
      .function("twice", (x: number) => x * 2)
      .prepare("SELECT twice(4), twice(2.5)")
      .raw()
      .get(),
  (db) =>
    db
      .function("f", () => undefined)
      .prepare("SELECT f()")
      .get(),
  (db) =>
    db
      .function("f", () => ({}))
      .prepare("SELECT f()")
      .get(),
  (db) =>
    db
      .function("f", () => true)
      .prepare("SELECT f()")
      .get(),
  (db) =>
    db
      .function("f", () => 2n ** 64n)
      .prepare("SELECT f()")
      .get(),
  (db) =>
    db
      .function("f", () => 5n)
      .prepare("SELECT f(), typeof(f())")
      .get(),
  (db) =>
    db
      .function("f", () => Buffer.from("ab"))
      .prepare("SELECT f()")
      .get(),
  (db) =>
    db
      .function("f", (x: unknown) => typeof x)
      .prepare("SELECT f(x'00'), f(NULL), f(1), f('x')")
      .raw()
      .get(),
  (db) =>
    db
      .function("f", { safeIntegers: true }, (x: unknown) => typeof x)
      .prepare("SELECT f(1)")
      .pluck()
      .get(),
  (db) =>
    db
      .function("f", { varargs: true }, (...x: unknown[]) => x.length)
      .prepare("SELECT f(), f(1,2,3)")
      .raw()
      .get(),
  (db) =>
    db
      .function("f", (a: unknown) => a)
      .prepare("SELECT f(1, 2)")
      .get(),
  (db) =>
    db
      .function("f", () => {
        throw new RangeError("mine");
      })
      .prepare("SELECT f()")
      .get(),
  (db) =>
    db
      .function("f", () => db.prepare("SELECT 1").get())
      .prepare("SELECT f()")
      .get(),
  (db) =>
    db
      .function("f", () => db.exec("SELECT 1"))
      .prepare("SELECT f()")
      .get(),
  (db) => db.function("", () => 1),
  (db) => db.function("f"),
  (db) => db.function(5, () => 1),
  (db) => db.function("f", { deterministic: 1 }, () => 1),
  (db) =>
    db
      .function("upper", (x: string) => `<${x}>`)
      .prepare("SELECT upper('a')")
      .pluck()
      .get(),
  (db) =>
    db
      .aggregate("plus", { start: 0, step: (total: number, x: number) => total + x })
      .prepare("SELECT plus(b) FROM t")
      .pluck()
      .get(),
  (db) =>
    db
      .aggregate("list", {
        start: () => [],
        step: (all: unknown[], x: unknown) => void all.push(x),
        result: (all: unknown[]) => all.join("|"),
      })
      .prepare("SELECT list(a) FROM t")
      .pluck()
      .get(),
  (db) =>
    db
      .aggregate("plus", { start: 10, step: (total: number, x: number) => total + x })
      .prepare("SELECT plus(b) FROM t WHERE 0")
      .pluck()
      .get(),
  (db) =>
    db
      .aggregate("plus", { step: (_: unknown, x: number) => x })
      .prepare("SELECT plus(b) FROM t")
      .pluck()
      .get(),
  (db) => db.aggregate("plus", {}),
  (db) => db.aggregate("plus", { step: 5 }),
  (db) =>
    db
      .aggregate("plus", {
        step: () => {
          throw new Error("mine");
        },
      })
      .prepare("SELECT plus() FROM t")
      .get(),
  (db) =>
    db
      .aggregate("two", { start: "", step: (s: string, a: unknown, b: unknown) => `${s}${String(a)}${String(b)};` })
      .prepare("SELECT two(id, a) FROM t GROUP BY id > 1")
      .pluck()
      .all(),
  (db) => db.explain("SELECT * FROM t WHERE id = ?").length > 0,
  (db) => [db.name, db.open, db.readonly, db.memory, db.inTransaction],
  (db) => [
    db.close() === db,
    db.open,
    db.close() === db,
    outcome(() => db.prepare("SELECT 1")),
    outcome(() => db.exec("SELECT 1")),
  ],
  (db) => {
    const statement = db.prepare("SELECT 1");
    db.close();
    return [
      () => statement.get(),
      () => statement.all(),
      () => statement.columns(),
      () => statement.busy,
      () => String(statement),
    ].map(outcome);
  },
  (db) => db.serialize().length % 512,
  (db) => Object.keys(db),
  (db) => Object.keys(db.prepare("SELECT 1")),
  (db) => db.unsafeMode().unsafeMode(false) === db,
  (db) => db.prepare("SELECT 1 WHERE 1 = :a").all({ a: 1 }),
  (db) => db.prepare("SELECT :a AS p, @a AS q").get({ a: 1 }),
  (db) => db.prepare("SELECT ? AS p, ?1 AS q").get(1),
  (db) => db.prepare("SELECT 1 AS __proto__, 2 AS y").raw().get(),
];

describe("an open database", () => {
  test.each(CALLS.map((call) => [String(call), call] as const))("%s", (_, call) => {
    const [theirs, ours] = [Original, Ours as unknown as Class].map((Database) => {
      const db = new Database(":memory:");
      db.exec(SCHEMA);
      const what = outcome(() => call(db));
      return [what, db.open ? shown(db.prepare("SELECT rowid, * FROM u").all()) : ""];
    });
    expect(ours).toEqual(theirs);
  });
});

describe("opening", () => {
  const bytes = new Ours(":memory:").exec("CREATE TABLE t(a); INSERT INTO t VALUES (1)").serialize();
  const opened: ((Database: Class) => unknown)[] = [
    (Database) => new Database().name,
    (Database) => new Database(null).memory,
    (Database) => new Database("", {}).memory,
    (Database) => new Database(" :memory: ").name,
    (Database) => new Database({}),
    (Database) => new Database(":memory:", 5),
    (Database) => new Database(":memory:", { readonly: true }),
    (Database) => new Database(":memory:", { readOnly: true }),
    (Database) => new Database(":memory:", { memory: true }),
    (Database) => new Database(":memory:", { timeout: -1 }),
    (Database) => new Database(":memory:", { timeout: 1.5 }),
    (Database) => new Database(":memory:", { timeout: 2 ** 31 }),
    (Database) => new Database(":memory:", { verbose: 5 }),
    (Database) => new Database(":memory:", { fileMustExist: "x" }),
    (Database) => new Database(join(folder, "nowhere", "x.db")),
    (Database) => new Database(join(folder, "missing.db"), { fileMustExist: true }),
    (Database) => new Database(join(folder, "missing.db"), { readonly: true }),
    (Database) => (Database as unknown as (name: string) => AnyDatabase)(":memory:").open,
    (Database) => new Database(bytes).prepare("SELECT * FROM t").all(),
    (Database) => new Database(bytes, { readonly: true }).exec("DELETE FROM t"),
    (Database) =>
      new Database(Buffer.from("nothing of the kind".repeat(100))).prepare("SELECT * FROM sqlite_schema").all(),
    (Database) => {
      const said: unknown[] = [];
      const db = new Database(":memory:", { verbose: (sql: unknown) => said.push(sql) });
      db.exec("CREATE TABLE t(a); INSERT INTO t VALUES (1)");
      db.prepare("INSERT INTO t VALUES (?)").run("it's");
      db.prepare("SELECT * FROM t WHERE a = @a").get({ a: 1 });
      return said;
    },
    (Database) => {
      const path = join(folder, `${Database === (Ours as unknown) ? "ours" : "theirs"}.db`);
      const db = new Database(path);
      db.exec("CREATE TABLE t(a); INSERT INTO t VALUES (42)");
      db.close();
      const again = new Database(path, { readonly: true });
      const found = [
        again.prepare("SELECT * FROM t").all(),
        outcome(() => again.exec("DELETE FROM t")),
        again.readonly,
      ];
      again.close();
      return found;
    },
  ];
  test.each(opened.map((call) => [String(call), call] as const))("%s", (_, call) => {
    expect(outcome(() => call(Ours as unknown as Class))).toBe(outcome(() => call(Original)));
  });
});

test("require() gives the class", () => {
  const path = fileURLToPath(new URL("../../src/better-sqlite3/index.ts", import.meta.url));
  const script = `const Database = require(${JSON.stringify(path)}); console.log(new Database().open, Database.SqliteError.name)`;
  expect(execFileSync(process.execPath, ["-e", script], { encoding: "utf8" })).toBe("true SqliteError\n");
});

test("files of either open in the other", () => {
  const path = join(folder, "both.db");
  const theirs = new Original(path);
  theirs.exec(SCHEMA);
  theirs.close();
  const ours = new Ours(path);
  expect(ours.prepare("SELECT a FROM t").pluck().all()).toEqual(["one", "three", "two"]);
  ours.exec("INSERT INTO t(a) VALUES ('four')");
  ours.close();
  const again = new Original(path);
  expect(again.pragma("integrity_check", { simple: true })).toBe("ok");
  expect(again.prepare("SELECT count(*) FROM t").pluck().get()).toBe(4);
  again.close();
});

test("backup copies the database, and tells how far it is", async () => {
  const path = join(folder, "copy.db");
  const db = new Ours(":memory:").exec(SCHEMA);
  db.exec(
    "CREATE TABLE big(a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000) INSERT INTO big SELECT printf('%500d', i) FROM n",
  );
  const seen: unknown[] = [];
  const done = await db.backup(path, { progress: (progress: unknown) => void seen.push(progress) });
  expect(done.remainingPages).toBe(0);
  expect(seen.length).toBeGreaterThan(3);
  const copy = new Original(path);
  expect(copy.prepare("SELECT count(*) FROM big").pluck().get()).toBe(3000);
  copy.close();
  await expect(db.backup(join(folder, "nowhere", "x.db"))).rejects.toThrow(
    "Cannot save backup because the directory does not exist",
  );
  await expect(db.backup("")).rejects.toThrow("Backup filename cannot be an empty string");
});
