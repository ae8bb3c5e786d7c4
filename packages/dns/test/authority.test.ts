import { describe, expect, test } from "vitest";
import { Authority, type AuthorityOptions, type Client, NOT_HERE } from "../src/authority/authority.ts";
import { ServerCookies } from "../src/authority/cookies.ts";
import { sipHash24 } from "../src/authority/siphash.ts";
import { decodeMessage } from "../src/message/decode.ts";
import type { Message } from "../src/message/message.ts";
import { ednsOption, optionValue } from "../src/message/options.ts";
import { Name } from "../src/name/name.ts";
import { TYPE, typeCode } from "../src/rdata/types.ts";
import { recordText, type ResourceRecord } from "../src/record.ts";
import { ZoneData } from "../src/zone/zone-data.ts";
import { ServedZone, ZoneSet } from "../src/zone/zone-set.ts";
import { EXAMPLE_ZONE } from "./support/example-zone.ts";
import { fuzzAuthority } from "./support/fuzz-authority.ts";
import { option, queryBytes, type QueryOptions, words } from "./support/queries.ts";

const UDP: Client = { address: "192.0.2.77", port: 5000, tcp: false };
const TCP: Client = { ...UDP, tcp: true };
function zoneOf(origin: string, text: string): ServedZone {
  const name = Name.parse(origin);
  const served = new ServedZone(name);
  const { zone, errors } = ZoneData.load(Buffer.from(text), { origin: name, file: origin });
  expect(errors).toEqual([]);
  served.replace(zone);
  return served;
}

function zonesOf(...zones: ServedZone[]): ZoneSet {
  const set = new ZoneSet();
  for (const zone of zones) set.add(zone);
  return set;
}

const EXAMPLE = zonesOf(zoneOf("example.", EXAMPLE_ZONE));

function authority(options: Partial<AuthorityOptions> = {}): Authority {
  return new Authority({
    zones: EXAMPLE,
    minimalResponses: true,
    udpPayload: 1232,
    elsewhere: false,
    now: () => 0,
    ...options,
  });
}

const out = new Uint8Array(65_535);

function answerTo(query: Uint8Array, options: Partial<AuthorityOptions> = {}, client: Client = UDP): Message {
  const length = authority(options).answer(query, query.length, client, out);
  expect(length).toBeGreaterThan(0);
  return decodeMessage(out.slice(0, length));
}

function ask(name: string, type: string, query: QueryOptions = {}, options: Partial<AuthorityOptions> = {}): Message {
  return answerTo(queryBytes(Name.parse(name), typeCode(type)!, query), options);
}

const texts = (records: readonly ResourceRecord[]): string[] => records.map(recordText);
const flags = ({ authoritative, truncated, rcode }: Message): unknown[] => [authoritative, truncated, rcode];

