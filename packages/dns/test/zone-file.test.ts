import { describe, expect, test } from "vitest";
import { Name } from "../src/name/name.ts";
import { recordText, unknownRecordText } from "../src/record.ts";
import { parseZone, type ParsedZone, type ZoneFileOptions } from "../src/zonefile/parser.ts";
import { fuzzZoneFiles } from "./support/fuzz-text.ts";

const encoder = new TextEncoder();

function parse(text: string, options: Partial<ZoneFileOptions> = {}): ParsedZone {
  return parseZone(encoder.encode(text), { origin: Name.parse("example."), file: "zone", ...options });
}

/** The records as lines; fails on errors. */
function lines(text: string, options: Partial<ZoneFileOptions> = {}): string[] {
  const { records, errors } = parse(text, options);
  expect(errors.map(String)).toEqual([]);
  return records.map(recordText);
}

function complaints(text: string, options: Partial<ZoneFileOptions> = {}): string[] {
  return parse(text, options).errors.map(({ message }) => message);
}

describe("what entries leave out", () => {
  test("the owner comes from the record before, also behind a directive", () => {
    expect(lines("a 1 A 192.0.2.1\n 1 A 192.0.2.2\n$ORIGIN sub\n\t1 A 192.0.2.3\nb 1 A 192.0.2.4")).toEqual([
      "a.example. 1 IN A 192.0.2.1",
      "a.example. 1 IN A 192.0.2.2",
      "a.example. 1 IN A 192.0.2.3",
      "b.sub.example. 1 IN A 192.0.2.4",
    ]);
  });

  test("the TTL comes from $TTL, whatever the record before had (RFC 2308 §4)", () => {
    expect(lines("$TTL 1m\na 5 A 192.0.2.1\nb A 192.0.2.2\n$TTL 2h\nc A 192.0.2.3")).toEqual([
      "a.example. 5 IN A 192.0.2.1",
      "b.example. 60 IN A 192.0.2.2",
      "c.example. 7200 IN A 192.0.2.3",
    ]);
  });

  test("without $TTL it comes from the record before, and for a SOA from its minimum", () => {
    expect(
      lines("@ SOA a b 1 2 3 4 77\na A 192.0.2.1\nb 9 A 192.0.2.2\nc A 192.0.2.3").map((line) => line.split(" ")[1]),
    ).toEqual(["77", "77", "9", "9"]);
    expect(complaints("a A 192.0.2.1")).toEqual(["zone:1: no TTL, and none before it"]);
    expect(lines("a A 192.0.2.1", { defaultTtl: 5 })).toEqual(["a.example. 5 IN A 192.0.2.1"]);
  });

  test("TTL and class stand in either order, or not at all", () => {
    const all = ["1h IN", "IN 1h", "60M in", "3600", "IN", ""].map((between) =>
      lines(`$TTL 3600\na ${between} A 192.0.2.1`),
    );
    expect(new Set(all.flat())).toEqual(new Set(["a.example. 3600 IN A 192.0.2.1"]));
  });

  test("owners that look like types, classes and numbers are owners", () => {
    expect(
      lines("A 1 A 192.0.2.1\nIN 1 A 192.0.2.1\n10 1 PTR a\nTYPE1 1 TXT x").map((line) => line.split(" ")[0]),
    ).toEqual(["A.example.", "IN.example.", "10.example.", "TYPE1.example."]);
  });
});

describe("syntax", () => {
  test("parentheses run entries over lines, with comments between", () => {
    expect(lines('a 1 MX ( ; (\n 10\n ) mail ; )\nb 1 TXT ("(" ";" ; "\n)\n( c 1 A\n192.0.2.1 )')).toEqual([
      "a.example. 1 IN MX 10 mail.example.",
      'b.example. 1 IN TXT "(" ";"',
      "c.example. 1 IN A 192.0.2.1",
    ]);
  });

  test("strings hold escapes, semicolons and any bytes", () => {
    expect(lines('a 1 TXT "a;b" c\\;d \\"e\\032f "g\\\\\\"h" é')).toEqual([
      String.raw`a.example. 1 IN TXT "a;b" "c;d" "\"e f" "g\\\"h" "\195\169"`,
    ]);
  });

  test("lines end with CRLF or not at all, and blank ones say nothing", () => {
    expect(lines("a 1 A 192.0.2.1\r\n\r\n  \r\n; x\r\n \t; y\nb 1 A 192.0.2.2")).toHaveLength(2);
  });

  test("names may hold dots, quotes and blanks as escapes", () => {
    expect(lines(String.raw`a\.b\032\"c 1 NS \@.\200`)).toEqual([
      String.raw`a\.b\032\"c.example. 1 IN NS \@.\200.example.`,
    ]);
  });
});

