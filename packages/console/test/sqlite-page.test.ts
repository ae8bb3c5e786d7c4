/** The database page's questions: schema, scripts, plans; over the API and on a thread of the console's. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Console } from "@tenon/console";
import { Database } from "@tenon/sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cellOf } from "../src/tools/sqlite/cell.ts";
import { describeSchema } from "../src/tools/sqlite/schema.ts";
import { explainScript, MAX_ROWS, runScript } from "../src/tools/sqlite/script.ts";
import type { RunAnswer, SchemaAnswer } from "../src/tools/sqlite/sqlite-wire.ts";
import { Visitor } from "./support/client.ts";
import { FakeStack } from "./support/fake-stack.ts";
import { SHOP } from "./support/shop.ts";

function shop(): Database {
  const db = Database.open();
  db.exec(SHOP);
  return db;
}

describe("values", () => {
  test.each([
    [null, null],
    [1n, 1],
    [-9007199254740991n, -9007199254740991],
    [9007199254740992n, { integer: "9007199254740992" }],
    [-9223372036854775808n, { integer: "-9223372036854775808" }],
    [1.5, 1.5],
    [1, { real: "1.0" }],
    [-0, { real: "-0.0" }],
    [1e21, { real: "1.0e+21" }],
    [1.5e300, { real: "1.5e+300" }],
    [-Infinity, { real: "-Inf" }],
    ["text", "text"],
    ["", ""],
    [new Uint8Array([0, 171]), { blob: "00ab", length: 2 }],
  ])("%s is shown as %j", (value, cell) => {
    expect(cellOf(value)).toEqual(cell);
  });

  test("of long texts and blobs the start comes, and how long they are", () => {
    expect(cellOf("x".repeat(1_000_000))).toEqual({ text: "x".repeat(2_000), length: 1_000_000 });
    expect(cellOf(new Uint8Array(1_000_000))).toEqual({ blob: "00".repeat(256), length: 1_000_000 });
  });
});

describe("a script", () => {
  test("gives each statement's rows, changes and place", () => {
    using db = shop();
    const sql = "-- two\nSELECT id, name FROM customer ORDER BY id; ;\nUPDATE customer SET name = upper(name);";
    const { results, trouble, inTransaction } = runScript(db, sql);
    expect(trouble).toBeUndefined();
    expect(inTransaction).toBe(false);
    expect(results.map(({ start, end }) => sql.slice(start, end))).toEqual([
      "SELECT id, name FROM customer ORDER BY id;",
      "UPDATE customer SET name = upper(name);",
    ]);
    expect(results[0]).toMatchObject({
      columns: [
        { name: "id", type: "INTEGER" },
        { name: "name", type: "TEXT" },
      ],
      rows: [
        [1, "Ada"],
        [2, "Grace"],
      ],
      cut: false,
      changes: 0,
    });
    expect(results[1]).toMatchObject({ columns: [], rows: [], changes: 2 });
  });

  test("that fails tells where, in the whole text, and what ran before stays", () => {
    using db = shop();
    const sql = "DELETE FROM line; /* ; */\n  SELECT nope FROM customer";
    const { results, trouble } = runScript(db, sql);
    expect(results).toHaveLength(1);
    expect(trouble).toMatchObject({ code: "SQLITE_ERROR", message: "no such column: nope" });
    expect(sql.slice(trouble!.start, trouble!.end)).toBe("nope");
    expect(db.value("SELECT count(*) FROM line")).toBe(0);
  });

  test("that breaks a constraint points at its statement", () => {
    using db = shop();
    const sql = "SELECT 1;\nINSERT INTO customer VALUES (1, 'again');";
    const { trouble } = runScript(db, sql);
    expect(trouble).toMatchObject({
      code: "SQLITE_CONSTRAINT_PRIMARYKEY",
      message: "UNIQUE constraint failed: customer.id",
    });
    expect(sql.slice(trouble!.start, trouble!.end)).toBe("INSERT INTO customer VALUES (1, 'again')");
  });

  test("may leave a transaction open, and says so", () => {
    using db = shop();
    expect(runScript(db, "BEGIN; DELETE FROM line").inTransaction).toBe(true);
    expect(runScript(db, "ROLLBACK").inTransaction).toBe(false);
    expect(db.value("SELECT count(*) FROM line")).toBe(3);
  });

  test("with too many rows is cut", () => {
    using db = Database.open();
    const counting = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
    const { results } = runScript(db, `${counting}; SELECT 1`);
    expect(results[0]!.rows.length).toBe(MAX_ROWS);
    expect(results.map(({ cut }) => cut)).toEqual([true, true]);
  });

  test("of comments and semicolons alone does nothing", () => {
    using db = Database.open();
    expect(runScript(db, " ;; -- nothing\n/* to do")).toEqual({ results: [], inTransaction: false });
  });
});

describe("an explanation", () => {
  test("has the plan's lines and the source of each statement, and runs none", () => {
    using db = shop();
    const sql = "DELETE FROM line; SELECT * FROM line WHERE customer = 1";
    const { statements, trouble } = explainScript(db, sql);
    expect(trouble).toBeUndefined();
    expect(statements[1]!.plan.map(({ detail }) => detail)).toEqual([
      "SEARCH line USING INDEX line_customer (customer=?)",
    ]);
    expect(statements[1]!.source).toContain("return function");
    expect(sql.slice(statements[1]!.start, statements[1]!.end)).toBe("SELECT * FROM line WHERE customer = 1");
    expect(db.value("SELECT count(*) FROM line")).toBe(3);
  });

  test("goes up to the statement that is wrong", () => {
    using db = shop();
    const { statements, trouble } = explainScript(db, "SELECT 1; SELEC 2");
    expect(statements).toHaveLength(1);
    expect(trouble).toMatchObject({ message: 'near "SELEC": syntax error', start: 10, end: 15 });
  });
});

