import { describe, expect, test } from "vitest";
import { DnsError } from "../src/errors.ts";
import { decodeMessage } from "../src/message/decode.ts";
import { encodeMessage } from "../src/message/encode.ts";
import { blankMessage, type Message } from "../src/message/message.ts";
import { ednsOption, type EdnsOptionValue, optionValue } from "../src/message/options.ts";
import { Name } from "../src/name/name.ts";
import { rdataFromText } from "../src/rdata/rdata.ts";
import { CLASS, TYPE, typeCode } from "../src/rdata/types.ts";
import type { ResourceRecord } from "../src/record.ts";
import { fuzzMessages } from "./support/mutations.ts";
import { drawing, randomMessage } from "./support/random-messages.ts";

const QUERY: Message = blankMessage({
  id: 0x1234,
  recursionDesired: true,
  questions: [{ name: Name.parse("www.example."), type: TYPE.A, class: CLASS.IN }],
});

function record(name: string, type: string, text: string): ResourceRecord {
  const code = typeCode(type)!;
  return { name: Name.parse(name), type: code, class: CLASS.IN, ttl: 60, rdata: rdataFromText(code, text) };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function decodeHex(text: string): Message {
  return decodeMessage(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
}

function refusal(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof DnsError) return `${error.code} ${error.rcode}`;
    throw error;
  }
  return undefined;
}

describe("bytes", () => {
  test("a query is its header and its question", () => {
    expect(hex(encodeMessage(QUERY))).toBe("123401000001000000000000" + "03777777076578616d706c6500" + "00010001");
  });

  test("names of RFC 1035's types are compressed, those of later ones are not", () => {
    const answers = [
      record("www.example.", "MX", "10 mail.example."),
      record("www.example.", "SRV", "1 2 3 mail.example."),
    ];
    expect(hex(encodeMessage({ ...QUERY, response: true, answers })).slice(58)).toBe(
      "c00c000f00010000003c0009" +
        "000a046d61696cc010" +
        "c00c002100010000003c0014" +
        "000100020003046d61696c076578616d706c6500",
    );
    const decoded = decodeMessage(encodeMessage({ ...QUERY, answers }));
    expect(decoded.answers).toEqual(answers);
    expect(encodeMessage({ ...QUERY, answers }, { compress: false }).length).toBe(29 + 39 + 43);
  });

  test("any message comes back, compressed or not", () => {
    const draw = drawing(7);
    for (let i = 0; i < 500; i++) {
      const message = randomMessage(draw);
      expect(decodeMessage(encodeMessage(message))).toEqual(message);
      expect(decodeMessage(encodeMessage(message, { compress: false }))).toEqual(message);
    }
  });

  test("every prefix of a message is refused with FORMERR", () => {
    const bytes = encodeMessage(randomMessage(drawing(3)));
    for (let length = 0; length < bytes.length; length++) {
      expect(refusal(() => decodeMessage(bytes.subarray(0, length)))).toMatch(
        /^(?:truncated|trailing-bytes|bad-rdata) 1$/,
      );
    }
  });

  test("a TTL with its upper bit set is 0 (RFC 2181 §8)", () => {
    const message = decodeHex("0000 8000 0000 0001 0000 0000  00 0001 0001 80000001 0004 c0000201");
    expect(message.answers[0]!.ttl).toBe(0);
  });

  test("UPDATE's records without data are read and written (RFC 2136 §2.4)", () => {
    const none = { name: Name.parse("a.example."), type: TYPE.A, class: CLASS.NONE, ttl: 0, rdata: new Uint8Array(0) };
    const message = { ...QUERY, opcode: 5, answers: [none, { ...none, type: TYPE.ANY, class: CLASS.ANY }] };
    expect(decodeMessage(encodeMessage(message))).toEqual(message);
    expect(refusal(() => decodeMessage(encodeMessage({ ...message, answers: [{ ...none, class: CLASS.IN }] })))).toBe(
      "truncated 1",
    );
  });
});

