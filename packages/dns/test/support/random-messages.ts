/** Messages drawn from a seed: names that share ends, records of every type that has a sample, EDNS. */
import { readFileSync } from "node:fs";
import { ednsOption } from "../../src/message/options.ts";
import type { Edns, EdnsOption, Message, Question } from "../../src/message/message.ts";
import { Name } from "../../src/name/name.ts";
import { TYPE } from "../../src/rdata/types.ts";
import type { ResourceRecord } from "../../src/record.ts";
import { parseZone } from "../../src/zonefile/parser.ts";

/** Numbers from 0 to below `limit`, the same from the same seed (Marsaglia's xorshift32). */
export type Draw = (limit: number) => number;

export function drawing(seed: number): Draw {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    return state % limit;
  };
}

const SAMPLES = parseZone(readFileSync(new URL("../fixtures/samples.zone", import.meta.url)), {
  origin: Name.parse("example."),
  file: "samples.zone",
}).records.filter(({ type }) => type !== TYPE.TSIG);

const LABELS = ["a", "www", "mail", "_tcp", "*", "xn--bcher-kva", "a.b", "\0", "é"].map((text) => Buffer.from(text));
const ENDS = ["example.", "example.net.", "sub.example.", "."].map((text) => Name.parse(text));

const OPTIONS: readonly EdnsOption[] = [
  ednsOption({ option: "NSID", data: Buffer.from("ns1") }),
  ednsOption({ option: "CLIENT-SUBNET", family: 1, address: "192.0.2.0", sourcePrefix: 24, scopePrefix: 0 }),
  ednsOption({ option: "CLIENT-SUBNET", family: 2, address: "2001:db8::", sourcePrefix: 29, scopePrefix: 3 }),
  ednsOption({ option: "COOKIE", client: Buffer.from("12345678"), server: Buffer.from("87654321") }),
  ednsOption({ option: "PADDING", length: 9 }),
  ednsOption({ option: "EXTENDED-ERROR", infoCode: 18, text: "blocked" }),
  ednsOption({ option: "TCP-KEEPALIVE", timeoutMs: 1000 }),
  ednsOption({ option: "REPORT-CHANNEL", agent: Name.parse("agent.example.") }),
  { code: 65_001, data: Uint8Array.of(1, 2, 3) },
];

function pick<T>(draw: Draw, from: readonly T[]): T {
  return from[draw(from.length)]!;
}

function some<T>(draw: Draw, limit: number, make: () => T): T[] {
  return Array.from({ length: draw(limit) }, make);
}

function randomName(draw: Draw): Name {
  return Name.fromLabels([...some(draw, 4, () => pick(draw, LABELS)), ...pick(draw, ENDS).labels()]);
}

function randomQuestion(draw: Draw): Question {
  return { name: randomName(draw), type: pick(draw, SAMPLES).type, class: 1 };
}

function randomEdns(draw: Draw): Edns {
  return {
    udpPayload: 512 + draw(4096),
    version: 0,
    dnssecOk: draw(2) === 0,
    options: some(draw, 4, () => pick(draw, OPTIONS)),
  };
}

/** `accepts` says which types of records may be in it. */
export function randomMessage(draw: Draw, accepts: (type: number) => boolean = () => true): Message {
  const samples = SAMPLES.filter(({ type }) => accepts(type));
  const record = (): ResourceRecord => {
    const { type, rdata } = pick(draw, samples);
    return { name: randomName(draw), type, class: 1, ttl: draw(2 ** 31), rdata };
  };
  const edns = draw(2) === 0 ? randomEdns(draw) : undefined;
  return {
    id: draw(65_536),
    response: draw(2) === 0,
    opcode: pick(draw, [0, 0, 0, 4]),
    authoritative: draw(2) === 0,
    truncated: draw(8) === 0,
    recursionDesired: draw(2) === 0,
    recursionAvailable: draw(2) === 0,
    reserved: false,
    authenticData: draw(2) === 0,
    checkingDisabled: draw(2) === 0,
    rcode: draw(edns === undefined ? 6 : 24),
    questions: some(draw, 3, () => randomQuestion(draw)),
    answers: some(draw, 8, record),
    authorities: some(draw, 4, record),
    additionals: some(draw, 4, record),
    ...(edns === undefined ? {} : { edns }),
  };
}
