/** The same calls on `node:sqlite`, as Node 26 has it, and on ours: the same results, and errors of the same class, message and codes. */
import { mkdtempSync, rmSync } from "node:fs";
import * as original from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import * as own from "../../src/node/index.ts";

const folder = mkdtempSync(join(tmpdir(), "tenon-node-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Anything = any; // oxlint-disable-line typescript/no-explicit-any -- misuse is what is tested

/** What a call gives, as text: a result, or what it throws. */
function outcome(call: () => unknown): string {
  try {
    return shown(call());
  } catch (error) {
    const { name, message, code, errcode, errstr } = error as Error & Record<string, unknown>;
    return `${name} ${String(code)} ${String(errcode)} ${String(errstr)}: ${message}`;
  }
}

function shown(value: unknown): string {
  return inspect(value, { depth: 5, breakLength: 200 });
}

const SCHEMA = `
  CREATE TABLE t(a INTEGER PRIMARY KEY, b);
  INSERT INTO t VALUES (1, 'x'), (2, 2.5), (3, x'0102'), (4, NULL);
  CREATE TABLE big(x); INSERT INTO big VALUES (9007199254740993), (5);
`;

const P = "SELECT :a AS p, $b AS q, ? AS r";

const CALLS: ((db: Anything) => unknown)[] = [
  (db) => [db.isOpen, db.isTransaction, db.location(), db.location("nothing")],
  (db) => db.location(5),
  (db) => db.prepare(),
  (db) => db.prepare(""),
  (db) => db.prepare("SELECT 1; SELECT 2").get(),
  (db) => db.prepare("SELEC"),
  (db) => db.prepare("SELECT 1", 5),
  (db) => db.prepare("SELECT 1 AS a", { returnArrays: true }).get(),
  (db) => db.prepare("SELECT 1 AS a", { returnArrays: 1 }),
  (db) => db.prepare("SELECT 1 AS a", { readBigInts: true }).all(),
  (db) => [db.exec(""), db.exec("SELECT 1"), outcome(() => db.exec()), outcome(() => db.exec("SELECT * FROM n"))],
  (db) => db.prepare("SELECT * FROM t").all(),
  (db) => db.prepare("SELECT * FROM t").get(),
  (db) => db.prepare("SELECT * FROM t WHERE 0").get(),
  (db) => db.prepare("SELECT *, a + 1 AS c, 7 FROM t").columns(),
  (db) => db.prepare("INSERT INTO t(b) VALUES (1)").columns(),
  (db) => Object.getPrototypeOf(db.prepare("SELECT 1").get()),
  (db) => [db.prepare("SELECT a FROM t").sourceSQL, db.prepare("SELECT a -- x\n FROM t;  ").sourceSQL],
  (db) => {
    const statement = db.prepare("SELECT ? AS a, :b AS b, ?7 AS c");
    const before = statement.expandedSQL;
    statement.get({ b: "it's" }, 1.5, new Uint8Array([1, 255]));
    return [before, statement.expandedSQL];
  },
  (db) => db.prepare("SELECT x FROM big").all(),
  (db) => {
    const statement = db.prepare("SELECT x FROM big");
    statement.setReadBigInts(true);
    return statement.all();
  },
  (db) =>
    ["setReadBigInts", "setReturnArrays", "setAllowBareNamedParameters", "setAllowUnknownNamedParameters"].map((name) =>
      outcome(() => db.prepare("SELECT 1")[name](5)),
    ),
  ...[
    [{ a: 1, b: 2 }, 3],
    [{ ":a": 1, $b: 2 }, 3],
    [{ a: 1 }, 3],
    [{ c: 1 }, 3],
    [3],
    [1, 2, 3],
    [1, 2, 3, 4],
    [],
    [{ a: 1 }, { b: 2 }],
    [[1, 2]],
    [{ a: undefined }],
    [{ a: true }],
    [undefined],
    [Symbol("x")],
    [{ a: Symbol("x") }],
    [2n ** 70n],
    [{ a: new Date(0) }],
    [{ a: new Uint8Array([1]) }],
    [{ a: new DataView(new ArrayBuffer(2)) }],
    [{ a: new ArrayBuffer(2) }],
    [null],
    [Number.NaN],
    [-0],
    ["text"],
    [5n],
    [false],
  ].map((values) => (db: Anything) => [values, db.prepare(P).get(...values)]),
  (db) => outcome(() => db.prepare(P).get(() => 1)),
  (db) => db.prepare("SELECT @x AS p, :x AS q").get({ x: 1 }),
  (db) => db.prepare("SELECT @x AS p, :x AS q").get({ "@x": 1, ":x": 2 }),
  (db) => db.prepare("SELECT @x AS p", { allowBareNamedParameters: false }).get({ x: 1 }),
  (db) => db.prepare("SELECT @x AS p", { allowUnknownNamedParameters: true }).get({ x: 1, z: 2 }),
  (db) => [db.prepare("SELECT ?3 AS p, ? AS q").get(1, 2, 3, 4), db.prepare("SELECT ?3 AS p, ? AS q").get(1)],
  (db) => db.prepare("SELECT typeof(?) AS a, typeof(?) AS b, typeof(?) AS c").get(1, 1n, true),
  (db) => db.prepare("INSERT INTO t(b) VALUES (5)").run(),
  (db) => db.prepare("INSERT INTO t(b) VALUES (5)", { readBigInts: true }).run(),
  (db) => db.prepare("INSERT INTO t(b) VALUES (5), (6) RETURNING *").run(),
  (db) => [db.prepare("INSERT INTO t(b) VALUES (5), (6) RETURNING a").get(), db.prepare("SELECT changes() AS n").get()],
  (db) => [db.prepare("UPDATE t SET b = 1").run(), db.prepare("SELECT * FROM t").run()],
  (db) => db.prepare("INSERT INTO t VALUES (1, 1)").run(),
  (db) => db.prepare("INSERT INTO nothing VALUES (1, 1)").run(),
  (db) => {
    const rows = db.prepare("SELECT a FROM t").iterate();
    return [
      Object.prototype.toString.call(rows),
      rows.next(),
      rows.return(),
      rows.next(),
      typeof rows[Symbol.iterator],
    ];
  },
  (db) =>
    db
      .prepare("SELECT a FROM t")
      .iterate()
      .map(({ a }: { a: number }) => a * 2)
      .toArray(),
  (db) => {
    const statement = db.prepare("SELECT a FROM t");
    const rows = statement.iterate();
    return [rows.next(), statement.all().length, outcome(() => rows.next()), outcome(() => rows.return())];
  },
  (db) => {
    const rows = db.prepare("SELECT a FROM t").iterate();
    rows.next();
    db.exec("DELETE FROM t WHERE a = 2");
    return [...rows];
  },
  (db) => {
    const rows = db.prepare("SELECT a FROM t").iterate();
    rows.next();
    db.close();
    return [outcome(() => rows.next())];
  },
  (db) =>
    [
      [],
      ["f"],
      ["f", 5],
      ["f", {}, 5],
      ["f", { deterministic: 1 }, () => 1],
      ["f", { directOnly: 1 }, () => 1],
      ["f", { useBigIntArguments: 1 }, () => 1],
      ["f", { varargs: 1 }, () => 1],
      ["f", 5, () => 1],
    ].map((values) => outcome(() => db.function(...values))),
  (db) => [
    db.function("f", (x: unknown) => typeof x),
    db.prepare("SELECT f(1) AS x, f('a') AS y, f(NULL) AS z, f(x'00') AS w").get(),
    outcome(() => db.prepare("SELECT f()")),
    outcome(() => db.prepare("SELECT f(9007199254740993)").get()),
  ],
  (db) =>
    [undefined, {}, Promise.resolve(), true, 2n ** 70n, 5n, 5, "x", null, new Uint8Array([1])].map((value) => {
      db.function("r", () => value);
      return outcome(() => db.prepare("SELECT r() AS r, typeof(r()) AS t").get());
    }),
  (db) => [
    db.function("r", () => {
      throw new RangeError("mine");
    }),
    db.prepare("SELECT r()").get(),
  ],
  (db) => [
    db.function("v", { varargs: true, useBigIntArguments: true }, (...values: unknown[]) => values.map(String).join()),
    db.prepare("SELECT v() AS a, v(1, 2.5) AS b").get(),
  ],
  (db) =>
    [
      ["a", {}],
      ["a", { start: 0 }],
      ["a", { start: 0, step: 5 }],
      ["a", { start: 0, step: () => 1, inverse: 5 }],
      ["a", { start: 0, step: () => 1, result: 5 }],
      ["a", 5],
    ].map((values) => outcome(() => db.aggregate(...values))),
  (db) => [
    db.aggregate("s", { start: 0, step: (x: number, v: number) => x + v }),
    db.prepare("SELECT s(a) AS s FROM t").get(),
    db.prepare("SELECT s(a) AS s FROM t WHERE 0").get(),
  ],
  (db) => [
    db.aggregate("s", { start: () => "", step: (x: string, v: number) => x + v, result: (x: string) => `<${x}>` }),
    db.prepare("SELECT s(a) AS s FROM t GROUP BY a > 2").all(),
  ],
  (db) => [
    outcome(() => db.enableLoadExtension(true)),
    outcome(() => db.loadExtension("x")),
    outcome(() => db.enableDefensive(1)),
    db.enableDefensive(true),
    outcome(() => db.setAuthorizer(5)),
    db.setAuthorizer(null),
  ],
  (db) => [
    db.serialize().length % 4096,
    outcome(() => db.serialize(5)),
    outcome(() => db.deserialize(5)),
    outcome(() => db.deserialize(new Uint8Array(0))),
  ],
  (db) => {
    const bytes = db.serialize();
    db.exec("DELETE FROM t");
    db.deserialize(bytes);
    return db.prepare("SELECT count(*) AS n FROM t").get();
  },
  (db) => ({ ...db.limits }),
  (db) =>
    [["x"], [-1], [1.5]].map(([value]) =>
      outcome(() => {
        db.limits.column = value;
      }),
    ),
  (db) => {
    db.limits.column = 3;
    const error = outcome(() => db.prepare("SELECT 1, 2, 3, 4"));
    db.limits.column = Infinity;
    return [error, db.limits.column];
  },
  (db) => {
    const store = db.createTagStore(2);
    const found = [
      store.get`SELECT * FROM t WHERE a = ${2}`,
      store.all`SELECT a FROM t`,
      store.run`INSERT INTO t(b) VALUES (${"q"})`,
      [...store.iterate`SELECT b FROM t`],
    ];
    return [
      found,
      store.size,
      store.capacity,
      store.db === db,
      store.clear(),
      store.size,
      outcome(() => store.get("SELECT 1")),
      outcome(() => db.createTagStore("x")),
    ];
  },
  (db) => {
    const statement = db.prepare("SELECT 1");
    statement.close();
    return [() => statement.close(), () => statement.sourceSQL, () => statement.get(), () => statement.columns()].map(
      outcome,
    );
  },
  (db) => {
    const statement = db.prepare("SELECT 1");
    const before = [outcome(() => db.open()), db.close()];
    const closed = [
      () => db.close(),
      () => db.exec("SELECT 1"),
      () => statement.all(),
      () => db.prepare("SELECT 1"),
      () => db.isTransaction,
      () => db.location(),
      () => db.limits,
    ].map(outcome);
    return [
      before,
      closed,
      db.open(),
      db.isOpen,
      outcome(() => statement.all()),
      db[Symbol.dispose](),
      db[Symbol.dispose](),
      db.isOpen,
    ];
  },
  (db) => [db.exec("BEGIN"), db.isTransaction, db.exec("ROLLBACK"), db.isTransaction],
  (db) => [db.prepare("PRAGMA foreign_keys").get(), outcome(() => db.prepare('SELECT "x"'))],
];

describe("an open database", () => {
  test.each(CALLS.map((call) => [String(call), call] as const))("%s", (_, call) => {
    const [theirs, ours] = [original, own].map(({ DatabaseSync }) => {
      const db = new (DatabaseSync as Anything)(":memory:");
      db.exec(SCHEMA);
      return outcome(() => call(db));
    });
    expect(ours).toBe(theirs);
  });
});

describe("opening", () => {
  const options = [
    "open",
    "readOnly",
    "enableForeignKeyConstraints",
    "enableDoubleQuotedStringLiterals",
    "allowExtension",
    "timeout",
    "readBigInts",
    "returnArrays",
    "allowBareNamedParameters",
    "allowUnknownNamedParameters",
    "defensive",
    "limits",
  ];
  const opened: ((Database: Anything, name: string) => unknown)[] = [
    (Database) => new Database(),
    (Database) => new Database(5),
    (Database) => new Database(":memory:", 5),
    (Database) => new Database(":memory:", null),
    ...options.map((option) => (Database: Anything) => new Database(":memory:", { [option]: "x" })),
    (Database) => new Database("a\0b"),
    (Database) => new Database(join(folder, "nowhere", "x.db")),
    (Database) => new Database(Buffer.from(":memory:")).isOpen,
    (Database) => new Database(pathToFileURL(join(folder, "url.db")), { open: false }).isOpen,
    (Database) => new Database(new URL("http://x")),
    (Database) => new Database(":memory:", { limits: { attach: 2 } }).limits.attach,
    (Database) => new Database(":memory:", { limits: { attach: "x" } }),
    (Database) => new Database(":memory:", { timeout: 1.5 }),
    (Database) => new Database(":memory:", { enableDoubleQuotedStringLiterals: true }).prepare('SELECT "x"').get(),
    (Database) => new Database(":memory:", { enableForeignKeyConstraints: false }).prepare("PRAGMA foreign_keys").get(),
    (Database) => new Database(":memory:", { returnArrays: true, readBigInts: true }).prepare("SELECT 1, 'x'").get(),
    (Database) => {
      const db = new Database(":memory:", { open: false });
      return [outcome(() => db.location()), outcome(() => db.close()), outcome(() => db.isTransaction), db.isOpen];
    },
    (Database, name) => {
      const path = join(folder, `${name}.db`);
      using db = new Database(path);
      db.exec("CREATE TABLE t(a); INSERT INTO t VALUES (42)");
      const where = db.location() === path;
      db.close();
      const again = new Database(path, { readOnly: true });
      const found = [where, again.prepare("SELECT * FROM t").all(), outcome(() => again.exec("DELETE FROM t"))];
      again.close();
      return found;
    },
  ];
  test.each(opened.map((call) => [String(call), call] as const))("%s", (_, call) => {
    expect(outcome(() => call(own.DatabaseSync, "ours"))).toBe(outcome(() => call(original.DatabaseSync, "theirs")));
  });
});

test("constants are the same", () => {
  expect(own.constants).toEqual({ ...original.constants });
});

test("backup copies the database, and tells how far it is", async () => {
  const path = join(folder, "copy.db");
  const db = new own.DatabaseSync(":memory:");
  db.exec(
    "CREATE TABLE t(a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000) INSERT INTO t SELECT printf('%500d', i) FROM n",
  );
  const seen: unknown[] = [];
  const pages = await own.backup(db, path, { rate: 50, progress: (progress: unknown) => void seen.push(progress) });
  expect(seen).toHaveLength(Math.ceil(pages / 50) - 1);
  expect(seen[0]).toEqual({ totalPages: pages, remainingPages: pages - 50 });
  const copy = new original.DatabaseSync(path);
  expect(copy.prepare("SELECT count(*) AS n FROM t").get()).toEqual({ n: 3000 });
  copy.close();
  await expect(own.backup(db, join(folder, "nowhere", "x.db"))).rejects.toMatchObject({
    code: "ERR_SQLITE_ERROR",
    errcode: 14,
  });
  expect(() => own.backup(5 as never, path)).toThrow('The "sourceDb" argument must be an object.');
});
