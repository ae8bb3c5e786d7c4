import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { DnsError } from "../src/errors.ts";
import { Name } from "../src/name/name.ts";
import { recordText } from "../src/record.ts";
import { canonicalRdata, parseRdata, rdataBytes, rdataFromText, rdataText } from "../src/rdata/rdata.ts";
import { KNOWN_TYPES } from "../src/rdata/registry.ts";
import { TYPE, typeCode, typeText } from "../src/rdata/types.ts";
import { parseZone } from "../src/zonefile/parser.ts";
import { fuzzRdata } from "./support/fuzz-text.ts";

const samples = parseZone(readFileSync(new URL("fixtures/samples.zone", import.meta.url)), {
  origin: Name.parse("example."),
  file: "samples.zone",
});

test("there is a sample of every type with a format, and each is read", () => {
  expect(samples.errors).toEqual([]);
  expect(new Set(samples.records.map(({ type }) => type))).toEqual(new Set([...KNOWN_TYPES, 65_280, 65_281]));
});

test.each(samples.records.map((record) => [recordText(record), record] as const))("%s", (text, { type, rdata }) => {
  const value = parseRdata(type, rdata);
  expect(value.type).toBe(type >= 65_280 ? "unknown" : typeText(type));
  expect(rdataBytes(value)).toEqual(rdata);
  const printed = rdataText(type, rdata);
  expect(text.endsWith(` ${typeText(type)} ${printed}`.trimEnd())).toBe(true);
  expect(rdataFromText(type, printed)).toEqual(rdata);
  // Split for people it reads back as the same.
  expect(rdataFromText(type, rdataText(type, rdata, { splitWidth: 4 }))).toEqual(rdata);
  expect(rdataFromText(type, `\\# ${rdata.length} ${Buffer.from(rdata).toString("hex")}`)).toEqual(rdata);
});

test("every prefix of a sample's rdata is a value that comes back, or refused with DnsError", () => {
  for (const { type, rdata } of samples.records) {
    for (let length = 0; length < rdata.length; length++) {
      const cut = rdata.slice(0, length);
      try {
        const value = parseRdata(type, cut);
        expect(parseRdata(type, rdataBytes(value)), `${typeText(type)} ${length}`).toEqual(value);
      } catch (error) {
        if (!(error instanceof DnsError)) throw error;
      }
      expect(rdataFromText(65_280, rdataText(65_280, cut))).toEqual(cut);
      expect(typeof rdataText(type, cut)).toBe("string");
    }
  }
});

describe("values", () => {
  const valueOf = (type: keyof typeof TYPE, text: string): unknown =>
    parseRdata(TYPE[type], rdataFromText(TYPE[type], text));

  test("are plain data, by the type's mnemonic", () => {
    expect(valueOf("MX", "10 mail.example.")).toEqual({
      type: "MX",
      preference: 10,
      exchange: Name.parse("mail.example."),
    });
    expect(valueOf("AAAA", "2001:DB8:0:0::1")).toEqual({ type: "AAAA", address: "2001:db8::1" });
    expect(valueOf("NSEC", "a. A TYPE1234 MX")).toEqual({ type: "NSEC", next: Name.parse("a."), types: [1, 15, 1234] });
    expect(valueOf("LOC", "1 0 0.001 S 0 0 0 E -1m 2m")).toEqual({
      type: "LOC",
      size: 2,
      horizontalPrecision: 10_000,
      verticalPrecision: 10,
      latitude: -3_600_001,
      longitude: 0,
      altitude: -100,
    });
    expect(valueOf("APL", "!1:10.0.0.0/8")).toEqual({
      type: "APL",
      prefixes: [{ family: 1, negated: true, address: "10.0.0.0", prefix: 8 }],
    });
    expect(valueOf("AMTRELAY", "1 1 3 r.")).toEqual({
      type: "AMTRELAY",
      precedence: 1,
      discoveryOptional: true,
      relay: { kind: "name", name: Name.parse("r.") },
    });
  });

  test("that a format forbids are refused", () => {
    expect(() => rdataBytes({ type: "A", address: "1.2.3" })).toThrow(DnsError);
    expect(() => rdataBytes({ type: "MX", preference: 65_536, exchange: Name.root })).toThrow(DnsError);
    expect(() => rdataBytes({ type: "TXT", strings: [] })).toThrow(DnsError);
    expect(() => rdataBytes({ type: "TXT", strings: [new Uint8Array(256)] })).toThrow(DnsError);
    expect(() => rdataBytes({ type: "CAA", flags: 0, tag: "a b", value: new Uint8Array(0) })).toThrow(DnsError);
    expect(() => rdataBytes({ type: "EUI48", address: new Uint8Array(5) })).toThrow(DnsError);
  });
});