describe("an answer", () => {
  test("has the question in its own letters, its id and RD, and nothing else of the header", () => {
    const answer = ask("wWw.ExAmPlE.", "A", { id: 0xbeef, flags: 0x0170 });
    expect(answer.questions[0]!.name.toString()).toBe("wWw.ExAmPlE.");
    expect([answer.id, answer.response, answer.recursionDesired, answer.recursionAvailable]).toEqual([
      0xbeef,
      true,
      true,
      false,
    ]);
    expect([answer.authenticData, answer.checkingDisabled, answer.reserved]).toEqual([false, false, false]);
    expect(texts(answer.answers)).toEqual(["wWw.ExAmPlE. 3600 IN A 192.0.2.3"]);
    expect(answer.edns).toBeUndefined();
  });

  test("is the same the second time, and for names of another length", () => {
    const one = authority();
    for (const [name, type] of [
      ["foo.wild", "MX"],
      ["x.sub", "A"],
      ["nothing", "A"],
      ["alias", "AAAA"],
    ] as const) {
      const names = [`${name}.example.`, `${name}.example.`, `much-longer-${name}.example.`, `a.b.${name}.example.`];
      for (const asked of names.slice(0, type === "AAAA" ? 2 : 4)) {
        const query = queryBytes(Name.parse(asked), typeCode(type)!);
        const bytes = (from: Authority): Uint8Array => out.slice(0, from.answer(query, query.length, UDP, out));
        expect(bytes(one), asked).toEqual(bytes(authority()));
      }
    }
  });

  test("to ANY is one set", () => {
    expect(texts(ask("www.example.", "ANY").answers)).toEqual(["www.example. 3600 IN A 192.0.2.3"]);
    expect(texts(ask("alias.example.", "ANY").answers)).toEqual(["alias.example. 3600 IN CNAME www.example."]);
  });

  test("to class ANY is not authoritative", () => {
    const answer = ask("www.example.", "A", { class: 255 });
    expect([answer.authoritative, answer.answers.length]).toEqual([false, 1]);
  });

  test("says no with the SOA, whose TTL is the smaller of its own and its minimum", () => {
    const soa = ["example. 300 IN SOA ns.example. host.example. 1 2 3 4 300"];
    expect(flags(ask("nothing.example.", "A"))).toEqual([true, false, 3]);
    expect(texts(ask("nothing.example.", "A").authorities)).toEqual(soa);
    expect(flags(ask("www.example.", "MX"))).toEqual([true, false, 0]);
    expect(texts(ask("www.example.", "MX").authorities)).toEqual(soa);
    expect(flags(ask("gone.example.", "A"))).toEqual([true, false, 3]);
    expect(texts(ask("gone.example.", "A").authorities)).toEqual(soa);
  });

  test("follows aliases, 16 of them, and ends where they go round", () => {
    expect(texts(ask("alias.example.", "A").answers)).toEqual([
      "alias.example. 3600 IN CNAME www.example.",
      "www.example. 3600 IN A 192.0.2.3",
    ]);
    expect(ask("c4.example.", "A", { payload: 1232 }).answers.map(({ type }) => type)).toEqual(
      Array<number>(16).fill(TYPE.CNAME),
    );
    expect(ask("c5.example.", "A", { payload: 1232 }).answers.at(-1)!.type).toBe(TYPE.A);
    expect(ask("loop1.example.", "A").answers).toHaveLength(2);
    expect(flags(ask("away.example.", "A"))).toEqual([true, false, 0]);
  });

  test("makes a CNAME with the DNAME's TTL, and YXDOMAIN of a name that becomes too long", () => {
    expect(texts(ask("x.dn.example.", "MX").answers)).toEqual([
      "dn.example. 3600 IN DNAME wild.example.",
      "x.dn.example. 3600 IN CNAME x.wild.example.",
      "x.wild.example. 3600 IN MX 5 www.example.",
    ]);
    const answer = ask(`${"d".repeat(63)}.long.example.`, "A", { payload: 1232 });
    expect(flags(answer)).toEqual([true, false, 6]);
    expect(answer.answers.map(({ type }) => type)).toEqual([TYPE.DNAME]);
  });

  test("refers with the addresses that the zone has, and not authoritatively", () => {
    const answer = ask("host.sub.example.", "A");
    expect(flags(answer)).toEqual([false, false, 0]);
    expect(texts(answer.authorities)).toEqual([
      "sub.example. 3600 IN NS ns.sub.example.",
      "sub.example. 3600 IN NS ns2.example.",
    ]);
    expect(texts(answer.additionals)).toEqual([
      "ns.sub.example. 3600 IN A 192.0.2.20",
      "ns2.example. 3600 IN A 192.0.2.22",
    ]);
  });

  test("is SERVFAIL while the zone is not there, REFUSED for names of no zone", () => {
    const zones = zonesOf(new ServedZone(Name.parse("example.")));
    expect(ask("www.example.", "A", {}, { zones }).rcode).toBe(2);
    const refused = ask("www.test.", "A", { payload: 1232 });
    expect([refused.rcode, refused.authoritative]).toEqual([5, false]);
    expect(refused.edns!.options.map(optionValue)).toEqual([{ option: "EXTENDED-ERROR", infoCode: 20, text: "" }]);
    expect(ask("www.example.", "A", { class: 4 }).rcode).toBe(5);
  });

  test("goes on in another zone that is served here, and follows its changes", () => {
    const other = zoneOf("test.", "$TTL 60\n@ SOA a b 1 2 3 4 5\n@ NS ns\nwww A 192.0.2.99\n");
    const zones = zonesOf(...EXAMPLE, other);
    const one = authority({ zones });
    const query = queryBytes(Name.parse("away.example."), TYPE.A);
    const last = (): string | undefined => {
      const message = decodeMessage(out.slice(0, one.answer(query, query.length, UDP, out)));
      return message.answers.map(recordText).at(-1);
    };
    expect(last()).toBe("www.test. 60 IN A 192.0.2.99");
    const next = ZoneData.load(Buffer.from("$TTL 60\n@ SOA a b 2 2 3 4 5\n@ NS ns\nwww A 192.0.2.98\n"), {
      origin: Name.parse("test."),
      file: "test",
    });
    other.replace(next.zone);
    expect(last()).toBe("www.test. 60 IN A 192.0.2.98");
    zones.remove(Name.parse("test."));
    expect(last()).toBe("away.example. 3600 IN CNAME www.test.");
  });

  test("comes from the view of the client", () => {
    const inside = zonesOf(zoneOf("example.", "$TTL 60\n@ SOA a b 1 2 3 4 5\n@ NS ns\nwww MX 1 inside\n"));
    const one = authority({ viewOf: ({ address }) => (address === "10.0.0.1" ? inside : undefined) });
    const query = queryBytes(Name.parse("www.example."), TYPE.MX);
    const count = (client: Client): number =>
      decodeMessage(out.slice(0, one.answer(query, query.length, client, out))).answers.length;
    expect([count(UDP), count({ ...UDP, address: "10.0.0.1" }), count(UDP)]).toEqual([0, 1, 0]);
  });
});

