import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  chooseCoding,
  chooseType,
  type ContentCoding,
  contentRange,
  evaluateConditions,
  formatHttpDate,
  MAX_RANGES,
  mediaTypeOf,
  parseByteRanges,
  parseEntityTags,
  parseHttpDate,
  rangeApplies,
  strongMatch,
  weakMatch,
} from "../src/index.ts";

const NOW = Date.UTC(2026, 5, 1);
const DATE_MS = Date.UTC(1994, 10, 6, 8, 49, 37);

describe("dates", () => {
  test.each([
    ["Sun, 06 Nov 1994 08:49:37 GMT", DATE_MS],
    ["Sunday, 06-Nov-94 08:49:37 GMT", DATE_MS],
    ["Sun Nov  6 08:49:37 1994", DATE_MS],
    ["Friday, 06-Nov-76 08:49:37 GMT", Date.UTC(2076, 10, 6, 8, 49, 37)],
    ["Saturday, 06-Nov-77 08:49:37 GMT", Date.UTC(1977, 10, 6, 8, 49, 37)],
    ["Sat, 29 Feb 2020 00:00:00 GMT", Date.UTC(2020, 1, 29)],
    ["Sun, 06 Nov 1994 08:49:37 UTC", undefined],
    ["Sun, 31 Feb 2020 00:00:00 GMT", undefined],
    ["Sun, 06 Nov 1994 24:49:37 GMT", undefined],
    ["1994-11-06T08:49:37Z", undefined],
    ["", undefined],
  ])("%j", (text, expected) => {
    expect(parseHttpDate(text, NOW)).toBe(expected);
  });

  test("what is written is read back, to the second, as Date does it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }), (ms) => {
        expect(formatHttpDate(ms)).toBe(new Date(ms).toUTCString());
        expect(parseHttpDate(formatHttpDate(ms), NOW)).toBe(Math.floor(ms / 1000) * 1000);
      }),
    );
  });
});

describe("entity tags", () => {
  test.each([
    ["*", "*"],
    ['"a"', ['"a"']],
    [' "a" , W/"b",,"c,d" ', ['"a"', 'W/"b"', '"c,d"']],
    ['""', ['""']],
    ["a", undefined],
    ['"a" "b"', undefined],
    ['w/"a"', undefined],
    ['"a', undefined],
  ])("%j", (field, expected) => {
    expect(parseEntityTags(field)).toEqual(expected);
  });

  // The table of RFC 9110 §8.8.3.2.
  test.each([
    ['W/"1"', 'W/"1"', false, true],
    ['W/"1"', 'W/"2"', false, false],
    ['W/"1"', '"1"', false, true],
    ['"1"', '"1"', true, true],
  ])("%s and %s", (a, b, strong, weak) => {
    expect([strongMatch(a, b), weakMatch(a, b)]).toEqual([strong, weak]);
  });
});

describe("conditions, in their order of precedence", () => {
  const validators = { etag: '"v"', lastModifiedMs: DATE_MS + 500 };
  const same = formatHttpDate(DATE_MS);
  const before = formatHttpDate(DATE_MS - 1000);
  const after = formatHttpDate(DATE_MS + 1000);

  test.each<[Record<string, string>, string, string]>([
    [{}, "GET", "proceed"],
    [{ "if-match": '"v"' }, "PUT", "proceed"],
    [{ "if-match": "*" }, "PUT", "proceed"],
    [{ "if-match": '"x", "v"' }, "PUT", "proceed"],
    [{ "if-match": '"x"' }, "PUT", "precondition-failed"],
    [{ "if-match": 'W/"v"' }, "PUT", "precondition-failed"],
    [{ "if-match": "nonsense" }, "PUT", "precondition-failed"],
    [{ "if-match": '"v"', "if-unmodified-since": before }, "PUT", "proceed"],
    [{ "if-unmodified-since": before }, "PUT", "precondition-failed"],
    [{ "if-unmodified-since": same }, "PUT", "proceed"],
    [{ "if-unmodified-since": "nonsense" }, "PUT", "proceed"],
    [{ "if-none-match": '"v"' }, "GET", "not-modified"],
    [{ "if-none-match": 'W/"v"' }, "HEAD", "not-modified"],
    [{ "if-none-match": "*" }, "GET", "not-modified"],
    [{ "if-none-match": "*" }, "PUT", "precondition-failed"],
    [{ "if-none-match": '"x"' }, "GET", "proceed"],
    [{ "if-none-match": '"x"', "if-modified-since": after }, "GET", "proceed"],
    [{ "if-modified-since": same }, "GET", "not-modified"],
    [{ "if-modified-since": after }, "GET", "not-modified"],
    [{ "if-modified-since": before }, "GET", "proceed"],
    [{ "if-modified-since": after }, "POST", "proceed"],
    [{ "if-match": '"v"', "if-none-match": '"v"' }, "GET", "not-modified"],
    [{ "if-match": '"x"', "if-none-match": '"v"' }, "GET", "precondition-failed"],
  ])("%j %s: %s", (fields, method, verdict) => {
    expect(evaluateConditions({ method, headers: new Headers(fields) }, validators, NOW)).toBe(verdict);
  });

  test.each<[string | undefined, boolean]>([
    [undefined, true],
    ['"v"', true],
    ['W/"v"', false],
    ['"x"', false],
    [same, true],
    [after, false],
    [before, false],
    ["nonsense", false],
  ])("If-Range %j: the range counts: %s", (ifRange, applies) => {
    const headers = new Headers(ifRange === undefined ? {} : { "if-range": ifRange });
    expect(rangeApplies({ method: "GET", headers }, validators, NOW)).toBe(applies);
  });
});

