/**
 * Zones that between them hold what lookups go wrong on. Two sets, because a root zone would stand above all others: `zoneSet(seed)` is
 * served by one server as a whole, `rootSet(seed)` by another. Themes are written by hand, their sizes, TTLs and addresses and the `mix`
 * zones are drawn from the seed.
 *
 * What servers refuse to load differs, and is left out here: data beside a CNAME, two DNAMEs or an NS at a wildcard.
 */
import { readFileSync } from "node:fs";
import { Name } from "../../../src/name/name.ts";
import { isMetaType, TYPE } from "../../../src/rdata/types.ts";
import { unknownRecordText } from "../../../src/record.ts";
import { parseZone } from "../../../src/zonefile/parser.ts";
import type { PeerZone } from "../peers/name-servers.ts";
import { type Draw, drawing } from "../random-messages.ts";

export interface GeneratedZone extends PeerZone {
  readonly text: string;
  /** What of it is worth asking beyond the owners of its records. */
  readonly alsoAsk?: readonly string[];
}

export function zoneSet(seed: number): GeneratedZone[] {
  const draw = drawing(seed);
  return [
    wildcards(draw),
    dnames(draw),
    apexDname(draw),
    delegations(draw),
    child(draw),
    grandchild(draw),
    emptyNonTerminals(draw),
    chains(draw),
    otherChains(draw),
    largeSets(draw),
    everyType(draw),
    oddLabels(draw),
    reverse(draw),
    mixed(draw, "mix1.test."),
    mixed(draw, "mix2.test."),
    mixed(draw, "mix3.test."),
  ];
}

/** The root with a zone two labels below it, whose parent in between is only delegated. */
export function rootSet(seed: number): GeneratedZone[] {
  const draw = drawing(seed);
  return [root(draw), zone("example.com.", draw, ["www A 192.0.2.9", "*.w TXT x", "loop CNAME loop"])];
}

/** A name server within the zone, with its addresses. */
const OWN_NS = ["@ NS ns", "ns A 192.0.2.1", "ns AAAA 2001:db8::1"];

/** SOA and NS first; the SOA's TTL and minimum lie on either side of each other, for the TTL of negative answers (RFC 2308 §3). */
function zone(
  origin: string,
  draw: Draw,
  lines: readonly string[],
  alsoAsk: readonly string[] = [],
  ns = OWN_NS,
): GeneratedZone {
  const soa = `@ ${300 + draw(600)} SOA ns admin ${1 + draw(2 ** 31)} 3600 900 86400 ${300 + draw(600)}`;
  return {
    origin,
    text: [`$ORIGIN ${origin}`, `$TTL ${60 + draw(1000)}`, soa, ...ns, ...lines, ""].join("\n"),
    alsoAsk,
  };
}

const address = (draw: Draw): string => `192.0.2.${draw(256)}`;

function wildcards(draw: Draw): GeneratedZone {
  return zone(
    "wild.test.",
    draw,
    [
      "* A 192.0.2.10",
      "* TXT everything",
      "* 77 MX 10 mail",
      "mail A 192.0.2.11",
      "sub TXT 'no address: NODATA, not the wildcard'",
      "*.a AAAA 2001:db8::a",
      "exact.a A 192.0.2.12",
      "; '*' in the middle is a label like others, and its owner makes an empty non-terminal of '*.mid'",
      "x.*.mid A 192.0.2.13",
      "*.x.*.mid A 192.0.2.14",
      "; an empty non-terminal hides the wildcard above it",
      "host.ent A 192.0.2.15",
      "deep.er.ent A 192.0.2.16",
      "; wildcard CNAMEs: inside, to another wildcard, to nothing, out of the zone, to itself",
      "*.c CNAME exact.a",
      "*.cw CNAME target.a",
      "*.cn CNAME nothing.ent",
      "*.co CNAME www.elsewhere.invalid.",
      "*.loop CNAME again.loop",
      "*.other CNAME www.chain2.test.",
      "; below a wildcard and twice",
      "*.*.d A 192.0.2.17",
      "*.d TXT outer",
      "_sip._tcp.s SRV 1 2 5060 sip",
      "*._tcp.s SRV 1 2 80 mail",
      "; a wildcard above a delegation and below one",
      "cut NS ns.cut",
      "ns.cut A 192.0.2.18",
      "*.cut A 192.0.2.19",
      "; the target that only a wildcard gives: no additional data has to come of it",
      "mx MX 5 gone.a",
      ...Array.from({ length: 20 }, (_, i) => `w${i} A ${address(draw)}`),
    ],
    [
      "a.b.c.wild.test.",
      "*.wild.test.",
      "y.*.mid.wild.test.",
      "q.x.*.mid.wild.test.",
      "*.*.d.wild.test.",
      "a.*.d.wild.test.",
    ],
  );
}