describe("what does not fit", () => {
  test("is cut at whole sets, with TC", () => {
    expect(flags(ask("many.example.", "A"))).toEqual([true, true, 0]);
    expect(ask("many.example.", "A").answers).toHaveLength(0);
    expect(ask("many.example.", "A", { payload: 1232 }).answers).toHaveLength(40);
    expect(ask("many.example.", "A", { payload: 100 }).truncated).toBe(true);
    expect(texts(ask("tobig.example.", "TXT").answers)).toEqual(["tobig.example. 3600 IN CNAME big.example."]);
    expect(ask("tobig.example.", "TXT").truncated).toBe(true);
  });

  test("is never above what the client and the server take", () => {
    for (let payload = 500; payload < 800; payload += 7) {
      for (const name of ["many", "tobig", "bigglue", "sibling", "c5"]) {
        const query = queryBytes(Name.parse(`${name}.example.`), TYPE.A, { payload });
        expect(authority({ udpPayload: 700 }).answer(query, query.length, UDP, out)).toBeLessThanOrEqual(
          Math.min(700, Math.max(512, payload)),
        );
      }
    }
    const query = queryBytes(Name.parse("many.example."), TYPE.A);
    expect(answerTo(query, {}, TCP).answers).toHaveLength(40);
  });

  test("of the glue below a cut sets TC, of other addresses it is just not there", () => {
    const own = ask("bigglue.example.", "A");
    expect([flags(own), own.authorities.length, own.additionals.length]).toEqual([[false, true, 0], 1, 0]);
    const sibling = ask("sibling.example.", "A");
    expect(flags(sibling)).toEqual([false, false, 0]);
    expect(texts(sibling.additionals)).toEqual(["ns.sibling.example. 3600 IN A 192.0.2.9"]);
  });

  test("is not remembered for those who take more", () => {
    const one = authority();
    const query = (payload: number): Uint8Array => queryBytes(Name.parse("bigglue.example."), TYPE.A, { payload });
    const count = (bytes: Uint8Array): number =>
      decodeMessage(out.slice(0, one.answer(bytes, bytes.length, UDP, out))).additionals.length;
    expect([count(query(512)), count(query(1232)), count(query(512))]).toEqual([0, 40, 0]);
  });
});

