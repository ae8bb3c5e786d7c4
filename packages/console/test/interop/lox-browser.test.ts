import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Console } from "@tenon/console";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { launch, visit } from "../support/browser.ts";
import { FakeStack } from "../support/fake-stack.ts";

const chromium = peer("chromium");

/** Kept as output of a CI run, which says where. */
const SCREENSHOTS =
  process.env["TENON_SCREENSHOTS"] ?? fileURLToPath(new URL("../../../../build/screenshots/", import.meta.url));

describe.skipIf(chromium === undefined)("the Lox playground in Chromium", { timeout: 120_000 }, () => {
  let browser: Browser;
  let target: Console;

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    browser = await launch(chromium!);
    target = await Console.listen({ stack: new FakeStack() });
  });
  afterAll(async () => {
    await target?.close();
    await browser?.close();
  });

  const open = async (options: Parameters<typeof visit>[2] = {}): ReturnType<typeof visit> => {
    const visited = await visit(browser, target.url, options);
    await visited.page.getByRole("link", { name: "Lox" }).click();
    await editor(visited.page).waitFor();
    return visited;
  };
  const editor = (page: Page) => page.getByRole("textbox", { name: "Lox program" });
  const output = (page: Page) => page.getByRole("log", { name: "Output" });
  const write = async (page: Page, program: string): Promise<void> => {
    // As people do who bring a program along. (Playwright's fill() goes past the editor, into its elements.)
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(program)})`);
    await editor(page).press("Control+a");
    await page.keyboard.press("Control+v");
  };
  const run = (page: Page): Promise<void> => page.getByRole("button", { name: "Run" }).click();
  const finished = (page: Page): Promise<void> => page.getByText(/ran [\d.]+ ms/).waitFor();

  test("runs an example at Ctrl-Enter", async () => {
    const { page, context, complaints } = await open();
    expect(await page.title()).toBe("Lox · Tenon");
    await editor(page).press("Control+Enter");
    await finished(page);
    expect(await output(page).innerText()).toBe("tenons:\n1\npegs:\n1\ntenons:\n2\n");
    expect(complaints).toEqual([]);
    await context.close();
  });

  test.each(["fast", "closures", "tree"])("runs on the engine %s, in both dialects", async (engine) => {
    const { page, context, complaints } = await open();
    await write(page, "print 1/3; fun f() { return nil + 1; }\nf();");
    await page.getByRole("group", { name: "Engine" }).getByRole("button", { name: engine }).click();
    await run(page);
    await finished(page);
    expect(await output(page).innerText()).toBe(
      "0.3333333333333333\nOperands must be two numbers or two strings.\n[line 1]",
    );
    await page.getByRole("button", { name: "clox" }).click();
    await run(page);
    await output(page).getByText("[line 2] in script").waitFor();
    expect(await output(page).innerText()).toBe(
      "0.333333\nOperands must be two numbers or two strings.\n[line 1] in f()\n[line 2] in script",
    );
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("marks errors while one types, and where a program failed", async () => {
    const { page, context, complaints } = await open();
    await write(page, "var a = 1;\nprint a +;\n");
    await page.locator(".cm-lintRange-error").waitFor();
    await page.getByRole("button", { name: "AST", exact: true }).click();
    await page.getByText("The program has errors").waitFor();
    await run(page);
    await output(page).getByText("[line 2] Error at ';': Expect expression.").waitFor();

    await write(page, "var a = 1;\nprint a + nil;\n");
    await page.locator(".cm-lintRange-error").waitFor({ state: "detached" });
    await run(page);
    await finished(page);
    expect(await page.locator(".cm-lintRange-error").innerText()).toBe("+");
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("an endless program is stopped by hand, or after its time, and the page lives on", async () => {
    const { page, context, complaints } = await open();
    await write(page, "while (true) {}");
    await run(page);
    await page.getByRole("button", { name: "Stop" }).click();
    await output(page).getByText("Stopped.").waitFor();

    await page.clock.install();
    await run(page);
    await page.getByRole("button", { name: "Stop" }).waitFor();
    await page.clock.fastForward(10_000);
    await output(page).getByText("Stopped after 10 seconds.").waitFor();

    await write(page, 'print "alive";');
    await run(page);
    await output(page).getByText("alive").waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("a program that prints, joins or calls without end ends in its limit", async () => {
    const { page, context, complaints } = await open();
    await write(page, 'while (true) print "0123456789";');
    await run(page);
    await output(page).getByText("Stopped: more output than this page shows.").waitFor();
    await write(page, 'var s = "x"; while (true) s = s + s;');
    await run(page);
    await output(page).getByText("A string is longer than 16000000 characters.").waitFor();
    await write(page, "fun f() { f(); } f();");
    await run(page);
    await output(page).getByText("Stack overflow.").waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("shows the tree, whose nodes lead to their text, and the JavaScript", async () => {
    const { page, context, complaints } = await open();
    await write(page, "fun half(n) { return n / 2; }");
    await page.getByRole("button", { name: "AST", exact: true }).click();
    const binary = page.getByRole("button", { name: "binary /" });
    await binary.click();
    await editor(page).focus();
    await page.keyboard.press("Control+c");
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe("n / 2");
    await page.getByRole("button", { name: "JavaScript" }).click();
    await page.getByLabel("JavaScript", { exact: true }).getByText("function half$").waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("a link carries the program", async () => {
    const { page, context, complaints } = await open();
    const program = 'print "Grüße, 世界 😀";\n// <script>alert(1)</script>';
    await write(page, program);
    const button = page.getByRole("button", { name: "Copy a link to this program" });
    await expect
      .poll(async () => {
        await button.click();
        return await page.evaluate("navigator.clipboard.readText()");
      })
      .toContain("#code=");
    const link = String(await page.evaluate("navigator.clipboard.readText()"));
    const other = await context.newPage();
    await other.goto(link);
    await editor(other).getByText("世界").waitFor();
    await run(other);
    await output(other).getByText("Grüße, 世界 😀").waitFor();

    // What cannot be read is no program, and no harm.
    const broken = await context.newPage();
    await broken.goto(`${new URL("/lox", target.url).href}#code=!!!`);
    await editor(broken).getByText("A function remembers").waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("code is made from text in the thread alone, which reaches nothing else", async () => {
    const { page, context } = await open();
    await expect.poll(() => page.workers().length).toBe(1);
    const [thread] = page.workers();
    const policyOf = async (url: string): Promise<string | undefined> =>
      (await context.request.get(url)).headers()["content-security-policy"];
    expect(await policyOf(page.url())).toContain("script-src 'self';");
    expect(await policyOf(thread!.url())).toBe("default-src 'none'; script-src 'unsafe-eval'; frame-ancestors 'none'");

    expect(await thread!.evaluate("new Function('return 6 * 7')()")).toBe(42);
    const attempts = await thread!.evaluate(`(async () => {
      const outcomes = await Promise.allSettled([fetch("/api/services"), import("/assets/x.js")]);
      let imported = true;
      try { importScripts("/assets/x.js"); } catch { imported = false; }
      return [...outcomes.map(({ status }) => status), imported, typeof document];
    })()`);
    expect(attempts).toEqual(["rejected", "rejected", false, "undefined"]);
    await context.close();
  });

  test.each([
    { name: "light", theme: "light", width: 1280, height: 800 },
    { name: "dark", theme: "dark", width: 1280, height: 800 },
    { name: "narrow", theme: "dark", width: 390, height: 844 },
  ] as const)("fits the window, $name", async ({ name, ...options }) => {
    const { page, context, complaints } = await open(options);
    await page.getByLabel("Example").selectOption({ label: "Errors" });
    await run(page);
    await finished(page);
    await page.screenshot({ path: join(SCREENSHOTS, `lox-${name}.png`) });
    await page.getByRole("button", { name: "AST", exact: true }).click();
    await page.getByRole("list", { name: "Syntax tree" }).waitFor();
    await page.screenshot({ path: join(SCREENSHOTS, `lox-tree-${name}.png`) });
    await page.getByRole("button", { name: "JavaScript" }).click();
    await page.screenshot({ path: join(SCREENSHOTS, `lox-javascript-${name}.png`) });
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