function dnames(draw: Draw): GeneratedZone {
  const long = (size: number, letter: string): string => letter.repeat(size);
  return zone(
    "dname.test.",
    draw,
    [
      "d DNAME target",
      "d A 192.0.2.20",
      "d TXT 'data beside a DNAME'",
      "a.target A 192.0.2.21",
      "*.w.target TXT wild",
      "c.target CNAME a.target",
      "sub.ent.target A 192.0.2.22",
      "; a chain of DNAMEs, one into a delegation, one into a CNAME loop, one onto itself",
      "one DNAME two",
      "two DNAME three",
      "three DNAME target",
      "self DNAME sub.self2",
      "self2 DNAME self",
      "tocut DNAME cut",
      "cut NS ns.cut",
      "ns.cut A 192.0.2.23",
      "; to other zones of this server, and away from it",
      "towild DNAME wild.test.",
      "toent DNAME ent.test.",
      "away DNAME elsewhere.invalid.",
      "toroot DNAME .",
      "; targets that make names too long",
      `long DNAME ${long(60, "l")}.${long(60, "m")}.${long(60, "n")}.target`,
      `a.${long(60, "l")}.${long(60, "m")}.${long(60, "n")}.target A 192.0.2.24`,
      "; CNAMEs to names below a DNAME and to the DNAME itself",
      "cn CNAME a.d",
      "cn2 CNAME d",
      "cn3 CNAME x.y.d",
      "cn4 CNAME a.one",
      "*.wd CNAME a.d",
    ],
    [
      ...["a", "c", "x.w", "no", "ent", "sub.ent", "x.ent", "*"].map((label) => `${label}.d.dname.test.`),
      ...["a", "b.c", "no"].flatMap((label) =>
        ["one", "two", "three", "self", "tocut", "away", "toroot"].map((at) => `${label}.${at}.dname.test.`),
      ),
      ...["www", "host.ent", "a.b", "x.a"].map((label) => `${label}.towild.dname.test.`),
      ...["a.b", "x", "c"].map((label) => `${label}.toent.dname.test.`),
      ...[1, 40, 47, 48, 49, 50, 51, 52, 53, 54, 60].map((size) => `${long(size, "o")}.long.dname.test.`),
      `${long(63, "o")}.${long(63, "p")}.long.dname.test.`,
      "a.long.dname.test.",
    ],
  );
}

function apexDname(draw: Draw): GeneratedZone {
  return zone(
    "apexdname.test.",
    draw,
    ["@ DNAME target.mix1.test.", "@ A 192.0.2.30", "@ MX 10 mail.mix1.test."],
    ["www.apexdname.test.", "a.b.apexdname.test.", "ns.apexdname.test."],
    ["@ NS ns1.mix1.test.", "@ NS ns.elsewhere.invalid."],
  );
}