describe("text that is refused", () => {
  test.each([
    ["A", "192.0.2.256"],
    ["A", "192.0.2.01"],
    ["A", "192.0.2.1 x"],
    ["A", ""],
    ["AAAA", "1:2:3:4:5:6:7:8:9"],
    ["AAAA", "1::2::3"],
    ["AAAA", "::12345"],
    ["MX", "65536 a."],
    ["MX", "-1 a."],
    ["MX", '10 "a."'],
    ["TXT", ""],
    ["TXT", "x".repeat(256)],
    ["TXT", '"open'],
    ["SOA", "a. b. 1 2 3 4"],
    ["SOA", "a. b. 4294967296 2 3 4 5"],
    ["DS", "1 2 3 ABC"],
    ["DNSKEY", "256 3 FOO AA=="],
    ["DNSKEY", "256 3 8 A=A="],
    ["NSEC", "a. NOSUCHTYPE"],
    ["NSEC3", "1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojw"],
    ["RRSIG", "A 5 3 86400 20300231000000 20200101000000 1 a. AA=="],
    ["LOC", "91 N 0 E 0m"],
    ["LOC", "1 60 N 0 E 0m"],
    ["APL", "3:1.2.3.4/8"],
    ["APL", "1:1.2.3.4/33"],
    ["IPSECKEY", "10 4 2 . AA=="],
    ["IPSECKEY", "10 1 2 ::1 AA=="],
    ["SVCB", "1 . port=65536"],
    ["SVCB", "1 . alpn"],
    ["SVCB", '1 . alpn=""'],
    ["SVCB", "1 . port=1 port=2"],
    ["SVCB", "1 . mandatory=port"],
    ["SVCB", "1 . mandatory=mandatory"],
    ["SVCB", "1 . no-default-alpn"],
    ["SVCB", "1 . ohttp=1"],
    ["SVCB", "1 . key65535=x"],
    ["SVCB", "1 . nosuch=x"],
    ["SVCB", "1 . ipv4hint=1.2.3.4,"],
    ["CAA", '0 "" x'],
    ["EUI48", "00-00-5e-00-53"],
    ["TYPE65280", "abcd"],
    ["TYPE65280", "\\# 3 abcd"],
    ["A", "\\# 3 abcdef"],
    ["TYPE65280", "\\# 65536 00"],
  ])("%s %s", (type, text) => {
    expect(() => rdataFromText(typeCode(type)!, text)).toThrow(DnsError);
  });
});

test("rdata that its format forbids is printed in RFC 3597's form", () => {
  expect(rdataText(TYPE.A, Uint8Array.of(1, 2, 3))).toBe("\\# 3 010203");
  expect(rdataText(TYPE.AAAA, new Uint8Array(17))).toBe(`\\# 17 ${"00".repeat(17)}`);
  expect(rdataText(TYPE.SVCB, Uint8Array.of(0, 1, 0, 0, 3, 0, 1, 9))).toBe("\\# 8 0001000003000109");
});

test.each([
  ["MX", "10 Mail.Example.", "10 mail.example."],
  ["SRV", "1 2 3 Host.Example.", "1 2 3 host.example."],
  [
    "RRSIG",
    "A 5 3 1 20300101000000 20200101000000 1 Example. AA==",
    "A 5 3 1 20300101000000 20200101000000 1 example. AA==",
  ],
  ["A6", "128 Prefix.", "128 prefix."],
  ["NSEC", "Next.Example. A", "Next.Example. A"],
  ["SVCB", "0 Alias.Example.", "0 Alias.Example."],
  ["TXT", "Text", '"Text"'],
])("the canonical form of %s %s (RFC 4034 §6.2, RFC 6840 §5.1)", (type, text, canonical) => {
  const code = typeCode(type)!;
  expect(rdataText(code, canonicalRdata(code, rdataFromText(code, text)))).toBe(canonical);
});

test.each([
  ["::", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
  ["1:0:0:4:0:0:0:8", "1:0:0:4::8"],
  ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["::ffff:192.0.2.1", "::ffff:192.0.2.1"],
  ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
  ["1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"],
  ["", undefined],
  [":", undefined],
  [":::", undefined],
  ["1:", undefined],
  [":1", undefined],
  ["1::2::3", undefined],
  ["1:2:3:4:5:6:7", undefined],
  ["1:2:3:4:5:6:7:8:9", undefined],
  ["1:2:3:4::5:6:7:8", undefined],
  ["1:2:3:4:5:6:7:1.2.3.4", undefined],
  ["::1.2.3", undefined],
  ["::1.2.3.4.5", undefined],
  ["::01.2.3.4", undefined],
  ["::g", undefined],
  ["::00001", undefined],
  ["::1%lo", undefined],
])("the IPv6 address %j is %j (RFC 4291 §2.2, RFC 5952)", (text, printed) => {
  if (printed === undefined) expect(() => rdataFromText(TYPE.AAAA, text)).toThrow(DnsError);
  else expect(rdataText(TYPE.AAAA, rdataFromText(TYPE.AAAA, text))).toBe(printed);
});

test("mutated rdata is a value that prints and reads back, or refused", () => {
  expect(fuzzRdata(20_000, 9)).toBeGreaterThan(2000);
});