describe("ranges of 100 bytes", () => {
  test.each<[string, unknown]>([
    ["bytes=0-0", [[0, 0]]],
    ["bytes=90-", [[90, 99]]],
    ["bytes=-10", [[90, 99]]],
    ["bytes=-1000", [[0, 99]]],
    ["bytes=0-1000", [[0, 99]]],
    ["Bytes = 1-2", [[1, 2]]],
    [
      "bytes=0-1, 5-6,, 3-3",
      [
        [0, 1],
        [5, 6],
        [3, 3],
      ],
    ],
    ["bytes=0-1, 200-300", [[0, 1]]],
    ["bytes=100-", "unsatisfiable"],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=5-4", "unsatisfiable"],
    ["bytes=", "unsatisfiable"],
    ["bytes=-", "unsatisfiable"],
    ["bytes=a-b", "unsatisfiable"],
    ["bytes=0-1;2-3", "unsatisfiable"],
    ["bytes=0-99,0-99", undefined],
    ["lines=0-1", undefined],
    ["nonsense", undefined],
    [`bytes=${"0-0,".repeat(MAX_RANGES + 1)}`, undefined],
  ])("%s", (field, expected) => {
    const ranges = parseByteRanges(field, 100);
    expect(Array.isArray(ranges) ? ranges.map(({ first, last }) => [first, last]) : ranges).toEqual(expected);
  });

  test("no field, however odd, gives bytes that are not there", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789-, ") }), fc.nat(1000), (spec, size) => {
        const ranges = parseByteRanges(`bytes=${spec}`, size);
        if (!Array.isArray(ranges)) return;
        let total = 0;
        for (const { first, last } of ranges) {
          expect(first >= 0 && first <= last && last < size).toBe(true);
          total += last - first + 1;
        }
        expect(total).toBeLessThanOrEqual(size);
      }),
      { numRuns: 1000 },
    );
  });

  test("are told as RFC 9110 §14.4 has it", () => {
    expect(contentRange({ first: 0, last: 9 }, 100)).toBe("bytes 0-9/100");
  });
});

describe("negotiation", () => {
  const all: ContentCoding[] = ["br", "zstd", "gzip"];
  test.each<[string | null, ContentCoding | undefined]>([
    [null, "identity"],
    ["", "identity"],
    ["gzip", "gzip"],
    ["x-gzip", "gzip"],
    ["gzip, br", "br"],
    ["gzip;q=1, br;q=0.5", "gzip"],
    ["*", "br"],
    ["br;q=0, *", "zstd"],
    ["identity", "identity"],
    ["identity, gzip;q=0.5", "identity"],
    ["deflate", "identity"],
    ["identity;q=0", undefined],
    ["identity;q=0, gzip", "gzip"],
    ["*;q=0", undefined],
    ["*;q=0, identity", "identity"],
    ["GZIP;Q=0.8", "gzip"],
    ["gzip;q=2", "identity"],
    ["gzip;q=0.0001", "identity"],
  ])("Accept-Encoding %j", (field, expected) => {
    expect(chooseCoding(field, all)).toBe(expected);
  });

  test.each<[string | null, string | undefined]>([
    [null, "text/html"],
    ["*/*", "text/html"],
    ["application/json", "application/json"],
    ["text/*;q=0.3, application/json;q=0.4", "application/json"],
    ["text/html;q=0, */*", "application/json"],
    ["image/png", undefined],
  ])("Accept %j", (field, expected) => {
    expect(chooseType(field, ["text/html", "application/json"])).toBe(expected);
  });

  test("media types go by the name's extension", () => {
    expect(mediaTypeOf("a/b.HTML")).toBe("text/html; charset=utf-8");
    expect(mediaTypeOf("x.js")).toBe("text/javascript; charset=utf-8");
    expect(mediaTypeOf("x.png")).toBe("image/png");
    expect(mediaTypeOf("x.json")).toBe("application/json");
    expect(mediaTypeOf("LICENSE")).toBe("application/octet-stream");
  });
});