function delegations(draw: Draw): GeneratedZone {
  return zone(
    "deleg.test.",
    draw,
    [
      "; glue below the cut, beside it, in a sibling's cut, out of the zone, and none where some is needed",
      "in NS ns1.in",
      "in NS ns2.in",
      "ns1.in A 192.0.2.40",
      "ns2.in AAAA 2001:db8::40",
      "beside NS ns",
      "sibling NS ns1.in",
      "sibling NS ns.sibling",
      "ns.sibling A 192.0.2.41",
      "out NS ns.elsewhere.invalid.",
      "out NS ns1.mix1.test.",
      "lame NS ns.lame",
      "mixed NS ns.mixed",
      "mixed NS ns.elsewhere.invalid.",
      "mixed NS ns2.in",
      "mixed NS ns.lame",
      "ns.mixed A 192.0.2.42",
      "ns.mixed AAAA 2001:db8::42",
      "; signed and not",
      "secure NS ns.secure",
      "secure DS 12345 13 2 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
      "ns.secure A 192.0.2.43",
      "; occluded: everything under a cut, also further cuts, wildcards and CNAMEs",
      "a.in A 192.0.2.44",
      "*.in TXT occluded",
      "c.in CNAME ns",
      "below.in NS ns.below.in",
      "ns.below.in A 192.0.2.45",
      "; a cut below an empty non-terminal, and one under a wildcard's reach",
      "x.y.ent NS ns.x.y.ent",
      "ns.x.y.ent A 192.0.2.46",
      "*.wild A 192.0.2.47",
      "cut.wild NS ns.cut.wild",
      "ns.cut.wild A 192.0.2.48",
      "; what points below cuts",
      "mx MX 10 ns1.in",
      "mx MX 20 a.in",
      "mx MX 30 ns",
      "srv SRV 1 1 1 ns.mixed",
      "c CNAME www.in",
      "c2 CNAME in",
      "*.cc CNAME a.b.secure",
      "; the zone that this server has as well, and one with a parent of its own below",
      "child NS ns.child",
      "child NS ns",
      "child DS 1 8 1 0102030405060708090a0b0c0d0e0f1011121314",
      "ns.child A 192.0.2.49",
      "tochild CNAME www.child",
      "tograndchild CNAME www.grand.child",
      "mxchild MX 1 www.child",
      ...Array.from({ length: 10 }, (_, i) => `d${i} NS ns.d${i}\nns.d${i} A ${address(draw)}`),
    ],
    [
      "a.b.in.deleg.test.",
      "www.lame.deleg.test.",
      "www.out.deleg.test.",
      "y.ent.deleg.test.",
      "www.x.y.ent.deleg.test.",
      "a.cut.wild.deleg.test.",
    ],
  );
}

function child(draw: Draw): GeneratedZone {
  return zone("child.deleg.test.", draw, [
    "www A 192.0.2.50",
    "* TXT wild",
    "up CNAME ns.deleg.test.",
    "upcut CNAME www.in.deleg.test.",
    "grand NS ns.grand",
    "ns.grand A 192.0.2.51",
    `a${draw(10)} A ${address(draw)}`,
  ]);
}

function grandchild(draw: Draw): GeneratedZone {
  return zone(
    "grand.child.deleg.test.",
    draw,
    ["www A 192.0.2.52", "a.b.c AAAA 2001:db8::52", "up DNAME child.deleg.test."],
    ["www.up.grand.child.deleg.test."],
  );
}

function emptyNonTerminals(draw: Draw): GeneratedZone {
  const depth = (length: number): string => Array.from({ length }, (_, i) => `l${i}`).join(".");
  return zone(
    "ent.test.",
    draw,
    ["a.b.c A 192.0.2.60", "x.b.c TXT x", `${depth(12)}.deep A 192.0.2.61`, `${depth(30)}.deeper A 192.0.2.62`].concat(
      "; an empty non-terminal over nothing but a cut",
      "cut.only NS ns.elsewhere.invalid.",
      "; and over nothing but what a cut hides",
      "cut2 NS ns.cut2",
      "host.hidden.cut2 A 192.0.2.63",
      "ns.cut2 A 192.0.2.64",
      "; over a DNAME, over a wildcard",
      "d.under DNAME c",
      "*.star.under A 192.0.2.65",
      Array.from({ length: 20 }, () => `${depth(1 + draw(4))}.r${draw(6)} A ${address(draw)}`),
    ),
    ["a.b.d.under.ent.test.", "hidden.cut2.ent.test."],
  );
}

