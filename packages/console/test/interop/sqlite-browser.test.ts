import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Console } from "@tenon/console";
import { Database } from "@tenon/sqlite";
import type { Locator, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { FakeStack } from "../support/fake-stack.ts";
import { chromium, inChromium, THEMES, WIDTHS } from "../support/in-chromium.ts";
import { SHOP } from "../support/shop.ts";

describe.skipIf(chromium === undefined)("the SQLite page in Chromium", { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-console-sqlite-page-"));
  const path = join(folder, "shop.db");
  const site = inChromium(
    () => {
      using db = Database.open(path);
      db.exec(SHOP);
      return Console.listen({ stack: new FakeStack(), databases: { shop: path } });
    },
    async () => rmSync(folder, { recursive: true, force: true }),
  );
  const editor = (page: Page): Locator => page.getByRole("textbox", { name: "SQL" });
  const grid = (page: Page): Locator => page.getByRole("grid", { name: "Rows" });
  const cells = (page: Page, row: number): Promise<string[]> =>
    grid(page)
      .locator(`[aria-rowindex="${row + 1}"]`)
      .getByRole("gridcell")
      .allInnerTexts();
  const open = async (page: Page): Promise<void> => {
    await page.getByRole("list", { name: "Schema" }).waitFor();
    await editor(page).getByText("SELECT * FROM customer").waitFor();
  };
  const write = async (page: Page, sql: string): Promise<void> => {
    // As people do who bring a query along. (Playwright's fill() goes past the editor, into its elements.)
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(sql)})`);
    await editor(page).press("Control+a");
    await page.keyboard.press("Control+v");
  };
  const run = async (page: Page, sql: string): Promise<void> => {
    await write(page, sql);
    await page.keyboard.press("Control+Enter");
  };
  const view = (page: Page, name: string): Promise<void> => page.getByRole("button", { name, exact: true }).click();

  test("a database of the stack: its schema, a query with every kind of value, and a value in full", async () => {
    const { page } = await site.open("/");
    await page.getByRole("link", { name: "SQLite" }).click();
    await open(page);
    const tree = page.getByRole("list", { name: "Schema" });
    await tree.getByRole("button", { name: "Details of line", exact: true }).click();
    await tree.getByText("line_customer").waitFor();
    await tree.getByText("integer · → customer").waitFor();
    await tree.getByText("line_added").waitFor();
    await run(page, "SELECT 9007199254740993 AS big, 1.0 AS whole, NULL AS none, x'00ff' AS bytes, 'a\nb' AS text");
    await grid(page).getByText("NULL").waitFor();
    expect(await cells(page, 1)).toEqual(["9007199254740993", "1.0", "NULL", "x'00ff' · 2 B", "a␊b"]);
    await grid(page).getByText("x'00ff'").click();
    await page.getByRole("region", { name: "Value in full" }).getByText("00 ff").waitFor();
  });

  test("a hundred thousand rows: the last one is a key away", async () => {
    const { page } = await site.open("/sqlite");
    await open(page);
    await run(
      page,
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i, i * i FROM n",
    );
    await page.getByText("100,000 rows").waitFor();
    await grid(page).focus();
    await page.keyboard.press("End");
    await grid(page).getByText("10000000000", { exact: true }).waitFor();
    expect(await cells(page, 100_000)).toEqual(["100000", "10000000000"]);
    expect(await grid(page).getByRole("row").count()).toBeLessThan(100);
  });

  test("an error has its place and is mended by running again; changes reach the file", async () => {
    const { page } = await site.open("/sqlite");
    await open(page);
    await run(page, "INSERT INTO customer VALUES (7, 'Barbara');\nSELECT nope FROM customer;");
    const alert = page.getByRole("alert");
    await alert.getByText("no such column: nope").waitFor();
    await alert.getByText("line 2, column 8").waitFor();
    await page.locator(".cm-lintRange-error", { hasText: /^nope$/ }).waitFor();
    await run(page, "SELECT name FROM customer WHERE id = 7");
    await grid(page).getByText("Barbara").waitFor();
    expect(await alert.count()).toBe(0);
    const other = await site.open("/sqlite");
    await open(other.page);
    await run(other.page, "SELECT name FROM customer WHERE id = 7");
    await grid(other.page).getByText("Barbara").waitFor();
  });

  test("what is being written is completed by the schema", async () => {
    const { page } = await site.open("/sqlite");
    await open(page);
    await write(page, "SELECT  FROM line AS l");
    await page.keyboard.press("Home");
    for (let signs = 0; signs < 7; signs++) await page.keyboard.press("ArrowRight");
    await page.keyboard.type("l.tot");
    await page.getByRole("option", { name: /^total/ }).click();
    await editor(page).getByText("SELECT l.total FROM line AS l").waitFor();
  });

  test("plan, generated source, diagram and chart", async () => {
    const { page } = await site.open("/sqlite");
    await open(page);
    await run(
      page,
      "SELECT name, sum(total) AS spent FROM customer JOIN line ON customer = id GROUP BY name ORDER BY name",
    );
    await page.getByText("2 rows").waitFor();
    await view(page, "Chart");
    await page.getByRole("img", { name: "spent over name" }).waitFor();
    await view(page, "Plan");
    await page.getByRole("list", { name: "Query plan" }).getByText("SCAN").first().waitFor();
    await view(page, "JavaScript");
    await page.getByText("return function (frame").waitFor();
    await view(page, "Diagram");
    // A straight arrow has no height, by which it would count as visible.
    for (const arrow of ["line (customer) references customer", "line (maker, code) references product"])
      await page.getByRole("img", { name: arrow }).waitFor({ state: "attached" });
    await page.getByRole("img", { name: /^Table product:/ }).waitFor();
  });

  test("a dropped file stays in the page, and asks nobody", async () => {
    const { page, context } = await site.open("/sqlite", { mayComplain: true });
    await open(page);
    using db = Database.open();
    db.exec("CREATE TABLE pet(name TEXT); INSERT INTO pet VALUES ('Rex'), ('Ada')");
    const dropped = await page.evaluateHandle<unknown>(`{
      const files = new DataTransfer();
      files.items.add(new File([new Uint8Array(${JSON.stringify([...db.serialize()])})], "pets.db"));
      files;
    }`);
    await page.getByRole("heading", { name: "SQLite" }).dispatchEvent("drop", { dataTransfer: dropped });
    await editor(page).getByText("SELECT * FROM pet").waitFor();
    await context.setOffline(true);
    await run(page, "UPDATE pet SET name = upper(name); SELECT name FROM pet ORDER BY name");
    await grid(page).getByText("REX").waitFor();
    expect([await cells(page, 1), await cells(page, 2)]).toEqual([["ADA"], ["REX"]]);
    await run(page, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n");
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("alert").getByText("Stopped.").waitFor();
    await run(page, "SELECT name FROM pet ORDER BY name");
    await grid(page).getByText("Rex").waitFor();
    await context.setOffline(false);
    await page.getByLabel("Open a file").setInputFiles({
      name: "notes.txt",
      mimeType: "text/plain",
      buffer: Buffer.from("no database at all ".repeat(100)),
    });
    await page.getByRole("alert").getByText("file is not a database").waitFor();
  });

  test.each(THEMES)("is readable at 360 px and at 1280 px, %s", async (theme) => {
    for (const width of WIDTHS) {
      const { page } = await site.open("/sqlite", { width, theme });
      await open(page);
      await page.getByRole("button", { name: "Details of line", exact: true }).click();
      await run(page, "SELECT * FROM line");
      await page.getByText("3 rows").waitFor();
      await site.picture(page, `sqlite-${width}-${theme}`);
      for (const name of ["Chart", "Plan", "JavaScript", "Diagram"]) {
        await view(page, name);
        await page.locator(".sqlite-plot, .sqlite-plan, .sqlite-source, .sqlite-diagram").first().waitFor();
        await site.picture(page, `sqlite-${name.toLowerCase()}-${width}-${theme}`);
      }
    }
  });
});
