/** What functions take from their connection: the time, chance, counters, limits. */
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { FUNCTION_LIMITS } from "../../src/functions/function.ts";
import { type Argument, Calls } from "./support/calls.ts";
import { LimitedOriginal } from "./support/original.ts";

const NOON = Date.UTC(2026, 10, 22, 12, 34, 56, 789);

test("now is the environment's", () => {
  using calls = new Calls("utf8", { now: () => NOON });
  const text = (value: string): string => `text ${Buffer.from(value).toString("hex")}`;
  expect(calls.ours("datetime", [])).toBe(text("2026-11-22 12:34:56"));
  expect(calls.ours("datetime", ["NOW"])).toBe(text("2026-11-22 12:34:56"));
  expect(calls.ours("time", ["subsec"])).toBe(text("12:34:56.789"));
  expect(calls.ours("unixepoch", ["now", "subsec"])).toBe("real 1795350896.789");
  expect(calls.ours("current_timestamp", [])).toBe(text("2026-11-22 12:34:56"));
  expect(calls.ours("current_date", [])).toBe(text("2026-11-22"));
  expect(calls.ours("current_time", [])).toBe(text("12:34:56"));
  expect(calls.ours("strftime", ["%Y"])).toBe(text("2026"));
});

test.each(["an index", "a CHECK constraint", "a generated column"])("what varies is refused in %s", (place) => {
  using calls = new Calls("utf8", { now: () => NOON });
  calls.context.pureFor = place;
  const refusal = (name: string): string => `error 1: non-deterministic use of ${name}() in ${place}`;
  expect(calls.ours("date", [])).toBe(refusal("date"));
  expect(calls.ours("datetime", ["now"])).toBe(refusal("datetime"));
  expect(calls.ours("unixepoch", ["subsec"])).toBe(refusal("unixepoch"));
  expect(calls.ours("time", ["12:00", "localtime"])).toBe(refusal("time"));
  expect(calls.ours("time", ["12:00", "utc"])).toBe(refusal("time"));
  expect(calls.ours("date", ["2026-11-22"])).toMatch(/^text/);
});

test("the original refuses in the same words", () => {
  const original = new DatabaseSync(":memory:");
  original.exec("CREATE TABLE t (a, CHECK (a < date('now')))");
  expect(() => original.exec("INSERT INTO t VALUES ('1')")).toThrow(
    "non-deterministic use of date() in a CHECK constraint",
  );
  original.exec("CREATE TABLE u (a, b AS (time(a, 'localtime')))");
  expect(() => original.exec("INSERT INTO u VALUES ('12:00')")).toThrow(
    "non-deterministic use of time() in a generated column",
  );
  original.close();
});

test("counters and chance are the environment's", () => {
  using calls = new Calls("utf8", {
    changes: () => 3,
    totalChanges: () => 5,
    lastInsertRowid: () => 2n ** 60n,
    random: () => -(2n ** 63n),
    randomBytes: (length) => new Uint8Array(length).fill(7),
  });
  expect(calls.ours("changes", [])).toBe("integer 3");
  expect(calls.ours("total_changes", [])).toBe("integer 5");
  expect(calls.ours("last_insert_rowid", [])).toBe(`integer ${2n ** 60n}`);
  expect(calls.ours("random", [])).toBe(`integer ${-(2n ** 63n)}`);
  expect(calls.ours("randomblob", [3n])).toBe("blob 070707");
  expect(calls.ours("randomblob", [-3n])).toBe("blob 07");
  expect(calls.ours("zeroblob", [2n])).toBe("blob 0000");
  expect(calls.ours("zeroblob", [null])).toBe("blob ");
});

test.each<[string, readonly Argument[]]>([
  ["zeroblob", [2000n]],
  ["randomblob", [2000n]],
  ["printf", ["%2000d", 1n]],
  ["printf", ["%.2000c", "x"]],
  ["printf", ["%.2000f", 1.5]],
  ["printf", ["%,2000d", 1n]],
  ["printf", ["%01999999999d", 1n]],
  ["replace", ["a".repeat(600), "a", "bc"]],
  ["concat", ["a".repeat(600), "b".repeat(600)]],
  ["concat_ws", ["-".repeat(600), "a", "b", "c"]],
  ["hex", [new Uint8Array(600)]],
  ["quote", [new Uint8Array(600)]],
  ["quote", ["'".repeat(600)]],
  ["load_extension", ["x"]],
  ["abs", [-(2n ** 63n)]],
  ["match", ["a", "b"]],
  ["like", ["a".repeat(30), "a"]],
  ["glob", ["a".repeat(30), null]],
  ["like", ["a", "a", "xx"]],
  ["unistr", ["\\x"]],
])("%s refuses as the original does (case %#)", (name, values) => {
  const limits = { length: 1000, likePatternLength: 20 };
  using calls = new Calls("utf8", { limits }, new LimitedOriginal(limits));
  const ours = calls.ours(name, values);
  expect(ours).toMatch(/^error/);
  expect(ours).toBe(calls.original(name, values));
});

test("what no string can hold is too big, whatever the limit", () => {
  using calls = new Calls("utf8", { limits: { ...FUNCTION_LIMITS, length: 1_000_000_000 } });
  expect(calls.ours("printf", ["%*d", 600_000_000n, 1n])).toBe("error 18: string or blob too big");
});

test("the version is the one that is followed", () => {
  using calls = new Calls();
  expect(calls.ours("sqlite_version", [])).toBe(`text ${Buffer.from("3.54.0").toString("hex")}`);
  expect(calls.ours("sqlite_compileoption_used", ["SQLITE_ENABLE_MATH_FUNCTIONS"])).toBe("integer 1");
  expect(calls.ours("sqlite_compileoption_used", ["ENABLE_MATH"])).toBe("integer 0");
  expect(calls.ours("sqlite_compileoption_used", ["max_column"])).toBe("integer 1");
  expect(calls.ours("sqlite_compileoption_get", [0n])).toMatch(/^text/);
  expect(calls.ours("sqlite_compileoption_get", [1000n])).toBe("null");
});