function chains(draw: Draw): GeneratedZone {
  const length = 10;
  return zone("chain.test.", draw, [
    "www A 192.0.2.70",
    "www AAAA 2001:db8::70",
    ...Array.from({ length }, (_, i) => `c${i} ${10 + draw(500)} CNAME ${i === 0 ? "www" : `c${i - 1}`}`),
    "loop1 CNAME loop1",
    "loop2a CNAME loop2b",
    "loop2b CNAME loop2a",
    "loop3a CNAME loop3b",
    "loop3b CNAME loop3c",
    "loop3c CNAME loop3a",
    "into CNAME loop3a",
    "no CNAME missing",
    "nodata CNAME txt",
    "txt TXT x",
    "ent CNAME b.empty",
    "a.b.empty A 192.0.2.71",
    "cut NS ns.cut",
    "ns.cut A 192.0.2.72",
    "tocut CNAME x.cut",
    "tocut2 CNAME cut",
    "wild CNAME x.w",
    "*.w A 192.0.2.73",
    "d DNAME w",
    "tod CNAME a.d",
    "out CNAME www.elsewhere.invalid.",
    "mx MX 1 c0",
    "; there and back again",
    "there CNAME back.chain2.test.",
    "there2 CNAME missing.chain2.test.",
    "there3 CNAME w.chain2.test.",
    "there4 CNAME chain2.test.",
    "round CNAME round.chain2.test.",
    "tochild CNAME www.child.deleg.test.",
    "tocut3 CNAME www.in.deleg.test.",
  ]);
}

function otherChains(draw: Draw): GeneratedZone {
  return zone("chain2.test.", draw, [
    "www A 192.0.2.80",
    "back CNAME www.chain.test.",
    "round CNAME round.chain.test.",
    "w CNAME x.wild.test.",
    "d CNAME a.d.dname.test.",
    "e CNAME a.b.c.ent.test.",
    `f CNAME c${draw(10)}.chain.test.`,
  ]);
}

function largeSets(draw: Draw): GeneratedZone {
  const many = (count: number, line: (i: number) => string): string[] =>
    Array.from({ length: count }, (_, i) => line(i));
  return zone("large.test.", draw, [
    ...many(25, (i) => `a25 A 192.0.2.${i}`),
    ...many(200, (i) => `a200 A 198.51.100.${i}`),
    ...many(40, (i) => `aaaa AAAA 2001:db8::${i}`),
    ...many(30, (i) => `txt TXT "${"t".repeat(60)}${i}"`),
    `txt1 TXT ${many(12, (i) => `"${String(i % 10).repeat(100)}"`).join(" ")}`,
    "; referrals whose glue does not fit, and one whose NS set itself does not",
    ...many(13, (i) => `cut13 NS ns${i}.cut13\nns${i}.cut13 A 203.0.113.${i}\nns${i}.cut13 AAAA 2001:db8:13::${i}`),
    ...many(
      40,
      (i) =>
        `cut40 NS a-rather-long-name-of-a-name-server-${i}.cut40\na-rather-long-name-of-a-name-server-${i}.cut40 A 203.0.113.${i}`,
    ),
    "; answers that fit and additional data that does not",
    ...many(8, (i) => `mx MX ${i} mx${i}`),
    ...many(8, (i) =>
      many(4, (j) => `mx${i} A 198.51.100.${i * 8 + j}\nmx${i} AAAA 2001:db8:25::${i * 8 + j}`).join("\n"),
    ),
    ...many(6, (i) => `srv SRV ${i} 0 80 mx${i}`),
    "c CNAME txt",
    "*.w TXT " + `"${"w".repeat(250)}" `.repeat(4 + draw(3)),
  ]);
}

