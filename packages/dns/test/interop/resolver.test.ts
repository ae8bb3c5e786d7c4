/** Our resolver beside Unbound, in front of the same BIND; and in front of Unbound and dnsmasq. */
import { MetricSet, realWorld, silentLog } from "@tenon/kit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Client, NOT_HERE } from "../../src/authority/authority.ts";
import { UpstreamError } from "../../src/client/errors.ts";
import { UpstreamClient } from "../../src/client/upstream-client.ts";
import { decodeMessage } from "../../src/message/decode.ts";
import { encodeMessage } from "../../src/message/encode.ts";
import type { Message } from "../../src/message/message.ts";
import { TYPE } from "../../src/rdata/types.ts";
import { recordText } from "../../src/record.ts";
import { Resolver } from "../../src/resolver/resolver.ts";
import { type ResolverConfig, resolverSettings } from "../../src/resolver/settings.ts";
import { LOCAL_DATA, LOCAL_ZONES } from "../support/local-zones.ts";
import { query } from "../support/messages.ts";
import type { Daemon } from "../support/peers/daemon.ts";
import { startDnsmasq, startNamed, startUnbound } from "../support/peers/name-servers.ts";
import { EDNS } from "../support/resolving.ts";

const CLIENT: Client = { address: "127.0.0.1", port: 4000, tcp: true };

const ROOT_ZONE = `$TTL 300
@ SOA ns. root. 1 2 3 4 120
@ NS ns.
ns. A 127.0.0.1
www.example. A 192.0.2.1
www.example. A 192.0.2.2
www.example. AAAA 2001:db8::1
alias.example. CNAME www.example.
long.example. CNAME alias.example.
dangling.example. CNAME nowhere.example.
mail.example. 60 MX 10 www.example.
old.example. DNAME new.example.
a.new.example. A 192.0.2.3
*.wild.example. TXT "wild"
empty.ent.example. A 192.0.2.4
srv.example. SRV 0 0 53 www.example.
svc.example. HTTPS 1 . alpn=h2
up.z. A 203.0.113.1
*.z. A 203.0.113.9
*.q. A 203.0.113.9
`;
const many = Array.from({ length: 120 }, (_, i) => `big.example. A 198.51.100.${i}\n`).join("");

let named: Daemon | undefined;
let unbound: Daemon | undefined;
let dnsmasq: Daemon | undefined;
const client = new UpstreamClient(realWorld);

beforeAll(async () => {
  named = await startNamed({ zones: [{ origin: ".", text: ROOT_ZONE + many }] });
  if (named === undefined) return;
  const answers = [{ name: "www.example.", type: 1, recursionDesired: true }];
  unbound = await startUnbound({
    answers,
    settings: [
      ...LOCAL_ZONES.map((zone) => `local-zone: ${zone.replace(" ", " ").replace(/^(\S+)/, '"$1"')}`),
      ...LOCAL_DATA.map((data) => `local-data: "${data}"`),
      `forward-zone:\n  name: "."\n  forward-addr: 127.0.0.1@${named.port}`,
    ].join("\n"),
  });
  dnsmasq = await startDnsmasq({ answers, settings: `server=127.0.0.1#${named.port}` });
});

afterAll(async () => {
  client.close();
  await Promise.all([dnsmasq?.stop(), unbound?.stop()]);
  await named?.stop();
});

function resolverBefore(upstream: Daemon, config: ResolverConfig = {}): Resolver {
  const forward = [{ name: ".", address: [`127.0.0.1@${upstream.port}`] }];
  const settings = resolverSettings({ "forward-zone": forward, ...config });
  return new Resolver({ world: realWorld, log: silentLog, settings, metrics: new MetricSet() });
}

/** By bytes where the cache has it. */
async function ours(resolver: Resolver, asked: Message): Promise<Message | undefined> {
  const out = new Uint8Array(65_535);
  const bytes = encodeMessage(asked);
  const length = resolver.answer(bytes, bytes.length, CLIENT, out);
  return length === NOT_HERE ? resolver.resolve(asked, CLIENT) : decodeMessage(out.slice(0, length));
}

