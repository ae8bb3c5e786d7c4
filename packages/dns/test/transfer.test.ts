import { expect, test } from "vitest";
import { DnsError } from "../src/errors.ts";
import { decodeMessage } from "../src/message/decode.ts";
import { encodeMessage } from "../src/message/encode.ts";
import type { Message } from "../src/message/message.ts";
import { replyTo } from "../src/message/reply.ts";
import { Name } from "../src/name/name.ts";
import { TYPE } from "../src/rdata/types.ts";
import { recordText } from "../src/record.ts";
import { TransferError } from "../src/transfer/errors.ts";
import { request } from "../src/transfer/exchange.ts";
import { transferAnswer } from "../src/transfer/outgoing.ts";
import { packedMessages } from "../src/transfer/packing.ts";
import { ZoneReceiver } from "../src/transfer/zone-receiver.ts";
import { TransferReader, type TransferResult } from "../src/transfer/reader.ts";
import { condensed } from "../src/zone/changes.ts";
import { type ZoneChange, ZoneData } from "../src/zone/zone-data.ts";
import { mutated } from "./support/mutations.ts";
import { record } from "./support/messages.ts";
import { applied, fuzzTransfers, ixfr, sent, versions } from "./support/fuzz-transfers.ts";
import { drawing } from "./support/random-messages.ts";
import { linesOf, ORIGIN, update, ZONE_TEXT, zoneOf } from "./support/zones.ts";

const axfr = request({ name: ORIGIN, type: TYPE.AXFR, class: 1 }, { id: 7 });

function received(messages: readonly Uint8Array[], type: number, from?: ZoneData): TransferResult {
  const reader = new TransferReader(ORIGIN, type, from?.serial);
  for (const [i, bytes] of messages.entries()) {
    expect(reader.push(decodeMessage(bytes))).toBe(i === messages.length - 1 ? "done" : "more");
  }
  return reader.result;
}

test("AXFR brings the zone, its SOA first and last", () => {
  const zone = zoneOf(ZONE_TEXT);
  const messages = sent(zone, axfr);
  const answers = messages.flatMap((bytes) => decodeMessage(bytes).answers);
  expect(answers[0]).toEqual(zone.soa);
  expect(answers.at(-1)).toEqual(zone.soa);
  expect(answers).toHaveLength(zone.recordCount + 1);
  expect(linesOf(applied(received(messages, TYPE.AXFR)))).toEqual(linesOf(zone));
});