/**
 * What servers add or judge by themselves: signatures and proofs (in an unsigned zone), keys that are asked of the apex, what transfers and
 * lookups treat apart, and the types that only questions have.
 */
const LEFT_OUT = new Set<number>(
  (
    [
      "SOA",
      "NS",
      "CNAME",
      "DNAME",
      "DS",
      "DNSKEY",
      "RRSIG",
      "NSEC",
      "NSEC3",
      "NSEC3PARAM",
      "SIG",
      "NXT",
      "KEY",
    ] as const
  ).map((name) => TYPE[name]),
);

/** Types that are answered with addresses of the names in their data, or might be. */
const WITH_NAMES = `
naptr NAPTR 1 1 "S" "SIP+D2U" "" _sip._udp
_sip._udp SRV 1 1 5060 host
https HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.1
alias HTTPS 0 host
https SVCB 1 host port=53
kx KX 1 host
rt RT 1 host
afsdb AFSDB 1 host
mb MB host
ptr PTR host
px PX 10 host host
minfo MINFO host host
nsapptr NSAP-PTR host
lp LP 10 host
`;

/** All in RFC 3597's form, which servers read that lack a type. */
function everyType(draw: Draw): GeneratedZone {
  const origin = Name.parse("types.test.");
  const samples = parseZone(readFileSync(new URL("../../fixtures/samples.zone", import.meta.url)), { origin, file: "" })
    .records.filter(({ type }) => !isMetaType(type) && !LEFT_OUT.has(type))
    .map((record, i) => ({ ...record, name: Name.parse(`t${record.type}-${i % 3}`, origin), ttl: 100 + record.type }));
  const named = parseZone(Buffer.from(WITH_NAMES), { origin, file: "", defaultTtl: 60 + draw(60) }).records;
  return zone("types.test.", draw, [
    ...new Set([...samples, ...named].map(unknownRecordText)),
    "u TYPE65280 \\# 4 01020304",
    "u TYPE65281 \\# 0",
    "host A 192.0.2.90",
    "host AAAA 2001:db8::90",
  ]);
}

function oddLabels(draw: Draw): GeneratedZone {
  const l63 = "x".repeat(63);
  return zone(
    "odd.test.",
    draw,
    [
      "\\000 A 192.0.2.100",
      "a\\.b A 192.0.2.101",
      "a.b A 192.0.2.102",
      "\\255\\254\\200 A 192.0.2.103",
      "UPPER A 192.0.2.104",
      "MiXed.CaSe TXT MiXed",
      "\\@ A 192.0.2.105",
      "\\; A 192.0.2.106",
      '\\" A 192.0.2.107',
      "\\032 A 192.0.2.108",
      "\\(\\) A 192.0.2.109",
      "_ A 192.0.2.110",
      "-- A 192.0.2.111",
      "1 A 192.0.2.112",
      "\\042.star TXT 'an escaped asterisk is the wildcard all the same'",
      "a\\042 TXT notwild",
      "** TXT notwild",
      "a\\[\\091 A 192.0.2.113",
      "\\@.at A 192.0.2.114",
      `${l63} A 192.0.2.115`,
      `${l63}.${l63}.${l63} A 192.0.2.116`,
      `${"y".repeat(51)}.${l63}.${l63}.${l63} A 192.0.2.117`,
      `*.${l63}.${l63} TXT wild`,
      "c CNAME A\\.B",
      "c2 CNAME upper",
      "mx MX 1 UPPER",
      `n${draw(9)} PTR \\000.\\255.Odd.TEST.`,
    ],
    [
      "upper.odd.test.",
      "x.star.odd.test.",
      "\\{a.odd.test.",
      "a*.odd.test.",
      "\\000\\000.odd.test.",
      `${"z".repeat(48)}.${l63}.${l63}.odd.test.`,
    ],
  );
}

