/** Against what Unbound 1.17.1 answers to the same settings and questions. */
import { type Log, silentLog } from "@tenon/kit";
import { describe, expect, test } from "vitest";
import { DnsError } from "../../src/errors.ts";
import { resolverSettings } from "../../src/resolver/settings.ts";
import { typeText } from "../../src/rdata/types.ts";
import { answerTo, record } from "../support/messages.ts";
import { EDNS, ResolverRig } from "../support/resolving.ts";
import type { Script } from "../support/scripted-server.ts";
import { LOCAL_DATA, LOCAL_ZONES } from "../support/local-zones.ts";

const upstream: Script = ({ query: asked }) => {
  const { name, type } = asked.questions[0]!;
  if (typeText(type) === "A") return answerTo(asked, [`${name.toString()} 60 IN A 203.0.113.9`]);
  return answerTo(asked, [], { authorities: [record(". 60 IN SOA ns. root. 1 2 3 4 60")] });
};

const config = { "local-zone": LOCAL_ZONES, "local-data": LOCAL_DATA };

/** `NAME TYPE` → rcode, AA, answers, SOA's TTL. */
const EXPECTED: Readonly<Record<string, string>> = {
  "a.deny.z. A": "NOERROR aa a.deny.z. 3600 IN A 192.0.2.1",
  "b.deny.z. A": "silence",
  "a.deny.z. AAAA": "silence",
  "a.refuse.z. A": "NOERROR aa a.refuse.z. 3600 IN A 192.0.2.1",
  "b.refuse.z. A": "REFUSED aa",
  "a.refuse.z. AAAA": "REFUSED aa",
  "a.static.z. A": "NOERROR aa a.static.z. 3600 IN A 192.0.2.1",
  "x.static.z. A": "NXDOMAIN aa soa 5",
  "c.static.z. A": "NOERROR aa soa 5",
  "a.static.z. MX": "NOERROR aa soa 5",
  "cn.static.z. A": "NOERROR aa cn.static.z. 3600 IN CNAME a.static.z.",
  "a.bare.z. AAAA": "NOERROR aa",
  "x.bare.z. A": "NXDOMAIN aa",
  "a.transparent.z. A": "NOERROR aa a.transparent.z. 3600 IN A 192.0.2.1",
  "x.transparent.z. A": "NOERROR x.transparent.z. 60 IN A 203.0.113.9",
  "a.transparent.z. MX": "NOERROR aa",
  "a.tt.z. A": "NOERROR aa a.tt.z. 3600 IN A 192.0.2.1",
  "a.tt.z. MX": "NOERROR soa 60",
  "x.redirect.z. A": "NOERROR aa x.redirect.z. 3600 IN A 192.0.2.1",
  "x.redirect.z. MX": "NOERROR aa",
  "x.rcu.z. A": "NOERROR aa x.rcu.z. 3600 IN CNAME www.up.z. www.up.z. 60 IN A 203.0.113.9",
  "a.an.z. A": "NXDOMAIN aa",
  "x.ano.z. A": "NOERROR aa",
  "x.anull.z. A": "NOERROR aa x.anull.z. 3600 IN A 0.0.0.0",
  "x.anull.z. AAAA": "NOERROR aa x.anull.z. 3600 IN AAAA ::",
  "x.anull.z. MX": "NOERROR aa",
  "x.ar.z. A": "REFUSED aa",
  "a.at.z. A": "NOERROR a.at.z. 60 IN A 203.0.113.9",
  "x.inform.z. A": "NOERROR x.inform.z. 60 IN A 203.0.113.9",
  "x.ir.z. A": "NOERROR aa x.ir.z. 3600 IN A 192.0.2.1",
  "implicit.q. A": "NOERROR aa implicit.q. 60 IN A 192.0.2.1",
  "implicit.q. MX": "NOERROR aa",
  "w.implicit.q. A": "NOERROR aa w.implicit.q. 3600 IN A 192.0.2.1",
  "n.implicit.q. A": "NOERROR n.implicit.q. 60 IN A 203.0.113.9",
  "static.z. SOA": "NOERROR aa static.z. 3600 IN SOA ns. root. 1 2 3 4 5",
  "localhost. A": "NOERROR aa localhost. 10800 IN A 127.0.0.1",
  "x.localhost. A": "NOERROR aa x.localhost. 10800 IN A 127.0.0.1",
  "1.0.0.127.in-addr.arpa. PTR": "NOERROR aa 1.0.0.127.in-addr.arpa. 10800 IN PTR localhost.",
  "x.test. A": "NXDOMAIN aa soa 10800",
  "5.2.0.192.in-addr.arpa. PTR": "NXDOMAIN aa soa 10800",
  "example.onion. A": "NXDOMAIN aa soa 10800",
};

