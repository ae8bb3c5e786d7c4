/** Random CREATE statements: the original's pragmas and our catalogue tell the same of them, and both refuse the same in the same words. */
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SqliteError } from "../../src/errors.ts";
import { buildIndex } from "../../src/schema/build-index.ts";
import { buildTable } from "../../src/schema/build-table.ts";
import { Catalogue, type SchemaRow } from "../../src/schema/catalogue.ts";
import { storedText } from "../../src/schema/stored-text.ts";
import { EXPRESSION, type Index, type Table } from "../../src/schema/table.ts";
import { parseStatement } from "../../src/sql/parser/parse.ts";
import { randomTable } from "../support/random-schema.ts";

let original: DatabaseSync;
beforeEach(() => void (original = new DatabaseSync(":memory:")));
afterEach(() => original.close());

function rows<T>(sql: string, ...parameters: string[]): T[] {
  return original.prepare(sql).all(...parameters) as T[]; // the columns that `sql` names
}

function catalogue(): Catalogue {
  const found = rows<SchemaRow>(
    "SELECT type, name, tbl_name AS tableName, rootpage AS rootPage, sql FROM sqlite_schema",
  );
  return Catalogue.read(found, 1_000_000);
}

/** What `PRAGMA table_xinfo` says. */
function columnsOf({ columns }: Table): string[] {
  return columns.map(({ name, type, notNull, default: value, primaryKeyPosition, generated }) => {
    const hidden = generated === undefined ? 0 : generated.stored ? 3 : 2;
    return [name, type, notNull === undefined ? 0 : 1, value?.text ?? null, primaryKeyPosition, hidden].join("|");
  });
}

function indexFacts({ columns, keyColumns }: Index): string[] {
  return columns.map(({ column, descending, collation }, at) =>
    [column === EXPRESSION ? -2 : column, descending ? 1 : 0, collation, at < keyColumns ? 1 : 0].join("|"),
  );
}

function compareTable(name: string): void {
  const table = catalogue().table(name);
  if (table?.kind !== "table") throw new Error(`${name} is no table`);
  const columns = rows<object>(`SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?)`, name);
  expect(columnsOf(table)).toEqual(columns.map((row) => Object.values(row).join("|")));
  const list = rows<{ name: string; unique: number; origin: string; partial: number }>(
    `SELECT name, "unique", origin, partial FROM pragma_index_list(?)`,
    name,
  );
  const described = table.indexes.map((index) => ({
    name: index.name,
    unique: index.unique ? 1 : 0,
    origin: index.origin,
    partial: index.where === undefined ? 0 : 1,
  }));
  expect(described.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual(
    list.map((row) => ({ ...row })).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  );
  for (const index of table.indexes) {
    const facts = rows<object>(`SELECT cid, "desc", coll, key FROM pragma_index_xinfo(?)`, index.name);
    expect(indexFacts(index), index.name).toEqual(facts.map((row) => Object.values(row).join("|")));
  }
  const keys = rows<Record<string, unknown>>(`SELECT * FROM pragma_foreign_key_list(?) ORDER BY id DESC, seq`, name);
  const ours = table.foreignKeys.flatMap(({ from, table: parent, to, onDelete, onUpdate }) =>
    from.map((column, seq) =>
      [seq, parent, table.columns[column]!.name, to?.[seq] ?? null, onUpdate, onDelete].join("|"),
    ),
  );
  expect(ours).toEqual(
    keys.map((row) => [row["seq"], row["table"], row["from"], row["to"], row["on_update"], row["on_delete"]].join("|")),
  );
}

/** The message with which `run` fails; undefined when it does not. */
function refusal(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof SqliteError || (error instanceof Error && "errcode" in error)) return error.message;
    throw error;
  }
}

/** Found when expressions are compiled, which is not the schema's part. */
const OF_EXPRESSIONS = /generated column loop|no such collation sequence|prohibited in|misuse of|no such function/;

function compare(sql: string): "made" | "refused" | "left" {
  const theirs = refusal(() => original.exec(sql));
  if (theirs !== undefined && OF_EXPRESSIONS.test(theirs) && !theirs.includes("PRIMARY KEY and UNIQUE")) return "left";
  const parsed = parseStatement(sql);
  const { statement } = parsed;
  if (statement?.kind !== "create-table") throw new Error(`no CREATE TABLE: ${sql}`);
  expect(
    refusal(() => buildTable(statement, { sql })),
    sql,
  ).toBe(theirs);
  if (theirs !== undefined) return "refused";
  compareTable(statement.table.name);
  const { sql: kept } = rows<{ sql: string }>("SELECT sql FROM sqlite_schema WHERE name = ?", statement.table.name)[0]!;
  expect(storedText(statement, sql, parsed)).toBe(kept);
  original.exec(`DROP TABLE "${statement.table.name}"`);
  return "made";
}

