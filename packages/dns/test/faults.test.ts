/** Failures and answers on demand, and who sees which zones. */
import { promises } from "node:dns";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import {
  decodeMessage,
  DnsServer,
  type DnsServerOptions,
  encodeMessage,
  type FaultMatcher,
  type Message,
  Name,
  TYPE,
} from "../src/index.ts";
import { request } from "../src/transfer/exchange.ts";
import { UpstreamClient } from "../src/client/upstream-client.ts";
import { realWorld } from "@tenon/kit";

const ZONE = "www 60 A 192.0.2.1\nwww AAAA 2001:db8::1\nother A 192.0.2.2\na.sub A 192.0.2.3";

const servers: DnsServer[] = [];
const clients: UpstreamClient[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(servers.splice(0).map((server) => server.close({ graceMs: 0 })));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function listen(options: DnsServerOptions = {}): Promise<DnsServer> {
  const server = await DnsServer.listen({ zones: { "example.com": ZONE }, ...options });
  servers.push(server);
  return server;
}

interface AskOptions {
  readonly tcp?: boolean;
  readonly from?: string;
  readonly edns?: boolean;
  /** Short where no answer is to come. */
  readonly timeoutMs?: number;
}

/** One query from an address of one's own, as it comes back. */
async function ask(
  server: DnsServer,
  text: string,
  { tcp = false, from = "127.0.0.1", edns = false, timeoutMs = 10_000 }: AskOptions = {},
): Promise<Message> {
  const [name = "", type = "A"] = text.split(" ");
  const client = new UpstreamClient(realWorld);
  clients.push(client);
  const bytes = encodeMessage(
    request(
      { name: Name.parse(name), type: TYPE[type as keyof typeof TYPE], class: 1 },
      edns ? { edns: { udpPayload: 1232, version: 0, dnssecOk: false, options: [] } } : {},
    ),
  );
  const to = { address: server.host, port: server.port };
  const local = { address: from, port: 0 };
  const { message } = await client.query(bytes, to, { tcp, timeoutMs, ignoreTruncation: true, local });
  return message;
}

describe("faults", () => {
  it.each<[FaultMatcher, string[], string[]]>([
    ["www.example.com", ["www.example.com A", "WWW.Example.COM AAAA"], ["other.example.com A"]],
    ["www.example.com AAAA", ["www.example.com AAAA"], ["www.example.com A"]],
    ["*.example.com", ["www.example.com A", "a.sub.example.com A"], ["example.com SOA"]],
    ["*", ["www.example.com A", "example.org A"], []],
    [{ name: "*.sub.example.com", type: "a" }, ["a.sub.example.com A"], ["a.sub.example.com TXT"]],
    [{ client: "127.0.0.9" }, [], ["www.example.com A"]],
    [({ type }) => type === "AAAA", ["www.example.com AAAA"], ["www.example.com A"]],
  ])("%j meets what it names and nothing else", async (matcher, met, spared) => {
    const server = await listen();
    const fault = server.faults.fail(matcher, "NOTIMP");
    for (const query of met) expect([query, (await ask(server, query)).rcode]).toEqual([query, 4]);
    for (const query of spared) expect([query, (await ask(server, query)).rcode]).toEqual([query, 0]);
    expect(fault.hits).toBe(met.length);
    fault.remove();
    for (const query of met) expect((await ask(server, query)).rcode).not.toBe(4);
  });

  it("answer with the rcode that they are called by", async () => {
    const server = await listen();
    for (const [kind, rcode] of [
      ["servfail", 2],
      ["refused", 5],
      ["nxdomain", 3],
    ] as const) {
      server.faults[kind]("www.example.com");
      expect(await ask(server, "www.example.com")).toMatchObject({ rcode, answers: [] });
    }
    server.faults.clear();
    expect((await ask(server, "www.example.com")).answers).toHaveLength(1);
  });

  it("end after so many hits, and strike a share of the queries", async () => {
    const server = await listen();
    const twice = server.faults.servfail({ times: 2 });
    const rcodes = [];
    for (let i = 0; i < 4; i++) rcodes.push((await ask(server, "www.example.com")).rcode);
    expect(rcodes).toEqual([2, 2, 0, 0]);
    twice.remove();
    const some = server.faults.servfail({ share: 0.5 });
    for (let i = 0; i < 60; i++) await server.promises.resolve4("www.example.com").catch(() => {});
    expect(some.hits).toBeGreaterThan(5);
    expect(some.hits).toBeLessThan(55);
  });

  it("drop, truncate, answer under a wrong id, and know no EDNS", async () => {
    const server = await listen();
    const dropped = server.faults.drop("www.example.com");
    await expect(ask(server, "www.example.com", { timeoutMs: 300 })).rejects.toMatchObject({ code: "timeout" });
    dropped.remove();
    const cut = server.faults.truncate("www.example.com");
    expect(await ask(server, "www.example.com")).toMatchObject({ truncated: true, answers: [] });
    expect(await ask(server, "www.example.com", { tcp: true })).toMatchObject({ truncated: false, answers: [{}] });
    cut.remove();
    const wrong = server.faults.wrongId("www.example.com");
    await expect(ask(server, "www.example.com", { timeoutMs: 300 })).rejects.toMatchObject({ code: "timeout" });
    expect(wrong.hits).toBe(1);
    wrong.remove();
    server.faults.ednsBroken("www.example.com");
    const refused = await ask(server, "www.example.com", { edns: true });
    expect([refused.rcode, refused.edns]).toEqual([1, undefined]);
    expect((await ask(server, "www.example.com")).rcode).toBe(0);
  });

  it("hold answers back on the server's own clock", async () => {
    const server = await listen({ clock: "manual" });
    server.faults.delay("www.example.com", "5s");
    let isAnswered = false;
    const late = server.promises.resolve4("www.example.com").then((found) => {
      isAnswered = true;
      return found;
    });
    expect(await server.promises.resolve4("other.example.com")).toEqual(["192.0.2.2"]);
    server.clock.advance("4s");
    expect(await server.promises.resolve4("other.example.com")).toEqual(["192.0.2.2"]);
    expect(isAnswered).toBe(false);
    server.clock.advance("1s");
    expect(await late).toEqual(["192.0.2.1"]);
  });
});

describe("interceptors", () => {
  it("answer by code: texts, in few words, whole messages, nothing, or not at all", async () => {
    const server = await listen();
    const seen: string[] = [];
    server.intercept(({ name, type, client }) => {
      seen.push(`${name} ${type} ${client.transport}`);
      if (name === "one.test") return "192.0.2.50";
      if (name === "two.test") return ["192.0.2.51", "192.0.2.52"];
      if (name === "short.test") return { rcode: "NXDOMAIN", authoritative: false };
      if (name === "mx.test") return { answers: ["5 mail.test."], ttl: 7 };
      return name === "silent.test" ? null : undefined;
    });
    expect((await ask(server, "ONE.test")).answers).toMatchObject([{ ttl: 60 }]);
    expect((await ask(server, "two.test", { tcp: true })).answers).toHaveLength(2);
    expect(await ask(server, "short.test")).toMatchObject({ rcode: 3, authoritative: false });
    expect((await ask(server, "mx.test MX")).answers).toMatchObject([{ type: TYPE.MX, ttl: 7 }]);
    await expect(ask(server, "silent.test", { timeoutMs: 300 })).rejects.toMatchObject({ code: "timeout" });
    expect((await ask(server, "www.example.com")).answers).toHaveLength(1);
    expect(seen.slice(0, 2)).toEqual(["one.test A udp", "two.test A tcp"]);
  });

  it("are asked the newest first, until they are taken away", async () => {
    const server = await listen();
    server.intercept(() => "192.0.2.1");
    const end = server.intercept(async ({ type }) => (type === "A" ? "192.0.2.2" : undefined));
    expect(await server.promises.resolve4("x.test")).toEqual(["192.0.2.2"]);
    end();
    expect(await server.promises.resolve4("x.test")).toEqual(["192.0.2.1"]);
  });

  it("that throw cost their query SERVFAIL and nothing else", async () => {
    const server = await listen();
    const end = server.intercept(() => {
      throw new Error("mistake");
    });
    expect((await ask(server, "www.example.com")).rcode).toBe(2);
    end();
    expect((await ask(server, "www.example.com")).rcode).toBe(0);
  });
});

describe("what clients see", () => {
  const zone = (address: string): string =>
    `$TTL 60\n@ SOA ns hostmaster 1 2 3 4 5\n@ NS ns\nns A 127.0.0.1\nwww A ${address}\n`;

  async function listenWith(config: DnsServerOptions["config"], zones: Record<string, string>): Promise<DnsServer> {
    const folder = mkdtempSync(join(tmpdir(), "tenon-dns-views-"));
    folders.push(folder);
    for (const [file, text] of Object.entries(zones))
      realWorld.disk.open(join(folder, file), "create").write(Buffer.from(text), 0);
    const server = await DnsServer.listen({ config: config!, baseDir: folder, host: "127.0.0.1", port: 0 });
    servers.push(server);
    return server;
  }

  it("a view has other zones in the place of those of the same names, and shares the rest", async () => {
    const server = await listenWith(
      {
        zone: [
          { domain: "example.com", file: "outside" },
          { domain: "example.org", file: "outside" },
        ],
        view: [{ id: "inside", address: "127.0.0.2", zone: [{ domain: "example.com", file: "inside" }] }],
      },
      { outside: zone("192.0.2.1"), inside: zone("10.0.0.1") },
    );
    const seen = async (name: string, from: string): Promise<string> =>
      decodedAddress(await ask(server, name, { from }));
    expect(await seen("www.example.com", "127.0.0.1")).toBe("192.0.2.1");
    expect(await seen("www.example.com", "127.0.0.2")).toBe("10.0.0.1");
    expect(await seen("www.example.org", "127.0.0.2")).toBe("192.0.2.1");
  });

  it("a rule about queries hides a zone from whom it denies", async () => {
    const server = await listenWith(
      {
        acl: [{ id: "not-them", address: "127.0.0.2", action: "query", deny: true }],
        zone: [
          { domain: "example.com", file: "a", acl: "not-them" },
          { domain: "example.org", file: "a" },
        ],
      },
      { a: zone("192.0.2.1") },
    );
    expect((await ask(server, "www.example.com")).rcode).toBe(0);
    expect((await ask(server, "www.example.com", { from: "127.0.0.2" })).rcode).toBe(5);
    expect((await ask(server, "www.example.org", { from: "127.0.0.2" })).rcode).toBe(0);
  });

  it("a server with no zone, told to, answers any name with this machine, several questions at once", async () => {
    const server = await DnsServer.listen({ anyName: true, severalQuestions: true });
    servers.push(server);
    const resolver = new promises.Resolver();
    resolver.setServers([server.address]);
    expect(await resolver.resolve4("anything.at.all")).toEqual(["127.0.0.1"]);
    expect(await resolver.resolve6("anything.at.all")).toEqual(["::1"]);
    await expect(resolver.resolveMx("anything.at.all")).rejects.toMatchObject({ code: "ENODATA" });
    const questions = ["a.test", "b.test"].map((name) => ({ name: Name.parse(name), type: TYPE.A, class: 1 }));
    const client = new UpstreamClient(realWorld);
    clients.push(client);
    const both = encodeMessage({ ...request(questions[0]!), questions });
    const { bytes } = await client.query(both, { address: server.host, port: server.port });
    const { answers, authoritative } = decodeMessage(bytes);
    expect(answers.map(({ name }) => name.toString())).toEqual(["a.test.", "b.test."]);
    expect(authoritative).toBe(false);
  });
});

function decodedAddress({ answers }: Message): string {
  return [...answers[0]!.rdata].join(".");
}
