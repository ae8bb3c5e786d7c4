import { describe, expect, test } from "vitest";
import { encodeMessage } from "../../src/message/encode.ts";
import type { Message } from "../../src/message/message.ts";
import { ednsOption, optionValue } from "../../src/message/options.ts";
import { Name } from "../../src/name/name.ts";
import { typeText } from "../../src/rdata/types.ts";
import { answerTo, query, question, record } from "../support/messages.ts";
import { CLIENT, EDNS, ResolverRig, UPSTREAM, words } from "../support/resolving.ts";
import type { Asked, Script } from "../support/scripted-server.ts";

/** Answers `NAME TYPE` with records; names that it lacks with NXDOMAIN, other types of names that it has with NODATA. */
function zoneScript(
  records: Readonly<Record<string, readonly string[]>>,
  soa = ". 900 IN SOA ns. root. 1 2 3 4 60",
): Script {
  return ({ query: asked }) => {
    const { name, type } = asked.questions[0]!;
    const found = records[`${name.folded().toString()} ${typeText(type)}`];
    if (found !== undefined) return answerTo(asked, found);
    const isKnown = Object.keys(records).some((key) => key.startsWith(`${name.folded().toString()} `));
    return answerTo(asked, [], { rcode: isKnown ? 0 : 3, authorities: [record(soa)] });
  };
}

const WWW = zoneScript({ "www.example. A": ["www.example. 300 IN A 192.0.2.1"] });

function errorsOf(message: Message | undefined): number[] {
  const values = (message?.edns?.options ?? []).map((option) => optionValue(option));
  return values.flatMap((value) => (value.option === "EXTENDED-ERROR" ? [value.infoCode] : []));
}

