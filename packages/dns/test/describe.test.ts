/** Messages field by field: ranges, texts, and what is wrong where. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  decodeMessage,
  describeMessage,
  DnsError,
  encodeMessage,
  type Message,
  type MessageField,
  Name,
  OPCODE,
  rdataFromText,
  type ResourceRecord,
  TYPE,
} from "@tenon/dns";
import { blankMessage } from "../src/message/message.ts";
import { mutated } from "./support/mutations.ts";
import { drawing, randomMessage } from "./support/random-messages.ts";

/** `label: value [start,end)` a line, indented by depth; `!` before what is wrong. */
function outline(field: MessageField, depth = 0): string {
  const { label, value, start, end, problem, target } = field;
  const head = `${"  ".repeat(depth)}${label}: ${value} [${start},${end})`;
  const tail = `${target === undefined ? "" : ` → ${target}`}${problem === undefined ? "" : ` ! ${problem}`}`;
  return [head.replace(":  [", ": [") + tail, ...field.children.map((child) => outline(child, depth + 1))].join("\n");
}

function find(field: MessageField, label: string): MessageField | undefined {
  if (field.label === label) return field;
  for (const child of field.children) {
    const found = find(child, label);
    if (found !== undefined) return found;
  }
  return undefined;
}

function problems(field: MessageField): string[] {
  return [...(field.problem === undefined ? [] : [field.problem]), ...field.children.flatMap(problems)];
}

const QUERY: Message = blankMessage({
  id: 0xbeef,
  recursionDesired: true,
  questions: [{ name: Name.parse("www.example.org."), type: TYPE.A, class: 1 }],
});
const record = (name: string, type: number, text: string, ttl = 300): ResourceRecord => ({
  name: Name.parse(name),
  type,
  class: 1,
  ttl,
  rdata: rdataFromText(type, text),
});

test("every field of a response with its bytes: header, question, answers with pointers, EDNS", () => {
  const bytes = encodeMessage({
    ...QUERY,
    response: true,
    authoritative: true,
    answers: [
      record("www.example.org.", TYPE.CNAME, "web.example.org."),
      record("web.example.org.", TYPE.MX, "10 mail.example.net."),
    ],
    edns: { udpPayload: 1232, version: 0, dnssecOk: true, options: [{ code: 3, data: Buffer.from("ns1") }] },
  });
  expect(outline(describeMessage(bytes))).toBe(
    `
message: response QUERY NOERROR [0,101)
  header: [0,12)
    id: 48879 [0,2)
    flags: QUERY qr aa rd NOERROR [2,4)
      QR: a response: 1 [2,3)
      opcode: QUERY [2,3)
      AA: authoritative: 1 [2,3)
      TC: truncated: 0 [2,3)
      RD: recursion desired: 1 [2,3)
      RA: recursion available: 0 [3,4)
      Z: reserved: 0 [3,4)
      AD: authentic data: 0 [3,4)
      CD: checking disabled: 0 [3,4)
      rcode: NOERROR [3,4)
    question count: 1 [4,6)
    answer count: 2 [6,8)
    authority count: 0 [8,10)
    additional count: 1 [10,12)
  question: www.example.org. IN A [12,33)
    name: www.example.org. [12,29)
      label: www [12,16)
      label: example [16,24)
      label: org [24,28)
      root: . [28,29)
    type: A [29,31)
    class: IN [31,33)
  answer section: 2 [33,83)
    answer 1: www.example.org. 300 IN CNAME web.example.org. [33,51)
      name: www.example.org. [33,35)
        pointer: to byte 12 [33,35) → 12
      type: CNAME [35,37)
      class: IN [37,39)
      TTL: 300 [39,43)
      data length: 6 [43,45)
      data: web.example.org. [45,51)
        name: web.example.org. [45,51)
          label: web [45,49)
          pointer: to byte 16 [49,51) → 16
    answer 2: web.example.org. 300 IN MX 10 mail.example.net. [51,83)
      name: web.example.org. [51,53)
        pointer: to byte 45 [51,53) → 45
      type: MX [53,55)
      class: IN [55,57)
      TTL: 300 [57,61)
      data length: 20 [61,63)
      data: 10 mail.example.net. [63,83)
        preference: 10 [63,65)
        exchange: mail.example.net. [65,83)
          label: mail [65,70)
          label: example [70,78)
          label: net [78,82)
          root: . [82,83)
  additional: EDNS 0 do udp 1232 [83,101)
    name: . [83,84)
      root: . [83,84)
    type: OPT [84,86)
    UDP payload: 1232 bytes [86,88)
    upper rcode bits: 0 [88,89)
    version: 0 [89,90)
    flags: do [90,92)
    options length: 7 [92,94)
    options: 1 [94,101)
      option NSID: NSID: 6e 73 31 ("ns1") [94,101)
        code: NSID [94,96)
        length: 3 [96,98)
        data: NSID: 6e 73 31 ("ns1") [98,101)
`.trim(),
  );
});

