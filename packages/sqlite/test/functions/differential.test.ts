/** Every function against the original, with a few thousand random calls each; soak/functions.test.ts has hundreds of thousands. */
import { afterEach, expect, test } from "vitest";
import { Calls } from "./support/calls.ts";
import { aggregateDifferences, everyFunction, generated } from "./support/differential.ts";
import { datetimeCall, likeCall, printfCall, textCall } from "./support/generated-calls.ts";

const zone = process.env["TZ"];
afterEach(() => {
  if (zone === undefined) delete process.env["TZ"];
  else process.env["TZ"] = zone;
});

test("every scalar function answers random arguments as the original does", () => {
  using calls = new Calls();
  const { total, differences } = everyFunction(calls, 1, 500);
  expect(differences).toEqual([]);
  expect(total).toBeGreaterThan(40_000);
});

test.each(["utf16le", "utf16be"] as const)(
  "functions answer texts and numbers alike in a database in %s",
  (encoding) => {
    using calls = new Calls(encoding);
    expect(everyFunction(calls, 2, 150).differences).toEqual([]);
  },
);

test("texts are searched, cut, trimmed and quoted as the original does", () => {
  using calls = new Calls();
  expect(generated(calls, textCall, 1, 20_000)).toEqual([]);
});

test("LIKE and GLOB match random patterns and texts as the original does", () => {
  using calls = new Calls();
  expect(generated(calls, likeCall, 1, 20_000)).toEqual([]);
});

test("LIKE tells upper case from lower case when it is asked to", () => {
  using calls = new Calls("utf8", { caseSensitiveLike: true });
  expect(calls.ours("like", ["a%", "ABC"])).toBe("integer 0");
  expect(generated(calls, likeCall, 2, 10_000)).toEqual([]);
});

test("printf lays out random formats and arguments as the original does", () => {
  using calls = new Calls();
  expect(generated(calls, printfCall, 1, 20_000)).toEqual([]);
});

test.each(["UTC", "America/New_York", "Australia/Lord_Howe", "Europe/Berlin"])(
  "dates, times and modifiers come out as the original's, in %s",
  (name) => {
    process.env["TZ"] = name;
    using calls = new Calls();
    const isUtc = calls.original("time", [0n, "unixepoch", "localtime"]) === calls.original("time", [0n, "unixepoch"]);
    expect(isUtc).toBe(name === "UTC"); // the C library took the zone over
    expect(generated(calls, datetimeCall, 1, 8_000)).toEqual([]);
  },
);

test("aggregates of random rows, whole and in windows, come to what the original has", () => {
  using calls = new Calls();
  expect(aggregateDifferences(calls, 1, 60)).toEqual([]);
});
