/** Messages without a socket: decode and encode again, beside npm dns-packet and dns2. */
import { microScenario, suite } from "@tenon/bench";
import dns2 from "dns2";
import packet from "dns-packet";
import { decodeMessage, encodeMessage, Name, type ResourceRecord, rdataFromText, typeCode } from "../src/index.ts";
import { blankMessage } from "../src/message/message.ts";

/** A name server's ordinary answer: a CNAME, three addresses, mail, the zone's servers with their addresses; ten records in all. */
const RECORDS: readonly (readonly [
  section: "answers" | "authorities" | "additionals",
  owner: string,
  type: string,
  data: string,
])[] = [
  ["answers", "www.example.com.", "CNAME", "web.example.com."],
  ["answers", "web.example.com.", "A", "192.0.2.1"],
  ["answers", "web.example.com.", "A", "192.0.2.2"],
  ["answers", "web.example.com.", "A", "192.0.2.3"],
  ["authorities", "example.com.", "NS", "ns1.example.com."],
  ["authorities", "example.com.", "NS", "ns2.example.com."],
  ["additionals", "ns1.example.com.", "A", "192.0.2.53"],
  ["additionals", "ns1.example.com.", "AAAA", "2001:db8::53"],
  ["additionals", "ns2.example.com.", "A", "192.0.2.54"],
  ["additionals", "ns2.example.com.", "AAAA", "2001:db8::54"],
];

function message(): Uint8Array {
  const section = (wanted: string): ResourceRecord[] =>
    RECORDS.filter(([name]) => name === wanted).map(([, owner, type, data]) => {
      const code = typeCode(type)!;
      return { name: Name.parse(owner), type: code, class: 1, ttl: 3600, rdata: rdataFromText(code, data) };
    });
  const value = blankMessage({
    id: 4711,
    response: true,
    authoritative: true,
    recursionDesired: true,
    questions: [{ name: Name.parse("www.example.com."), type: 1, class: 1 }],
    answers: section("answers"),
    authorities: section("authorities"),
    additionals: section("additionals"),
  });
  return encodeMessage(value);
}

const CALLS = 100;

function repeated(once: (bytes: Uint8Array) => number): () => () => number {
  return () => {
    const bytes = Buffer.from(message());
    return () => {
      let length = 0;
      for (let i = 0; i < CALLS; i++) length += once(bytes);
      return length;
    };
  };
}

export default suite("dns", [
  microScenario({
    name: "decode and encode a message of ten records",
    unit: "message",
    unitsPerCall: CALLS,
    ours: { name: "tenon", setup: repeated((bytes) => encodeMessage(decodeMessage(bytes)).length) },
    peers: [
      { name: "dns-packet", setup: repeated((bytes) => packet.encode(packet.decode(bytes)).length) },
      { name: "dns2", setup: repeated((bytes) => dns2.Packet.parse(Buffer.from(bytes)).toBuffer().length) },
    ],
    targets: { "dns-packet": { cpu: 1 / 0.3 }, dns2: { cpu: 1 / 0.1 } },
  }),
]);