test("an UPDATE's sections have names of their own, and a removed set has no data", () => {
  const tree = describeMessage(
    encodeMessage({
      ...QUERY,
      opcode: OPCODE.UPDATE,
      questions: [{ name: Name.parse("example.org."), type: TYPE.SOA, class: 1 }],
      answers: [{ name: Name.parse("a.example.org."), type: TYPE.A, class: 255, ttl: 0, rdata: new Uint8Array(0) }],
      authorities: [record("b.example.org.", TYPE.TXT, '"one" "two words"')],
    }),
  );
  expect(tree.children.map(({ label }) => label)).toEqual(["header", "zone", "prerequisite", "update"]);
  expect(find(tree, "prerequisite")!.value).toBe("a.example.org. 0 ANY A");
  expect(find(tree, "prerequisite")!.children.map(({ label }) => label)).not.toContain("data");
  expect(find(find(tree, "update")!, "data")!.children.map(({ value }) => value)).toEqual(['"one"', '"two words"']);
});

test("types written by hand are one text, and SVCB is told by its parameters", () => {
  const tree = describeMessage(
    encodeMessage({
      ...QUERY,
      response: true,
      answers: [
        record("example.org.", TYPE.HTTPS, "1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.1"),
        record("example.org.", TYPE.LOC, "52 22 23.000 N 4 53 32.000 E -2.00m 1m 10000m 10m"),
      ],
    }),
  );
  const [https, loc] = find(tree, "answer section")!.children.map((answer) => find(answer, "data")!);
  expect(https!.children.map(({ label, value }) => `${label} ${value}`)).toEqual([
    "priority 1",
    "target .",
    'alpn "h2,h3"',
    "port 8443",
    "ipv4hint 192.0.2.1",
  ]);
  expect(loc).toMatchObject({ value: "52 22 23.000 N 4 53 32.000 E -2.00m 1m 10000m 10m", children: [] });
});

/** A query for www.example.org. A, in pieces that tests change. */
const HEADER = "beef 0100 0001 0000 0000 0000";
const QUESTION = "03777777 076578616d706c65 036f7267 00 0001 0001";