describe("the cache", () => {
  test("a hit is answered by bytes, with this asker's id, case, flags and OPT, and an aged TTL", async () => {
    const rig = await ResolverRig.start(WWW);
    expect(await rig.said("www.example. A")).toEqual(["NOERROR", "www.example. 300 IN A 192.0.2.1"]);
    await rig.world.clock.advanceAsync("100s");
    const hit = rig.fast("WwW.ExAmPlE. A", { id: 7, checkingDisabled: false });
    expect(hit).toEqual({
      ...answerTo(query("WwW.ExAmPlE. A", { id: 7 }), ["WwW.ExAmPlE. 200 IN A 192.0.2.1"]),
    });
    const withOpt = rig.fast("www.example. A", { edns: EDNS }) as Message;
    expect(withOpt.edns).toEqual(EDNS);
    expect(rig.asked).toBe(1);
  });

  test("what is over is asked for again", async () => {
    const rig = await ResolverRig.start(WWW);
    await rig.ask("www.example. A");
    await rig.world.clock.advanceAsync("299s");
    expect(await rig.said("www.example. A")).toEqual(["NOERROR", "www.example. 1 IN A 192.0.2.1"]);
    await rig.world.clock.advanceAsync("1s");
    expect(rig.fast("www.example. A")).toBe("not here");
    expect(await rig.said("www.example. A")).toEqual(["NOERROR", "www.example. 300 IN A 192.0.2.1"]);
    expect(rig.asked).toBe(2);
  });

  test("DO and CD are questions of their own; RD 0 is no question for the cache", async () => {
    const rig = await ResolverRig.start(WWW);
    await rig.ask("www.example. A");
    await rig.ask("www.example. A", { edns: { ...EDNS, dnssecOk: true } });
    await rig.ask("www.example. A", { checkingDisabled: true });
    expect(rig.asked).toBe(3);
    expect(rig.upstream.log.map(({ query: { edns, checkingDisabled } }) => [edns?.dnssecOk, checkingDisabled])).toEqual(
      [
        [false, false],
        [true, false],
        [false, true],
      ],
    );
    expect(rig.fast("www.example. A", { edns: { ...EDNS, dnssecOk: true } })).toMatchObject({
      edns: { dnssecOk: true },
      checkingDisabled: false,
    });
    expect(rig.fast("www.example. A", { checkingDisabled: true })).toMatchObject({ checkingDisabled: true });
    expect(rig.fast("www.example. A", { recursionDesired: false })).toBe("not here");
  });

  test("denials live as long as the SOA's TTL and its minimum allow, and are told apart", async () => {
    const rig = await ResolverRig.start(WWW);
    for (const [name, rcode] of [
      ["nope.example. A", 3],
      ["www.example. AAAA", 0],
    ] as const) {
      const first = (await rig.ask(name))!;
      expect(first).toMatchObject({ rcode, answers: [], authorities: [{ ttl: 60 }] });
      await rig.world.clock.advanceAsync("50s");
      expect(rig.fast(name)).toMatchObject({ rcode, authorities: [{ ttl: 10 }] });
      await rig.world.clock.advanceAsync("10s");
      expect(rig.fast(name)).toBe("not here");
    }
  });

  test("a denial without a SOA is not kept", async () => {
    const rig = await ResolverRig.start(({ query: asked }) => answerTo(asked, []));
    await rig.ask("a.example. A");
    expect(await rig.said("a.example. A")).toEqual(["NOERROR"]);
    expect(rig.asked).toBe(2);
  });

  test("cache-min-ttl, cache-max-ttl and cache-max-negative-ttl bound what is kept and shown", async () => {
    const script = zoneScript({
      "short.example. A": ["short.example. 1 IN A 192.0.2.1"],
      "long.example. A": ["long.example. 999999 IN A 192.0.2.1"],
    });
    const config = { "cache-min-ttl": 30, "cache-max-ttl": 5000, "cache-max-negative-ttl": 40 };
    const rig = await ResolverRig.start(script, config);
    expect(await rig.said("short.example. A")).toEqual(["NOERROR", "short.example. 30 IN A 192.0.2.1"]);
    expect(await rig.said("long.example. A")).toEqual(["NOERROR", "long.example. 5000 IN A 192.0.2.1"]);
    expect(await rig.ask("no.example. A")).toMatchObject({ authorities: [{ ttl: 40 }] });
  });

  test("TTL 0 is handed on and not kept", async () => {
    const rig = await ResolverRig.start(zoneScript({ "now.example. A": ["now.example. 0 IN A 192.0.2.1"] }));
    await rig.ask("now.example. A");
    await rig.ask("now.example. A");
    expect(rig.asked).toBe(2);
  });

  test("one question of many askers goes out once, in each one's case", async () => {
    const rig = await ResolverRig.start(WWW);
    const spellings = ["www.example.", "WWW.example.", "www.EXAMPLE."];
    const asked = Array.from({ length: 300 }, (_, i) =>
      rig.resolver.resolve(query(`${spellings[i % 3]} A`, { id: i }), CLIENT),
    );
    const replies = await rig.world.clock.runUntil(Promise.all(asked));
    expect(rig.asked).toBe(1);
    for (const [i, reply] of replies.entries()) {
      expect(reply!.id).toBe(i);
      expect(String(reply!.answers[0]!.name)).toBe(spellings[i % 3]);
    }
  });

  test("an answer too long for the asker is cut over UDP and whole over TCP", async () => {
    const many = Array.from({ length: 60 }, (_, i) => `big.example. 60 IN A 192.0.2.${i}`);
    const rig = await ResolverRig.start(zoneScript({ "big.example. A": many }));
    await rig.ask("big.example. A");
    expect(rig.fast("big.example. A")).toBe("not here");
    expect(rig.fast("big.example. A", { edns: { ...EDNS, udpPayload: 4096 } })).toMatchObject({ truncated: false });
    const overTcp = rig.fast("big.example. A", {}, { ...CLIENT, tcp: true }) as Message;
    expect(overTcp.answers).toHaveLength(60);
  });

  test("entries and flush show what is there, by name", async () => {
    const rig = await ResolverRig.start(WWW);
    await rig.ask("www.example. A");
    await rig.ask("nope.example. A");
    await rig.ask("localhost. A");
    await rig.world.clock.advanceAsync("20s");
    const entries = [...rig.resolver.cache.entries()].map((entry) => [
      String(entry.name),
      entry.type,
      entry.rcode,
      entry.origin,
      entry.remainingS,
      entry.answers.map(({ ttl }) => ttl),
    ]);
    expect(entries).toEqual([
      ["www.example.", 1, 0, "upstream", 280, [280]],
      ["nope.example.", 1, 3, "upstream", 40, []],
      ["localhost.", 1, 0, "local", Infinity, [10_800]],
    ]);
    expect(rig.resolver.cache.flush(Name.parse("example."))).toBe(2);
    expect(rig.fast("www.example. A")).toBe("not here");
    expect(rig.resolver.cache.flush()).toBe(1);
    expect(rig.resolver.cache.size).toBe(0);
  });
});

