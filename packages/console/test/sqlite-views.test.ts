/** What the database page shows, without the page. */
import { KEYWORDS } from "@tenon/sqlite/browser";
import { Database } from "@tenon/sqlite";
import { describe, expect, test } from "vitest";
import { describeSchema } from "../src/tools/sqlite/schema.ts";
import { runScript } from "../src/tools/sqlite/script.ts";
import type { StatementResult, TableInfo } from "../src/tools/sqlite/sqlite-wire.ts";
import { inFull, shown } from "../web/panels/sqlite/cells.ts";
import { chartData, numericColumns, usualX } from "../web/panels/sqlite/chart-data.ts";
import { suggestionsAt } from "../web/panels/sqlite/completion.ts";
import { BOX_WIDTH, layOutDiagram } from "../web/panels/sqlite/diagram-layout.ts";
import { indented } from "../web/panels/sqlite/indent.ts";
import { planTree } from "../web/panels/sqlite/plan-tree.ts";
import { SHOP } from "./support/shop.ts";

function tablesOf(sql: string): readonly TableInfo[] {
  using db = Database.open();
  db.exec(sql);
  return describeSchema(db).tables;
}

function resultOf(sql: string): StatementResult {
  using db = Database.open();
  return runScript(db, sql).results[0]!;
}

describe("completion", () => {
  const tables = [...tablesOf(SHOP), ...tablesOf('CREATE TABLE "odd name"("order" INT, plain INT)')];
  const labels = (marked: string): string[] | undefined => {
    const at = marked.indexOf("|");
    const found = suggestionsAt(marked.replace("|", ""), at, tables, KEYWORDS);
    return found?.options.map(({ label }) => label);
  };

  test("behind a table or its alias offers its columns alone", () => {
    expect(labels("SELECT l.| FROM line AS l")).toEqual(["customer", "maker", "code", "count", "price", "total"]);
    expect(labels("SELECT * FROM product, customer c WHERE c.na|")).toEqual(["id", "name"]);
    expect(labels('SELECT "odd name".| FROM "odd name"')).toEqual(["order", "plain"]);
    expect(labels("SELECT nobody.|")).toBeUndefined();
  });

  test("elsewhere offers columns of tables that are named, all tables, and keywords", () => {
    const found = labels("SELECT | FROM customer")!;
    expect(found.slice(0, 2)).toEqual(["id", "name"]);
    expect(found).not.toContain("price");
    expect(found).toEqual(expect.arrayContaining(["line", "spent", "SELECT", "WHERE"]));
    expect(labels("SELECT |")).toContain("price");
  });

  test("puts quotes where a name needs them", () => {
    const { options } = suggestionsAt("SELECT  FROM 'odd name'", 7, tables, KEYWORDS)!;
    const apply = (label: string): string | undefined => options.find((option) => option.label === label)?.apply;
    expect(apply("odd name")).toBe('"odd name"');
    expect(apply("order")).toBe('"order"');
    expect(apply("plain")).toBeUndefined();
  });

  test("is silent in strings, comments and numbers", () => {
    for (const marked of ["SELECT 'it''s |", "SELECT 1 -- a|", "/* a| */", 'SELECT "na|', "SELECT 1.|", "SELECT 12a|"])
      expect(labels(marked), marked).toBeUndefined();
    expect(labels("SELECT 'a', \"b\" -- c\n, na|")).toBeDefined();
  });
});