test("a large zone goes in messages of 32 KiB, compressed, each with the question", () => {
  const hosts = Array.from(
    { length: 5000 },
    (_, i) => `host-${i}.some.where A 192.0.2.${i % 256}\n${" ".repeat(4)}TXT "${i}"\n`,
  );
  const zone = zoneOf(ZONE_TEXT + hosts.join(""));
  const messages = sent(zone, axfr);
  expect(messages.length).toBeGreaterThan(5);
  for (const bytes of messages) {
    expect(bytes.length).toBeLessThan(0x8000 + 300);
    expect(decodeMessage(bytes)).toMatchObject({
      id: 7,
      response: true,
      authoritative: true,
      questions: axfr.questions,
    });
  }
  // Owner's label, pointer, fixed fields, data: 30 bytes with a pointer, 50 without.
  expect(messages.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(10_000 * 30);
  expect(linesOf(applied(received(messages, TYPE.AXFR)))).toEqual(linesOf(zone));
});

test("names keep the letters that they have in the zone, whatever the question's are", () => {
  const zone = zoneOf(`${ZONE_TEXT}www.Sub A 192.0.2.7\nMX.Sub MX 1 Mail\n`);
  const shouted = { ...axfr, questions: [{ ...axfr.questions[0]!, name: Name.parse("EXAMPLE.") }] };
  const { questions, answers } = decodeMessage(sent(zone, shouted)[0]!);
  expect(questions[0]!.name.toString()).toBe("EXAMPLE.");
  const lines = answers.map(recordText);
  expect(lines.filter((line) => line.includes("EXAMPLE"))).toEqual([]);
  expect(lines.sort()).toEqual([...zone.records(), zone.soa].map(recordText).sort());
});

test("what is packed from blocks is what is packed from records, whatever the names", () => {
  const draw = drawing(17);
  const labels = ["a", "B", "long-label-number-one", "*", "x\\.y", "\\000", "n"];
  const owner = (depth: number): string => Array.from({ length: depth }, () => labels[draw(labels.length)]!).join(".");
  for (const origin of ["example.", ".", "Deep.Origin.Example."]) {
    const lines = Array.from({ length: 3000 }, (_, i) => {
      const name = `${owner(draw(6))}${draw(3) === 0 ? "" : `.h${i}`}`.replace(/^\./, "");
      const target = draw(2) === 0 ? owner(1 + draw(4)) : "www.Elsewhere.";
      const data = ["NS", "MX 5", "PTR", "SRV 1 2 3", "RP . "][draw(5)]!;
      return `${name === "" ? "h" : name} ${data} ${target}\n${" ".repeat(4)}TXT "${"t".repeat(draw(200))}"\n`;
    });
    const soa = "$TTL 60\n@ SOA Ns Root 1 2 3 4 5\n@ NS Ns\n@ MX 1 @\n";
    const zone = zoneOf(soa + lines.join(""), Name.parse(origin));
    const query = request({ name: zone.origin, type: TYPE.AXFR, class: 1 }, { id: 7 });
    const plain = [...packedMessages(query, [...zone.records(), zone.soa])];
    const fast = sent(zone, query);
    const records = (messages: readonly Uint8Array[]): string[] =>
      messages.flatMap((bytes) => decodeMessage(bytes).answers.map(recordText));
    // Letters of owners may be those of a name that came before them.
    const folded = (lines: readonly string[]): string[] =>
      lines.map((line) => line.replace(/^\S+/, (name) => name.toLowerCase()));
    expect(folded(records(fast))).toEqual(folded(records(plain)));
    const size = (messages: readonly Uint8Array[]): number => messages.reduce((sum, { length }) => sum + length, 0);
    expect(size(fast)).toBeLessThan(size(plain) * 1.15);
  }
});

/** A zone as a secondary gets it, message by message. */
function taken(messages: readonly Uint8Array[], origin: Name): ZoneData {
  const receiver = new ZoneReceiver(origin, 1);
  for (const bytes of messages) receiver.push(bytes);
  if (!receiver.isDone) throw new TransferError("protocol", "not over");
  return receiver.zone();
}

/** The same by values. */
function takenByValues(messages: readonly Uint8Array[], origin: Name): ZoneData {
  const reader = new TransferReader(origin, TYPE.AXFR);
  for (const bytes of messages) reader.push(decodeMessage(bytes));
  const { result } = reader;
  if (result.kind !== "full") throw new TransferError("protocol", "no zone");
  return ZoneData.fromRecords(origin, result.records);
}

function outcomeOf(take: () => ZoneData): string {
  try {
    return linesOf(take()).join("\n");
  } catch (error) {
    if (["DnsError", "TransferError", "ZoneError"].includes((error as Error).name)) return "refused";
    throw error;
  }
}

test("a zone that is received without values is the one that values make, however its messages were changed", () => {
  const draw = drawing(29);
  const hosts = Array.from({ length: 150 }, (_, i) => {
    const data = [
      "A 192.0.2.1",
      "AAAA 2001:db8::1",
      "MX 1 h2",
      "NS h3.sub",
      "TXT x y",
      "SRV 1 2 3 h4",
      "TYPE65280 \\# 2 0102",
    ];
    return `h${i}${draw(3) === 0 ? ".sub.Deep" : ""} ${data[draw(data.length)]!}\n`;
  });
  const zone = zoneOf(ZONE_TEXT + hosts.join("") + "out-of-place 60 A 192.0.2.1\n");
  const messages = sent(zone, axfr);
  expect(outcomeOf(() => taken(messages, ORIGIN))).toBe(linesOf(zone).join("\n"));
  const counts = { same: 0, refused: 0 };
  for (let i = 0; i < 800; i++) {
    const changed = messages.map((bytes) => (draw(2) === 0 ? bytes : mutated(draw, bytes)));
    const [fast, plain] = [taken, takenByValues].map((take) => outcomeOf(() => take(changed, ORIGIN)));
    expect(fast, Buffer.from(changed[0]!).toString("hex").slice(0, 200)).toBe(plain);
    counts[fast === "refused" ? "refused" : "same"] += 1;
  }
  expect(counts.refused).toBeGreaterThan(100);
  expect(counts.same).toBeGreaterThan(100);
});

test("what a secondary counts and refuses, it does without values too", () => {
  const make = (...answers: string[][]): Uint8Array[] =>
    answers.map((records) => encodeMessage({ ...answer(records), questions: axfr.questions }));
  const refusal = (...answers: string[][]): string => codeOf(() => taken(make(...answers), ORIGIN));
  expect(refusal([SOA(1), A, SOA(1)])).toBe("none");
  expect(refusal([A])).toBe("protocol");
  expect(refusal([SOA(1), A, SOA(2)])).toBe("protocol");
  expect(refusal([SOA(1), A, SOA(1), B])).toBe("protocol");
  expect(refusal([SOA(1), A, SOA(1)], [B])).toBe("protocol");
  expect(refusal([SOA(1), A])).toBe("protocol");
  expect(refusal(["other. 1 IN SOA a. b. 1 1 1 1 1"])).toBe("protocol");
  const outside = taken(make([SOA(1), "other. 60 IN A 192.0.2.1", "other. 60 IN TXT x", A, SOA(1)]), ORIGIN);
  expect(linesOf(outside)).toEqual([record(SOA(1)), record(A)].map(recordText).sort());
  const limited = (limits: { records: number; bytes: number }) => () =>
    void new ZoneReceiver(ORIGIN, 1, limits).push(make([SOA(1), A, B, SOA(1)])[0]!);
  expect(codeOf(limited({ records: 4, bytes: 10_000 }))).toBe("none");
  expect(codeOf(limited({ records: 3, bytes: 10_000 }))).toBe("limit");
  expect(codeOf(limited({ records: 4, bytes: 100 }))).toBe("limit");
  const refused = encodeMessage(replyTo(axfr, { rcode: 5 }));
  expect(codeOf(() => taken([refused], ORIGIN))).toBe("refused");
});

test("records that fill a message go alone, one that fits into none is an error", () => {
  const big = (bytes: number) => record(`big${bytes}.example. 60 IN TYPE65280 \\# ${bytes} ${"00".repeat(bytes)}`);
  const zone = ZoneData.fromRecords(ORIGIN, [...zoneOf(ZONE_TEXT).records(), big(65_000), big(64_000), big(60_000)]);
  const messages = sent(zone, axfr, { reservedBytes: 200 });
  expect(Math.max(...messages.map(({ length }) => length))).toBeLessThanOrEqual(65_535 - 200);
  expect(linesOf(applied(received(messages, TYPE.AXFR)))).toEqual(linesOf(zone));
  const tooBig = ZoneData.fromRecords(ORIGIN, [...zoneOf(ZONE_TEXT).records(), big(65_530)]);
  expect(() => sent(tooBig, axfr)).toThrow(DnsError);
});

test("the first message answers EDNS, and upper and lower case of names stay", () => {
  const zone = zoneOf(`${ZONE_TEXT}WwW.Sub A 192.0.2.7\nMX.sub MX 1 Mail.Example.\n`);
  const edns = { udpPayload: 4096, version: 0, dnssecOk: false, options: [] };
  const messages = sent(zone, { ...axfr, edns }, { udpPayload: 1400 });
  expect(decodeMessage(messages[0]!).edns).toMatchObject({ udpPayload: 1400, version: 0 });
  const names = decodeMessage(messages[0]!).answers.map(({ name }) => name.toString());
  expect(names).toContain("WwW.Sub.example.");
  expect(decodeMessage(sent(zone, axfr)[0]!).edns).toBe(undefined);
});

test("a version is sent as it was when the transfer began, whatever is made of it meanwhile", () => {
  const hosts = Array.from({ length: 2000 }, (_, i) => `host-${i} A 192.0.2.1\n`);
  const zone = zoneOf(ZONE_TEXT + hosts.join(""));
  const expected = linesOf(zone);
  const answer = transferAnswer(zone, axfr);
  const messages: Uint8Array[] = [];
  let newest = zone;
  let i = 0;
  for (const bytes of answer as Iterable<Uint8Array>) {
    messages.push(bytes);
    newest = newest.with(update(newest, [`host-${i} 0 ANY ANY`, `new-${i++} 60 IN A 192.0.2.9`]).change!);
  }
  expect(i).toBeGreaterThan(1);
  expect(linesOf(applied(received(messages, TYPE.AXFR)))).toEqual(expected);
});

test("IXFR from any version leads to the newest one", () => {
  const { zones, history } = versions(30);
  const newest = zones.at(-1)!;
  const kinds = new Set<string>();
  for (const from of zones) {
    const result = received(sent(newest, ixfr(from), { history }), TYPE.IXFR, from);
    kinds.add(result.kind);
    expect(linesOf(applied(result, from))).toEqual(linesOf(newest));
  }
  expect(kinds).toEqual(new Set(["incremental", "current", "full"]));
});

test("changes that undo each other are condensed, others are sent one by one", () => {
  let zone = zoneOf(ZONE_TEXT + Array.from({ length: 100 }, (_, i) => `h${i} A 192.0.2.1\n`).join(""));
  const first = zone;
  const changes: ZoneChange[] = [];
  const step = (...updates: string[]): void => {
    const change = update(zone, updates).change!;
    changes.push(change);
    zone = zone.with(change);
  };
  step("x 60 IN A 192.0.2.1");
  step("y 60 IN A 192.0.2.1");
  const history = { since: () => changes };
  const apart = received(sent(zone, ixfr(first), { history }), TYPE.IXFR, first);
  expect(apart.kind === "incremental" && apart.changes.length).toBe(2);
  step("x 0 ANY ANY");
  step("y 0 ANY ANY");
  step("z 60 IN A 192.0.2.1");
  const together = received(sent(zone, ixfr(first), { history }), TYPE.IXFR, first);
  expect(together.kind === "incremental" && together.changes).toHaveLength(1);
  expect(linesOf(applied(together, first))).toEqual(linesOf(zone));
});

test("condensing changes does what they do", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { zones, changes } = versions(12, seed);
    expect(linesOf(zones[0]!.with(condensed(changes)))).toEqual(linesOf(zones.at(-1)!));
  }
});

