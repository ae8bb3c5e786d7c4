import { Console } from "@tenon/console";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { Visit } from "../support/browser.ts";
import { FakeStack } from "../support/fake-stack.ts";
import { chromium, inChromium, type OpenOptions, THEMES, WIDTHS } from "../support/in-chromium.ts";

describe.skipIf(chromium === undefined)("the Lox playground in Chromium", { timeout: 120_000 }, () => {
  const site = inChromium(
    () => Console.listen({ stack: new FakeStack() }),
    async () => {},
  );
  const open = async (options: OpenOptions = {}): Promise<Visit> => {
    const visited = await site.open("/", options);
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
    const { page } = await open();
    expect(await page.title()).toBe("Lox · Tenon");
    await editor(page).press("Control+Enter");
    await finished(page);
    expect(await output(page).innerText()).toBe("tenons:\n1\npegs:\n1\ntenons:\n2\n");
  });

  test.each(["fast", "closures", "tree"])("runs on the engine %s, in both dialects", async (engine) => {
    const { page } = await open();
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
  });

  test("marks errors while one types, and where a program failed", async () => {
    const { page } = await open();
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
    await page.locator(".cm-lintRange-error", { hasText: /^\+$/ }).waitFor();
  });

  test("an endless program is stopped by hand, or after its time, and the page lives on", async () => {
    const { page } = await open();
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
  });

  test("a program that prints, joins or calls without end ends in its limit", async () => {
    const { page } = await open();
    await write(page, 'while (true) print "0123456789";');
    await run(page);
    await output(page).getByText("Stopped: more output than this page shows.").waitFor();
    await write(page, 'var s = "x"; while (true) s = s + s;');
    await run(page);
    await output(page).getByText("A string is longer than 16000000 characters.").waitFor();
    await write(page, "fun f() { f(); } f();");
    await run(page);
    await output(page).getByText("Stack overflow.").waitFor();
  });

  test("shows the tree, whose nodes lead to their text, and the JavaScript", async () => {
    const { page } = await open();
    await write(page, "fun half(n) { return n / 2; }");
    await page.getByRole("button", { name: "AST", exact: true }).click();
    const binary = page.getByRole("button", { name: "binary /" });
    await binary.click();
    await editor(page).focus();
    await page.keyboard.press("Control+c");
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe("n / 2");
    await page.getByRole("button", { name: "JavaScript" }).click();
    await page.getByLabel("JavaScript", { exact: true }).getByText("function half$").waitFor();
  });

  test("a link carries the program", async () => {
    const { page, context } = await open();
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
    await broken.goto(`${new URL("/lox", site.console().url).href}#code=!!!`);
    await editor(broken).getByText("A function remembers").waitFor();
  });

  test("code is made from text in the thread alone, which reaches nothing else", async () => {
    const { page, context } = await open({ mayComplain: true });
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
  });

  test.each(THEMES)("fits the window at 360 px and at 1280 px, %s", async (theme) => {
    for (const width of WIDTHS) {
      const { page } = await open({ width, theme });
      await page.getByLabel("Example").selectOption({ label: "Errors" });
      await run(page);
      await finished(page);
      await site.picture(page, `lox-${width}-${theme}`);
      await page.getByRole("button", { name: "AST", exact: true }).click();
      await page.getByRole("list", { name: "Syntax tree" }).waitFor();
      await site.picture(page, `lox-tree-${width}-${theme}`);
      await page.getByRole("button", { name: "JavaScript" }).click();
      await site.picture(page, `lox-javascript-${width}-${theme}`);
    }
  });
});
