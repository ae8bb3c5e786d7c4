import { Console } from "@tenon/console";
import { HttpServer } from "@tenon/http";
import { Redis } from "ioredis";
import { beforeEach, describe, expect, test } from "vitest";
import { type DemoStack, startDemoStack } from "../support/demo-stack.ts";
import { chromium, inChromium, THEMES, WIDTHS } from "../support/in-chromium.ts";

describe.skipIf(chromium === undefined)("the page in Chromium", { timeout: 180_000 }, () => {
  let demo: DemoStack;
  let client: Redis;
  const site = inChromium(
    async () => {
      demo = await startDemoStack();
      client = new Redis(demo.redis().address.port, "127.0.0.1");
      client.on("error", () => undefined); // One test restarts the server; ioredis comes back by itself.
      return await Console.listen({ stack: demo.stack, log: demo.log.child("console") });
    },
    async () => {
      client?.disconnect();
      await demo?.close();
    },
  );
  beforeEach(async () => {
    const redis = demo.stack.services[1]!;
    if (redis.state !== "running") await redis.start(); // A test before may have failed half-way.
    await client.flushall();
  });

  test("opens with its token, which leaves the address bar", async () => {
    const { page } = await site.open();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    expect(new URL(page.url()).search).toBe("");
    await page.getByRole("article", { name: "redis" }).getByText("running").waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    expect(await page.evaluate("document.cookie")).toBe("");
    await page.reload();
    await page.getByRole("article", { name: "http" }).waitFor();
  });

  test("does not open without; the page that explains takes the token", async () => {
    const { origin, searchParams } = new URL(site.console().url);
    const { page } = await site.open("/", { url: origin, mayComplain: true });
    await page.getByRole("heading", { name: "This console wants its token" }).waitFor();
    expect(await page.getByText("redis").count()).toBe(0);
    await page.getByLabel("Token").fill(searchParams.get("token")!);
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByRole("article", { name: "redis" }).waitFor();
  });

  test("a page on another port, to which the browser gives our cookie too, cannot do anything", async () => {
    const { page } = await site.open("/", { mayComplain: true });
    await page.getByRole("article", { name: "redis" }).waitFor();
    await using attacker = await HttpServer.listen({
      fetch: () => new Response("<!doctype html><title>attacker</title>", { headers: { "content-type": "text/html" } }),
    });
    await page.goto(attacker.url);
    const { origin } = new URL(site.console().url);
    const actions = demo.stack.services[1]!.actions.length;
    const outcome = await page.evaluate(async (console_) => {
      const stop = `${console_}/api/services/redis/stop`;
      const attempts = [
        fetch(stop, { method: "POST", mode: "no-cors", credentials: "include", body: "{}" }),
        fetch(stop, { method: "POST", credentials: "include", body: "{}" }),
        fetch(`${console_}/api/live`, { credentials: "include" }),
        fetch(console_, { credentials: "include" }),
      ];
      return (await Promise.allSettled(attempts)).map(({ status }) => status);
    }, origin);
    expect(outcome).toEqual(["rejected", "rejected", "rejected", "rejected"]);

    // A form needs no leave to be sent, and takes the cookie along.
    const answered = page.waitForResponse((response) => response.url().endsWith("/redis/stop"));
    await page.evaluate(`
      document.body.innerHTML = '<form method="post" enctype="text/plain" action="${origin}/api/services/redis/stop">';
      document.forms[0].submit();
    `);
    const answer = await answered;
    expect((await answer.request().allHeaders())["cookie"]).toContain("tenon_console_");
    expect(answer.status()).toBe(403);
    expect(demo.stack.services[1]!.actions.length).toBe(actions);
    expect(demo.stack.services[1]!.state).toBe("running");
  });

  test("runs no script that was smuggled into the page", async () => {
    const { page, complaints } = await site.open("/", { mayComplain: true });
    await page.getByRole("article", { name: "redis" }).waitFor();
    await page.evaluate(`{
      const script = document.createElement("script");
      script.textContent = "globalThis.smuggled = true";
      document.body.append(script);
      document.body.insertAdjacentHTML("beforeend", '<img src="/none" onerror="globalThis.smuggled = true">');
    }`);
    await expect
      .poll(() => complaints.filter((text) => text.includes("Content Security Policy")).length)
      .toBeGreaterThan(1);
    expect(await page.evaluate("globalThis.smuggled")).toBeUndefined();
  });

  test("shows a key that a real client set, and its value by type", async () => {
    await client.set("greeting", JSON.stringify({ hello: "world" }), "EX", 600);
    await client.hset("user:1", { name: "Ada", note: "first\nlady" });
    await client.rpush("queue", "one", "two");
    await client.sadd("tags", "red");
    await client.zadd("board", 1.5, "ada");
    await client.set(Buffer.from([0xff, 0x00, 0x41]), Buffer.from([0xff, 0xad]));
    const { page } = await site.open("/services/redis");
    await page.getByText("6 keys").waitFor();
    const choose = (name: string): Promise<void> => page.getByRole("option").filter({ hasText: name }).click();
    const value = page.getByRole("region", { name: "Value" });

    await choose("greeting");
    await value.getByText('"hello": "world"').waitFor();
    await value.getByText(/expires in (?:9m|10m)/).waitFor();
    await choose("user:1");
    await value.getByRole("option").filter({ hasText: "first\\nlady" }).click();
    await value.getByText("first\nlady").waitFor();
    await choose("queue");
    await value.getByRole("option").filter({ hasText: "two" }).waitFor();
    await choose("tags");
    await value.getByRole("option").filter({ hasText: "red" }).waitFor();
    await choose("board");
    await value.getByRole("option").filter({ hasText: "1.5" }).waitFor();
    await choose("\\xff\\x00A");
    await value.getByText("00000000  ff ad").waitFor();
  });

  test("changes values, lifetimes and names, and deletes", async () => {
    await client.set("note", "before");
    await client.hset("user:1", { name: "Ada" });
    const { page } = await site.open("/services/redis");
    await page.getByRole("option").filter({ hasText: "note" }).click();
    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByLabel("New value").fill("after");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("region", { name: "Value" }).getByText("after").waitFor();
    expect(await client.get("note")).toBe("after");

    await page.getByRole("button", { name: "never expires" }).click();
    await page.getByLabel("Seconds from now").fill("500");
    await page.getByRole("button", { name: "Set", exact: true }).click();
    await page.getByText(/expires in 8m/).waitFor();
    expect(await client.ttl("note")).toBeGreaterThan(400);

    await page.getByRole("button", { name: "Rename the key" }).click();
    await page.getByLabel("New name").fill("memo");
    await page.getByRole("button", { name: "Rename", exact: true }).click();
    await page.getByRole("heading", { name: "memo" }).waitFor();
    expect(await client.exists("note", "memo")).toBe(1);

    await page.getByRole("option").filter({ hasText: "user:1" }).click();
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByLabel("Field").fill("born");
    await page.getByRole("dialog").getByLabel("Value").fill("1815");
    await page.getByRole("dialog").getByRole("button", { name: "Add" }).click();
    await page.getByRole("listbox", { name: "Elements" }).getByText("1815").waitFor();
    expect(await client.hget("user:1", "born")).toBe("1815");

    await page.getByRole("button", { name: "Delete the key" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("No key chosen").waitFor();
    expect(await client.exists("user:1")).toBe(0);
  });

  test("answers a typed command, completes names and remembers lines", async () => {
    const { page } = await site.open("/services/redis/cli");
    const line = page.getByRole("combobox", { name: "Command" });
    const replies = page.getByRole("log", { name: "Replies" });
    // Not waitForFunction: it evaluates text, which the page's policy forbids.
    const focused = (): Promise<unknown> => page.evaluate("document.activeElement?.getAttribute('aria-label')");
    await expect.poll(focused).toBe("Command");
    await line.pressSequentially("set city 'São Paulo'");
    await line.press("Enter");
    await replies.getByText("OK", { exact: true }).waitFor();
    expect(await client.get("city")).toBe("São Paulo");

    await line.pressSequentially("strl");
    await page.getByRole("option", { name: "STRLEN" }).waitFor();
    await line.press("Tab");
    expect(await line.inputValue()).toBe("STRLEN ");
    await page.getByText(/STRLEN key/).waitFor();
    await line.pressSequentially("city");
    await line.press("Enter");
    await replies.getByText("(integer) 10").waitFor();

    await line.press("ArrowUp");
    await line.press("ArrowUp");
    expect(await line.inputValue()).toBe("set city 'São Paulo'");
    await line.fill("incr city");
    await line.press("Enter");
    await replies.getByText("(error) ERR value is not an integer or out of range").waitFor();

    // The connection is this page's own: it remembers its database and its transaction.
    for (const typed of ["select 3", "multi", "set a 1", "exec"]) {
      await line.fill(typed);
      await line.press("Enter");
    }
    await replies.getByText("1) OK").waitFor();
    expect(await client.exists("a")).toBe(0);
  });

  test("shows what clients do, as they do it", async () => {
    const { page } = await site.open("/services/redis/monitor");
    await page.getByText("Waiting for commands").waitFor();
    let seen = false;
    while (!seen) {
      await client.set("watched", "yes"); // MONITOR begins some time after the page says that it waits.
      seen = (await page.getByText('"watched" "yes"').count()) > 0;
    }
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Resume" }).waitFor();
  });

  test("shows HTTP requests with status and size, and filters them", async () => {
    const { page } = await site.open();
    await fetch(`${demo.http.url}/before`);
    await site.goTo(page, "/services/http");
    await page.getByText("/before").waitFor();
    await fetch(`${demo.http.url}/missing/page`);
    const row = page.getByRole("option").filter({ hasText: "/missing/page" });
    await row.waitFor();
    expect(await row.innerText()).toContain("404");
    await page.getByLabel("Status").selectOption("2");
    await row.waitFor({ state: "detached" });
    await page.getByText("p99").waitFor();
  });

  test("every service of the stack has its row, with what it does, and its panel", async () => {
    const { page } = await site.open();
    await demo.dns.promises.resolve4("redis.tenon.test");
    const row = page.getByRole("article", { name: "dns" });
    await row.getByText("running").waitFor();
    await row.getByText(demo.dns.url).waitFor();
    await row.getByText(`dig @127.0.0.1 -p ${demo.dns.port} redis.tenon.test`).waitFor();
    await row.getByRole("link", { name: "dns" }).click();
    await page.getByRole("listbox", { name: "Records" }).getByText("redis.tenon.test.").waitFor();
    const menu = page.getByRole("navigation", { name: "Pages" });
    await menu.getByText("http", { exact: true }).click();
    await page.getByRole("region", { name: "Requests" }).waitFor();
    await menu.getByText("redis", { exact: true }).click();
    await page.getByText("This database is empty").waitFor();
  });

  test("restarts, stops and starts a service", async () => {
    const { page } = await site.open();
    const row = page.getByRole("article", { name: "redis" });
    const before = demo.redis();
    await row.getByRole("button", { name: "Restart redis" }).click();
    await expect.poll(() => demo.redis() !== before && demo.stack.services[1]!.state).toBe("running");
    await row.getByRole("button", { name: "Stop redis" }).click();
    await row.getByText("stopped").waitFor();
    await row.getByRole("button", { name: "Start redis", exact: true }).click();
    await row.getByText("running").waitFor();
    await row.getByRole("button", { name: "Copy the command" }).click();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(`redis-cli -p ${demo.redis().address.port}`);
    expect(demo.stack.services[1]!.actions).toEqual(["restart", "stop", "start"]);

    // The panel finds its way to the new server.
    await expect.poll(() => client.set("after", "restart").catch(() => "")).toBe("OK");
    await site.goTo(page, "/services/redis");
    await page.getByRole("option").filter({ hasText: "after" }).waitFor();
  });

  test("100,000 keys: few rows exist, the last one is reached, a pattern finds one", async () => {
    for (let from = 0; from < 100_000; from += 10_000) {
      const pipeline = client.pipeline();
      for (let n = from; n < from + 10_000; n++) pipeline.set(`item:${String(n).padStart(6, "0")}`, n);
      await pipeline.exec();
    }
    const { page } = await site.open("/services/redis");
    await page.getByText(/keys of 100,000/).waitFor();
    await page.getByRole("button", { name: "Scan all" }).click();
    await page.getByText("100,000 keys", { exact: true }).waitFor();
    const list = page.getByRole("listbox", { name: "Keys" });
    expect(await list.getByRole("option").count()).toBeLessThan(100);

    await list.focus();
    await page.keyboard.press("End");
    const last = page.locator('[aria-posinset="100000"]');
    await last.waitFor();
    expect(await last.getAttribute("aria-selected")).toBe("true");
    await page.getByRole("region", { name: "Value" }).getByText("string").waitFor();
    for (const share of [0.1, 0.9, 0.5, 0]) {
      await list.evaluate((element, to) => element.scrollTo(0, element.scrollHeight * to), share);
      const first = Math.max(1, Math.floor(100_000 * share));
      await page.locator(`[aria-posinset="${first + 5}"]`).waitFor();
      expect(await list.getByRole("option").count()).toBeLessThan(100);
    }
    // The page still has its hands free: a frame comes between two turns of its loop.
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");

    await page.getByLabel("Find keys by pattern").fill("item:0420?7");
    await page.getByText("10 keys", { exact: true }).waitFor({ timeout: 120_000 });
    await page.getByRole("option").filter({ hasText: "item:042097" }).waitFor();
  });

  test("works by keyboard alone", async () => {
    await client.mset("a", "1", "b", "2");
    const { page } = await site.open();
    await page.getByRole("article", { name: "redis" }).waitFor();
    await page.keyboard.press("Tab");
    const focused = (): Promise<string> =>
      page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim()");
    expect(await focused()).toBe("Skip to the content");
    const seen: string[] = [];
    while (!seen.includes("Copy the address") && seen.length < 30) {
      await page.keyboard.press("Tab");
      seen.push(await focused());
    }
    expect(seen).toEqual(expect.arrayContaining(["Overview", "Logs", "Metrics", "http", "redis", "Copy the address"]));

    await page.getByRole("link", { name: "redis" }).first().focus();
    await page.keyboard.press("Enter");
    await page.getByText("2 keys").waitFor();
    while ((await focused()) !== "Keys" || (await page.evaluate("document.activeElement.role")) !== "listbox") {
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.locator('[aria-selected="true"][aria-posinset="2"]').waitFor();
    await page.keyboard.press("Shift+Tab");
    expect(await focused()).toBe("Add a key");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Add a key" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await focused()).toBe("Add a key");
    const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
    expect(outline).toBe("solid");
  });

  test.each(THEMES)("is readable at 360 px and at 1280 px, %s", async (theme) => {
    await client.hset("user:1", { name: "Ada", settings: JSON.stringify({ theme: "dark" }) });
    await client.set("session:1", "x", "EX", 900);
    await client.rpush("queue", ...Array.from({ length: 300 }, (_, n) => `job ${n}`));
    demo.log.child("http").warn("slow answer", { target: "/a/rather/long/target?with=parameters", durationMs: 1204 });
    for (const width of WIDTHS) {
      const { page } = await site.open("/", { width, theme });
      for (const path of [
        "/",
        "/logs",
        "/metrics",
        "/services/http",
        "/services/redis",
        "/services/redis/cli",
        "/services/dns",
      ]) {
        await site.goTo(page, path);
        await page.getByText("Live", { exact: true }).waitFor();
        await site.picture(page, `${path === "/" ? "overview" : path.slice(1).replaceAll("/", "-")}-${width}-${theme}`);
      }
    }
  });

  test("the theme follows the system until one chooses, and the choice stays", async () => {
    const { page } = await site.open("/", { theme: "dark" });
    const theme = (): Promise<string> => page.evaluate("document.documentElement.dataset.theme");
    expect(await theme()).toBe("dark");
    await page.emulateMedia({ colorScheme: "light" });
    await expect.poll(theme).toBe("light");
    await page.getByRole("button", { name: "Dark theme" }).click();
    expect(await theme()).toBe("dark");
    await page.reload();
    expect(await theme()).toBe("dark");
  });

  test("says when the stack is gone, and when another run took its place", async () => {
    const own = await Console.listen({ stack: demo.stack });
    const { port } = own.address;
    const { page } = await site.open("/", { url: own.url, mayComplain: true });
    await page.getByText("Live", { exact: true }).waitFor();
    await own.close();
    await page.getByText("The connection to the stack is lost").waitFor();
    const next = await Console.listen({ stack: demo.stack, port });
    await page.getByText("This run of the stack has ended").waitFor();
    await page.goto(next.url);
    await page.getByText("Live", { exact: true }).waitFor();
    await next.close();
  });
});