describe("failures", () => {
  test("SERVFAIL and silence are answered SERVFAIL with a reason, and remembered for five seconds", async () => {
    const rig = await ResolverRig.start(({ query: asked }) => answerTo(asked, [], { rcode: 2 }));
    const first = await rig.ask("www.example. A", { edns: EDNS });
    expect(first).toMatchObject({ rcode: 2, answers: [] });
    expect(errorsOf(first)).toEqual([23]);
    const { asked } = rig;
    const again = rig.fast("www.example. A", { edns: EDNS });
    expect(again).toMatchObject({ rcode: 2, recursionAvailable: true });
    expect(errorsOf(again as Message)).toEqual([13]);
    expect(rig.asked).toBe(asked);
    await rig.world.clock.advanceAsync("6s");
    rig.upstream.script(WWW);
    expect(await rig.said("www.example. A")).toEqual(["NOERROR", "www.example. 300 IN A 192.0.2.1"]);
  });

  test("what the upstream says about its failure is passed on", async () => {
    const bogus = ednsOption({ option: "EXTENDED-ERROR", infoCode: 6, text: "bad signature" });
    const rig = await ResolverRig.start(({ query: asked }) =>
      answerTo(asked, [], { rcode: 2, edns: { ...EDNS, options: [bogus] } }),
    );
    const reply = (await rig.ask("www.example. A", { edns: EDNS }))!;
    expect(optionValue(reply.edns!.options[0]!)).toMatchObject({ infoCode: 6, text: "bad signature" });
  });

  test("a silent upstream ends in SERVFAIL within ten seconds of virtual time", async () => {
    const rig = await ResolverRig.start(() => undefined);
    const startMs = rig.world.clock.monotonic();
    expect(await rig.said("www.example. A")).toEqual(["SERVFAIL"]);
    expect(rig.world.clock.monotonic() - startMs).toBeLessThan(10_000);
    expect(rig.asked).toBe(4);
  });

  test("a server that cannot read EDNS is asked without, and remembered", async () => {
    const rig = await ResolverRig.start((asked) =>
      asked.query.edns === undefined ? WWW(asked) : answerTo(asked.query, [], { rcode: 1, questions: [] }),
    );
    expect(await rig.said("www.example. A")).toEqual(["NOERROR", "www.example. 300 IN A 192.0.2.1"]);
    await rig.ask("other.example. A");
    expect(rig.upstream.log.map(({ query: { edns } }) => edns === undefined)).toEqual([false, true, true]);
  });

  test("FORMERR of a server that has EDNS itself is its last word", async () => {
    const rig = await ResolverRig.start(({ query: asked }) => answerTo(asked, [], { rcode: 1, edns: EDNS }));
    expect(await rig.said("www.example. A")).toEqual(["SERVFAIL"]);
    expect(rig.asked).toBe(1);
  });
});

describe("several upstreams", () => {
  const two = { "forward-zone": [{ name: ".", address: [UPSTREAM, "10.0.0.54"] }] };

  test("when one is silent or fails the other answers, and is asked first from then on", async () => {
    const rig = await ResolverRig.start(() => undefined, two);
    const other = await rig.serve("10.0.0.54", (asked) =>
      answerTo(asked.query, [`${asked.query.questions[0]!.name.toString()} 60 IN A 192.0.2.1`]),
    );
    for (let i = 0; i < 60; i++) expect((await rig.ask(`n${i}.example. A`))!.rcode).toBe(0);
    expect(other.log).toHaveLength(60);
    // At most until it counts as silent, and when its rests are over.
    expect(rig.asked).toBeLessThan(12);
  });

  test("the quicker one is asked by far more often, the other one now and then", async () => {
    const echo: Script = (asked) =>
      answerTo(asked.query, [`${asked.query.questions[0]!.name.toString()} 60 IN A 192.0.2.1`]);
    const rig = await ResolverRig.start(echo, two);
    const far = await rig.serve("10.0.0.54", echo);
    rig.world.network.link("10.0.0.1", "10.0.0.54", { latencyMs: 60 });
    for (let i = 0; i < 300; i++) await rig.ask(`n${i}.example. A`);
    expect(far.log.length).toBeGreaterThan(1);
    expect(far.log.length).toBeLessThan(30);
    expect(rig.asked + far.log.length).toBe(300);
  });

  test("one that is refused (nobody listens) costs no waiting", async () => {
    const rig = await ResolverRig.start(WWW, {
      "forward-zone": [{ name: ".", address: [`${UPSTREAM}@99`, UPSTREAM] }],
    });
    const startMs = rig.world.clock.monotonic();
    for (let i = 0; i < 5; i++) await rig.ask(`n${i}.example. A`);
    expect(rig.world.clock.monotonic() - startMs).toBeLessThan(30);
  });
});