test("IXFR is answered with the zone when the past is forgotten, or when that is shorter", () => {
  const { zones, history } = versions(3);
  const newest = zones.at(-1)!;
  expect(received(sent(newest, ixfr(zones[0]!)), TYPE.IXFR, zones[0]).kind).toBe("full");
  const forgotten = { since: () => undefined };
  expect(received(sent(newest, ixfr(zones[0]!), { history: forgotten }), TYPE.IXFR, zones[0]).kind).toBe("full");
  expect(received(sent(newest, ixfr(newest), { history }), TYPE.IXFR, newest).kind).toBe("current");
  // Whoever has a newer one has nothing to fetch.
  expect(received(sent(zones[0]!, ixfr(newest), { history }), TYPE.IXFR, newest).kind).toBe("current");
});

test("over UDP an IXFR fits into its datagram or is the newest SOA, and there is no AXFR", () => {
  const { zones, history } = versions(2);
  const [oldest, newest] = [zones[0]!, zones.at(-1)!];
  const small = transferAnswer(newest, ixfr(zones[1]!), { history, datagramBytes: 512 }) as Message;
  expect(small.answers.length).toBeGreaterThan(1);
  expect(encodeMessage(small).length).toBeLessThanOrEqual(512);
  const none = transferAnswer(newest, ixfr(oldest), { history, datagramBytes: 150 }) as Message;
  expect(none.answers).toEqual([newest.soa]);
  const reader = new TransferReader(ORIGIN, TYPE.IXFR, oldest.serial);
  expect(reader.push(decodeMessage(encodeMessage(none)))).toBe("more");
  expect(transferAnswer(newest, axfr, { datagramBytes: 512 })).toMatchObject({ rcode: 1 });
  expect(transferAnswer(newest, { ...ixfr(oldest), authorities: [] })).toMatchObject({ rcode: 1 });
});

