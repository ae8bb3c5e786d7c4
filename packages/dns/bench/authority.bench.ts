/** Authoritative answers beside Knot, NSD, BIND and dnsmasq, beside Node's bare socket, and beside what npm offers; load by dnsperf. */
import { dnsperf, serverScenario, suite } from "@tenon/bench";
import { dns2, dnsmasq, dnsPacket, knot, named, nodeEcho, nsd, tenon } from "./contenders.ts";
import { hitQueries, hostsZone, MIX_NOERROR_SHARE, mixedQueries } from "./data.ts";

/** CPU of ours over CPU of the peer, as the specification states it; ratios in tables are the other way round. */
const atMost = (ratio: number): { readonly cpu: number } => ({ cpu: 1 / ratio });

export default suite("dns", [
  serverScenario({
    name: "UDP, 100,000 names, hits",
    unit: "query",
    ours: tenon(hostsZone),
    peers: [nodeEcho, knot(hostsZone), nsd(hostsZone), named(hostsZone), dnsmasq, dnsPacket, dns2],
    load: dnsperf({ queries: hitQueries }),
    targets: {
      "node-echo": atMost(1.1),
      knotd: atMost(1.4),
      nsd: atMost(1.4),
      named: atMost(1.05),
      dnsmasq: atMost(1.2),
      "dns-packet": atMost(0.65),
      dns2: atMost(0.15),
    },
  }),
  serverScenario({
    name: "UDP, 60 % hits, then NXDOMAIN, NODATA and wildcards",
    unit: "query",
    ours: tenon(hostsZone),
    peers: [knot(hostsZone)],
    load: dnsperf({ queries: mixedQueries, noErrorShare: MIX_NOERROR_SHARE }),
    targets: { knotd: atMost(1.4) },
  }),
  serverScenario({
    name: "TCP, 10 connections, 200 queries in flight",
    unit: "query",
    ours: tenon(hostsZone),
    peers: [knot(hostsZone), nsd(hostsZone), named(hostsZone)],
    load: dnsperf({ queries: hitQueries, mode: "tcp", clients: 10, outstanding: 200 }),
    targets: { knotd: atMost(0.65), nsd: atMost(0.45), named: atMost(0.45) },
  }),
]);