describe("zones", () => {
  const config = {
    "forward-zone": [{ name: ".", address: [UPSTREAM] }],
    "stub-zone": [
      { name: "corp.example.", address: ["10.0.0.54"] },
      { name: "lab.corp.example.", address: ["10.0.0.55"] },
    ],
  };
  const authority =
    (records: Readonly<Record<string, readonly string[]>>): Script =>
    (asked) => ({ ...(zoneScript(records)(asked) as Message), authoritative: true, recursionAvailable: false });

  test("the smallest zone around the name is asked; stubs without RD, and not about what lies elsewhere", async () => {
    const rig = await ResolverRig.start(zoneScript({ "www.example. A": ["www.example. 60 IN A 192.0.2.1"] }), config);
    const corp = await rig.serve("10.0.0.54", (asked) => ({
      ...answerTo(asked.query, ["www.corp.example. 60 IN CNAME www.example.", "www.example. 60 IN A 6.6.6.6"]),
      authoritative: true,
    }));
    const lab = await rig.serve(
      "10.0.0.55",
      authority({ "a.lab.corp.example. A": ["a.lab.corp.example. 60 IN A 192.0.2.3"] }),
    );
    expect(await rig.said("a.lab.corp.example. A")).toEqual(["NOERROR", "a.lab.corp.example. 60 IN A 192.0.2.3"]);
    expect(lab.log.map(({ query: { recursionDesired } }) => recursionDesired)).toEqual([false]);
    // The stub's server speaks for corp.example alone: where the alias leads is asked of others.
    expect(await rig.said("www.corp.example. A")).toEqual([
      "NOERROR",
      "www.corp.example. 60 IN CNAME www.example.",
      "www.example. 60 IN A 192.0.2.1",
    ]);
    expect(corp.log).toHaveLength(1);
    expect(rig.upstream.log.map(({ query: { recursionDesired } }) => recursionDesired)).toEqual([true]);
    // A DS stands above the cut.
    await rig.ask("lab.corp.example. DS");
    expect(lab.log).toHaveLength(1);
  });

  test("a stub's server that only refers elsewhere or says nothing is lame", async () => {
    const rig = await ResolverRig.start(WWW, {
      "stub-zone": [{ name: "corp.example.", address: ["10.0.0.54", "10.0.0.55"] }],
    });
    await rig.serve("10.0.0.54", ({ query: asked }) =>
      answerTo(asked, [], { authorities: [record(". 60 IN NS a.root-servers.net.")] }),
    );
    const right = await rig.serve(
      "10.0.0.55",
      authority({ "a.corp.example. A": ["a.corp.example. 60 IN A 192.0.2.3"] }),
    );
    for (let i = 0; i < 8; i++) {
      rig.resolver.cache.flush();
      expect((await rig.said("a.corp.example. A"))[0]).toBe("NOERROR");
    }
    expect(right.log).toHaveLength(8);
  });

  test("a stub's authority may refer to others below it: by glue, or by names that are asked for", async () => {
    const rig = await ResolverRig.start(
      zoneScript({ "ns.hosting.example. A": ["ns.hosting.example. 60 IN A 10.0.0.56"] }),
      {
        "forward-zone": [{ name: ".", address: [UPSTREAM] }],
        "stub-zone": [{ name: "corp.example.", address: ["10.0.0.54"] }],
      },
    );
    const refer =
      (cut: string, ns: string, glue: readonly string[]): Script =>
      ({ query: asked }) =>
        answerTo(asked, [], { authorities: [record(`${cut} 60 IN NS ${ns}`)], additionals: glue.map(record) });
    const parent = await rig.serve(
      "10.0.0.54",
      refer("lab.corp.example.", "ns.lab.corp.example.", ["ns.lab.corp.example. 60 IN A 10.0.0.55"]),
    );
    const lab = await rig.serve(
      "10.0.0.55",
      authority({ "a.lab.corp.example. A": ["a.lab.corp.example. 60 IN A 192.0.2.3"] }),
    );
    const hosted = await rig.serve(
      "10.0.0.56",
      authority({ "b.out.corp.example. A": ["b.out.corp.example. 60 IN A 192.0.2.4"] }),
    );
    expect(await rig.said("a.lab.corp.example. A")).toEqual(["NOERROR", "a.lab.corp.example. 60 IN A 192.0.2.3"]);
    expect(lab.log[0]!.query.recursionDesired).toBe(false);
    // Glue from outside of the zone is not believed.
    parent.script(refer("out.corp.example.", "ns.hosting.example.", ["ns.hosting.example. 60 IN A 6.6.6.6"]));
    expect(await rig.said("b.out.corp.example. A")).toEqual(["NOERROR", "b.out.corp.example. 60 IN A 192.0.2.4"]);
    expect(hosted.log).toHaveLength(1);
    // Two that refer to each other.
    parent.script(refer("loop.corp.example.", "ns.loop.corp.example.", ["ns.loop.corp.example. 60 IN A 10.0.0.55"]));
    lab.script(refer("loop.corp.example.", "ns.loop.corp.example.", ["ns.loop.corp.example. 60 IN A 10.0.0.55"]));
    expect(await rig.said("x.loop.corp.example. A")).toEqual(["SERVFAIL"]);
    // Name servers whose addresses only they themselves know.
    parent.script(refer("knot.corp.example.", "ns.knot.corp.example.", []));
    expect(await rig.said("x.knot.corp.example. A")).toEqual(["SERVFAIL"]);
    expect(parent.log.length + lab.log.length).toBeLessThan(60);
  });

  test("without a zone for a name it is refused, with the reason", async () => {
    const rig = await ResolverRig.start(WWW, { "forward-zone": [{ name: "example.", address: [UPSTREAM] }] });
    const reply = (await rig.ask("www.example.org. A", { edns: EDNS }))!;
    expect(reply.rcode).toBe(5);
    expect(errorsOf(reply)).toEqual([21]);
  });

  test("aliases in circles end in SERVFAIL, with bounded work", async () => {
    const circle: Script = ({ query: asked }) => {
      const name = asked.questions[0]!.name.toString();
      const other = name === "a.one." ? "b.two." : "a.one.";
      return answerTo(asked, [`${name} 60 IN CNAME ${other}`]);
    };
    const rig = await ResolverRig.start(WWW, {
      "forward-zone": [
        { name: "one.", address: ["10.0.0.54"] },
        { name: "two.", address: ["10.0.0.55"] },
      ],
    });
    const one = await rig.serve("10.0.0.54", circle);
    const other = await rig.serve("10.0.0.55", circle);
    const both = rig.world.clock.runUntil(
      Promise.all(["a.one. A", "b.two. A"].map((text) => rig.resolver.resolve(query(text), CLIENT))),
    );
    expect((await both).map((reply) => reply!.rcode)).toEqual([2, 2]);
    expect(one.log.length + other.log.length).toBeLessThan(64);
  });
});

