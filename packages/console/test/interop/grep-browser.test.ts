/** The pages /search and /regex in Chromium. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Console } from "@tenon/console";
import type { Locator, Page } from "playwright-core";
import { afterEach, describe, expect, test } from "vitest";
import { FakeStack } from "../support/fake-stack.ts";
import { GatedFile } from "../support/gated-file.ts";
import { chromium, inChromium, THEMES, WIDTHS } from "../support/in-chromium.ts";

const POEM = [
  "An apple fell at noon,",
  "and nobody was near.",
  "The orchard kept its tune:",
  "a wasp, a bird, a deer.",
  "Another apple, soon,",
  "was all there was to hear.",
];

describe.skipIf(chromium === undefined)("search in Chromium", { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-console-grep-"));
  const gate = new GatedFile("/zebra.txt");
  const site = inChromium(
    async () => {
      mkdirSync(join(folder, "src/deep"), { recursive: true });
      writeFileSync(join(folder, "poem.txt"), `${POEM.join("\n")}\n`);
      writeFileSync(join(folder, "picture.bin"), "apple\0\n");
      writeFileSync(join(folder, "src/many.ts"), "const apple = 1; // <b>not bold</b>\n".repeat(3000));
      writeFileSync(join(folder, "src/deep/long.ts"), `const long = "${"apple ".repeat(400)}";\n`);
      writeFileSync(join(folder, "zebra.txt"), "the last apple\n");
      return await Console.listen({ stack: new FakeStack(), searchFolder: folder, world: gate.world });
    },
    async () => rmSync(folder, { recursive: true, force: true }),
  );
  afterEach(() => gate.open());

  const pattern = (page: Page): Locator => page.getByLabel("Pattern");
  const status = (page: Page): Locator => page.getByRole("region", { name: "Search" }).getByRole("status");
  const results = (page: Page): Locator => page.getByRole("listbox", { name: "Results" });
  const marks = (page: Page): Promise<string[]> => results(page).locator("mark").allInnerTexts();

  test("lines appear under their files, with matches marked and context around them", async () => {
    const { page } = await site.open("/search");
    await page.getByText(folder).waitFor();
    await pattern(page).fill("apple");
    await page.getByLabel("File names").fill("*.txt");
    await status(page).getByText("3 lines in 2 files").waitFor();
    expect(await results(page).getByRole("option").allInnerTexts()).toEqual([
      "poem.txt",
      expect.stringMatching(/^1\s+An apple fell at noon,$/),
      "",
      expect.stringMatching(/^5\s+Another apple, soon,$/),
      "zebra.txt",
      expect.stringMatching(/^1\s+the last apple$/),
    ]);
    expect(await marks(page)).toEqual(["apple", "apple", "apple"]);

    await page.getByRole("button", { name: "± 1" }).click();
    await expect
      .poll(() => results(page).getByRole("option").allInnerTexts())
      .toEqual([
        "poem.txt",
        expect.stringContaining("An apple fell"),
        expect.stringContaining("and nobody"),
        "",
        expect.stringContaining("a wasp"),
        expect.stringContaining("Another apple"),
        expect.stringContaining("was all there was"),
        "zebra.txt",
        expect.stringContaining("the last apple"),
      ]);
    expect(await marks(page)).toHaveLength(3);
  });

  test("what the options say holds: case, whole words, the four syntaxes", async () => {
    const { page } = await site.open("/search");
    await page.getByLabel("File names").fill("poem.txt");
    await pattern(page).fill("AN");
    await page.getByText("Nothing was found").waitFor();
    await page.getByLabel("Any case").check();
    await status(page).getByText("3 lines in 1 file").waitFor();
    await page.getByLabel("Whole words").check();
    await status(page).getByText("1 line in 1 file").waitFor();
    await page.getByLabel("Whole words").uncheck();
    await pattern(page).fill("wa(s|x)p|deer\\.");
    await expect.poll(() => marks(page)).toEqual(["wasp", "deer."]);
    await page.getByRole("button", { name: "Perl" }).click();
    await pattern(page).fill("(?<=an )apple");
    await expect.poll(() => marks(page)).toEqual(["apple"]);
    await page.getByRole("button", { name: "basic" }).click();
    await pattern(page).fill("\\(o\\)\\1");
    await expect.poll(() => marks(page)).toEqual(["oo", "oo"]);
    await page.getByRole("button", { name: "text" }).click();
    await pattern(page).fill("deer.");
    await expect.poll(() => marks(page)).toEqual(["deer."]);
  });

  test("lines come while the search goes on, and Stop ends it with what there is", async () => {
    gate.close();
    const { page } = await site.open("/search");
    await pattern(page).fill("wasp|last");
    await results(page).getByText("a wasp, a bird, a deer.").waitFor();
    await status(page).getByText("Searching … 1 line so far").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await status(page).getByText("Stopped; 1 line so far").waitFor();
    await page.getByRole("button", { name: "Stop" }).waitFor({ state: "detached" });

    await pattern(page).fill("last|wasp");
    await status(page).getByText("Searching … 1 line so far").waitFor();
    gate.open();
    await status(page).getByText("2 lines in 2 files").waitFor();
    await results(page).getByText("the last apple").waitFor();
  });

  test("a search with thousands of results draws the rows in sight, and the chosen line in full", async () => {
    const { page } = await site.open("/search");
    await pattern(page).fill("apple");
    await page.getByLabel("File names").fill("*.ts");
    await status(page).getByText("3,001 lines in 2 files").waitFor();
    expect(await results(page).getByRole("option").count()).toBeLessThan(100);
    await results(page).focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    const full = page.getByRole("region", { name: "Line in full" });
    await full.getByText("src/deep/long.ts:1").waitFor();
    expect(await full.locator("mark").count()).toBeGreaterThan(100);
    await full.getByText(/ …$/).waitFor();
    await full.getByRole("button", { name: "Copy the place" }).click();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe("src/deep/long.ts:1");
    await page.keyboard.press("Escape");
    await results(page).focus();
    await page.keyboard.press("End");
    await page.locator('[aria-posinset="3003"][aria-selected="true"]').waitFor();
    await full.getByText("src/many.ts:3000").waitFor();
    await full.getByText("// <b>not bold</b>").waitFor();
    await full.getByRole("button", { name: "Close the line" }).click();
    await full.waitFor({ state: "detached" });
  });

  test("binary files are named, not shown", async () => {
    const { page } = await site.open("/search");
    await pattern(page).fill("apple");
    await page.getByLabel("File names").fill("*.bin");
    await results(page).getByText("a binary file that matches").waitFor();
    await results(page).getByText("picture.bin").waitFor();
  });

  test("a wrong pattern is told in the engine's words, and mended by typing on", async () => {
    const { page } = await site.open("/search", { mayComplain: true }); // Chromium logs answers with status 400.
    await pattern(page).fill("a(b");
    await page.getByRole("alert").getByText("Unmatched ( or \\(").waitFor();
    await pattern(page).fill("a(p)+le f");
    await status(page).getByText("1 line in 1 file").waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    await pattern(page).fill("");
    await page.getByText("Nothing to search for").waitFor();
  });

  test("a folder that is not there, or that no config names, is said before one types", async () => {
    const missing = await Console.listen({ stack: new FakeStack(), searchFolder: join(folder, "missing") });
    const none = await Console.listen({ stack: new FakeStack() });
    try {
      const options = { mayComplain: true }; // Chromium logs answers with status 409.
      const one = await site.open("/", { ...options, url: missing.url });
      await one.page.getByRole("link", { name: "Search" }).click();
      await one.page.getByText(`${join(folder, "missing")} to be searched, which is no folder`).waitFor();
      const two = await site.open("/", { ...options, url: none.url });
      await two.page.getByRole("link", { name: "Search" }).click();
      await two.page.getByText("the config names no folder to search").waitFor();
    } finally {
      await missing.close();
      await none.close();
    }
  });

  test.each(THEMES)("is readable at 360 px and at 1280 px, %s", async (theme) => {
    for (const width of WIDTHS) {
      const { page } = await site.open("/search", { width, theme });
      await page.getByText("Nothing to search for").waitFor();
      await site.picture(page, `search-empty-${width}-${theme}`);
      await page.getByRole("button", { name: "± 1" }).click();
      await pattern(page).fill("apple|was");
      await page.getByLabel("File names").fill("*.txt");
      await status(page).getByText("6 lines in 2 files").waitFor();
      await results(page).getByText("Another apple, soon,").click();
      await site.picture(page, `search-${width}-${theme}`);
    }
  });
});

describe.skipIf(chromium === undefined)("the pattern explainer in Chromium", { timeout: 120_000 }, () => {
  const site = inChromium(
    () => Console.listen({ stack: new FakeStack() }),
    async () => {},
  );
  const pattern = (page: Page): Locator => page.getByLabel("Pattern", { exact: true });
  const marks = (page: Page): Promise<string[]> =>
    page.getByRole("region", { name: "Matches" }).locator("mark").allInnerTexts();
  const plan = async (page: Page): Promise<Record<string, string>> => {
    const region = page.getByRole("region", { name: "Plan" });
    const [names, values] = [await region.locator("dt").allInnerTexts(), await region.locator("dd").allInnerTexts()];
    return Object.fromEntries(names.map((name, index) => [name, values[index]!]));
  };
  /** The tree as lines, indented by depth. */
  const tree = (page: Page): Promise<string> =>
    page.evaluate<string>(`{
      const lines = (node, depth) =>
        [...node.children].flatMap((item) => [
          "  ".repeat(depth) + item.firstChild.textContent,
          ...[...item.children].flatMap((inner) => lines(inner, depth + 1)),
        ]);
      lines(document.querySelector(".pattern-tree"), 0).join("\\n");
    }`);

  test("a linear pattern: tree, plan and matches, as one types", async () => {
    const { page } = await site.open("/regex");
    await pattern(page).fill("(ab|cd)+ef");
    await page.getByLabel("Sample").fill("abef and cdabef\nnothing\nxcdef");
    await expect.poll(() => marks(page)).toEqual(["abef", "cdabef", "cdef"]);
    expect(await tree(page)).toBe(
      'one after the other\n  repeat at least once\n    group 1\n      one of\n        text "ab"\n        text "cd"\n  text "ef"',
    );
    expect(await plan(page)).toEqual({
      Guarantee: "linear: time grows with pattern × text",
      Engine: "automaton",
      Literals: "ef",
      Automaton: expect.stringMatching(/^\d+ instructions$/),
      Groups: "1",
    });
    await page.getByText("3 matches").waitFor();
    await page.getByLabel("Any case").check();
    await page.getByLabel("Sample").fill("ABEF");
    await expect.poll(() => marks(page)).toEqual(["ABEF"]);
  });

  test("a pattern with a back-reference is bounded, and one that goes back too often is given up", async () => {
    const { page } = await site.open("/regex");
    await pattern(page).fill("(a|b)\\1");
    await page.getByLabel("Sample").fill("xaay\nab");
    await expect.poll(() => marks(page)).toEqual(["aa"]);
    expect(await plan(page)).toMatchObject({
      Guarantee: "bounded: backtracking, up to a limit of steps",
      Engine: "backtracking",
      Automaton: "none",
    });
    await page.getByRole("button", { name: "Perl" }).click();
    await pattern(page).fill("(x+x+)+(?=y)");
    await page.getByLabel("Sample").fill(`xxxxy\n${"x".repeat(40)}`);
    await page
      .getByRole("alert")
      .getByText(/^line 2: /)
      .waitFor();
    await expect.poll(() => marks(page)).toEqual(["xxxx"]);
  });

  test("an error stands beside the pattern, and goes with it", async () => {
    const { page } = await site.open("/regex");
    await pattern(page).fill("a(b");
    await page.getByRole("alert").getByText("Unmatched ( or \\(").waitFor();
    expect(await pattern(page).getAttribute("aria-invalid")).toBe("true");
    expect(await page.getByRole("region", { name: "Plan" }).count()).toBe(0);
    await page.getByRole("button", { name: "basic" }).click();
    await page.getByRole("alert").waitFor({ state: "detached" });
    expect(await tree(page)).toBe('text "a(b"');
    await page.getByRole("button", { name: "Perl" }).click();
    await pattern(page).fill("(?<n>a)(?&n");
    await page.getByRole("alert").waitFor();
    await pattern(page).fill(`${"(".repeat(100_000)}`);
    await page.getByRole("alert").waitFor();
  });

  test("asks nobody: it goes on when the console is gone", async () => {
    const { page, context } = await site.open("/regex", { mayComplain: true });
    await page.getByRole("region", { name: "Plan" }).waitFor();
    await context.setOffline(true);
    await pattern(page).fill("gr[üu](ß|ss)e");
    await page.getByLabel("Sample").fill("viele grüße, viele grusse");
    await expect.poll(() => marks(page)).toEqual(["grüße", "grusse"]);
  });

  test.each(THEMES)("is readable at 360 px and at 1280 px, %s", async (theme) => {
    for (const width of WIDTHS) {
      const { page } = await site.open("/regex", { width, theme });
      await page.getByRole("region", { name: "Plan" }).waitFor();
      await site.picture(page, `regex-${width}-${theme}`);
      await pattern(page).fill("a(b");
      await page.getByRole("alert").waitFor();
      await site.picture(page, `regex-error-${width}-${theme}`);
    }
  });
});