describe("EDNS", () => {
  const edns = (options: Uint8Array, more: Partial<AuthorityOptions> = {}, client: Client = UDP): Message =>
    answerTo(queryBytes(Name.parse("www.example."), TYPE.A, { payload: 4096, options }), more, client);
  const values = (message: Message): unknown => message.edns!.options.map(optionValue);

  test("is answered with an OPT record that repeats DO", () => {
    const { edns: answer } = ask("www.example.", "A", { payload: 4096, ednsFlags: 0xffff });
    expect(answer).toEqual({ udpPayload: 1232, version: 0, dnssecOk: true, options: [] });
  });

  test("of another version is BADVERS", () => {
    const answer = ask("www.example.", "A", { payload: 4096, ednsVersion: 1 });
    expect([answer.rcode, answer.edns!.version, answer.answers.length]).toEqual([16, 0, 0]);
  });

  test("NSID is told to those who ask", () => {
    const nsid = Buffer.from("ns-1");
    expect(values(edns(option(3, Buffer.alloc(0)), { nsid }))).toEqual([
      { option: "NSID", data: new Uint8Array(nsid) },
    ]);
    expect(values(edns(new Uint8Array(0), { nsid }))).toEqual([]);
    expect(values(edns(option(3, Buffer.alloc(0))))).toEqual([]);
  });

  test("keepalive is told over TCP", () => {
    const asked = option(11, Buffer.alloc(0));
    expect(values(edns(asked, { tcpIdleMs: 10_000 }, TCP))).toEqual([{ option: "TCP-KEEPALIVE", timeoutMs: 10_000 }]);
    expect(values(edns(asked, { tcpIdleMs: 10_000 }))).toEqual([]);
  });

  test.each([
    ["an option longer than the record", words(3, 5, 0)],
    ["half an option", Buffer.of(0, 3, 0)],
    ["a cookie of 7 bytes", option(10, Buffer.alloc(7))],
    ["a cookie of 41 bytes", option(10, Buffer.alloc(41))],
    ["a subnet without its address", option(8, Buffer.from([0, 1, 24, 0]))],
  ])("is FORMERR with %s", (_what, options) => {
    expect(edns(options).rcode).toBe(1);
  });

  test("options that nobody knows do not matter", () => {
    expect(edns(option(65_001, Buffer.from("x"))).answers).toHaveLength(1);
    expect(edns(option(12, Buffer.alloc(100))).answers).toHaveLength(1);
  });
});

describe("cookies", () => {
  const secret = Buffer.from("e5e973e5a6b2a43f48e7dc849e37bfcf", "hex");
  const client = Buffer.from("2464c4abcf10c957", "hex");

  test("SipHash-2-4 is its authors'", () => {
    const key = Uint8Array.from({ length: 16 }, (_, i) => i);
    const input = Uint8Array.from({ length: 15 }, (_, i) => i);
    const hash = new Uint8Array(8);
    sipHash24(key, input, 15, hash, 0);
    expect(Buffer.from(hash).readBigUInt64LE()).toBe(0xa129ca6149be45e5n);
  });

  test("are those of RFC 9018's appendix", () => {
    const cookies = new ServerCookies({ secret });
    const made = new Uint8Array(24);
    cookies.write(made, 0, client, 0, "198.51.100.100", 1_559_731_985);
    expect(Buffer.from(made).toString("hex")).toBe("2464c4abcf10c957010000005cf79f111f8130c3eee29480");
  });

  test("are good for an hour, for their client, also under the secret before", () => {
    const old = new ServerCookies({ secret });
    const cookie = new Uint8Array(24);
    const now = 1_559_731_985;
    old.write(cookie, 0, client, 0, "2001:db8::1", now);
    const young = new ServerCookies({ secret: Buffer.alloc(16), previousSecret: secret });
    const isOurs = (from: ServerCookies, address: string, at: number): boolean =>
      from.isOurs(cookie, 0, 24, address, at);
    expect(isOurs(old, "2001:db8::1", now)).toBe(true);
    expect(isOurs(young, "2001:db8::1", now + 3599)).toBe(true);
    expect(isOurs(old, "2001:db8::1", now + 3601)).toBe(false);
    expect(isOurs(old, "2001:db8::1", now - 301)).toBe(false);
    expect(isOurs(old, "2001:db8::2", now)).toBe(false);
    expect(isOurs(new ServerCookies({ secret: Buffer.alloc(16) }), "2001:db8::1", now)).toBe(false);
    cookie[20]! ^= 1;
    expect(isOurs(old, "2001:db8::1", now)).toBe(false);
  });

  test("come with the answer to a client's", () => {
    const query = queryBytes(Name.parse("www.example."), TYPE.A, { payload: 1232, options: option(10, client) });
    const answer = answerTo(query, { cookies: { secret }, now: () => 1_559_731_985_000 });
    const value = optionValue(answer.edns!.options[0]!);
    expect(value.option === "COOKIE" && Buffer.from(value.client).toString("hex")).toBe("2464c4abcf10c957");
    expect(value.option === "COOKIE" && value.server.length).toBe(16);
    expect(answerTo(query).edns!.options).toEqual([]);
  });
});