describe("what is believed", () => {
  test("records that nobody asked for go no further", async () => {
    const rig = await ResolverRig.start(({ query: asked }) =>
      answerTo(asked, ["www.example. 60 IN A 192.0.2.1", "www.bank.example. 60 IN A 6.6.6.6"], {
        authoritative: true,
        authenticData: true,
        authorities: [record("example. 60 IN NS ns.evil.")],
        additionals: [record("ns.evil. 60 IN A 6.6.6.6")],
      }),
    );
    expect(await rig.ask("www.example. A")).toEqual(
      answerTo(query("www.example. A"), ["www.example. 60 IN A 192.0.2.1"]),
    );
    expect(rig.fast("www.bank.example. A")).toBe("not here");
  });

  test("DNAME: the alias is made here, whatever CNAME came with it", async () => {
    const rig = await ResolverRig.start(({ query: asked }) =>
      answerTo(asked, [
        "old.example. 60 IN DNAME new.example.",
        "a.old.example. 60 IN CNAME a.evil.",
        "a.evil. 60 IN A 6.6.6.6",
        "a.new.example. 60 IN A 192.0.2.1",
      ]),
    );
    expect(await rig.said("a.old.example. A")).toEqual([
      "NOERROR",
      "old.example. 60 IN DNAME new.example.",
      "a.old.example. 60 IN CNAME a.new.example.",
      "a.new.example. 60 IN A 192.0.2.1",
    ]);
    expect(await rig.said("a.old.example. CNAME")).toEqual([
      "NOERROR",
      "old.example. 60 IN DNAME new.example.",
      "a.old.example. 60 IN CNAME a.new.example.",
    ]);
  });

  test("DNAME: a name that would be too long is YXDOMAIN", async () => {
    const long = `${"a".repeat(60)}.`.repeat(3);
    const rig = await ResolverRig.start(({ query: asked }) =>
      answerTo(asked, [`old.example. 60 IN DNAME ${long}example.`], { rcode: 6 }),
    );
    expect((await rig.said(`${"b".repeat(63)}.old.example. A`))[0]).toBe("YXDOMAIN");
    expect((await rig.said("b.old.example. A"))[0]).not.toBe("YXDOMAIN");
  });

  test("DNSSEC's records come with DO alone", async () => {
    const signed: Script = ({ query: asked }) =>
      answerTo(asked, [
        "www.example. 60 IN A 192.0.2.1",
        "www.example. 60 IN RRSIG A 8 2 60 20300101000000 20200101000000 1 example. AAAA",
        "www.example. 60 IN RRSIG TXT 8 2 60 20300101000000 20200101000000 1 example. AAAA",
      ]);
    const rig = await ResolverRig.start(signed);
    expect((await rig.ask("www.example. A"))!.answers).toHaveLength(1);
    expect((await rig.ask("www.example. A", { edns: { ...EDNS, dnssecOk: true } }))!.answers).toHaveLength(2);
  });

  test("addresses of one's own network are kept out, but for private-domain and local data", async () => {
    const rig = await ResolverRig.start(
      zoneScript({
        "evil.example. A": ["evil.example. 60 IN A 10.1.2.3"],
        "mixed.example. A": ["mixed.example. 60 IN A 192.0.2.1", "mixed.example. 60 IN A 10.1.2.3"],
        "evil.example. AAAA": ["evil.example. 60 IN AAAA fd00::1"],
        "host.corp.example. A": ["host.corp.example. 60 IN A 10.1.2.3"],
        "good.example. A": ["good.example. 60 IN A 11.1.2.3"],
      }),
      {
        "private-address": ["10.0.0.0/8", "fd00::/8"],
        "private-domain": ["corp.example."],
        "local-data": ["mine.example. A 10.9.9.9"],
      },
    );
    expect(await rig.said("evil.example. A")).toEqual(["NOERROR"]);
    expect(await rig.said("mixed.example. A")).toEqual(["NOERROR"]);
    expect(await rig.said("evil.example. AAAA")).toEqual(["NOERROR"]);
    expect((await rig.said("host.corp.example. A"))[1]).toContain("10.1.2.3");
    expect((await rig.said("good.example. A"))[1]).toContain("11.1.2.3");
    expect((await rig.said("mine.example. A"))[1]).toContain("10.9.9.9");
  });

  test("client subnets stay here, unless asked to send them: then they come back, and nothing is kept", async () => {
    const subnet = ednsOption({
      option: "CLIENT-SUBNET",
      family: 1,
      address: "192.0.2.0",
      sourcePrefix: 24,
      scopePrefix: 0,
    });
    const scoped = ednsOption({
      option: "CLIENT-SUBNET",
      family: 1,
      address: "192.0.2.0",
      sourcePrefix: 24,
      scopePrefix: 20,
    });
    const edns = { ...EDNS, options: [subnet] };
    const script: Script = (asked) => {
      const options = (asked.query.edns?.options.length ?? 0) > 0 ? [scoped] : [];
      return { ...(WWW(asked) as Message), edns: { ...EDNS, options } };
    };
    const closed = await ResolverRig.start(script);
    expect((await closed.ask("www.example. A", { edns }))!.edns!.options).toEqual([]);
    expect(closed.upstream.log[0]!.query.edns!.options).toEqual([]);
    const open = await ResolverRig.start(script, { "send-client-subnet": true });
    for (let i = 0; i < 2; i++) expect((await open.ask("www.example. A", { edns }))!.edns!.options).toEqual([scoped]);
    expect(open.asked).toBe(2);
  });
});