test.each([
  "create table x(a, A)",
  "create table x(a primary key, b primary key)",
  "create table x(a primary key, primary key(a))",
  "create table x(a int primary key autoincrement)",
  "create table x(a integer primary key desc)",
  "create table x(a integer, primary key(a desc))",
  "create table x(a integer, b, primary key(a,b autoincrement))",
  "create table x(a) without rowid",
  "create table x(a integer primary key autoincrement) without rowid",
  "create table x(b unique, a integer primary key, c) without rowid",
  "create table x(a,b,c,primary key(b desc,a,b)) without rowid",
  "create table x(a int primary key, b unique, c unique on conflict replace, unique(b), unique(a), unique(c,b)) without rowid",
  "create table x(a int primary key, b unique, unique(b), unique(b,a), unique (b collate nocase))",
  "create table x(a unique on conflict ignore, unique(a) on conflict replace)",
  "create table x(a, primary key(z))",
  'create table x(a, primary key("z"))',
  "create table x(a, primary key('a'))",
  "create table x(a, primary key(a+1))",
  "create table x(a default (b), b)",
  "create table x(a default ((select 1)))",
  "create table x(a default (random()+1) collate rtrim)",
  "create table x(a as (1) primary key, b)",
  "create table x(a as (b) unique, b, c as (a+b) stored)",
  "create table x(a as (b) default 1, b)",
  "create table x(a as (b) foo, b)",
  "create table x(a as (1), b generated always as (2) stored)",
  "create table x(a references t(a,b))",
  "create table x(a, foreign key(a,b) references t(a))",
  "create table x(a, foreign key(b) references t(a))",
  "create table x(a int, b integer, c text, d real, e blob, f any) strict",
  "create table x(a foo) strict",
  "create table x(a) strict",
  "create table x(a) foo",
  "create table x(a varchar(10) not null default 'x y' collate nocase, b int null, c decimal(10, 2) default -  5, d default ( 1 + 2 ), e default foo, g  double   precision default true)",
  "create table x(a, b, constraint foo unique(a), constraint bar check(a>0), constraint baz foreign key(a) references u on delete set null on update cascade)",
  "CREATE   TABLE  main . x  (a /* hi */ , b) -- foo",
  "create table if not exists x(a int primary key on conflict fail, b not null on conflict ignore unique) without rowid ;",
])("%s", (sql) => {
  compare(sql);
});

test("1,000 random tables", () => {
  const outcomes = { made: 0, refused: 0, left: 0 };
  for (let seed = 1; seed <= 1_000; seed++) outcomes[compare(randomTable(seed))] += 1;
  expect(outcomes.made).toBeGreaterThan(300);
  expect(outcomes.refused).toBeGreaterThan(100);
});

test("indexes that are made apart", () => {
  original.exec(
    "CREATE TABLE t(a, b TEXT COLLATE nocase, c, PRIMARY KEY(c, a)) WITHOUT ROWID; CREATE TABLE u(a INTEGER PRIMARY KEY, b)",
  );
  original.exec(
    "CREATE UNIQUE INDEX i ON t(b DESC, a + 1, c COLLATE rtrim) WHERE a > 1; CREATE INDEX j ON u('b', \"a\" DESC)",
  );
  compareTable("t");
  compareTable("u");
  expect(catalogue().index("I")?.where).toBeDefined();
  const table = catalogue().table("u") as Table; // made above
  const { statement } = parseStatement("CREATE INDEX k ON u(z)");
  if (statement?.kind !== "create-index") throw new Error("no CREATE INDEX");
  const build = (): Index =>
    buildIndex(
      { ...table, primaryKey: undefined },
      { name: "k", origin: "c", unique: false, columns: statement.columns },
    );
  expect(refusal(build)).toBe(refusal(() => original.exec("CREATE INDEX k ON u(z)")));
});

test("views and triggers keep their text and their order of firing", () => {
  const made = [
    "create view if not exists main.v(x) as select 1 /* kept */   ;",
    "create trigger main.first after insert on t begin select 1; end ;",
    "create trigger second before insert on t begin select 1; end",
    "create unique  index if not exists main.i on t(a) where b  ",
  ];
  original.exec("create table t(a, b)");
  for (const sql of made) original.exec(sql);
  const texts = made.map((sql) => {
    const parsed = parseStatement(sql);
    const { statement } = parsed;
    if (statement?.kind !== "create-view" && statement?.kind !== "create-trigger" && statement?.kind !== "create-index")
      throw new Error(sql);
    return storedText(statement, sql, parsed);
  });
  expect(texts).toEqual(rows<{ sql: string }>("SELECT sql FROM sqlite_schema WHERE name <> 't'").map(({ sql }) => sql));
  expect(catalogue().table("V")?.kind).toBe("view");
  expect(
    catalogue()
      .triggersOn("T")
      .map(({ name }) => name),
  ).toEqual(["second", "first"]);
});

test("rows that make no sense are malformed", () => {
  const row = { type: "table", name: "x", tableName: "x", rootPage: 2, sql: "CREATE TABLE x(a)" };
  const read = (change: Partial<SchemaRow>): string | undefined =>
    refusal(() => Catalogue.read([{ ...row, ...change }], 10));
  expect(read({})).toBeUndefined();
  expect(read({ rootPage: 11 })).toBe("malformed database schema (x) - invalid rootpage");
  expect(read({ sql: "CREATE TABLE x(" })).toBe("malformed database schema (x) - incomplete input");
  expect(read({ sql: "SELECT 1" })).toBe("malformed database schema (x)");
  expect(read({ name: null })).toBe("malformed database schema (?)");
  expect(read({ type: "index", name: "sqlite_autoindex_y_1", tableName: "y", sql: null })).toBe(
    "malformed database schema (sqlite_autoindex_y_1) - orphan index",
  );
});