describe("the rate limit", () => {
  const query = queryBytes(Name.parse("www.example."), TYPE.A);
  const lengths = (one: Authority, count: number, client: Client, bytes = query): number[] =>
    Array.from({ length: count }, () => one.answer(bytes, bytes.length, client, out));

  test("drops equal answers to a network, and lets every second be a short one with TC", () => {
    let now = 1_000_000;
    const one = authority({ rrl: { responsesPerSecond: 5, slip: 2 }, now: () => now });
    const full = lengths(one, 5, UDP);
    expect(new Set(full).size).toBe(1);
    expect(lengths(one, 4, { ...UDP, address: "192.0.2.200" })).toEqual([0, query.length, 0, query.length]);
    expect(decodeMessage(out.slice(0, query.length)).truncated).toBe(true);
    expect(lengths(one, 1, { ...UDP, address: "192.0.3.1" })).toEqual([full[0]]);
    expect(lengths(one, 1, TCP)).toEqual([full[0]]);
    expect(lengths(one, 1, UDP, queryBytes(Name.parse("ns.example."), TYPE.A))[0]).toBeGreaterThan(0);
    now += 400;
    expect(lengths(one, 3, UDP)).toEqual([full[0], full[0], 0]);
  });

  test("counts all names that do not exist as one", () => {
    const one = authority({ rrl: { responsesPerSecond: 3, slip: 0 } });
    const asked = Array.from({ length: 6 }, (_, i) => {
      const bytes = queryBytes(Name.parse(`n${i}.example.`), TYPE.A);
      return one.answer(bytes, bytes.length, UDP, out) > 0;
    });
    expect(asked).toEqual([true, true, true, false, false, false]);
  });

  test("spares those who have a cookie of ours", () => {
    const secret = Buffer.alloc(16, 7);
    const one = authority({ rrl: { responsesPerSecond: 1, slip: 0 }, cookies: { secret } });
    const asking = (cookie: Uint8Array): Uint8Array =>
      queryBytes(Name.parse("www.example."), TYPE.A, { payload: 1232, options: option(10, cookie) });
    const first = asking(Buffer.alloc(8, 1));
    const answer = decodeMessage(out.slice(0, one.answer(first, first.length, UDP, out)));
    const known = asking(answer.edns!.options[0]!.data);
    expect(lengths(one, 3, UDP, known).every((length) => length > 0)).toBe(true);
    expect(lengths(one, 2, UDP)).toEqual([0, 0]);
  });
});

describe("questions about the server", () => {
  const about = (name: string, type = "TXT", options: Partial<AuthorityOptions> = {}): unknown => {
    const { rcode, authoritative, answers } = ask(
      name,
      type,
      { class: 3 },
      { version: "v1", identity: "me", ...options },
    );
    return [rcode, authoritative, texts(answers)];
  };

  test("are answered as it was told", () => {
    expect(about("version.bind.")).toEqual([0, false, ['version.bind. 0 CH TXT "v1"']]);
    expect(about("VERSION.server.")).toEqual([0, false, ['VERSION.server. 0 CH TXT "v1"']]);
    expect(about("id.server.")).toEqual([0, false, ['id.server. 0 CH TXT "me"']]);
    expect(about("hostname.bind.")).toEqual([0, false, ['hostname.bind. 0 CH TXT "me"']]);
  });

  test("are refused otherwise", () => {
    expect(about("authors.bind.")).toEqual([5, false, []]);
    expect(about("version.bind.", "A")).toEqual([5, false, []]);
    const one = authority();
    const query = queryBytes(Name.parse("version.bind."), TYPE.TXT, { class: 3 });
    expect(decodeMessage(out.slice(0, one.answer(query, query.length, UDP, out))).rcode).toBe(5);
  });
});