describe("expired answers (RFC 8767)", () => {
  const config = { "serve-expired": true };

  test("while upstreams are silent, what is over is served after 1.8 s, with TTL 30 and its reason", async () => {
    const rig = await ResolverRig.start(WWW, config);
    await rig.ask("www.example. A");
    await rig.world.clock.advanceAsync("1h");
    rig.upstream.script(() => undefined);
    const startMs = rig.world.clock.monotonic();
    const reply = (await rig.ask("www.example. A", { edns: EDNS }))!;
    expect(words(reply)).toEqual(["NOERROR", "www.example. 30 IN A 192.0.2.1"]);
    expect(errorsOf(reply)).toEqual([3]);
    expect(rig.world.clock.monotonic() - startMs).toBeCloseTo(1800, 0);
    // Once the try has failed, nobody waits again for 30 seconds.
    await rig.world.clock.advanceAsync("10s");
    const { asked } = rig;
    const laterMs = rig.world.clock.monotonic();
    expect(await rig.said("www.example. A")).toEqual(["NOERROR", "www.example. 30 IN A 192.0.2.1"]);
    expect([rig.asked, rig.world.clock.monotonic()]).toEqual([asked, laterMs]);
    await rig.world.clock.advanceAsync("31s");
    rig.upstream.script(WWW);
    expect(await rig.said("www.example. A")).toEqual(["NOERROR", "www.example. 300 IN A 192.0.2.1"]);
  });

  test("when the upstream fails, at once; when it denies, the denial counts", async () => {
    const rig = await ResolverRig.start(WWW, config);
    await rig.ask("www.example. A");
    await rig.world.clock.advanceAsync("10m");
    rig.upstream.script(({ query: asked }) => answerTo(asked, [], { rcode: 2 }));
    expect(await rig.said("www.example. A")).toEqual(["NOERROR", "www.example. 30 IN A 192.0.2.1"]);
    await rig.world.clock.advanceAsync("1m");
    rig.upstream.script(zoneScript({}));
    expect(await rig.said("www.example. A")).toEqual(["NXDOMAIN"]);
  });

  test("not after serve-expired-ttl, and not unless asked for", async () => {
    const rig = await ResolverRig.start(WWW, config);
    const plain = await ResolverRig.start(WWW);
    await rig.ask("www.example. A");
    await plain.ask("www.example. A");
    for (const { world, upstream } of [rig, plain]) {
      upstream.script(() => undefined);
      await world.clock.advanceAsync("1h");
    }
    expect(await plain.said("www.example. A")).toEqual(["SERVFAIL"]);
    await rig.world.clock.advanceAsync("24h");
    expect(await rig.said("www.example. A")).toEqual(["SERVFAIL"]);
  });
});

