import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { commandTable } from "../src/panels/redis/command-table.ts";
import { parseMonitorLine } from "../src/panels/redis/monitor.ts";
import type { CommandEntry } from "../src/panels/redis/wire.ts";
import { fromWireBytes, toWireBytes } from "../src/panels/redis/wire-bytes.ts";
import { hexDump, oneLine, prettyJson, quoted, rawBytes } from "../web/panels/redis/bytes-text.ts";
import { hint, proposals } from "../web/panels/redis/completion.ts";
import { replyText, splitWords } from "../web/panels/redis/words.ts";

describe("bytes", () => {
  test("survive JSON, whatever they are", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const wire = JSON.parse(JSON.stringify(toWireBytes(bytes))) as unknown;
        expect([...fromWireBytes(wire)!]).toEqual([...bytes]);
        expect([...rawBytes(toWireBytes(bytes))]).toEqual([...bytes]);
      }),
    );
    expect(toWireBytes(Buffer.from("\ufeffx"))).toBe("\ufeffx");
    for (const value of [7, null, undefined, [], {}, { base64: 7 }]) expect(fromWireBytes(value)).toBeUndefined();
  });

  test("are shown in one line", () => {
    expect(oneLine("a\nb\u0000ü")).toBe("a\\nb\\x00ü");
    expect(oneLine({ base64: Buffer.from([0x61, 0xff, 0x00]).toString("base64") })).toBe("a\\xff\\x00");
    expect(hexDump(Buffer.from("0123456789abcdef\n"))).toBe(
      "00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  0123456789abcdef\n" +
        `00000010  0a${" ".repeat(46)}  ·`,
    );
    expect(prettyJson('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(prettyJson("7")).toBeUndefined();
    expect(prettyJson("{x")).toBeUndefined();
  });
});

describe("a typed line", () => {
  test.each([
    ["", []],
    ["  SET  a   b ", ["SET", "a", "b"]],
    ['SET k "hello world"', ["SET", "k", "hello world"]],
    [`SET k 'it\\'s "so"'`, ["SET", "k", `it's "so"`]],
    ['"\\x41\\n\\t\\"\\\\\\q"', ['A\n\t"\\q']],
    ['""', [""]],
    ["GET ключ", ["GET", "ключ"]],
    ['"\\xff\\x00"', [{ base64: "/wA=" }]],
    ['a"b c"', ["ab c"]],
  ])("%j", (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });

  test.each(['"open', "'open", '"a"b', "'a'b", '"\\'])("%j is not one", (line) => {
    expect(splitWords(line)).toBeUndefined();
  });

  test("what is printed in quotes can be typed again", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string({ unit: "grapheme" }),
            fc.uint8Array().map((bytes) => toWireBytes(bytes)),
          ),
        ),
        (words) => {
          expect(splitWords(words.map(quoted).join(" "))).toEqual(words);
        },
      ),
    );
  });
});

test("replies read as redis-cli prints them", () => {
  expect(replyText(null)).toBe("(nil)");
  expect(replyText("a\nb")).toBe('"a\\nb"');
  expect(replyText({ status: "OK" })).toBe("OK");
  expect(replyText({ integer: "-9223372036854775808" })).toBe("(integer) -9223372036854775808");
  expect(replyText({ error: "ERR no" })).toBe("(error) ERR no");
  expect(replyText([])).toBe("(empty array)");
  expect(replyText(["a", ["b", { integer: "1" }], null])).toBe('1) "a"\n2) 1) "b"\n   2) (integer) 1\n3) (nil)');
  expect(
    replyText({
      map: [
        ["f", "v"],
        ["g", ["x", "y"]],
      ],
    }),
  ).toBe('1# "f" => "v"\n2# "g" =>\n   1) "x"\n   2) "y"');
  expect(replyText(Array.from({ length: 10 }, () => "x"))).toContain(' 1) "x"\n 2)');
});

describe("completion", () => {
  const table: CommandEntry[] = [
    ["CONFIG", ""],
    ["CONFIG GET", "parameter [parameter ...]"],
    ["CONFIG SET", "parameter value [parameter value ...]"],
    ["GET", "key"],
    ["GETDEL", "key"],
    ["SET", "key value [NX | XX] [EX seconds | PX milliseconds]"],
  ].map(([name, syntax]) => ({ name: name!, syntax: syntax!, summary: "", since: "" }));
  const names = (line: string): string[] => proposals(table, line).map((entry) => entry.name);

  test("proposes names by what is typed, subcommands after their container", () => {
    expect(names("")).toEqual([]);
    expect(names("g")).toEqual(["GET", "GETDEL"]);
    expect(names("get")).toEqual(["GET", "GETDEL"]);
    expect(names("getdel")).toEqual([]);
    expect(names("config ")).toEqual(["CONFIG GET", "CONFIG SET"]);
    expect(names("config s")).toEqual(["CONFIG SET"]);
    expect(names("get k")).toEqual([]);
    expect(names("set a b")).toEqual([]);
  });

  test("hints at the arguments that are still to come", () => {
    expect(hint(table, "set")?.rest).toBe("key value [NX | XX] [EX seconds | PX milliseconds]");
    expect(hint(table, "set ")?.rest).toBe("key value [NX | XX] [EX seconds | PX milliseconds]");
    expect(hint(table, "SET k v")?.rest).toBe("[NX | XX] [EX seconds | PX milliseconds]");
    expect(hint(table, "config get")?.entry.name).toBe("CONFIG GET");
    expect(hint(table, "nope")).toBeUndefined();
  });

  test("the table is made from COMMAND and COMMAND DOCS, in RESP3 and in RESP2", () => {
    const argumentsOfSet = [
      { name: "key", type: "key" },
      { name: "value", type: "string" },
    ];
    const commands = [
      [{ status: "set" }, { integer: "-3" }],
      ["get", { integer: "2" }],
    ];
    const resp3 = commandTable(commands, {
      map: [
        [
          "set",
          {
            map: [
              ["summary", "Sets it"],
              ["since", "1.0.0"],
              ["arguments", argumentsOfSet.map((fields) => ({ map: Object.entries(fields) }))],
            ],
          },
        ],
      ],
    });
    const resp2 = commandTable(commands, [
      "set",
      [
        "summary",
        "Sets it",
        "since",
        "1.0.0",
        "arguments",
        argumentsOfSet.map((fields) => Object.entries(fields).flat()),
      ],
    ]);
    expect(resp2).toEqual(resp3);
    expect(resp3).toEqual([
      { name: "GET", summary: "", since: "", syntax: "" },
      { name: "SET", summary: "Sets it", since: "1.0.0", syntax: "key value" },
    ]);
  });
});

test("MONITOR's lines are taken apart", () => {
  expect(parseMonitorLine('1339518083.107412 [0 127.0.0.1:60866] "set" "a b" "\\xff"', "127.0.0.1:60866")).toEqual({
    timeMs: 1339518083107.412,
    db: 0,
    client: "127.0.0.1:60866",
    text: '"set" "a b" "\\xff"',
    own: true,
  });
  expect(parseMonitorLine('1.5 [15 [::1]:1] "get" "]"')).toMatchObject({
    db: 15,
    client: "[::1]:1",
    text: '"get" "]"',
    own: false,
  });
  expect(parseMonitorLine('1.5 [3 lua] "get" "k"')).toMatchObject({ client: "lua" });
  expect(parseMonitorLine("OK")).toBeUndefined();
});