test.each([
  ["nothing", "", ["the bytes end within a field", "a message shorter than its header"], [0, 0]],
  ["half a header", "beef 01", ["the bytes end within a field", "a message shorter than its header"], [2, 3]],
  ["an end within a label", `${HEADER} 03777777 0765`, ["the bytes end within a field"], [12, 18]],
  ["a label of a reserved kind", `${HEADER} 80 00 0001 0001`, ["a label of a reserved kind"], [12, 18]],
  ["a pointer to itself", `${HEADER} c00c 0001 0001`, ["a compression pointer does not lead backwards"], [12, 18]],
  ["no type", `${HEADER} 00 00`, ["the bytes end within a field"], [13, 14]],
  ["bytes behind the end", `${HEADER} ${QUESTION} 0102`, ["2 bytes after the last record"], [33, 35]],
  [
    "data longer than the message",
    `beef 8100 0001 0001 0000 0000 ${QUESTION} c00c 0001 0001 0000003c 0005 01020304`,
    ["5 bytes are announced, 4 are there"],
    [45, 49],
  ],
  [
    "an address of three bytes",
    `beef 8100 0001 0001 0000 0000 ${QUESTION} c00c 0001 0001 0000003c 0003 010203`,
    ["the bytes end within a field"],
    [45, 48],
  ],
  [
    "an address of five bytes",
    `beef 8100 0001 0001 0000 0000 ${QUESTION} c00c 0001 0001 0000003c 0005 0102030405`,
    ["1 bytes left after the last field"],
    [49, 50],
  ],
  [
    "OPT among the answers",
    `beef 8100 0001 0001 0000 0000 ${QUESTION} 00 0029 04d0 00000000 0000`,
    ["OPT where none may be, or twice"],
    [34, 36],
  ],
  [
    "two OPTs",
    `beef 8100 0001 0000 0000 0002 ${QUESTION} 00 0029 04d0 00000000 0000 00 0029 04d0 00000000 0000`,
    ["OPT where none may be, or twice"],
    [45, 47],
  ],
  [
    "a cookie of seven bytes",
    `beef 8100 0001 0000 0000 0001 ${QUESTION} 00 0029 04d0 00000000 000b 000a 0007 01020304050607`,
    ["the bytes end within a field"],
    [48, 55],
  ],
] as const)("%s: says what is wrong and where", (_what, hex, expected, [start, end]) => {
  const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
  const tree = describeMessage(bytes);
  expect(problems(tree).sort(), outline(tree)).toEqual([...expected].sort());
  const wrong = (field: MessageField): MessageField[] => [
    ...(field.problem === expected[0] ? [field] : []),
    ...field.children.flatMap(wrong),
  ];
  expect(wrong(tree).map((field) => [field.start, field.end])).toEqual([[start, end]]);
  expect(() => decodeMessage(bytes)).toThrow(DnsError);
});

test("what is wrong inside one record does not hide those behind it", () => {
  const answer = "c00c 0001 0001 0000003c";
  const bytes = Buffer.from(
    `beef 8100 0001 0003 0000 0000 ${QUESTION} ${answer} 0004 c0000201 ${answer} 0003 c00002 ${answer} 0004 c0000203`.replaceAll(
      " ",
      "",
    ),
    "hex",
  );
  const answers = find(describeMessage(bytes), "answer section")!.children;
  expect(answers.map(({ value }) => value)).toEqual([
    "www.example.org. 60 IN A 192.0.2.1",
    "www.example.org. 60 IN A",
    "www.example.org. 60 IN A 192.0.2.3",
  ]);
  expect(answers.map((each) => problems(each).length)).toEqual([0, 1, 0]);
});

/** Every child within its parent, none beginning before its neighbour, and every byte in some leaf. */
function checkRanges(tree: MessageField, length: number): void {
  const covered = new Uint8Array(length);
  const visit = (field: MessageField): void => {
    let at = field.start;
    for (const child of field.children) {
      if (child.start < at || child.end > field.end || child.end < child.start)
        throw new Error(`${child.label} [${child.start},${child.end}) in ${field.label} [${field.start},${field.end})`);
      at = child.start;
      visit(child);
    }
    if (field.children.length === 0 || field.problem !== undefined) covered.fill(1, field.start, field.end);
  };
  visit(tree);
  expect({ start: tree.start, end: tree.end }).toEqual({ start: 0, end: length });
  expect(covered.indexOf(0)).toBe(-1);
}

test.each([
  ["random messages", (seed: number) => encodeMessage(randomMessage(drawing(seed)))],
  [
    "mutated messages",
    (seed: number) => {
      const draw = drawing(seed);
      return mutated(draw, encodeMessage(randomMessage(draw)));
    },
  ],
])("%s: the ranges fit, and there is a problem exactly where decodeMessage refuses", (_what, make) => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const bytes = make(seed);
      const tree = describeMessage(bytes);
      checkRanges(tree, bytes.length);
      let refusal = "";
      try {
        decodeMessage(bytes);
      } catch (error) {
        refusal = (error as Error).message;
      }
      expect(problems(tree).length > 0, `${refusal}\n${Buffer.from(bytes).toString("hex")}\n${outline(tree)}`).toBe(
        refusal !== "",
      );
    }),
    { numRuns: 2000 },
  );
});
