/** The DNS panel in Chromium: zones edited by updates, packets to the byte, query log, cache, statistics. */
import { Console } from "@tenon/console";
import { encodeMessage, Name, request, rdataFromText, TYPE } from "@tenon/dns";
import type { Locator, Page } from "playwright-core";
import { beforeEach, describe, expect, test } from "vitest";
import { dnsService, type DnsPair, startDns } from "../support/dns.ts";
import { FakeStack } from "../support/fake-stack.ts";
import { chromium, inChromium, THEMES, WIDTHS } from "../support/in-chromium.ts";

describe.skipIf(chromium === undefined)("DNS in Chromium", { timeout: 180_000 }, () => {
  let pair: DnsPair;
  const site = inChromium(
    async () => {
      pair = await startDns();
      const foreign = { ...dnsService(pair.server, false), name: "foreign", kind: "dns" };
      return await Console.listen({ stack: new FakeStack(dnsService(pair.server), foreign) });
    },
    async () => {
      await pair?.close();
    },
  );
  beforeEach(() => pair.reset());

  const records = (page: Page): Locator => page.getByRole("listbox", { name: "Records" });
  const rows = (page: Page): Promise<string[]> => records(page).getByRole("option").allInnerTexts();
  const status = (page: Page, region: string): Locator =>
    page.getByRole("region", { name: region }).getByRole("status");
  const resolve = (name: string): Promise<string[]> => pair.server.promises.resolve4(name);

  test("records of a zone are found by name and type", async () => {
    const { page } = await site.open("/services/dns");
    await page.getByLabel("Zone", { exact: true }).selectOption("example.test.");
    await status(page, "Zones").getByText("12 records", { exact: true }).waitFor();
    expect((await rows(page))[0]).toMatch(/^example\.test\.\s+300\s+SOA\s+ns1\.example\.test\. hostmaster/);
    await page.getByText("serial 7").waitFor();
    await page.getByLabel("Find names").fill("WWW");
    await status(page, "Zones").getByText("2 records of 12").waitFor();
    await page.getByLabel("Type", { exact: true }).fill("aaaa");
    await expect
      .poll(() => rows(page))
      .toEqual([expect.stringMatching(/www\.example\.test\.\s+300\s+AAAA\s+2001:db8::10/)]);
    await page.getByLabel("Find names").fill("nobody");
    await page.getByText("No record matches").waitFor();
  });

  test("20,000 records: few rows exist, the last is reached, a name finds one", async () => {
    const { page } = await site.open("/services/dns");
    await page.getByLabel("Zone", { exact: true }).selectOption("large.test.");
    await status(page, "Zones")
      .getByText(/records of 20,003/)
      .waitFor();
    expect(await records(page).getByRole("option").count()).toBeLessThan(100);
    await records(page).focus();
    const last = page.locator('[aria-posinset="20003"]');
    while ((await last.count()) === 0) {
      // Each page comes when the end of the one before is in sight.
      await page.keyboard.press("End");
      await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
    }
    await status(page, "Zones").getByText("20,003 records", { exact: true }).waitFor();
    expect(await records(page).getByRole("option").count()).toBeLessThan(100);
    await page.getByLabel("Find names").fill("host-01234");
    await expect.poll(() => rows(page)).toEqual([expect.stringMatching(/host-01234\.large\.test\..*10\.0\.4\.210/s)]);
  });

  test("records are added, edited and removed by updates, whose answers are shown", async () => {
    const { page } = await site.open("/services/dns", { mayComplain: true }); // Chromium logs answers with status 400.
    await page.getByLabel("Zone", { exact: true }).selectOption("example.test.");
    await page.getByRole("button", { name: "Add a record" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel(/^Name, relative/).fill("shop");
    await dialog.getByLabel("Data").fill("192.0.2.300");
    await dialog.getByRole("button", { name: "Add" }).click();
    await dialog
      .getByRole("alert")
      .getByText(/^data of A: /)
      .waitFor();
    await dialog.getByLabel("Data").fill("192.0.2.30");
    await dialog.getByRole("button", { name: "Add" }).click();
    const answer = page.getByRole("region", { name: "Answer to the update" });
    await answer.getByText("NOERROR", { exact: true }).waitFor();
    await answer.getByText("opcode: UPDATE, status: NOERROR").waitFor();
    await page.getByText("serial 8").waitFor();
    expect(await resolve("shop.example.test")).toEqual(["192.0.2.30"]);
    await answer.getByRole("button", { name: "Close the answer" }).click();

    await records(page).getByRole("option").filter({ hasText: "shop" }).click();
    await page.getByRole("button", { name: "Edit" }).click();
    expect(await dialog.getByLabel(/^Name, relative/).inputValue()).toBe("shop.example.test.");
    await dialog.getByLabel("Data").fill("192.0.2.31");
    await dialog.getByLabel("TTL in seconds").fill("60");
    await dialog.getByRole("button", { name: "Save" }).click();
    await records(page).getByText("192.0.2.31").waitFor();
    expect(await resolve("shop.example.test")).toEqual(["192.0.2.31"]);

    await records(page).getByRole("option").filter({ hasText: "192.0.2.31" }).click();
    await page.getByRole("button", { name: "Remove" }).click();
    await dialog.getByRole("button", { name: "Remove" }).click();
    await page.getByText("serial 10").waitFor();
    await expect.poll(() => rows(page)).toHaveLength(12);
    await expect(resolve("shop.example.test")).rejects.toMatchObject({ code: "ENOTFOUND" });
  });

  test("what the server refuses stays in the dialog, with its answer behind", async () => {
    const { page } = await site.open("/services/dns", { mayComplain: true }); // Chromium logs answers with status 400.
    await page.getByLabel("Zone", { exact: true }).selectOption("example.test.");
    await page.getByRole("button", { name: "Add a record" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel(/^Name, relative/).fill("www.example.com.");
    await dialog.getByLabel("Data").fill("192.0.2.1");
    await dialog.getByRole("button", { name: "Add" }).click();
    await dialog.getByText("The server answers NOTZONE.").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("region", { name: "Answer to the update" }).getByText("NOTZONE", { exact: true }).waitFor();
  });

  test("a zone that changes by itself is read again", async () => {
    const { page } = await site.open("/services/dns");
    await page.getByLabel("Zone", { exact: true }).selectOption("example.test.");
    await page.getByText("serial 7").waitFor();
    await pair.server.zone("example.test").update({ add: "changed A 192.0.2.77" });
    await records(page).getByText("192.0.2.77").waitFor();
    await page.getByText("serial 8").waitFor();
  });

  test("a server elsewhere shows zones by transfer, and takes updates", async () => {
    const { page } = await site.open("/services/foreign", { mayComplain: true });
    await page.getByText("Which zone?").waitFor();
    await page.getByLabel("Zone", { exact: true }).fill("nowhere.test");
    await page.getByRole("button", { name: "Transfer" }).click();
    await page.getByText(/foreign does not give the zone away/).waitFor();
    await page.getByLabel("Zone", { exact: true }).fill("example.test");
    await page.getByRole("button", { name: "Transfer" }).click();
    await status(page, "Zones").getByText("12 records", { exact: true }).waitFor();
    await page.getByRole("button", { name: "No key" }).click();
    const dialog = page.getByRole("dialog", { name: "Sign with a TSIG key" });
    await dialog.getByLabel(/^Name/).fill("a-key");
    await dialog.getByLabel("Secret, base64").fill("c2VjcmV0");
    await dialog.getByRole("button", { name: "Use" }).click();
    // The server has no such key, and says so with a signature that is none.
    await page.getByText("The zone cannot be read").waitFor();
    await page.getByRole("button", { name: "Key a-key" }).click();
    await dialog.getByLabel(/^Name/).fill("");
    await dialog.getByRole("button", { name: "Use" }).click();
    await status(page, "Zones").getByText("12 records", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Add a record" }).click();
    await page
      .getByRole("dialog")
      .getByLabel(/^Name, relative/)
      .fill("from-here");
    await page.getByRole("dialog").getByLabel("Data").fill("192.0.2.44");
    await page.getByRole("dialog").getByRole("button", { name: "Add" }).click();
    await records(page).getByText("192.0.2.44").waitFor();
    for (const [tab, said] of [
      ["Query log", "foreign does not run in this process"],
      ["Cache", "foreign does not run in this process"],
      ["Statistics", "foreign does not run in this process"],
    ] as const) {
      await page.getByRole("link", { name: tab, exact: true }).click();
      await page.getByText(said).first().waitFor();
    }
  });

  const fields = (page: Page): Locator => page.getByRole("listbox", { name: "Fields" });
  const field = (page: Page, text: string): Locator => fields(page).getByRole("option").filter({ hasText: text });
  const marked = (page: Page, mark: string): Promise<string> =>
    page.evaluate(`[...document.querySelectorAll(".hex-bytes .${mark}")].map((byte) => byte.textContent).join(" ")`);
  const askFor = async (page: Page, name: string): Promise<void> => {
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByRole("button", { name: "Ask" }).click();
  };
  const note = (page: Page): Locator => page.locator(".packet-note");

  test("a question and its answer, field by field, with bytes that follow both ways", async () => {
    const { page } = await site.open("/services/dns/query");
    await askFor(page, "www.example.test");
    await field(page, "answer").first().waitFor();
    await status(page, "Query")
      .getByText(/^response QUERY NOERROR · \d+ bytes · 127\.0\.0\.1#\d+ over UDP/)
      .waitFor();

    // A field chosen marks its bytes; a pointer also what it leads to.
    await field(page, "data:").or(field(page, "data192.0.2.10")).first().click();
    expect(await marked(page, "is-selected")).toBe("c0 00 02 0a");
    await note(page).getByText("192.0.2.10").waitFor();
    // A byte chosen chooses its innermost field, and opens what that is in.
    await page.locator('.hex-bytes [data-at="2"]').click();
    await note(page).getByText("2 QR: a response: 1").waitFor();
    await field(page, "QR: a response").waitFor();
    await page.locator('.hex-bytes [data-at="13"]').click();
    await note(page).getByText("12–15 label: www").waitFor();
    expect(await marked(page, "is-selected")).toBe("03 77 77 77");
    // Pointing does the same without choosing.
    await field(page, "id").first().hover();
    await expect.poll(() => marked(page, "is-pointed")).toMatch(/^[\da-f]{2} [\da-f]{2}$/);
    expect(await marked(page, "is-selected")).toBe("03 77 77 77");
    await page.locator('.hex-bytes [data-at="30"]').hover();
    await expect.poll(() => page.locator(".field-cells.is-pointed").innerText()).toMatch(/^type/);
    // What is closed stands for what is in it.
    await field(page, "flags").getByRole("button", { name: "Close flags" }).click();
    await page.locator('.hex-bytes [data-at="3"]').hover();
    await expect.poll(() => page.locator(".field-cells.is-pointed").innerText()).toMatch(/^flags/);
  });

  test("fields and bytes by keyboard: rows, opening and closing, a cursor in the bytes", async () => {
    const { page } = await site.open("/services/dns/query");
    await askFor(page, "ftp.example.test");
    await fields(page).focus();
    await page.keyboard.press("ArrowDown");
    await note(page).getByText("0–11 header").waitFor();
    const count = async (): Promise<number> =>
      Number(await fields(page).getByRole("option").first().getAttribute("aria-setsize"));
    const open = await count();
    await page.keyboard.press("ArrowLeft");
    await expect.poll(count).toBeLessThan(open);
    await page.keyboard.press("ArrowRight");
    await expect.poll(count).toBe(open);
    await page.keyboard.press("ArrowDown");
    await note(page).getByText("0–1 id").waitFor();
    await page.keyboard.press("ArrowLeft");
    await note(page).getByText("0–11 header").waitFor();
    await page.getByRole("list", { name: "Bytes" }).focus();
    await page.keyboard.press("ArrowDown");
    await note(page).getByText("16–23 label: example").waitFor();
    await page.keyboard.press("End");
    await expect.poll(() => note(page).innerText()).toMatch(/^\d+/);
    const end = await page.locator(".hex-bytes [data-at]").last().getAttribute("data-at");
    await expect.poll(() => marked(page, "is-selected")).not.toBe("");
    expect(await page.locator(`.hex-bytes [data-at="${end}"]`).getAttribute("class")).toContain("is-selected");
    // A compressed name's pointer shows where it leads.
    await field(page, "answer").first().waitFor();
    const name = field(page, "nameftp.example.test.").last();
    await name.getByRole("button", { name: "Open name" }).click();
    await field(page, "pointer").first().click();
    expect(await page.locator(".hex-bytes .is-target").getAttribute("data-at")).toBe("12");
  });

  test("flags, EDNS, transport and server are as one chose, and dig's text and command are there", async () => {
    const { page } = await site.open("/services/dns/query");
    await page.getByLabel("rd", { exact: true }).uncheck();
    await page.getByLabel("cd", { exact: true }).check();
    await page.getByLabel("TCP", { exact: true }).check();
    await page.getByLabel("do", { exact: true }).check();
    await page.getByLabel("NSID", { exact: true }).check();
    await page.getByLabel("UDP payload").fill("4096");
    await page.getByLabel("Client subnet").fill("192.0.2.0/24");
    await page.getByLabel("Type", { exact: true }).fill("TXT");
    await askFor(page, "example.test");
    await status(page, "Query").getByText("over TCP").waitFor();
    await page.getByRole("button", { name: "dig", exact: true }).click();
    await page.getByLabel("Text", { exact: true }).getByText('"v=spf1 -all" "second string"').waitFor();
    await page.getByText("-t TXT +tcp +norec +cd +noad +edns=0 +bufsize=4096 +nocookie +dnssec +nsid").waitFor();
    await page.getByRole("button", { name: "Query", exact: true }).click();
    await field(page, "option CLIENT-SUBNET").waitFor();
    await field(page, "option NSID").waitFor();
    await field(page, "additionalEDNS 0 do udp 4096").waitFor();
    await page.getByLabel("EDNS", { exact: true }).uncheck();
    await page.getByLabel("Server", { exact: true }).fill(pair.upstream.address);
    await page.getByLabel("Type", { exact: true }).fill("A");
    await askFor(page, "elsewhere.org");
    await status(page, "Query").getByText(pair.upstream.address.replace(":", "#")).waitFor();
    await field(page, "198.51.100.1").first().waitFor();
    await page.getByRole("button", { name: "Query", exact: true }).click();
    await field(page, "additional count0").waitFor();
  });

  test("a server that is gone, and a question that is none, are said", async () => {
    const { page } = await site.open("/services/dns/query", { mayComplain: true });
    await page.getByLabel("Server", { exact: true }).fill("127.0.0.1:1");
    await askFor(page, "example.test");
    await page.getByRole("alert").getByText("connection refused").waitFor();
    await field(page, "question").first().waitFor();
    await page.getByLabel("Server", { exact: true }).fill("not an address");
    await askFor(page, "example.test");
    await page.getByRole("alert").getByText("no address of a server: not an address").waitFor();
  });

  test("bytes from elsewhere are taken apart, and what is wrong with them is marked", async () => {
    const { page } = await site.open("/services/dns/query");
    await page.getByRole("button", { name: "Decode bytes" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox").fill("no bytes");
    await dialog.getByRole("button", { name: "Decode" }).click();
    await dialog.getByText("These are no bytes in hexadecimal.").waitFor();
    const answers = [
      { name: Name.parse("a.test."), type: TYPE.A, class: 1, ttl: 5, rdata: rdataFromText(TYPE.A, "192.0.2.1") },
    ];
    const bytes = Buffer.from(
      encodeMessage(request({ name: Name.parse("a.test."), type: TYPE.A, class: 1 }, { answers })),
    );
    bytes[bytes.length - 5] = 3; // The data is announced a byte shorter than it is.
    const dump = [...bytes]
      .map(
        (byte, at) =>
          (at % 16 === 0 ? `\n${at.toString(16).padStart(4, "0")}: ` : "") + byte.toString(16).padStart(2, "0"),
      )
      .join(" ");
    await dialog.getByRole("textbox").fill(dump);
    await dialog.getByRole("button", { name: "Decode" }).click();
    await field(page, "left over").getByText("1 bytes after the last record").waitFor();
    await field(page, "address").getByText("the bytes end within a field").click();
    expect(await marked(page, "is-selected")).toBe("c0 00 02");
    await note(page).getByText("the bytes end within a field").waitFor();
  });

  test("the query log follows, pauses and is searched", async () => {
    await resolve("www.example.test");
    const { page } = await site.open("/services/dns/log");
    await page.getByText("Listening", { exact: true }).waitFor();
    const log = page.getByRole("listbox", { name: "Queries" });
    await log.getByText("www.example.test.").waitFor();
    await expect(resolve("nobody.example.test")).rejects.toMatchObject({ code: "ENOTFOUND" });
    const nobody = log.getByRole("option").filter({ hasText: "nobody.example.test." });
    await nobody.click();
    expect(await nobody.innerText()).toContain("NXDOMAIN");
    await page.getByRole("region", { name: "Query in full" }).getByText("nobody.example.test. IN A").waitFor();
    await page.getByLabel("Rcode").selectOption("NOERROR");
    await nobody.waitFor({ state: "detached" });
    await page.getByLabel("Rcode").selectOption("");
    await page.getByLabel("Find by name, type or client").fill("nobody");
    await status(page, "Query log").getByText("1 query", { exact: true }).waitFor();
    await page.getByLabel("Find by name, type or client").fill("");
    const change = {
      zone: "example.test",
      remove: [],
      add: [{ name: "x", ttl: 1, class: "IN", type: "A", data: "192.0.2.1" }],
    };
    await page.evaluate(`fetch("/api/services/dns/panel/update", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: ${JSON.stringify(JSON.stringify(change))},
    })`);
    await log.getByRole("option").filter({ hasText: "UPDATE" }).waitFor();

    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("Paused", { exact: true }).waitFor();
    await resolve("mail.example.test");
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByText("Listening", { exact: true }).waitFor();
    await log.getByText("mail.example.test.").waitFor(); // What was missed comes with the beginning.
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByText("No queries yet").waitFor();
  });

  test("the cache shows what is left, and is flushed by name or whole", async () => {
    for (const name of ["elsewhere.org", "www.elsewhere.org"]) await resolve(name);
    await expect(resolve("nobody.elsewhere.org")).rejects.toMatchObject({ code: "ENOTFOUND" });
    const { page } = await site.open("/services/dns/cache");
    const entries = page.getByRole("listbox", { name: "Entries" });
    await page.getByLabel("Find names").fill("elsewhere");
    await status(page, "Cache")
      .getByText(/^3 entries/)
      .waitFor();
    const www = entries.getByRole("option").filter({ hasText: "www.elsewhere.org." });
    expect(await www.innerText()).toMatch(/A\s+CNAME elsewhere\.org\., A 198\.51\.100\.1\s+(?:10m 00s|9m \d\ds)/);
    await entries.getByText("NXDOMAIN").waitFor();
    await www.click();
    await page.getByRole("region", { name: "Entry in full" }).getByText("CNAME elsewhere.org.").waitFor();
    await page.getByRole("button", { name: "Flush this name" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Flush" }).click();
    await www.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Flush all" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Flush" }).click();
    await page.getByText("No entry matches").waitFor();
  });

  test("statistics count answers by rcode and questions by type", async () => {
    await resolve("www.example.test");
    await pair.server.promises.resolveMx("example.test");
    await expect(resolve("nobody.example.test")).rejects.toMatchObject({ code: "ENOTFOUND" });
    const { page } = await site.open("/services/dns/statistics");
    const tally = (name: string): Locator => page.getByRole("region", { name });
    await tally("Questions by type").getByRole("listitem").filter({ hasText: "MX" }).waitFor();
    await tally("Answers by rcode").getByRole("listitem").filter({ hasText: "NXDOMAIN" }).waitFor();
    await tally("Names asked for").getByText("www.example.test.").waitFor();
    for (let n = 0; n < 3; n++) await resolve("www.elsewhere.org");
    await tally("Cache").getByRole("listitem").filter({ hasText: "hits" }).waitFor();
    await tally("Queries to upstreams").getByRole("listitem").first().waitFor();
  });

  test.each(THEMES)("every part is readable at 360 px and at 1280 px, %s", async (theme) => {
    for (const name of ["www.elsewhere.org", "elsewhere.org", "short.elsewhere.org", "www.example.test"])
      await resolve(name);
    await expect(resolve("nobody.example.test")).rejects.toMatchObject({ code: "ENOTFOUND" });
    for (const width of WIDTHS) {
      const { page } = await site.open("/services/dns", { width, theme });
      const picture = (name: string): Promise<void> => site.picture(page, `dns-${name}-${width}-${theme}`);
      await page.getByLabel("Zone", { exact: true }).selectOption("example.test.");
      await records(page).getByText("8443").click();
      await picture("zones");
      await page.getByRole("button", { name: "Edit" }).click();
      await page.getByRole("dialog").waitFor();
      await picture("edit");
      await site.goTo(page, "/services/dns/query");
      await page.getByLabel("do", { exact: true }).check();
      await page.getByLabel("NSID", { exact: true }).check();
      await page.getByLabel("Type", { exact: true }).fill("HTTPS");
      await askFor(page, "example.test");
      await field(page, "alpn").first().click();
      await picture("query");
      await page.getByRole("button", { name: "dig", exact: true }).click();
      await picture("dig");
      await site.goTo(page, "/services/dns/log");
      await page.getByRole("listbox", { name: "Queries" }).getByText("nobody.example.test.").first().click();
      await picture("log");
      await site.goTo(page, "/services/dns/cache");
      await page.getByRole("listbox", { name: "Entries" }).getByText("short.elsewhere.org.").first().click();
      await picture("cache");
      await site.goTo(page, "/services/dns/statistics");
      await page.getByRole("region", { name: "Names asked for" }).getByRole("listitem").first().waitFor();
      await picture("statistics");
    }
  });
});