describe("the diagram", () => {
  test("has whom tables reference left of them, and an arrow for each key", () => {
    const { boxes, arrows, width, height } = layOutDiagram(tablesOf(SHOP));
    const place = Object.fromEntries(boxes.map(({ table, x }) => [table.name, x]));
    expect(Object.keys(place).toSorted()).toEqual(["customer", "line", "product"]);
    expect(place["customer"]).toBe(place["product"]);
    expect(place["line"]).toBeGreaterThan(place["customer"]! + BOX_WIDTH);
    expect(arrows.map(({ label }) => label).toSorted()).toEqual([
      "line (customer) references customer",
      "line (maker, code) references product",
    ]);
    for (const box of boxes) {
      expect(box.x + BOX_WIDTH).toBeLessThanOrEqual(width);
      expect(box.y + box.height).toBeLessThanOrEqual(height);
      for (const other of boxes)
        if (other !== box && other.x === box.x)
          expect(box.y >= other.y + other.height || other.y >= box.y + box.height).toBe(true);
    }
  });

  test("bears circles, tables of themselves and references to nothing", () => {
    const { boxes, arrows } = layOutDiagram(
      tablesOf(
        "CREATE TABLE a(b REFERENCES b, a REFERENCES a); CREATE TABLE b(c REFERENCES c); CREATE TABLE c(a REFERENCES A, x REFERENCES nowhere)",
      ),
    );
    expect(boxes).toHaveLength(3);
    expect(arrows).toHaveLength(4);
    for (const { path } of arrows) expect(path).not.toContain("NaN");
  });
});

describe("the chart", () => {
  test("draws the columns of numbers over the first other column", () => {
    const result = resultOf("SELECT * FROM (VALUES ('a', 1, 2.0, x'00'), ('b', NULL, 9007199254740993, NULL))");
    expect(numericColumns(result)).toEqual([1, 2]);
    expect(usualX(result)).toBe(0);
    expect(chartData(result, 0)).toEqual({
      x: [0, 1],
      labels: ["a", "b"],
      lines: [
        { name: "column2", values: [1, null] },
        { name: "column3", values: [2, 9007199254740992] },
      ],
    });
  });

  test("over numbers goes in their order, without rows that have none", () => {
    const result = resultOf("SELECT * FROM (VALUES (3, 30), (1, 10), (NULL, 99), (2, 20))");
    expect(usualX(result)).toBe(0);
    expect(chartData(result, 0)).toEqual({
      x: [1, 2, 3],
      labels: undefined,
      lines: [{ name: "column2", values: [10, 20, 30] }],
    });
  });

  test("of one column goes over the rows; of texts there is none", () => {
    const one = resultOf("VALUES (5), (7)");
    expect(usualX(one)).toBe(-1);
    expect(chartData(one, -1)).toMatchObject({ x: [0, 1], labels: ["1", "2"], lines: [{ values: [5, 7] }] });
    expect(chartData(resultOf("VALUES ('5')"), 0).lines).toEqual([]);
  });
});

test("the plan's lines become a tree", () => {
  const line = (id: number, parent: number): { id: number; parent: number; detail: string } => ({
    id,
    parent,
    detail: `${id}`,
  });
  expect(planTree([line(3, 0), line(5, 3), line(9, 5), line(7, 3), line(20, 12)])).toEqual([
    {
      id: 3,
      detail: "3",
      children: [
        { id: 5, detail: "5", children: [{ id: 9, detail: "9", children: [] }] },
        { id: 7, detail: "7", children: [] },
      ],
    },
    { id: 20, detail: "20", children: [] },
  ]);
});

test("generated source is indented by its braces, and otherwise stays", () => {
  expect(indented('for (;;) {\nif (a) { b(); }\nelse if (c) {\nd("}{");\n}\n}\ne();')).toBe(
    'for (;;) {\n  if (a) { b(); }\n  else if (c) {\n    d("}{");\n  }\n}\ne();',
  );
});

test("cells in one line and in full", () => {
  expect(shown("a\r\nb\tc").text).toBe("a␍␊b␉c");
  expect(shown({ real: "1.0" })).toEqual({ kind: "number", text: "1.0" });
  expect(shown({ blob: "ab".repeat(256), length: 100_000 }).text).toBe(`x'${"ab".repeat(16)}…' · 97.7 KB`);
  expect(inFull({ blob: "00ff", length: 2 })).toBe("00 ff");
  expect(inFull({ text: "abc", length: 9 })).toBe("abc…\n(the first 3 of 9 characters)");
  expect(inFull(null)).toBe("NULL");
});
