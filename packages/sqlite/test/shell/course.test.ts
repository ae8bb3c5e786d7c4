/** The stages of the CodeCrafters SQLite course, by their names, on files that the original wrote. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { OURS, runShell, temporaryFolder } from "./both-shells.ts";

const sqlite3 = peer("sqlite3");

const SETUP = `
CREATE TABLE apples(id integer primary key autoincrement, name text, color text);
CREATE TABLE oranges(id integer primary key autoincrement, name text, description text);
CREATE TABLE companies(id integer primary key autoincrement, name text, domain text, year_founded text,
  industry text, "size range" text, locality text, country text, current_employees text, total_employees text);
CREATE INDEX idx_companies_country ON companies(country);
INSERT INTO apples(name, color) VALUES ('Granny Smith','Light Green'),('Fuji','Red'),('Honeycrisp','Blush Red'),('Golden Delicious','Yellow');
INSERT INTO oranges(name, description) VALUES ('Mandarin','great for snacking'),('Tangelo','sweet'),('Tangerine','small');
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<30000)
INSERT INTO companies(name, domain, year_founded, country)
  SELECT 'company '||i, 'c'||i||'.example', 1900+i%120, CASE i%977 WHEN 5 THEN 'eritrea' ELSE 'country '||(i%190) END FROM n;
`;

describe.skipIf(sqlite3 === undefined)("the SQLite course", () => {
  const folder = temporaryFolder();
  const file = join(folder.path, "sample.db");
  const ours = async (command: string, expectedCode = 0): Promise<string> => {
    const { stdout, stderr, code } = await runShell(OURS, [file, command], "", folder.path);
    expect({ stderr, code }).toEqual({ stderr: "", code: expectedCode });
    return stdout;
  };
  const theirs = (command: string): string => execFileSync(sqlite3!, [file, command], { encoding: "latin1" });

  beforeAll(() => {
    execFileSync(sqlite3!, [file], { input: SETUP });
  });
  afterAll(() => folder[Symbol.dispose]());

  test("Print page size", async () => {
    expect(await ours(".dbinfo")).toMatch(/^database page size: {2}4096$/m);
  });

  test("Print number of tables", async () => {
    // With sqlite_sequence.
    expect(await ours(".dbinfo")).toMatch(/^number of tables: {4}4$/m);
  });

  test("Print table names", async () => {
    expect((await ours(".tables")).trim().split(/\s+/)).toEqual(["apples", "companies", "oranges"]);
    expect(await ours(".tables")).toBe(theirs(".tables"));
  });

  test.each([
    ["Count rows in a table", "SELECT COUNT(*) FROM apples", "4\n"],
    ["Read data from a single column", "SELECT name FROM apples", "Granny Smith\nFuji\nHoneycrisp\nGolden Delicious\n"],
    [
      "Read data from multiple columns",
      "SELECT name, color FROM apples",
      "Granny Smith|Light Green\nFuji|Red\nHoneycrisp|Blush Red\nGolden Delicious|Yellow\n",
    ],
    [
      "Filter data with a WHERE clause",
      "SELECT name, color FROM apples WHERE color = 'Yellow'",
      "Golden Delicious|Yellow\n",
    ],
  ])("%s", async (_stage, sql, rows) => {
    expect(await ours(sql)).toBe(rows);
    expect(theirs(sql)).toBe(rows);
  });

  test("Retrieve data using a full-table scan", async () => {
    const sql = "SELECT id, name FROM companies WHERE domain = 'c777.example'";
    expect(await ours(sql)).toBe("777|company 777\n");
    expect(await ours(`EXPLAIN QUERY PLAN ${sql}`)).toBe("QUERY PLAN\n`--SCAN companies\n");
  });

  test("Retrieve data using an index", async () => {
    const sql = "SELECT id, name FROM companies WHERE country = 'eritrea'";
    const rows = await ours(sql);
    expect(rows.split("\n").length).toBe(32);
    expect(rows).toBe(theirs(sql));
    expect(await ours(`EXPLAIN QUERY PLAN ${sql}`)).toBe(
      "QUERY PLAN\n`--SEARCH companies USING INDEX idx_companies_country (country=?)\n",
    );
  });
});
