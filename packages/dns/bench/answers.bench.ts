/** Answers without a socket, 100,000 names: what a query costs beyond the packets; and what a name costs while a zone changes. */
import { microScenario, suite } from "@tenon/bench";
import packet from "dns-packet";
import { Authority, type Client } from "../src/authority/authority.ts";
import { Name, ServedZone, ZoneData } from "../src/index.ts";
import { ZoneSet } from "../src/zone/zone-set.ts";

const HOSTS = 100_000;
const QUERIES = 8192;
const ORIGIN = "bench.example.net";
const CLIENT: Client = { address: "127.0.0.1", port: 5000, tcp: false };

/** Ends of names of the hosts in an order without a stride. */
function host(i: number): number {
  return (Math.imul(i, 0x9e37_79b1) >>> 0) % HOSTS;
}

function address(i: number): string {
  return `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
}

const NAMES = {
  hits: (i: number): string => `h${host(i)}`,
  mix: (i: number): string => {
    const kind = i % 10;
    if (kind < 6) return `h${host(i)}`;
    return kind < 8 ? `x${i}` : `w${i}.wild`;
  },
};
type Load = keyof typeof NAMES;

/** Queries one behind the other, as they come out of a socket's one buffer. */
function queries(load: Load): { bytes: Uint8Array; ends: number[] } {
  const all = Array.from({ length: QUERIES }, (_, i) =>
    packet.encode({
      type: "query",
      id: i,
      questions: [{ type: load === "mix" && i % 10 === 5 ? "AAAA" : "A", name: `${NAMES[load](i)}.${ORIGIN}` }],
      additionals: [{ type: "OPT", name: ".", udpPayloadSize: 1232, flags: 0, options: [] } as never],
    }),
  );
  let end = 0;
  return { bytes: Buffer.concat(all), ends: all.map(({ length }) => (end += length)) };
}

function ours(load: Load): () => number {
  let text = `$TTL 3600\n@ SOA ns host 1 2 3 4 300\n@ NS ns\nns A 127.0.0.1\n*.wild A 127.0.0.2\n`;
  for (let i = 0; i < HOSTS; i++) text += `h${i} A ${address(i)}\n`;
  const origin = Name.parse(`${ORIGIN}.`);
  const served = new ServedZone(origin);
  served.replace(ZoneData.load(Buffer.from(text), { origin, file: "bench" }).zone);
  const zones = new ZoneSet();
  zones.add(served);
  const authority = new Authority({ zones, minimalResponses: true, udpPayload: 1232, elsewhere: false, now: () => 0 });
  const { bytes, ends } = queries(load);
  const query = new Uint8Array(512);
  const out = new Uint8Array(65_535);
  return () => {
    let length = 0;
    let start = 0;
    for (const end of ends) {
      for (let i = start; i < end; i++) query[i - start] = bytes[i]!;
      length += authority.answer(query, end - start, CLIENT, out);
      start = end;
    }
    return length;
  };
}

/** What one writes with npm's codec: a Map of names, decode, look up, encode. */
function dnsPacketAndMap(load: Load): () => number {
  const hosts = new Map<string, string>();
  for (let i = 0; i < HOSTS; i++) hosts.set(`h${i}.${ORIGIN}`, address(i));
  const soa = {
    mname: `ns.${ORIGIN}`,
    rname: `host.${ORIGIN}`,
    serial: 1,
    refresh: 2,
    retry: 3,
    expire: 4,
    minimum: 300,
  };
  const { bytes, ends } = queries(load);
  const all = Buffer.from(bytes);
  return () => {
    let length = 0;
    let start = 0;
    for (const end of ends) {
      const { id, questions = [] } = packet.decode(all.subarray(start, end));
      const { name = "", type } = questions[0] ?? {};
      const found = hosts.get(name.toLowerCase()) ?? (name.endsWith(`.wild.${ORIGIN}`) ? "127.0.0.2" : undefined);
      const isAnswer = found !== undefined && type === "A";
      const answer = packet.encode({
        type: "response",
        ...(id === undefined ? {} : { id }),
        flags: packet.AUTHORITATIVE_ANSWER | (found === undefined ? 3 : 0),
        questions,
        answers: isAnswer ? [{ type: "A", name, ttl: 3600, data: found }] : [],
        authorities: isAnswer ? [] : [{ type: "SOA", name: ORIGIN, ttl: 300, data: soa }],
        additionals: [{ type: "OPT", name: ".", udpPayloadSize: 1232, flags: 0, options: [] } as never],
      });
      length += answer.length;
      start = end;
    }
    return length;
  };
}

const answers = (name: string, load: Load): ReturnType<typeof microScenario> =>
  microScenario({
    name,
    unit: "answer",
    unitsPerCall: QUERIES,
    ours: { name: "tenon", setup: () => ours(load) },
    peers: [{ name: "dns-packet and a Map", setup: () => dnsPacketAndMap(load) }],
    targets: { "dns-packet and a Map": { cpu: 5 } },
  });

export default suite("dns", [
  answers("answers in process, 100,000 names, hits", "hits"),
  answers("answers in process, 60 % hits, then NXDOMAIN, NODATA and wildcards", "mix"),
]);