describe("local zones", () => {
  for (const [text, expected] of Object.entries(EXPECTED)) {
    test(`${text}: ${expected}`, async () => {
      const rig = await ResolverRig.start(upstream, config);
      // The second time by bytes, where it was kept.
      for (let i = 0; i < 2; i++) {
        const reply = await rig.ask(text);
        const said = await rig.said(text);
        const [rcode, ...answers] = said;
        const soa = reply?.authorities[0];
        const parts = [
          rcode,
          reply?.authoritative === true ? "aa" : "",
          ...answers,
          soa === undefined ? "" : `soa ${soa.ttl}`,
        ];
        expect(parts.filter((part) => part !== "").join(" ")).toBe(expected);
      }
    });
  }

  test("local answers come by bytes from the second time on, and stay as they are", async () => {
    const rig = await ResolverRig.start(upstream, config);
    await rig.ask("a.static.z. A");
    await rig.world.clock.advanceAsync("2h");
    expect(rig.fast("a.static.z. A", { edns: EDNS })).toMatchObject({ authoritative: true, answers: [{ ttl: 3600 }] });
    expect(rig.asked).toBe(0);
  });

  test("local-defaults: no, and nodefault, open special names", async () => {
    const all = await ResolverRig.start(upstream, { "local-defaults": false });
    expect((await all.said("localhost. A"))[1]).toContain("203.0.113.9");
    const one = await ResolverRig.start(upstream, { "local-zone": ["10.in-addr.arpa. nodefault"] });
    expect(await one.said("1.10.in-addr.arpa. A")).toEqual(["NOERROR", "1.10.in-addr.arpa. 60 IN A 203.0.113.9"]);
    expect(await one.said("x.test. A")).toEqual(["NXDOMAIN"]);
  });

  test("inform logs every query, with who asked", async () => {
    const seen: string[] = [];
    const log: Log = {
      ...silentLog,
      info: (_, fields) => seen.push(`${String(fields?.["name"])} ${String(fields?.["client"])}`),
    };
    const rig = await ResolverRig.start(upstream, config, log);
    await rig.ask("x.ir.z. A");
    await rig.ask("x.ir.z. A");
    expect(seen).toEqual(["x.ir.z. 127.0.0.1", "x.ir.z. 127.0.0.1"]);
  });

  test("settings that are none say which", () => {
    for (const [bad, reason] of [
      [{ "local-zone": ["x. nonsense"] }, /local-zone: "nonsense" is none of/],
      [{ "local-data": ["x. 60 IN A 1.2.3"] }, /local-data: "x\. 60 IN A 1\.2\.3": A:/],
      [{ "local-data": ["x."] }, /has no type/],
      [{ "access-control": ["10.0.0.0/33 allow"] }, /no block of addresses/],
      [{ "access-control": ["10.0.0.0/8 perhaps"] }, /access-control: "perhaps"/],
      [{ "forward-zone": [{ name: ".", address: ["upstream.example"] }] }, /upstream.example is no address/],
      [{ "cache-size": "lots" }, /cache-size/],
    ] as const) {
      expect(() => resolverSettings(bad)).toThrow(DnsError);
      expect(() => resolverSettings(bad)).toThrow(reason);
    }
  });
});