function reverse(draw: Draw): GeneratedZone {
  const nibbles = (count: number): string => Array.from({ length: count }, () => draw(16).toString(16)).join(".");
  return zone("8.b.d.0.1.0.0.2.ip6.arpa.", draw, [
    ...Array.from({ length: 30 }, (_, i) => `${nibbles(24)} PTR host${i}.mix1.test.`),
    ...Array.from({ length: 5 }, () => `${nibbles(8)} NS ns1.mix1.test.`),
    "*.f.f PTR wild.mix1.test.",
  ]);
}

function root(draw: Draw): GeneratedZone {
  const labels = ["com", "org", "net", "de", "arpa", "xn--p1ai"];
  return zone(".", draw, [
    ...labels.flatMap((tld) => [
      `${tld} NS a.nic.${tld}`,
      `${tld} NS ns.shared.net`,
      `a.nic.${tld} A ${address(draw)}`,
    ]),
    "ns.shared.net A 192.0.2.120",
    "org DS 1 8 2 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    "local TXT 'data right under the root'",
    "*.wild A 192.0.2.121",
    "alias CNAME local",
    "tocut CNAME www.example.com",
    "tld DNAME org",
    "a.b.c.d A 192.0.2.122",
  ]);
}

/**
 * A random tree with everything at random places, but for what servers refuse, and for wildcards below a cut: Knot and NSD make glue of them,
 * BIND and ours do not, as a delegation cancels them (RFC 1034 §4.3.3).
 */
function mixed(draw: Draw, origin: string): GeneratedZone {
  const labels = ["a", "b", "c", "*", "www", "ns1", "x"];
  const owner = (): string => Array.from({ length: 1 + draw(4) }, () => labels[draw(labels.length)]).join(".");
  const target = (): string =>
    draw(6) === 0 ? `${owner()}.${["mix1.test.", "mix2.test.", "mix3.test.", "invalid."][draw(4)]}` : owner();
  const lines = new Map<string, string[]>();
  const dnames: string[] = [];
  for (let i = 0; i < 60; i++) {
    const name = owner();
    const before = lines.get(name) ?? [];
    const alone = before.some((line) => / (?:CNAME|NS|DNAME) /.test(line));
    const kind = draw(12);
    if (alone || dnames.some((parent) => name.endsWith(`.${parent}`))) continue;
    if (before.length === 0 && kind === 0) lines.set(name, [`${name} CNAME ${target()}`]);
    else if (before.length === 0 && kind === 1 && !name.includes("*"))
      lines.set(name, [`${name} NS ${target()}`, `${name} NS ns.${name}`]);
    else if (
      before.length === 0 &&
      kind === 2 &&
      !name.includes("*") &&
      ![...lines.keys()].some((other) => other.endsWith(`.${name}`))
    ) {
      lines.set(name, [`${name} DNAME ${target()}`]);
      dnames.push(name);
    } else {
      const ttl = 30 + draw(300);
      const record = [
        `A ${address(draw)}`,
        "AAAA 2001:db8::f",
        `TXT "${name}"`,
        `MX 1 ${target()}`,
        `SRV 0 0 1 ${target()}`,
        `PTR ${target()}`,
      ][draw(6)]!;
      // One TTL for a set: servers that are given two choose differently.
      const type = record.split(" ")[0]!;
      if (!before.some((line) => line.includes(` ${type} `))) lines.set(name, [...before, `${name} ${ttl} ${record}`]);
    }
  }
  const cuts = [...lines]
    .filter(([, records]) => records.some((line) => line.includes(" NS ")))
    .map(([owner]) => owner);
  const isWildcardBelowCut = (owner: string): boolean =>
    owner.startsWith("*.") && cuts.some((cut) => owner.endsWith(`.${cut}`));
  for (const owner of lines.keys()) if (isWildcardBelowCut(owner)) lines.delete(owner);
  return zone(
    origin,
    draw,
    [...lines.values()].flat(),
    ["ns1", "target", "a.b.target", "mail"].map((label) => `${label}.${origin}`),
  );
}