describe("what is no ordinary query", () => {
  const www = Name.parse("www.example.");
  const given = (bytes: Uint8Array, options: Partial<AuthorityOptions> = {}): number =>
    authority(options).answer(bytes, bytes.length, UDP, out);
  const rcode = (bytes: Uint8Array): unknown[] => {
    const length = given(bytes);
    return [length, out[3]! & 15, out[5]];
  };
  const record = Buffer.concat([www.wire, words(TYPE.A, 1, 0, 60, 4), Buffer.from([192, 0, 2, 1])]);

  test("gets no answer when it is one, or shorter than a header", () => {
    expect(given(queryBytes(www, TYPE.A, { flags: 0x8000 }))).toBe(0);
    expect(given(queryBytes(www, TYPE.A).subarray(0, 11))).toBe(0);
  });

  test("is left to others: opcodes, transfers, several questions, TSIG, names of no zone", () => {
    expect(given(queryBytes(www, TYPE.SOA, { flags: 0x2000 }))).toBe(NOT_HERE);
    expect(given(queryBytes(www, TYPE.SOA, { flags: 0x2800 }))).toBe(NOT_HERE);
    expect(given(queryBytes(www, TYPE.AXFR))).toBe(NOT_HERE);
    expect(given(queryBytes(www, TYPE.IXFR))).toBe(NOT_HERE);
    const two = Buffer.concat([words(1, 0, 2, 0, 0, 0), www.wire, words(1, 1), www.wire, words(1, 1)]);
    expect(given(two)).toBe(NOT_HERE);
    expect(given(queryBytes(Name.parse("www.test."), TYPE.A), { elsewhere: true })).toBe(NOT_HERE);
    const tsig = Buffer.concat([
      queryBytes(www, TYPE.A),
      Buffer.from("036b657900", "hex"),
      words(TYPE.TSIG, 255, 0, 0, 13 + 16),
      Name.parse("hmac-sha256.").wire,
      Buffer.alloc(16),
    ]);
    tsig[11] = 1;
    expect(given(tsig)).toBe(NOT_HERE);
  });

  test("is FORMERR when it is malformed, with the question when that can be read", () => {
    const query = queryBytes(www, TYPE.A);
    expect(rcode(words(1, 0, 0, 0, 0, 0))).toEqual([12, 1, 0]);
    expect(rcode(query.subarray(0, 20))).toEqual([12, 1, 0]);
    expect(rcode(Buffer.concat([words(1, 0, 1, 0, 0, 0), Buffer.from([0xc0, 12]), words(1, 1)]))).toEqual([12, 1, 0]);
    expect(rcode(Buffer.concat([query, Buffer.of(0)]))).toEqual([query.length, 1, 1]);
    const twice = Buffer.concat([queryBytes(www, TYPE.A, { payload: 512 }), Buffer.of(0), words(41, 512, 0, 0, 0)]);
    twice[11] = 2;
    expect(rcode(twice)).toEqual([query.length, 1, 1]);
  });

  test("is answered when it has records that mean nothing", () => {
    const query = Buffer.concat([queryBytes(www, TYPE.A), record]);
    for (const count of [7, 9, 11]) {
      const bytes = Buffer.from(query);
      bytes[count] = 1;
      expect(answerTo(bytes).answers).toHaveLength(1);
    }
    const edns = Buffer.concat([query, Buffer.of(0), words(41, 4096, 0, 0, 0)]);
    edns[11] = 2;
    expect(answerTo(edns).edns!.udpPayload).toBe(1232);
  });

  test("is answered as a value, whatever it is", () => {
    const one = authority({ elsewhere: true });
    const base = decodeMessage(queryBytes(www, TYPE.A, { payload: 512 }));
    const told = (query: Message): number => one.answerMessage(query, UDP).rcode;
    expect(told(base)).toBe(0);
    expect(told({ ...base, opcode: 5 })).toBe(4);
    expect(told({ ...base, questions: [] })).toBe(1);
    expect(told({ ...base, questions: [{ ...base.questions[0]!, type: TYPE.AXFR }] })).toBe(4);
    const many = { ...base, questions: [{ name: Name.parse("many.example."), type: TYPE.A, class: 1 }] };
    expect(one.answerMessage(many, UDP).answers).toHaveLength(40);
    expect(told({ ...base, questions: [{ name: Name.parse("www.test."), type: TYPE.A, class: 1 }] })).toBe(5);
    expect(
      one.answerMessage(
        { ...base, edns: { ...base.edns!, options: [ednsOption({ option: "NSID", data: new Uint8Array(0) })] } },
        UDP,
      ).rcode,
    ).toBe(0);
  });

  test("never makes more than an answer that decodes", () => {
    expect(fuzzAuthority(EXAMPLE, 20_000, 1)).toBeGreaterThan(5000);
  });
});
