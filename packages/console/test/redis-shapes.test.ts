/** Pure parts of the Redis panel: patterns of names, lines of CLIENT LIST, pages of collections. */
import { describe, expect, test } from "vitest";
import { keyPattern, MemoryGroups } from "../src/panels/redis/memory-groups.ts";
import { commandText } from "../web/panels/redis/bytes-text.ts";
import { parseClientList } from "../web/panels/redis/client-list.ts";
import { COLLECTIONS, entryText } from "../web/panels/redis/collections.ts";

test.each([
  ["user:1001", "user:*"],
  ["user:1001:cart", "user:*:cart"],
  ["greeting", "greeting"],
  ["session42", "session*"],
  ["sess:550e8400-e29b-41d4-a716-446655440000", "sess:*"],
  ["cache:9f86d081884c7d65", "cache:*"],
  ["bull:mail:12", "bull:mail:*"],
  ["metrics/2024/cpu", "metrics/*/cpu"],
  ["a:b:c:d:e:f", "a:b:c:d:…"],
  ["token:ghp_16C7e42F292c6912E7710c838347Ae178B4a", "token:*"],
  ["oauth:authorization-code", "oauth:authorization-code"],
  ["", ""],
])("the pattern of %j is %j", (name, pattern) => {
  expect(keyPattern(name)).toBe(pattern);
  expect(keyPattern({ base64: "/w==" })).toBe("binary names");
});

test("groups of memory are bounded, and lose nothing", () => {
  const groups = new MemoryGroups();
  for (let n = 0; n < 2000; n++)
    groups.add(`${String.fromCharCode(97 + (n % 26))}${"x".repeat(n / 26)}q`, "string", n % 2 === 0, 10);
  const list = groups.list();
  expect(list.length).toBeLessThanOrEqual(501);
  expect(list.reduce((sum, { keys }) => sum + keys, 0)).toBe(2000);
  expect(list.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(20_000);
  expect(list.reduce((sum, { expiring }) => sum + expiring, 0)).toBe(1000);
  expect(list.find(({ pattern }) => pattern === "everything else")?.keys).toBe(1500);
});

test("clients are read line by line, with what they are", () => {
  const [one, two] = parseClientList(
    "id=3 addr=127.0.0.1:5 laddr=x fd=8 name=worker-1 age=60 idle=2 flags=N db=3 tot-mem=1928 cmd=client|list user=default lib-name=\n" +
      "id=4 addr=/tmp/a.sock:0 name= age=1 idle=0 flags=PU db=0 cmd=psubscribe user=bob\n",
  );
  expect(one).toMatchObject({
    id: "3",
    name: "worker-1",
    db: "3",
    command: "client list",
    ageMs: 60_000,
    memoryBytes: 1928,
    role: "",
  });
  expect(one!.fields).toContainEqual(["lib-name", ""]);
  expect(two).toMatchObject({ address: "/tmp/a.sock:0", user: "bob", role: "subscriber", memoryBytes: 0 });
});

test("commands are written as they could be typed", () => {
  expect(commandText(["SET", "a b", 'say "hi"', "", "é", { base64: "/wA=" }])).toBe(
    'SET "a b" "say \\"hi\\"" "" é "\\xff\\x00"',
  );
});

describe("collections", () => {
  test("sorted sets are ranked from either end, page after page", () => {
    const { page, read } = COLLECTIONS["zset"]!;
    expect(page("z", "0", "highest")).toEqual(["ZREVRANGE", "z", "0", "199", "WITHSCORES"]);
    expect(page("z", "200", "lowest")).toEqual(["ZRANGE", "z", "200", "399", "WITHSCORES"]);
    const reply = [
      ["a", { double: "2" }],
      ["b", { double: "1.5" }],
    ];
    expect(read(reply, "200")).toEqual({
      rows: [
        ["201", "2", "a"],
        ["202", "1.5", "b"],
      ],
      next: undefined,
    });
    expect(read(["a", "2", "b", "1.5"], "0").rows).toEqual([
      ["1", "2", "a"],
      ["2", "1.5", "b"],
    ]);
  });

  test("streams go on after the last ID, in the order that was asked for", () => {
    const { page, read } = COLLECTIONS["stream"]!;
    expect(page("s", "start", "newest")).toEqual(["XREVRANGE", "s", "+", "-", "COUNT", "200"]);
    expect(page("s", "(5-0", "newest")).toEqual(["XREVRANGE", "s", "(5-0", "-", "COUNT", "200"]);
    expect(page("s", "(5-0", "oldest")).toEqual(["XRANGE", "s", "(5-0", "+", "COUNT", "200"]);
    const entries = Array.from({ length: 200 }, (_, n) => [`${n}-0`, ["f", "v"]]);
    expect(read(entries, "start").next).toBe("(199-0");
    expect(read(entries.slice(1), "start").next).toBeUndefined();
  });

  test("an entry whose fields repeat keeps all of them", () => {
    expect(
      entryText([
        ["a", "1"],
        ["b", "2"],
      ]),
    ).toBe('{"a":"1","b":"2"}');
    expect(
      entryText([
        ["a", "1"],
        ["a", "2"],
      ]),
    ).toBe('[["a","1"],["a","2"]]');
  });

  test("fields of hashes have their time to live beside them", () => {
    const { annotation, expire } = COLLECTIONS["hash"]!;
    const rows = [
      ["a", "1"],
      ["b", "2"],
    ];
    expect(annotation!.command("h", rows)).toEqual(["HPTTL", "h", "FIELDS", "2", "a", "b"]);
    expect(annotation!.apply(rows, [{ integer: "61000" }, { integer: "-1" }])).toEqual([
      ["a", "1", "1m 01s"],
      ["b", "2", ""],
    ]);
    expect(expire!("h", rows[0]!, "10")).toEqual([["HEXPIRE", "h", "10", "FIELDS", "1", "a"]]);
    expect(expire!("h", rows[0]!, undefined)).toEqual([["HPERSIST", "h", "FIELDS", "1", "a"]]);
  });
});