async function theirs(daemon: Daemon, asked: Message): Promise<Message | undefined> {
  try {
    const server = { address: "127.0.0.1", port: daemon.port };
    return (await client.query(encodeMessage(asked), server, { timeoutMs: 1500, attempts: 2 })).message;
  } catch (error) {
    if (error instanceof UpstreamError && error.code === "timeout") return undefined;
    throw error;
  }
}

/** Rcode, flags and answers with their TTLs to the second; those of what ages are rounded up to ten. */
function facts(message: Message | undefined): unknown {
  if (message === undefined) return "silence";
  const { rcode, authoritative, recursionAvailable, authenticData, answers, authorities } = message;
  const line = (record: (typeof answers)[number]): string =>
    // Unbound gives a CNAME that it makes itself the TTL 0; RFC 6672 §3.1 says: the DNAME's.
    recordText({
      ...record,
      ttl:
        record.type === TYPE.CNAME && record.name.toString() === "a.old.example." ? 0 : Math.ceil(record.ttl / 10) * 10,
    });
  return {
    rcode,
    authoritative,
    recursionAvailable,
    authenticData,
    answers: answers.map(line).sort(),
    soa: authorities.filter(({ type }) => type === TYPE.SOA).map(line),
  };
}

const QUESTIONS = [
  ..."www.example. nowhere.example. alias.example. long.example. dangling.example. a.old.example. old.example. x.wild.example. ent.example. mail.example. srv.example. svc.example. big.example."
    .split(" ")
    .flatMap((name) => ["A", "AAAA", "MX", "TXT", "SRV", "HTTPS", "CNAME"].map((type) => `${name} ${type}`)),
  "localhost. A",
  "x.localhost. AAAA",
  "1.0.0.127.in-addr.arpa. PTR",
  "9.10.in-addr.arpa. PTR",
  "x.test. A",
  "x.onion. A",
];

describe("beside Unbound", () => {
  test("the same answers, cold and from the cache", async () => {
    if (named === undefined || unbound === undefined) return;
    const resolver = resolverBefore(named);
    for (const text of [...QUESTIONS, ...QUESTIONS]) {
      const asked = query(text, { edns: EDNS });
      const [mine, others] = await Promise.all([ours(resolver, asked), theirs(unbound, asked)]);
      expect([text, facts(mine)]).toEqual([text, facts(others)]);
    }
    resolver.close();
  });

  test("the same of local zones of every type", async () => {
    if (named === undefined || unbound === undefined) return;
    const resolver = resolverBefore(named, { "local-zone": LOCAL_ZONES, "local-data": LOCAL_DATA });
    const owners = LOCAL_ZONES.map((zone) => zone.split(" ")[0]!).flatMap((zone) => [zone, `a.${zone}`, `x.${zone}`]);
    const questions = [
      ...owners,
      "c.static.z.",
      "cn.static.z.",
      "implicit.q.",
      "w.implicit.q.",
      "n.implicit.q.",
    ].flatMap((name) => ["A", "TXT"].map((type) => `${name} ${type}`));
    const asked = questions.map((text) => query(text, { edns: EDNS }));
    const [mine, others] = await Promise.all([
      Promise.all(asked.map((one) => ours(resolver, one))),
      Promise.all(asked.map((one) => theirs(unbound!, one))),
    ]);
    const told = (all: readonly (Message | undefined)[]): unknown[] => all.map((one, i) => [questions[i], facts(one)]);
    expect(told(mine)).toEqual(told(others));
    resolver.close();
  });
});

describe("in front of others", () => {
  test.each(["unbound", "dnsmasq"] as const)("%s as the upstream, with 0x20 and truncation", async (name) => {
    const upstream = name === "unbound" ? unbound : dnsmasq;
    if (named === undefined || upstream === undefined) return;
    const direct = resolverBefore(named);
    const resolver = resolverBefore(upstream, { "use-caps-for-id": true, "edns-buffer-size": 512 });
    for (const text of [
      "www.example. A",
      "long.example. A",
      "big.example. A",
      "nowhere.example. A",
      "www.example. MX",
    ]) {
      const [mine, expected] = await Promise.all([ours(resolver, query(text)), ours(direct, query(text))]);
      expect([text, facts(mine)]).toEqual([text, facts(expected)]);
    }
    direct.close();
    resolver.close();
  });
});