describe("directives", () => {
  test("$ORIGIN is relative to the one before", () => {
    expect(lines("$ORIGIN a\n$ORIGIN b\nx 1 NS @\n$ORIGIN .\ny 1 NS @")).toEqual([
      "x.b.a.example. 1 IN NS b.a.example.",
      "y. 1 IN NS .",
    ]);
  });

  const files: Readonly<Record<string, string>> = {
    one: "x 1 A 192.0.2.1\n$ORIGIN deep\n$INCLUDE two",
    two: "y 1 A 192.0.2.2\nz 1 A bad\n",
    loop: "l 1 A 192.0.2.1\n$INCLUDE loop\n",
  };
  const include = (path: string): Uint8Array => {
    const text = files[path];
    if (text === undefined) throw new Error("no such file");
    return encoder.encode(text);
  };

  test("$INCLUDE has an origin of its own and gives origin and owner back (RFC 1035 §5.1)", () => {
    const { records, errors } = parse("a 1 A 192.0.2.9\n$INCLUDE one sub ; x\n 1 A 192.0.2.8\nb 1 A 192.0.2.7", {
      include,
    });
    expect(records.map(({ name, file, line }) => `${name.toString()} ${file}:${line}`)).toEqual([
      "a.example. zone:1",
      "x.sub.example. one:1",
      "y.deep.sub.example. two:1",
      "a.example. zone:3",
      "b.example. zone:4",
    ]);
    expect(errors.map(String)).toEqual(['ZoneFileError: two:2: A address is malformed: "bad"']);
  });

  test("$INCLUDE ends at its depth, at missing files, and where it is not allowed", () => {
    const looped = parse("$INCLUDE loop", { include });
    expect(looped.records).toHaveLength(10);
    expect(looped.errors.map(({ message }) => message)).toEqual(["loop:2: $INCLUDE is nested deeper than 10"]);
    expect(complaints("\n$INCLUDE none", { include })).toEqual(["zone:2: cannot include none: no such file"]);
    expect(complaints("$INCLUDE one")).toEqual(["zone:1: $INCLUDE is not allowed here"]);
  });

  test("$GENERATE counts, with offset, width and base", () => {
    expect(lines("$GENERATE 1-3 h$ 60 A 192.0.2.$")).toEqual(
      [1, 2, 3].map((i) => `h${i}.example. 60 IN A 192.0.2.${i}`),
    );
    expect(
      lines("$TTL 1\n$GENERATE 8-12/2 ${-8,3}-${0,2,x}-${0,2,X}-${0,0,o} CNAME \\$.$$.${16,5,n}.${0,3,N}.x"),
    ).toEqual([
      String.raw`000-08-08-10.example. 1 IN CNAME \$.\$.8.1.0.8.0.x.example.`,
      String.raw`002-0a-0A-12.example. 1 IN CNAME \$.\$.a.1.0.A.0.x.example.`,
      String.raw`004-0c-0C-14.example. 1 IN CNAME \$.\$.c.1.0.C.0.x.example.`,
    ]);
    expect(lines('$TTL 1\n$GENERATE 1-1 @ MX "1$ mail$"\n$GENERATE 1-1 t TXT "a $ b"')).toEqual([
      "example. 1 IN MX 11 mail1.example.",
      't.example. 1 IN TXT "a 1 b"',
    ]);
  });

  test.each([
    ["$GENERATE 3-1 a$ A 1.2.3.4", `$GENERATE's range is malformed: "3-1"`],
    ["$GENERATE 0-65536 a$ A 1.2.3.4", "$GENERATE asks for 65537 entries, more than 65536"],
    ["$GENERATE 1-2/0 a$ A 1.2.3.4", `$GENERATE's range is malformed: "1-2/0"`],
    ["$GENERATE 1-2 a${0,0,q} A 1.2.3.4", "malformed ${0,0,q} in $GENERATE"],
    ["$GENERATE 1-2 a${-5} A 1.2.3.4", "${-5} makes -4 of 1"],
    ["$GENERATE 1-2 a$", "$GENERATE needs an owner, a type and rdata"],
    ["$ORIGIN", "$ORIGIN's name is missing"],
    ["$TTL x", `$TTL's value is no duration: "x"`],
    ["$TTL 1 2", `unexpected "2" at the end of the entry`],
    ["$TTL 2147483648", "2147483648 is above 2147483647 seconds"],
    ["$NOSUCH 1", "unknown directive $NOSUCH"],
  ])("%s is refused", (text, message) => {
    expect(complaints(`$TTL 1\n${text}\n`)).toEqual([`zone:2: ${message}`]);
  });
});