describe("EDNS", () => {
  const edns = { udpPayload: 1232, version: 0, dnssecOk: true, options: [] };

  test("OPT carries payload, DO and the upper bits of the rcode", () => {
    const bytes = encodeMessage({ ...QUERY, rcode: 23, edns });
    expect(hex(bytes).slice(58)).toBe("00" + "0029" + "04d0" + "01" + "00" + "8000" + "0000");
    expect(decodeMessage(bytes)).toMatchObject({ rcode: 23, edns });
    expect(refusal(() => encodeMessage({ ...QUERY, rcode: 23 }))).toBe("bad-message 1");
  });

  const values: readonly EdnsOptionValue[] = [
    { option: "LLQ", version: 1, opcode: 1, error: 0, id: 2n ** 63n, lease: 7200 },
    { option: "UPDATE-LEASE", lease: 3600 },
    { option: "UPDATE-LEASE", lease: 3600, keyLease: 7200 },
    { option: "NSID", data: new Uint8Array(0) },
    { option: "DAU", algorithms: [8, 13, 15] },
    { option: "DHU", algorithms: [1, 2] },
    { option: "N3U", algorithms: [1] },
    { option: "CLIENT-SUBNET", family: 1, address: "192.0.128.0", sourcePrefix: 17, scopePrefix: 0 },
    { option: "CLIENT-SUBNET", family: 2, address: "2001:db8::", sourcePrefix: 32, scopePrefix: 48 },
    { option: "CLIENT-SUBNET", family: 0, address: undefined, sourcePrefix: 0, scopePrefix: 0 },
    { option: "EXPIRE" },
    { option: "EXPIRE", seconds: 99 },
    { option: "COOKIE", client: new Uint8Array(8), server: new Uint8Array(0) },
    { option: "COOKIE", client: new Uint8Array(8), server: new Uint8Array(16) },
    { option: "TCP-KEEPALIVE" },
    { option: "TCP-KEEPALIVE", timeoutMs: 12_300 },
    { option: "PADDING", length: 3 },
    { option: "CHAIN", trustPoint: Name.parse("example.") },
    { option: "KEY-TAG", keyTags: [20_326, 38_696] },
    { option: "EXTENDED-ERROR", infoCode: 22, text: "Ünreachable" },
    { option: "CLIENT-TAG", tag: 5 },
    { option: "SERVER-TAG", tag: 6 },
    { option: "REPORT-CHANNEL", agent: Name.parse("report.example.") },
    { option: "ZONEVERSION" },
    { option: "ZONEVERSION", labels: 2, kind: 0, version: Uint8Array.of(1, 2, 3, 4) },
    { option: "unknown", code: 65_001, data: Uint8Array.of(1) },
  ];

  test.each(values.map((value) => [value.option, value] as const))("%s comes back", (_, value) => {
    expect(optionValue(ednsOption(value))).toEqual(value);
  });

  test.each([
    ["a cookie of 7 bytes", 10, "00000000000000"],
    ["a server's cookie of 7 bytes", 10, "000000000000000000000000000000"],
    ["a subnet with bits behind its prefix", 8, "00011100c000ff"],
    ["a subnet with a byte too many", 8, "00011000c00000"],
    ["a subnet of a prefix above 32", 8, "00012100c000020100"],
    ["a subnet of an unknown family", 8, "00030000"],
    ["a keepalive of one byte", 11, "00"],
    ["an agent that is no name", 18, "0361"],
    ["an extended error without its code", 15, "00"],
    ["key tags of three bytes", 14, "000000"],
  ])("%s is FORMERR", (_, code, data) => {
    const options = [{ code, data: Buffer.from(data, "hex") }];
    expect(refusal(() => decodeMessage(encodeMessage({ ...QUERY, edns: { ...edns, options } })))).toMatch(/ 1$/);
    // A later version may mean something else by it; the server answers BADVERS.
    expect(decodeMessage(encodeMessage({ ...QUERY, edns: { ...edns, version: 1, options } })).edns?.version).toBe(1);
  });
});