test("on a network that loses a fifth of all packets and doubles others, everybody is answered rightly", async () => {
  const rig = await ResolverRig.start(
    ({ query: asked }) => {
      const { name } = asked.questions[0]!;
      const number = Number(/\d+/.exec(name.toString())![0]);
      return answerTo(asked, [`${name.toString()} 60 IN A 192.0.2.${number}`]);
    },
    { "forward-zone": [{ name: ".", address: [UPSTREAM, "10.0.0.54"] }], "use-caps-for-id": true },
  );
  await rig.serve("10.0.0.54", () => undefined);
  rig.world.network.defaults({ loss: 0.2, duplicate: 0.2, reorder: 0.2, latencyMs: 20, jitterMs: 30 });
  const asked = Array.from({ length: 200 }, (_, i) =>
    rig.resolver.resolve(query(`n${i}.example. A`, { id: i }), CLIENT),
  );
  const replies = await rig.world.clock.runUntil(Promise.all(asked));
  const failed = replies.filter((reply) => reply!.rcode !== 0);
  for (const [i, reply] of replies.entries()) {
    if (reply!.rcode === 0) expect(words(reply!)).toEqual(["NOERROR", `n${i}.example. 60 IN A 192.0.2.${i}`]);
  }
  // Three or four tries, each of which a third loses.
  expect(failed.length).toBeLessThan(10);
});

test("prefetch asks again in the last tenth of the TTL, once, while the old answer is served", async () => {
  const rig = await ResolverRig.start(WWW, { prefetch: true });
  await rig.ask("www.example. A");
  await rig.world.clock.advanceAsync("269s");
  rig.fast("www.example. A");
  await rig.world.clock.advanceAsync("100ms");
  expect(rig.asked).toBe(1);
  await rig.world.clock.advanceAsync("2s");
  for (let i = 0; i < 3; i++) expect(words(rig.fast("www.example. A") as Message)[1]).toMatch(/ (28|29) IN/);
  await rig.world.clock.advanceAsync("100ms");
  expect(rig.asked).toBe(2);
  expect(words(rig.fast("www.example. A") as Message)[1]).toMatch(/ (300|299) IN/);
});