describe("errors", () => {
  test("say file and line, and leave the entries after them alone", () => {
    const { records, errors } = parse(
      '$TTL 1\na A x\nb A 192.0.2.1\nc TXT "open\nd (\nMX a b\n) e\nf A 192.0.2.1 g\n i\n) j\nk CH A 192.0.2.1\nl A 192.0.2.2',
    );
    expect(records.map(({ name }) => name.toString())).toEqual(["b.example.", "l.example."]);
    expect(errors.map(({ message }) => message)).toEqual([
      'zone:2: A address is malformed: "x"',
      "zone:4: quote is never closed",
      'zone:6: MX preference is no number: "a"',
      'zone:8: unexpected "g" at the end of the entry',
      'zone:9: unknown record type "i"',
      "zone:10: closing parenthesis without an opening one",
      "zone:11: class CH in a zone of class IN",
    ]);
  });

  test.each([
    ["\na 1 TXT (x\nb 1 A 192.0.2.2", "zone:2: parenthesis is never closed"],
    ["a 1 A (192.0.2.1\nb 1 A 192.0.2.2", 'zone:2: unexpected "b" at the end of the entry'],
    [" 1 A 192.0.2.1", "zone:1: a record without an owner before it"],
    ["a 1 1 A 192.0.2.1", 'zone:1: "1" is no TTL, class or type'],
    ["a IN IN A 192.0.2.1", 'zone:1: unknown record type "IN"'],
    ["a 1x A 192.0.2.1", 'zone:1: "1x" is no TTL, class or type'],
    ["a 1", "zone:1: record type is missing"],
    ["a 1 AXFR x", "zone:1: records of type AXFR are not stored"],
    ["a 1 TYPE65536 \\# 0", "zone:1: TYPE65536 is above 65535"],
    ['"a" 1 A 192.0.2.1', "zone:1: a name stands in quotes"],
    [`${"x".repeat(64)} 1 A 192.0.2.1`, "zone:1: label longer than 63 bytes"],
    ["a 1 A", "zone:1: A address is missing"],
  ])("%j", (text, message) => {
    expect(complaints(text)).toEqual([message]);
  });
});

test("what is printed reads back as the same records, in either form", () => {
  const first = parse(
    String.raw`$TTL 1
a\.b\000 TXT "\000\255\"" ( "" x )
@ SOA a b 1 2h 3 4 5
* SVCB 1 . alpn="a\\,b,c" key9999="\001 x"
$GENERATE 1-9 r$ NSEC r${"${1}"} A TYPE999
`,
  );
  expect(first.errors).toEqual([]);
  const plain = (zone: ParsedZone): unknown =>
    zone.records.map(({ name, type, ttl, rdata }) => [name.toString(), type, ttl, Buffer.from(rdata).toString("hex")]);
  for (const print of [recordText, unknownRecordText]) {
    const again = parse(first.records.map(print).join("\n"), { origin: Name.root });
    expect(again.errors).toEqual([]);
    expect(plain(again)).toEqual(plain(first));
  }
});

test("mutated files become records and errors, and records that read back", () => {
  expect(fuzzZoneFiles(3000, 5)).toBeGreaterThan(3000);
});