describe("what does not belong where it stands", () => {
  const opt = "00 0029 04d0 00000000 0000";
  const tsig = "00 00fa 00ff 00000000 0011 00 000000000000 0000 0000 0000 0000 0000";

  test.each([
    ["two OPT records", `0000 0000 0000 0000 0000 0002 ${opt} ${opt}`],
    ["OPT among the answers", `0000 0000 0000 0001 0000 0000 ${opt}`],
    ["OPT of an owner", `0000 0000 0000 0000 0000 0001 0161 ${opt}`],
    ["TSIG before OPT", `0000 0000 0000 0000 0000 0002 ${tsig} ${opt}`],
    ["TSIG among the authorities", `0000 0000 0000 0000 0001 0000 ${tsig}`],
    ["TSIG of class IN", `0000 0000 0000 0000 0000 0001 ${tsig.replace("00ff", "0001")}`],
  ])("%s is FORMERR", (_, text) => {
    expect(refusal(() => decodeHex(text))).toBe("bad-message 1");
  });

  test("bytes behind the last record are FORMERR", () => {
    expect(refusal(() => decodeMessage(Buffer.concat([encodeMessage(QUERY), Buffer.from([0])])))).toBe(
      "trailing-bytes 1",
    );
  });

  test("TSIG behind OPT is read, with where it begins, and written", () => {
    const message = decodeHex(`0000 0000 0000 0000 0000 0002 ${opt} ${tsig}`);
    expect(message.tsig).toMatchObject({ key: Name.root, offset: 12 + 11 });
    expect(hex(encodeMessage(message))).toBe(`000000000000000000000002${opt}${tsig}`.replaceAll(" ", ""));
  });
});

describe("truncation", () => {
  const set = (name: string, count: number): ResourceRecord[] =>
    Array.from({ length: count }, (_, i) => record(name, "TXT", `"${"x".repeat(50)}${i}"`));
  const edns = { udpPayload: 1232, version: 0, dnssecOk: false, options: [] };

  test("leaves whole RRsets and sets TC when answers or authorities do not fit", () => {
    const message = { ...QUERY, response: true, edns, answers: [...set("a.example.", 3), ...set("b.example.", 5)] };
    const bytes = encodeMessage(message, { maxBytes: 512 });
    expect(bytes.length).toBeLessThanOrEqual(512);
    const decoded = decodeMessage(bytes);
    expect(decoded.truncated).toBe(true);
    expect(decoded.answers).toEqual(message.answers.slice(0, 3));
    expect(decoded.edns).toEqual(edns);
  });

  test("leaves additional records out without TC", () => {
    const message = {
      ...QUERY,
      edns,
      answers: set("a.example.", 3),
      additionals: [...set("b.example.", 2), ...set("c.example.", 9)],
    };
    const decoded = decodeMessage(encodeMessage(message, { maxBytes: 512 }));
    expect(decoded.truncated).toBe(false);
    expect(decoded.answers.length).toBe(3);
    expect(decoded.additionals).toEqual(message.additionals.slice(0, 2));
  });

  test("is at the byte", () => {
    const message = { ...QUERY, edns, answers: [...set("a.example.", 2), ...set("b.example.", 1)] };
    const whole = encodeMessage(message).length;
    expect(decodeMessage(encodeMessage(message, { maxBytes: whole })).answers.length).toBe(3);
    expect(decodeMessage(encodeMessage(message, { maxBytes: whole - 1 })).answers.length).toBe(2);
  });

  test("names of what was taken back are no targets of pointers", () => {
    const answers = [record("a.example.", "A", "192.0.2.1"), ...set("z.unique.", 20)];
    const message = { ...QUERY, response: true, answers, additionals: [], authorities: [] };
    expect(decodeMessage(encodeMessage(message, { maxBytes: 200 })).answers).toEqual(answers.slice(0, 1));
  });

  test("does not help a message whose fixed parts are too much", () => {
    expect(refusal(() => encodeMessage(QUERY, { maxBytes: 20 }))).toBe("too-long 1");
  });

  test("64 KiB are the end in any case", () => {
    const decoded = decodeMessage(
      encodeMessage({ ...QUERY, answers: set("a.example.", 1).concat(set("b.example.", 2000)) }),
    );
    expect(decoded).toMatchObject({ truncated: true });
    expect(decoded.answers.length).toBe(1);
  });
});

test("mutated messages are decoded or refused, and nothing else", () => {
  const { decoded, refused } = fuzzMessages(20_000, 1);
  expect(decoded).toBeGreaterThan(500);
  expect(refused).toBeGreaterThan(5000);
});
