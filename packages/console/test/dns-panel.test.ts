/** The DNS panel's server side: what it answers a page, of a server in this process and of any other. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Console } from "@tenon/console";
import { decodeMessage, DnsServer } from "@tenon/dns";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { BatchMessage } from "../src/protocol.ts";
import type {
  CacheAnswer,
  QueryAnswer,
  RecordsAnswer,
  UpdateAnswer,
  WireQuery,
  WireRecord,
  ZonesAnswer,
} from "../src/panels/dns/wire.ts";
import { type LiveEvent, LiveStream, Visitor } from "./support/client.ts";
import { dnsService, type DnsPair, startDns, ZONE } from "./support/dns.ts";
import { FakeStack } from "./support/fake-stack.ts";

let pair: DnsPair;
let target: Console;
let visitor: Visitor;

beforeAll(async () => {
  pair = await startDns();
  const foreign = { ...dnsService(pair.server, false), name: "foreign", kind: "dns" };
  target = await Console.listen({ stack: new FakeStack(dnsService(pair.server), foreign) });
  visitor = await Visitor.enter(target);
});
beforeEach(() => pair.reset());
afterAll(async () => {
  await target?.close();
  await pair?.close();
});

interface Failure {
  readonly status: number;
  readonly message: string;
}

async function asked<Answer>(route: string, body: object = {}, service = "dns"): Promise<Answer> {
  const { status, text } = await visitor.post(`/api/services/${service}/panel/${route}`, body);
  expect(status, text).toBe(200);
  return JSON.parse(text) as Answer;
}

async function refused(route: string, body: object, service = "dns"): Promise<Failure> {
  const { status, text } = await visitor.post(`/api/services/${service}/panel/${route}`, body);
  const { error } = JSON.parse(text) as { error: { message: string } };
  return { status, message: error.message };
}

const ALL = { name: "", type: "", from: 0, want: 5000 };
const lines = (records: readonly WireRecord[]): string[] =>
  records.map(({ name, ttl, type, data }) => `${name} ${ttl} ${type} ${data}`);

describe("zones", () => {
  test("of a server in this process are known with their serials; of another they are not", async () => {
    expect(await asked<ZonesAnswer>("zones")).toEqual({
      known: true,
      zones: expect.arrayContaining([
        { name: "example.test.", serial: 7, records: 12 },
        { name: "large.test.", serial: 1, records: 20_003 },
      ]),
    });
    expect(await asked<ZonesAnswer>("zones", {}, "foreign")).toEqual({ known: false, zones: [] });
  });

  test.each(["dns", "foreign"])("records by name and type, of %s", async (service) => {
    const all = await asked<RecordsAnswer>("records", { ...ALL, zone: "example.test" }, service);
    expect(all).toMatchObject({ serial: 7, total: 12 });
    expect(all.next).toBeUndefined();
    expect(lines(all.records)[0]).toBe(
      "example.test. 300 SOA ns1.example.test. hostmaster.example.test. 7 3600 600 86400 60",
    );
    expect(lines(all.records)).toContain("_sip._tcp.example.test. 300 SRV 0 5 5060 sip.example.test.");
    const www = await asked<RecordsAnswer>("records", { ...ALL, zone: "EXAMPLE.test", name: "WWW" }, service);
    // A transfer's owners may be spelled as they were asked for.
    expect(
      lines(www.records)
        .map((line) => line.replace("EXAMPLE", "example"))
        .sort(),
    ).toEqual(["www.example.test. 300 A 192.0.2.10", "www.example.test. 300 AAAA 2001:db8::10"]);
    const texts = await asked<RecordsAnswer>("records", { ...ALL, zone: "example.test.", type: "txt" }, service);
    expect(lines(texts.records).sort()).toEqual([
      '*.wild.example.test. 300 TXT "anything below"',
      'example.test. 300 TXT "v=spf1 -all" "second string"',
    ]);
  });

  test.each(["dns", "foreign"])(
    "a large zone comes in pages that join without gap or doubling, of %s",
    async (service) => {
      const names: string[] = [];
      let pages = 0;
      for (let next: number | undefined = 0; next !== undefined; pages++) {
        const page: RecordsAnswer = await asked(
          "records",
          { ...ALL, zone: "large.test", from: next, want: 3000 },
          service,
        );
        names.push(...page.records.map(({ name, type }) => `${name} ${type}`));
        next = page.next;
      }
      expect(pages).toBeGreaterThan(6);
      expect(names).toHaveLength(20_003);
      expect(new Set(names).size).toBe(20_003);
      // Another place than where the last page ended.
      const again = await asked<RecordsAnswer>(
        "records",
        { ...ALL, zone: "large.test", from: 10_000, want: 3 },
        service,
      );
      expect(again.records.map(({ name, type }) => `${name} ${type}`)).toEqual(names.slice(10_000, 10_003));
    },
  );

  test("what is no zone, name or type is told", async () => {
    expect(await refused("records", { ...ALL, zone: "nowhere.test" })).toEqual({
      status: 404,
      message: "no zone nowhere.test. is loaded",
    });
    expect(await refused("records", { ...ALL, zone: "nowhere.test" }, "foreign")).toEqual({
      status: 422,
      message: expect.stringMatching(/^foreign does not give the zone away: it answers with (?:NOTAUTH|REFUSED)$/),
    });
    expect(await refused("records", { ...ALL, zone: "a..b" })).toMatchObject({ status: 400 });
    expect(await refused("records", { ...ALL, zone: "example.test", type: "NONSENSE" })).toEqual({
      status: 400,
      message: "there is no type NONSENSE",
    });
    expect(await refused("records", { ...ALL, zone: "example.test", want: 0 })).toMatchObject({ status: 400 });
  });
});

describe("updates", () => {
  const record = (name: string, type: string, data: string, ttl = 60): WireRecord => ({
    name,
    ttl,
    class: "IN",
    type,
    data,
  });
  const update = (remove: readonly WireRecord[], add: readonly WireRecord[], service = "dns"): Promise<UpdateAnswer> =>
    asked("update", { zone: "example.test", remove, add }, service);
  const found = async (name: string): Promise<string[]> => {
    const { records } = await asked<RecordsAnswer>("records", { ...ALL, zone: "example.test", name });
    return lines(records);
  };

  test.each(["dns", "foreign"])(
    "add, replace and remove records, and bring the server's answer, of %s",
    async (service) => {
      const answer = await update([], [record("new", "A", "192.0.2.99"), record("new", "MX", "5 mail")], service);
      expect(answer.rcode).toBe("NOERROR");
      expect(answer.text).toContain("opcode: UPDATE, status: NOERROR");
      expect((await found("new")).sort()).toEqual([
        "new.example.test. 60 A 192.0.2.99",
        "new.example.test. 60 MX 5 mail.example.test.",
      ]);
      const old = record("new.example.test.", "A", "192.0.2.99");
      await update([old], [record("new.example.test.", "A", "192.0.2.100", 90)], service);
      expect(await found("new")).toContain("new.example.test. 90 A 192.0.2.100");
      expect(await found("new")).not.toContain("new.example.test. 60 A 192.0.2.99");
      await update([record("new", "A", "192.0.2.100"), record("new", "MX", "5 mail")], [], service);
      expect(await found("new")).toEqual([]);
      expect(pair.server.zone("example.test").serial).toBe(10);
    },
  );

  test("a refusal of the server is an answer; what is no record does not reach it", async () => {
    expect(
      await asked<UpdateAnswer>("update", { zone: "nowhere.test", remove: [], add: [record("a", "A", "192.0.2.1")] }),
    ).toMatchObject({
      rcode: "NOTAUTH",
    });
    expect(await update([], [record("other.org.", "A", "192.0.2.1")])).toMatchObject({ rcode: "NOTZONE" });
    const bad = (value: WireRecord): Promise<Failure> =>
      refused("update", { zone: "example.test", remove: [], add: [value] });
    expect(await bad(record("a", "A", "192.0.2"))).toEqual({
      status: 400,
      message: expect.stringMatching(/^data of A: /),
    });
    expect(await bad(record("a", "A", "192.0.2.1", -1))).toMatchObject({ status: 400 });
    expect(await bad(record("", "A", "192.0.2.1"))).toMatchObject({ status: 400 });
    expect(await refused("update", { zone: "example.test", remove: [], add: [] })).toEqual({
      status: 400,
      message: "there is nothing to change",
    });
  });

  test("are signed where the server wants a key, and its refusals are told", async () => {
    const key = { name: "console-key", algorithm: "hmac-sha256", secret: "c2VjcmV0IG9mIHRoZSB0ZXN0cw==" };
    const folder = mkdtempSync(join(tmpdir(), "tenon-console-dns-"));
    writeFileSync(join(folder, "signed.zone"), ZONE);
    await using server = await DnsServer.listen({
      config: {
        key: [{ id: key.name, algorithm: key.algorithm, secret: key.secret }],
        acl: [{ id: "signed", key: key.name, action: ["update", "transfer"] }],
        zone: [{ domain: "signed.test", file: "signed.zone", acl: "signed" }],
      },
      baseDir: folder,
      port: 0,
    });
    await using other = await Console.listen({ stack: new FakeStack(dnsService(server, false)) });
    const guest = await Visitor.enter(other);
    const post = async (route: string, body: object): Promise<{ status: number; answer: unknown }> => {
      const { status, text } = await guest.post(`/api/services/dns/panel/${route}`, body);
      return { status, answer: JSON.parse(text) as unknown };
    };
    const change = { zone: "signed.test", remove: [], add: [record("a", "A", "192.0.2.1")] };
    expect(await post("update", change)).toMatchObject({ status: 200, answer: { rcode: "REFUSED" } });
    expect(await post("update", { ...change, key })).toMatchObject({ status: 200, answer: { rcode: "NOERROR" } });
    expect(await post("records", { ...ALL, zone: "signed.test" })).toMatchObject({ status: 422 });
    const transferred = await post("records", { ...ALL, zone: "signed.test", name: "a.signed", key });
    expect(transferred).toMatchObject({ status: 200, answer: { serial: 8, records: [{ name: "a.signed.test." }] } });
    const wrong = { ...key, secret: "d3Jvbmc=" };
    expect(await post("update", { ...change, key: wrong })).toMatchObject({ status: 502 });
    expect(await post("update", { ...change, key: { ...key, secret: "***" } })).toMatchObject({ status: 400 });
    rmSync(folder, { recursive: true });
  });
});

describe("queries", () => {
  const QUERY = { server: "", name: "www.example.test", type: "A", class: "IN", flags: ["rd"], tcp: false };
  const EDNS = { udpPayload: 1232, version: 0, dnssecOk: true, nsid: true, cookie: true, subnet: "192.0.2.0/24" };

  test("go to the service with what was asked for, and both messages come back taken apart", async () => {
    const answer = await asked<QueryAnswer>("query", { ...QUERY, edns: EDNS });
    expect(answer).toMatchObject({ transport: "udp", server: `127.0.0.1#${pair.server.port}` });
    const query = decodeMessage(Buffer.from(answer.query.base64, "base64"));
    expect(query).toMatchObject({ recursionDesired: true, checkingDisabled: false, edns: { dnssecOk: true } });
    expect(query.edns!.options.map(({ code }) => code)).toEqual([3, 10, 8]);
    expect(answer.reply!.text).toContain("www.example.test.\t300\tIN\tA\t192.0.2.10");
    expect(answer.reply!.fields.value).toBe("response QUERY NOERROR");
    expect(answer.reply!.fields.end).toBe(Buffer.from(answer.reply!.base64, "base64").length);
    expect(answer.command).toBe(
      `dig @127.0.0.1 -p ${pair.server.port} -q www.example.test -t A +rec +noad +edns=0 +bufsize=1232 +cookie +dnssec +nsid +subnet=192.0.2.0/24`,
    );
  });

  test("over TCP, without EDNS, of other classes and servers", async () => {
    const tcp = await asked<QueryAnswer>("query", { ...QUERY, tcp: true, flags: ["cd", "ad"] });
    expect(tcp.transport).toBe("tcp");
    expect(decodeMessage(Buffer.from(tcp.query.base64, "base64")).edns).toBeUndefined();
    expect(tcp.command).toContain("+tcp +norec +cd +ad +noedns");
    const elsewhere = await asked<QueryAnswer>("query", {
      ...QUERY,
      server: pair.upstream.address,
      name: "elsewhere.org",
    });
    expect(elsewhere.reply!.text).toContain("198.51.100.1");
    const version = await asked<QueryAnswer>("query", { ...QUERY, name: "version.bind", type: "TXT", class: "CH" });
    expect(version.reply!.fields.value).toMatch(/^response QUERY /);
  });

  test("that get no answer say why, and what is no question is refused", async () => {
    await using gone = await DnsServer.listen();
    const { address } = gone;
    await gone.close();
    const answer = await asked<QueryAnswer>("query", { ...QUERY, server: address });
    expect(answer.reply).toBeUndefined();
    expect(answer.failure).toContain("connection refused");
    expect(answer.query.fields.value).toBe("query QUERY NOERROR");
    for (const [part, message] of [
      [{ server: "example.org" }, "no address of a server: example.org; expected 192.0.2.1 or 192.0.2.1:53"],
      [{ type: "WHAT" }, "there is no type WHAT"],
      [{ class: "XX" }, "there is no class XX"],
      [{ name: "a".repeat(64) }, "name: label longer than 63 bytes"],
      [{ edns: { ...EDNS, subnet: "192.0.2.0" } }, "no network: 192.0.2.0; expected 192.0.2.0/24"],
      [{ edns: { ...EDNS, udpPayload: 70_000 } }, "`udpPayload` must be an integer between 0 and 65535"],
    ] as const) {
      expect(await refused("query", { ...QUERY, ...part })).toEqual({ status: 400, message });
    }
  });

  test("an answer that is no message comes as it is, with what is wrong with it", async () => {
    const socket = createSocket("udp4");
    socket.on("message", (query, { port, address }) => {
      const answer = Buffer.concat([query, Buffer.from("c00c00010001000000050004c00002", "hex")]);
      answer[2]! |= 0x80;
      answer[7] = 1; // An answer, whose address lacks a byte.
      socket.send(answer, port, address);
    });
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    try {
      const answer = await asked<QueryAnswer>("query", { ...QUERY, server: `127.0.0.1:${socket.address().port}` });
      expect(answer.failure).toContain("no DNS message");
      expect(answer.reply!.text).toBeUndefined();
      const [, question, record] = answer.reply!.fields.children;
      expect(question!.value).toBe("www.example.test. IN A");
      expect(record!.children.at(-1)).toMatchObject({ label: "data", problem: "4 bytes are announced, 3 are there" });
    } finally {
      socket.close();
    }
  });

  test("bytes from elsewhere are taken apart too, whatever they are", async () => {
    const { fields, text } = await asked<QueryAnswer["query"]>("describe", {
      base64: Buffer.from("beef01", "hex").toString("base64"),
    });
    expect(text).toBeUndefined();
    expect(fields.children[0]).toMatchObject({ label: "header", problem: "a message shorter than its header" });
  });

  test("the query log begins with what there was, and goes on", async () => {
    await pair.server.promises.resolve4("www.example.test");
    const stream = await LiveStream.open(target, visitor);
    try {
      const { session } = (await stream.named("hello")) as { session: string };
      await asked("query", QUERY);
      const opened = await visitor.post(`/api/live/${session}/topics`, { id: "1", service: "dns", topic: "queries" });
      expect(opened.status).toBe(204);
      const queries = (matches: (message: BatchMessage<WireQuery>) => boolean): Promise<unknown> =>
        stream.next(({ event, data }: LiveEvent) => {
          const { message } = data as { message: BatchMessage<WireQuery> };
          return event === "topic" && matches(message);
        });
      const first = (await queries(({ first }) => first === true)) as { message: BatchMessage<WireQuery> };
      expect(first.message.items.at(-1)).toMatchObject({
        name: "www.example.test.",
        type: "A",
        rcode: "NOERROR",
        answers: 1,
      });
      await asked("query", { ...QUERY, name: "nobody.example.test", type: "MX" });
      const next = (await queries(({ first: isFirst }) => isFirst !== true)) as { message: BatchMessage<WireQuery> };
      expect(next.message.items[0]).toMatchObject({
        name: "nobody.example.test.",
        type: "MX",
        rcode: "NXDOMAIN",
        opcode: "QUERY",
      });
      const foreign = await visitor.post(`/api/live/${session}/topics`, {
        id: "2",
        service: "foreign",
        topic: "queries",
      });
      expect(foreign.status).toBe(409);
    } finally {
      stream.close();
    }
  });
});

describe("the cache", () => {
  const ask = (name: string, type = "A"): Promise<QueryAnswer> =>
    asked("query", { server: "", name, type, class: "IN", flags: ["rd"], tcp: false });

  test("shows what was asked for elsewhere with what is left of it, and lets go of it", async () => {
    await ask("elsewhere.org");
    await ask("www.elsewhere.org");
    await ask("nobody.elsewhere.org");
    const all = await asked<CacheAnswer>("cache", { name: "" });
    const rows = all.entries.filter(({ origin }) => origin === "upstream");
    expect(rows.map(({ name, type, rcode }) => `${name} ${type} ${rcode}`).sort()).toEqual([
      "elsewhere.org. A NOERROR",
      "nobody.elsewhere.org. A NXDOMAIN",
      "www.elsewhere.org. A NOERROR",
    ]);
    const apex = rows.find(({ name }) => name === "elsewhere.org.")!;
    expect(apex.remainingS).toBeGreaterThan(590);
    expect(apex.remainingS).toBeLessThanOrEqual(600);
    expect(apex.answers.map(({ type, data }) => `${type} ${data}`)).toEqual(["A 198.51.100.1"]);
    expect(all.usedBytes).toBeGreaterThan(0);

    expect((await asked<CacheAnswer>("cache", { name: "NOBODY" })).entries).toHaveLength(1);
    await asked("flush", { name: "nobody.elsewhere.org" });
    expect((await asked<CacheAnswer>("cache", { name: "nobody" })).entries).toHaveLength(0);
    await asked("flush", { name: "" });
    const empty = await asked<CacheAnswer>("cache", { name: "" });
    expect(empty.entries.filter(({ origin }) => origin === "upstream")).toEqual([]);
  });

  test("is not known of a server elsewhere, nor there without one to ask", async () => {
    expect(await refused("cache", { name: "" }, "foreign")).toMatchObject({ status: 409 });
    expect(await refused("flush", { name: "" }, "foreign")).toMatchObject({ status: 409 });
  });
});
