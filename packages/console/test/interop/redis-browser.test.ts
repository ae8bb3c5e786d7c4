/** The Redis panel in Chromium: every type of value, and the parts beside the keys. */
import { Console } from "@tenon/console";
import { Redis } from "ioredis";
import type { Page } from "playwright-core";
import { beforeEach, describe, expect, test } from "vitest";
import { type DemoStack, startDemoStack } from "../support/demo-stack.ts";
import { chromium, inChromium, THEMES, WIDTHS } from "../support/in-chromium.ts";

describe.skipIf(chromium === undefined)("Redis in Chromium", { timeout: 180_000 }, () => {
  let demo: DemoStack;
  let client: Redis;
  const site = inChromium(
    async () => {
      demo = await startDemoStack();
      client = new Redis(demo.redis().address.port, "127.0.0.1", { connectionName: "the-test" });
      return await Console.listen({ stack: demo.stack, log: demo.log.child("console") });
    },
    async () => {
      client?.disconnect();
      await demo?.close();
    },
  );
  beforeEach(() => client.flushall());

  const choose = (page: Page, name: string): Promise<void> =>
    page.getByRole("listbox", { name: "Keys" }).getByRole("option").filter({ hasText: name }).click();
  const element = (page: Page, text: string): ReturnType<Page["getByRole"]> =>
    page.getByRole("listbox", { name: "Elements" }).getByRole("option").filter({ hasText: text });

  /** Something of everything. */
  async function fill(): Promise<void> {
    const pipeline = client.pipeline();
    pipeline.hset("user:1", {
      name: "Ada Lovelace",
      mail: "ada@example.test",
      cart: '{"items":[{"sku":"T-1","n":2}]}',
    });
    pipeline.call("HEXPIRE", "user:1", "1800", "FIELDS", "1", "cart");
    for (let n = 0; n < 40; n++) pipeline.zadd("leaders", 1000 - n * 7.5, `player-${n}`);
    for (let n = 0; n < 30; n++)
      pipeline.xadd("orders", `${1_760_000_000_000 + n * 1000}-0`, "sku", `T-${n % 5}`, "count", n);
    pipeline.xgroup("CREATE", "orders", "billing", "0");
    pipeline.xgroup("CREATE", "orders", "mail", "0");
    pipeline.xreadgroup("GROUP", "billing", "worker-1", "COUNT", 8, "STREAMS", "orders", ">");
    pipeline.xreadgroup("GROUP", "billing", "worker-2", "COUNT", 4, "STREAMS", "orders", ">");
    for (let n = 0; n < 300; n++) pipeline.set(`session:${n}`, "x".repeat(200 + n), "EX", 3600);
    for (let n = 0; n < 50; n++) pipeline.sadd(`tags:${n}`, "red", "green", `n${n}`);
    pipeline.rpush("queue:mail", ...Array.from({ length: 200 }, (_, n) => `{"job":${n}}`));
    await pipeline.exec();
  }

  test("a sorted set is a ranking from either end, whose scores can be changed", async () => {
    await client.zadd("leaders", 30, "cid", 10, "ada", 20, "bob");
    const { page } = await site.open("/services/redis");
    await choose(page, "leaders");
    await expect
      .poll(() => element(page, "").allInnerTexts())
      .toEqual([/1\s+30\s+cid/, /2\s+20\s+bob/, /3\s+10\s+ada/].map((row) => expect.stringMatching(row)));
    await page.getByRole("button", { name: "Lowest first" }).click();
    await expect.poll(() => element(page, "").first().innerText()).toMatch(/1\s+10\s+ada/);
    await element(page, "ada").click();
    await page.getByRole("button", { name: "Edit the score" }).click();
    await page.getByLabel("New value").fill("99.5");
    await page.getByRole("button", { name: "Save" }).click();
    await expect.poll(() => element(page, "").last().innerText()).toMatch(/3\s+99.5\s+ada/);
    expect(await client.zscore("leaders", "ada")).toBe("99.5");
  });

  test("a hash's fields show when they expire, which can be set; removing asks first", async () => {
    await client.hset("user:1", { name: "Ada", cart: "full" });
    await client.call("HEXPIRE", "user:1", "1800", "FIELDS", "1", "cart");
    const { page } = await site.open("/services/redis");
    await choose(page, "user:1");
    await expect.poll(() => element(page, "cart").innerText()).toMatch(/cart\s+full\s+(?:30m 00s|29m \d\ds)/);
    await element(page, "name").click();
    await page.getByRole("button", { name: "Time to live" }).click();
    await page.getByLabel("Seconds from now").fill("86400");
    await page.getByRole("button", { name: "Set" }).click();
    await expect.poll(() => element(page, "name").innerText()).toMatch(/name\s+Ada\s+(?:1d 0h|23h 59m)/);
    await element(page, "cart").click();
    await page.getByRole("button", { name: "Remove" }).click();
    await page.getByRole("dialog", { name: "Remove the element?" }).getByRole("button", { name: "Cancel" }).click();
    expect(await client.hlen("user:1")).toBe(2);
    await page.getByRole("button", { name: "Remove" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await expect.poll(() => client.hkeys("user:1")).toEqual(["name"]);
  });

  test("a stream shows entries from either end, groups, consumers and what is pending", async () => {
    await fill();
    const { page } = await site.open("/services/redis");
    await page.getByLabel("Find keys by pattern").fill("orders");
    await choose(page, "orders");
    await expect.poll(() => element(page, "").first().innerText()).toContain("1760000029000-0");
    await page.getByRole("button", { name: "Oldest first" }).click();
    await expect.poll(() => element(page, "").first().innerText()).toContain("1760000000000-0");
    await page.getByRole("button", { name: "Groups" }).click();
    const groups = page.getByRole("list", { name: "Groups" });
    await groups.getByText("2 consumers · 12 pending · 18 behind").waitFor();
    await groups.getByText("0 consumers · 0 pending · 30 behind").waitFor();
    const pending = page.getByRole("listbox", { name: "Pending entries" }).getByRole("option");
    await expect.poll(() => pending.count()).toBe(12);
    await page.getByLabel("Consumer").selectOption({
      label: (await page.getByLabel("Consumer").locator("option").allInnerTexts()).find((text) =>
        text.startsWith("worker-2"),
      )!,
    });
    await expect.poll(() => pending.count()).toBe(4);
    await pending.first().click();
    await page.getByLabel("Pending entry").getByText("sku: T-3").waitFor();
    await page.getByRole("button", { name: "Acknowledge" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Acknowledge" }).click();
    await expect.poll(() => pending.count()).toBe(3);
    expect((await client.xpending("orders", "billing"))[0]).toBe(11);
    await groups.getByText("mail").click();
    await page.getByText("Nothing is pending").waitFor();
    await page.getByRole("button", { name: "Remove the group" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await groups.getByText("mail").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Add a group" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("audit");
    await page.getByRole("dialog").getByRole("button", { name: "Add" }).click();
    await groups.getByText("audit").waitFor();
  });

  test("memory by pattern of keys, largest first; a pattern measures some", async () => {
    await fill();
    const { page } = await site.open("/services/redis/memory");
    const groups = page.getByRole("listbox", { name: "Groups of keys" }).getByRole("option");
    await page.getByText(/in 354 keys$/).waitFor(); // Groups grow while the measuring goes on.
    expect(await groups.allInnerTexts()).toHaveLength(6);
    expect(await groups.first().innerText()).toMatch(/session:\*\s+string\s+[\d.]+ KB\s+300\s+[\d.]+ B/);
    await groups.first().click();
    await page.getByText("all of them").waitFor();
    await page.getByLabel("Measure keys of a pattern").fill("tags:*");
    await page.getByRole("button", { name: "Measure" }).click();
    await page.getByText(/in 50 keys$/).waitFor();
    expect(await groups.count()).toBe(1);
  });

  test("the scratch pad runs scripts with keys and arguments, shows errors by line, and stops what does not end", async () => {
    const { page } = await site.open("/services/redis/scratch");
    const reply = page.getByLabel("Reply");
    await page
      .getByLabel("Lua script")
      .fill('redis.call("SET", KEYS[1], ARGV[1])\nreturn { redis.call("GET", KEYS[1]), #ARGV }');
    await page.getByRole("textbox", { name: "KEYS" }).fill("made:by:script");
    await page.getByRole("textbox", { name: "ARGV" }).fill('"two words" 3');
    await page.getByRole("button", { name: "Run" }).click();
    await expect.poll(() => reply.innerText()).toBe('1) "two words"\n2) (integer) 2');
    expect(await client.get("made:by:script")).toBe("two words");
    await page.getByLabel("Read only").check();
    await page.getByLabel("Lua script").press("Control+Enter");
    await expect.poll(() => reply.innerText()).toContain("Write commands are not allowed from read-only scripts");
    await page.getByLabel("Lua script").fill("local a = 1\nreturn a + nothing");
    await page.getByRole("button", { name: "Run" }).click();
    await expect.poll(() => reply.innerText()).toContain("user_script:2:");
    await page.getByRole("button", { name: "Go to line 2" }).click();
    expect(await page.evaluate("getSelection().toString()")).toBe("return a + nothing");
    await client.config("SET", "busy-reply-threshold", "50");
    await page.getByLabel("Lua script").fill("while true do end");
    await page.getByRole("button", { name: "Run" }).click();
    await expect.poll(() => client.ping().catch((error: Error) => error.message)).toContain("BUSY");
    await page.getByRole("button", { name: "Stop" }).click();
    await expect.poll(() => reply.innerText()).toContain("Script killed by user with SCRIPT KILL");
    await page.reload();
    await expect.poll(() => page.getByLabel("Lua script").inputValue()).toBe("while true do end");
  });

  test("the slow log shows what was slow, by a threshold that can be set, and is cleared when one is sure", async () => {
    const { page } = await site.open("/services/redis/slow");
    await page.getByRole("button", { name: "Slower than 10 ms" }).click();
    await page.getByLabel("Microseconds").fill("0");
    await page.getByRole("button", { name: "Set", exact: true }).click();
    await page.getByRole("button", { name: "Everything is slow" }).waitFor();
    await client.set("slow key", "a value");
    const row = page.getByRole("option").filter({ hasText: 'set "slow key" "a value"' });
    await row.click();
    expect(await page.getByLabel("Command in full").innerText()).toContain("the-test");
    await page.getByLabel("Find in commands").fill("no such command");
    await page.getByText("No command matches").waitFor();
    await page.getByLabel("Find in commands").fill("");
    await client.config("SET", "slowlog-log-slower-than", "10000");
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Clear" }).click();
    await page.getByText("Nothing was slow").waitFor();
  });

  test("clients are listed, and a connection is ended when one is sure", async () => {
    const victim = new Redis(demo.redis().address.port, "127.0.0.1", {
      connectionName: "the-victim",
      retryStrategy: () => null,
    });
    victim.on("error", () => undefined);
    await victim.subscribe("news");
    const { page } = await site.open("/services/redis/clients");
    const clients = page.getByRole("listbox", { name: "Clients" });
    const row = clients.getByRole("option").filter({ hasText: "the-victim" });
    await row.click();
    expect(await row.innerText()).toContain("subscriber");
    await page.getByRole("button", { name: "End the connection" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "End it" }).click();
    await row.waitFor({ state: "detached" });
    await expect.poll(() => victim.status).toBe("end");
    await clients.getByRole("option").filter({ hasText: "the-test" }).waitFor();
    // Connections that pages of earlier tests had go a moment after their pages.
    await expect.poll(() => clients.getByRole("option").count(), { timeout: 30_000 }).toBe(1);
    await page.getByLabel("This console's too").check();
    await expect.poll(() => clients.getByRole("option").count()).toBe(2);
  });

  test("messages of channels arrive, in full when chosen; one is published here", async () => {
    const { page } = await site.open("/services/redis/pubsub");
    await page.getByLabel("Channels by pattern").fill("news:*");
    await page.getByRole("button", { name: "Listen" }).click();
    await page.getByText("channels like news:* appears here").waitFor();
    await page.getByText("Listening", { exact: true }).waitFor();
    await client.publish("other", "not this");
    await client.publish("news:se", '{"title":"hello"}');
    await page.getByRole("option").filter({ hasText: "news:se" }).click();
    await page.getByLabel("Message in full").getByText('"title": "hello"').waitFor();
    await page.getByRole("textbox", { name: "Channel", exact: true }).fill("news:here");
    await page.getByRole("textbox", { name: "Message", exact: true }).fill("from the page");
    await page.getByRole("button", { name: "Publish" }).click();
    await page.getByText("1 receiver", { exact: true }).waitFor();
    await page.getByRole("option").filter({ hasText: "from the page" }).waitFor();
    expect(await page.getByRole("option").count()).toBe(2);
  });

  test.each(THEMES)("every part is readable at 360 px and at 1280 px, %s", async (theme) => {
    await fill();
    await client.config("SET", "slowlog-log-slower-than", "0");
    await client.zrange("leaders", "0", "-1", "WITHSCORES");
    await client.config("SET", "slowlog-log-slower-than", "10000");
    const others = await Promise.all(
      ["checkout", "worker-1", "worker-2"].map(async (connectionName) => {
        const other = new Redis(demo.redis().address.port, "127.0.0.1", { connectionName });
        await other.get("session:1");
        return other;
      }),
    );
    for (const width of WIDTHS) {
      const { page } = await site.open("/services/redis", { width, theme });
      const picture = (name: string): Promise<void> => site.picture(page, `redis-${name}-${width}-${theme}`);
      for (const [name, key] of [
        ["hash", "user:1"],
        ["zset", "leaders"],
        ["stream", "orders"],
      ] as const) {
        await site.goTo(page, "/services/redis");
        await page.getByLabel("Find keys by pattern").fill(key);
        await page.getByText("1 key", { exact: true }).waitFor();
        await choose(page, key);
        await element(page, "").first().click();
        await picture(name);
        if (name !== "stream") continue;
        await page.getByRole("button", { name: "Groups" }).click();
        await page.getByRole("listbox", { name: "Pending entries" }).getByRole("option").first().click();
        await page.getByLabel("Pending entry").getByText("sku").waitFor();
        await picture("groups");
      }
      for (const path of ["memory", "scratch", "slow", "clients", "pubsub"]) {
        await site.goTo(page, `/services/redis/${path}`);
        if (path === "scratch") await page.getByRole("button", { name: "Run" }).click();
        if (path === "pubsub") {
          await page.getByText("Listening", { exact: true }).waitFor();
          for (let n = 0; n < 5; n++) await client.publish(`news:${n}`, `{"title":"a rather long message","n":${n}}`);
        }
        if (path !== "scratch") await page.getByRole("listbox").getByRole("option").first().click();
        await picture(path);
      }
    }
    for (const other of others) other.disconnect();
  });
});