test("the schema has tables with columns, keys, indexes and triggers, and views", () => {
  using db = shop();
  const { tables, size } = describeSchema(db);
  expect(size).toBe(db.serialize().length);
  expect(tables.map(({ name, kind }) => [name, kind])).toEqual([
    ["customer", "table"],
    ["line", "table"],
    ["product", "table"],
    ["broken", "view"],
    ["spent", "view"],
  ]);
  const line = tables[1]!;
  expect(line.columns.find(({ name }) => name === "total")).toMatchObject({ generated: true, key: 0 });
  expect(line.indexes.map(({ name, columns, partial }) => [name, columns, partial])).toEqual([
    ["line_customer", ["customer", null], true],
  ]);
  expect(line.foreignKeys.map(({ table, from, to, onDelete }) => [table, from, to, onDelete]).toSorted()).toEqual([
    ["customer", ["customer"], ["id"], "CASCADE"],
    ["product", ["maker", "code"], [null, null], "NO ACTION"],
  ]);
  expect(line.triggers.map(({ name }) => name)).toEqual(["line_added"]);
  expect(tables[2]).toMatchObject({ withoutRowid: true, strict: true });
  expect(tables[2]!.columns.map(({ name, key }) => [name, key])).toEqual([
    ["maker", 1],
    ["code", 2],
    ["price", 0],
  ]);
  expect(tables[3]).toMatchObject({ columns: [], failure: "no such table: main.gone" });
  expect(tables[4]!.columns.map(({ name }) => name)).toEqual(["name", "sum"]);
});

describe("the API", () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-console-sqlite-"));
  let target: Console;
  let visitor: Visitor;
  beforeAll(async () => {
    const path = join(folder, "shop.db");
    using db = Database.open(path);
    db.exec(SHOP);
    writeFileSync(join(folder, "text.db"), "this is a text and no database, however long it is\n".repeat(40));
    const databases = { shop: path, text: join(folder, "text.db"), missing: join(folder, "missing.db") };
    target = await Console.listen({ stack: new FakeStack(), databases });
    visitor = await Visitor.enter(target);
  });
  afterAll(async () => {
    await target.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const ask = async (name: string, question: object): Promise<unknown> => {
    const { status, text } = await visitor.post(`/api/sqlite/${name}`, question);
    expect(status, text).toBe(200);
    return JSON.parse(text);
  };

  test("lists the config's databases", async () => {
    const { text } = await visitor.post("/api/sqlite");
    const { databases } = JSON.parse(text) as { databases: { name: string }[] };
    expect(databases.map(({ name }) => name)).toEqual(["shop", "text", "missing"]);
  });

  test("answers schema and scripts, and what they change is in the file", async () => {
    const { tables } = (await ask("shop", { ask: "schema" })) as SchemaAnswer;
    expect(tables).toHaveLength(5);
    const { results } = (await ask("shop", {
      ask: "run",
      sql: "INSERT INTO customer VALUES (3, 'Edsger'); SELECT count(*) FROM customer",
    })) as RunAnswer;
    expect(results[1]!.rows).toEqual([[3]]);
    using db = Database.open(join(folder, "shop.db"));
    expect(db.value("SELECT name FROM customer WHERE id = 3")).toBe("Edsger");
  });

  test("says what is no database and what is not there, and makes no file", async () => {
    expect(await ask("text", { ask: "schema" })).toEqual({
      failure: { code: "SQLITE_NOTADB", message: "file is not a database" },
    });
    expect(await ask("missing", { ask: "run", sql: "CREATE TABLE t(a)" })).toMatchObject({
      failure: { code: "SQLITE_CANTOPEN" },
    });
  });

  test("stops a statement that does not end; the next question is answered", async () => {
    const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    const running = ask("shop", { ask: "run", sql: endless });
    let settled = false;
    void running.then(() => (settled = true));
    // Until it is answered: a stop that comes before the question stops nothing.
    while (!settled) expect((await visitor.post("/api/sqlite/shop/stop")).status).toBe(204);
    expect(await running).toMatchObject({ results: [], trouble: { code: "SQLITE_INTERRUPT", message: "interrupted" } });
    expect(await ask("shop", { ask: "run", sql: "SELECT 1" })).toMatchObject({ results: [{ rows: [[1]] }] });
  });

  test("lets the file go when the console ends, and rolls back what was not committed", async () => {
    const path = join(folder, "left.db");
    {
      using db = Database.open(path);
      db.exec("CREATE TABLE t(a)");
    }
    const other = await Console.listen({ stack: new FakeStack(), databases: { left: path } });
    const guest = await Visitor.enter(other);
    const { text } = await guest.post("/api/sqlite/left", { ask: "run", sql: "BEGIN; INSERT INTO t VALUES (1)" });
    expect(JSON.parse(text)).toMatchObject({ inTransaction: true });
    expect(() => Database.open(path).exec("INSERT INTO t VALUES (2)")).toThrow("database is locked");
    await other.close();
    using db = Database.open(path);
    db.exec("INSERT INTO t VALUES (3)");
    expect(db.query("SELECT a FROM t")).toEqual([{ a: 3 }]);
  });

  test("refuses other names and questions", async () => {
    expect((await visitor.post("/api/sqlite/passwd", { ask: "schema" })).status).toBe(404);
    expect((await visitor.post("/api/sqlite/shop", { ask: "delete" })).status).toBe(400);
    expect((await visitor.post("/api/sqlite/shop", { ask: "run" })).status).toBe(400);
  });
});
