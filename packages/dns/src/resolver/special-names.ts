/**
 * Zones that a resolver answers itself unless told otherwise (`local-defaults`): names that the root does not know (RFC 6761, RFC 7686,
 * RFC 8375, RFC 9462, RFC 9665), and reverse zones of addresses that are nobody's alone (RFC 6303, RFC 7793). As Unbound has them.
 */
import { Name } from "../name/name.ts";
import { rdataFromText } from "../rdata/rdata.ts";
import { CLASS, TYPE } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";

const TTL = 10_800;
const SOA = rdataFromText(TYPE.SOA, "localhost. nobody.invalid. 1 3600 1200 604800 10800");
const LOCALHOST = Name.parse("localhost.");

const EMPTY_ZONES: readonly string[] = [
  "test.",
  "invalid.",
  "onion.",
  "home.arpa.",
  "resolver.arpa.",
  "service.arpa.",
  "10.in-addr.arpa.",
  ...Array.from({ length: 16 }, (_, i) => `${16 + i}.172.in-addr.arpa.`),
  "168.192.in-addr.arpa.",
  "0.in-addr.arpa.",
  ...Array.from({ length: 64 }, (_, i) => `${64 + i}.100.in-addr.arpa.`),
  "254.169.in-addr.arpa.",
  "2.0.192.in-addr.arpa.",
  "100.51.198.in-addr.arpa.",
  "113.0.203.in-addr.arpa.",
  "255.255.255.255.in-addr.arpa.",
  `${"0.".repeat(32)}ip6.arpa.`,
  "d.f.ip6.arpa.",
  "8.e.f.ip6.arpa.",
  "9.e.f.ip6.arpa.",
  "a.e.f.ip6.arpa.",
  "b.e.f.ip6.arpa.",
  "8.b.d.0.1.0.0.2.ip6.arpa.",
];

const LOOPBACK_IP6 = `1.${"0.".repeat(31)}ip6.arpa.`;

const FILLED_ZONES: Readonly<Record<string, readonly (readonly [owner: string, type: number, data: string])[]>> = {
  "localhost.": [
    ["localhost.", TYPE.A, "127.0.0.1"],
    ["localhost.", TYPE.AAAA, "::1"],
  ],
  "127.in-addr.arpa.": [["1.0.0.127.in-addr.arpa.", TYPE.PTR, "localhost."]],
  [LOOPBACK_IP6]: [[LOOPBACK_IP6, TYPE.PTR, "localhost."]],
};

/** Each with its SOA and NS. */
export function specialZones(): { name: Name; records: ResourceRecord[] }[] {
  const filled = Object.entries(FILLED_ZONES);
  return [...EMPTY_ZONES.map((zone) => [zone, []] as const), ...filled].map(([zone, data]) => {
    const name = Name.parse(zone);
    const record = (owner: Name, type: number, rdata: Uint8Array): ResourceRecord => ({
      name: owner,
      type,
      class: CLASS.IN,
      ttl: TTL,
      rdata,
    });
    return {
      name,
      records: [
        record(name, TYPE.SOA, SOA),
        record(name, TYPE.NS, LOCALHOST.wire),
        ...data.map(([owner, type, text]) => record(Name.parse(owner), type, rdataFromText(type, text))),
      ],
    };
  });
}
