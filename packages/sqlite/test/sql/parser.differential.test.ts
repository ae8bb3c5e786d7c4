import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { parseExpression, parseStatement } from "../../src/sql/parser/parse.ts";
import { ParserDifferential, STATEMENTS } from "../support/parser-differential.ts";

const differential = new ParserDifferential();
afterAll(() => differential.close());

describe("beside the original's parser", () => {
  test.each(STATEMENTS)("%s", (sql) => {
    expect(differential.difference(sql)).toBeUndefined();
    expect(parseStatement(sql).statement).toBeDefined();
  });

  test.each([
    ["signs", 999, (n: number) => `select ${"- ".repeat(n)}1`],
    ["sums", 999, (n: number) => `select 1${"+1".repeat(n)}`],
    ["NOT", 999, (n: number) => `select ${"not ".repeat(n)}1`],
    ["SELECTs of a compound", 499, (n: number) => `select 1${" union all select 1".repeat(n)}`],
    ["arguments", 999, (n: number) => `select max(${"1,".repeat(n)}1)`],
    ["parameters", 32_766, (n: number) => `select ?${n}`],
  ])("there may be as many %s as there", (_, most, sql) => {
    for (const n of [most, most + 1, most * 40]) expect(differential.agree(sql(n)), String(n)).toBe(true);
  });

  test.each([
    ["parentheses", 800, (n: number) => `select ${"(".repeat(n)}1${")".repeat(n)}`],
    ["calls", 800, (n: number) => `select ${"abs(".repeat(n)}1${")".repeat(n)}`],
    ["CASE", 480, (n: number) => `select ${"case when 1 then ".repeat(n)}1${" end".repeat(n)}`],
    ["subqueries", 400, (n: number) => `select * from ${"(select * from ".repeat(n)}t${")".repeat(n)}`],
  ])("%s nest about as deeply as there", (_, deep, sql) => {
    for (const n of [deep, deep * 4, deep * 100]) expect(differential.agree(sql(n)), String(n)).toBe(true);
  });

  test("3,000 statements with tokens changed", () => {
    expect(differential.mutated(1, 3_000)).toEqual([]);
  });
});

const files = globSync("**/*.test", {
  cwd: fileURLToPath(new URL("../../../../../shared/data/sqllogictest/test", import.meta.url)),
});

test.skipIf(files.length === 0)("every statement of the shared query files is parsed", () => {
  let statements = 0;
  for (const file of files) {
    const path = new URL(`../../../../../shared/data/sqllogictest/test/${file}`, import.meta.url);
    for (const record of readFileSync(path, "utf8")
      .replaceAll("\r", "")
      .split(/\n\s*\n/)) {
      if (/^onlyif (?!sqlite)|^skipif sqlite/m.test(record)) continue;
      const lines = record.split("\n").filter((line) => !line.startsWith("#") && !/^(?:only|skip)if/.test(line));
      const head = lines.findIndex((line) => /^(?:statement ok|query )/.test(line));
      if (head === -1) continue;
      const result = lines.indexOf("----", head);
      const sql = lines.slice(head + 1, result === -1 ? undefined : result).join("\n");
      parseStatement(sql);
      statements += 1;
    }
  }
  expect(statements).toBeGreaterThan(10_000);
});

test("an expression that stands alone is all of the text", () => {
  expect(parseExpression("a + 1")).toMatchObject({ kind: "binary", operator: "+" });
  expect(() => parseExpression("a + 1;")).toThrow('near ";": syntax error');
  expect(() => parseExpression("a b")).toThrow('near "b": syntax error');
  expect(() => parseExpression("")).toThrow("incomplete input");
});