describe("who may ask", () => {
  test("access-control: the smallest block holds; strangers are refused", async () => {
    const rig = await ResolverRig.start(WWW, {
      "access-control": [
        "10.0.0.0/8 allow",
        "10.1.0.0/16 deny",
        "10.2.0.0/16 allow_snoop",
        "10.3.0.0/16 refuse_non_local",
        "10.4.0.0/16 allow_setrd",
        "2001:db8::/32 allow",
      ],
    });
    const from = (address: string): typeof CLIENT => ({ ...CLIENT, address });
    const norec = { recursionDesired: false };
    await rig.ask("www.example. A");
    expect(await rig.said("www.example. A", {}, from("192.0.2.9"))).toEqual(["REFUSED"]);
    expect(await rig.said("www.example. A", {}, from("10.0.0.9"))).toHaveLength(2);
    expect(await rig.said("www.example. A", {}, from("::ffff:10.0.0.9"))).toHaveLength(2);
    expect(await rig.said("www.example. A", {}, from("2001:db8::9"))).toHaveLength(2);
    expect(await rig.said("www.example. A", {}, from("10.1.0.9"))).toEqual(["silence"]);
    expect(await rig.said("www.example. A", norec, from("10.0.0.9"))).toEqual(["REFUSED"]);
    expect(await rig.said("www.example. A", norec, from("10.2.0.9"))).toHaveLength(2);
    expect(await rig.said("new.example. A", norec, from("10.2.0.9"))).toEqual(["NOERROR"]);
    expect(await rig.said("www.example. A", {}, from("10.3.0.9"))).toEqual(["REFUSED"]);
    expect(await rig.said("localhost. A", {}, from("10.3.0.9"))).toHaveLength(2);
    expect(await rig.said("new.example. A", norec, from("10.4.0.9"))).toEqual(["NXDOMAIN"]);
    // What is cached comes by bytes to all who may have it.
    const byBytes = (extra: Partial<Message>, address: string): boolean =>
      rig.fast("www.example. A", extra, from(address)) !== "not here";
    expect(["10.0.0.9", "10.2.0.9", "10.4.0.9", "10.3.0.9"].map((address) => byBytes({}, address))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(["10.0.0.9", "10.2.0.9", "10.4.0.9"].map((address) => byBytes(norec, address))).toEqual([false, true, true]);
  });

  test("ratelimit: above it a client hears nothing until the next second", async () => {
    const rig = await ResolverRig.start(WWW, { ratelimit: 5, "access-control": ["10.0.0.0/8 allow"] });
    const heard: boolean[] = [];
    for (let i = 0; i < 8; i++) heard.push((await rig.ask("www.example. A")) !== undefined);
    expect(heard).toEqual([true, true, true, true, true, false, false, false]);
    expect(await rig.ask("www.example. A", {}, { ...CLIENT, address: "10.0.0.9" })).toBeDefined();
    await rig.world.clock.advanceAsync("1s");
    expect(await rig.ask("www.example. A")).toBeDefined();
  });

  test("transfers are refused, types that stand nowhere are errors, other classes refused", async () => {
    const rig = await ResolverRig.start(WWW);
    const rcodes: Record<string, string> = {};
    for (const text of ["example. AXFR", "example. TKEY", "example. MAILA", "example. A CH"]) {
      rcodes[text] = (await rig.said(text))[0]!;
    }
    expect(rcodes).toEqual({
      "example. AXFR": "REFUSED",
      "example. TKEY": "FORMERR",
      "example. MAILA": "FORMERR",
      "example. A CH": "REFUSED",
    });
    expect((await rig.ask("www.example. A", { opcode: 2 }))!.rcode).toBe(4);
    expect(rig.asked).toBe(0);
  });
});

test("several questions go out one by one, and come back in one message with the client's id", async () => {
  const rig = await ResolverRig.start(
    zoneScript({ "a.example. A": ["a.example. 60 IN A 192.0.2.1"], "b.example. A": ["b.example. 60 IN A 192.0.2.2"] }),
  );
  const questions = ["a.example. A", "B.example. A"].map(question);
  const reply = (await rig.ask("x. A", { id: 99, questions }))!;
  expect(reply).toMatchObject({ id: 99, questions });
  expect(words(reply)).toEqual(["NOERROR", "a.example. 60 IN A 192.0.2.1", "B.example. 60 IN A 192.0.2.2"]);
  expect(rig.upstream.log.every((asked: Asked) => asked.query.questions.length === 1)).toBe(true);
});

test("a client's message that is odd in form is left to the slow path, and never crashes the fast one", async () => {
  const rig = await ResolverRig.start(WWW);
  await rig.ask("www.example. A");
  const good = encodeMessage(query("www.example. A", { edns: EDNS }));
  const out = new Uint8Array(65_535);
  for (let length = 0; length < good.length; length++) {
    expect(rig.resolver.answer(good.slice(0, length), length, CLIENT, out)).toBe(-1);
  }
  expect(rig.resolver.answer(good, good.length, CLIENT, out)).toBeGreaterThan(good.length);
  const trailing = Uint8Array.of(...good, 0);
  expect(rig.resolver.answer(trailing, trailing.length, CLIENT, out)).toBe(-1);
});