// What comes in: every way to break a stream.

const answer = (records: readonly string[], extra: Partial<Message> = {}): Message => ({
  ...axfr,
  response: true,
  authoritative: true,
  answers: records.map(record),
  ...extra,
});
const SOA = (serial: number): string => `example. 300 IN SOA ns.example. root.example. ${serial} 1 2 3 4`;
const A = "a.example. 60 IN A 192.0.2.1";
const B = "b.example. 60 IN A 192.0.2.1";

function pushed(type: number, current: number | undefined, ...messages: Message[]): TransferResult {
  const reader = new TransferReader(ORIGIN, type, current);
  for (const message of messages) reader.push(message);
  return reader.result;
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof TransferError) return error.code;
    throw error;
  }
  return "none";
}

test("an answer to IXFR is told apart by its second record, in whatever message that comes", () => {
  const asked = { questions: ixfr(zoneOf(ZONE_TEXT)).questions };
  const one = (records: readonly string[]) => records.map((text) => answer([text], asked));
  expect(pushed(TYPE.IXFR, 10, ...one([SOA(12), SOA(10), A, SOA(11), SOA(11), SOA(12), B, SOA(12)]))).toMatchObject({
    kind: "incremental",
    changes: [
      { removed: [record(SOA(10)), record(A)], added: [record(SOA(11))] },
      { removed: [record(SOA(11))], added: [record(SOA(12)), record(B)] },
    ],
  });
  expect(pushed(TYPE.IXFR, 10, ...one([SOA(12), A, SOA(12)]))).toEqual({
    kind: "full",
    records: [record(SOA(12)), record(A)],
  });
  expect(pushed(TYPE.IXFR, 10, ...one([SOA(12), SOA(12)]))).toEqual({ kind: "full", records: [record(SOA(12))] });
  expect(pushed(TYPE.IXFR, 12, ...one([SOA(12)]))).toEqual({ kind: "current" });
  expect(pushed(TYPE.IXFR, 13, ...one([SOA(12)]))).toEqual({ kind: "current" });
});

test.each<[string, string, number | undefined, string[][]]>([
  ["the first record is no SOA", "protocol", undefined, [[A]]],
  ["it ends with another serial", "protocol", undefined, [[SOA(1), A, SOA(2)]]],
  ["a record comes after the last SOA", "protocol", undefined, [[SOA(1), A, SOA(1), B]]],
  ["a message comes after the last", "protocol", undefined, [[SOA(1), A, SOA(1)], [B]]],
  ["the SOA is of another zone", "protocol", undefined, [["other. 1 IN SOA a. b. 1 1 1 1 1"]]],
  ["an unasked SOA comes second", "protocol", undefined, [[SOA(3), SOA(2)]]],
  ["changes do not follow on each other", "protocol", 10, [[SOA(13), SOA(10), SOA(11), SOA(12), SOA(13), SOA(13)]]],
  ["it is not over", "protocol", undefined, [[SOA(1), A]]],
])("a transfer is refused: %s", (_, code, current, messages) => {
  const type = current === undefined ? TYPE.AXFR : TYPE.IXFR;
  const questions = [{ name: ORIGIN, type, class: 1 }];
  expect(codeOf(() => pushed(type, current, ...messages.map((m) => answer(m, { questions }))))).toBe(code);
});

test("an answer with an rcode, to another question, truncated, or above the limits is refused", () => {
  expect(codeOf(() => pushed(TYPE.AXFR, undefined, answer([], { rcode: 9 })))).toBe("refused");
  const elsewhere = { questions: [{ name: Name.parse("other."), type: TYPE.AXFR, class: 1 }] };
  expect(codeOf(() => pushed(TYPE.AXFR, undefined, answer([SOA(1)], elsewhere)))).toBe("protocol");
  expect(codeOf(() => pushed(TYPE.AXFR, undefined, answer([SOA(1)], { truncated: true })))).toBe("protocol");
  expect(codeOf(() => pushed(TYPE.AXFR, undefined, answer([SOA(1)], { response: false })))).toBe("protocol");
  const push = (limits: { records: number; bytes: number }) => () =>
    new TransferReader(ORIGIN, TYPE.AXFR, undefined, { limits }).push(answer([SOA(1), A, B, SOA(1)]));
  expect(codeOf(push({ records: 4, bytes: 10_000 }))).toBe("none");
  expect(codeOf(push({ records: 3, bytes: 10_000 }))).toBe("limit");
  expect(codeOf(push({ records: 4, bytes: 100 }))).toBe("limit");
});

test("records from outside of the zone are left out", () => {
  const result = pushed(TYPE.AXFR, undefined, answer([SOA(1), "other. 60 IN A 192.0.2.1", A, SOA(1)]));
  expect(result).toEqual({ kind: "full", records: [record(SOA(1)), record(A)] });
});

test("mutated streams are zones or errors, never anything else", () => {
  const { done, refused } = fuzzTransfers(3000, 1);
  expect(done).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(500);
});
