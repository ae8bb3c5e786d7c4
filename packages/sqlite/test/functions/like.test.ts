/** LIKE's and GLOB's fast matcher against the plain one, and how they bear long patterns. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { SqliteError } from "../../src/errors.ts";
import { FUNCTION_LIMITS } from "../../src/functions/function.ts";
import { globMatcher, likeMatcher, type TextMatcher } from "../../src/functions/like.ts";
import { matchesCodes } from "../../src/functions/like-matcher.ts";
import { parseGlob, parseLike } from "../../src/functions/like-pattern.ts";
import { codePointsOf } from "../../src/functions/utf8.ts";
import { Calls } from "./support/calls.ts";
import { LimitedOriginal } from "./support/original.ts";

const LIMIT = 50_000;
const characters = fc.constantFrom(..."aAbBkK%_*?[]^-é\u{1F600}\u212A");
const strings = fc.string({ unit: characters, maxLength: 12 });

/** The first text is matched plainly. */
function compiled(matcher: TextMatcher): TextMatcher {
  matcher.matches("");
  return matcher;
}

test("the matcher of strings agrees with the plain one on code points", () => {
  fc.assert(
    fc.property(strings, strings, fc.boolean(), (pattern, text, folds) => {
      const codes = codePointsOf(pattern);
      const plainly = matchesCodes(parseLike(codes, 0x6b), codePointsOf(text), folds);
      expect(compiled(likeMatcher(pattern, "k", !folds, LIMIT)).matches(text)).toBe(plainly);
      const plainGlob = matchesCodes(parseGlob(codes), codePointsOf(text), false);
      expect(compiled(globMatcher(pattern, LIMIT)).matches(text)).toBe(plainGlob);
    }),
    { numRuns: 20_000, seed: 7 },
  );
});

test("BLOBs are texts to LIKE and GLOB, as in Node's original", () => {
  using calls = new Calls("utf8", {}, new LimitedOriginal(FUNCTION_LIMITS));
  const bytes = new TextEncoder();
  for (const [name, pattern, text] of [
    ["like", "%B_", "abc"],
    ["like", "a", "b"],
    ["glob", "*[a-c]c", "abc"],
  ] as const) {
    const values = [bytes.encode(pattern), bytes.encode(text)];
    expect(calls.ours(name, values)).toBe(calls.original(name, values));
    expect(calls.ours(name, [pattern, values[1]!])).toBe(calls.original(name, [pattern, values[1]!]));
  }
});

test.each([
  ["%a%", "xxAxx", true],
  ["a_c", "a\u{1F600}c", true],
  ["é", "É", false],
  ["K", "\u212A", false],
  ["a\\", "a\\", true],
  ["%b", "abcab", true],
  ["ab%ab", "ab", false],
  ["", "", true],
  ["%", "\0x", true],
])("%j LIKE %j", (pattern, text, expected) => {
  expect(likeMatcher(pattern, undefined, false, LIMIT).matches(text)).toBe(expected);
  expect(compiled(likeMatcher(pattern, undefined, false, LIMIT)).matches(text)).toBe(expected);
});

test("a pattern of many wildcards takes no more than a pass for each", () => {
  // A matcher that tried every way to share the text out would not end.
  const text = "a".repeat(5_000);
  expect(likeMatcher(`${"%a".repeat(500)}%b`, undefined, false, LIMIT).matches(text)).toBe(false);
  expect(globMatcher(`${"*[ab]?".repeat(500)}*c`, LIMIT).matches(text)).toBe(false);
});

test("patterns as long as they may be match", () => {
  for (const part of ["_", "a", "é", "A%"]) {
    const pattern = part.repeat(Math.floor(LIMIT / Buffer.byteLength(part)));
    const matcher = compiled(likeMatcher(pattern, undefined, false, LIMIT));
    const text = pattern.replaceAll("_", "x").replaceAll("%", "");
    expect(matcher.matches(text)).toBe(true);
    expect(matcher.matches(text)).toBe(true);
    expect(matcher.matches(`${text.slice(1)}-`)).toBe(part === "_");
  }
  const sets = compiled(globMatcher("[a-z]".repeat(LIMIT / 5), LIMIT));
  expect(sets.matches("q".repeat(LIMIT / 5))).toBe(true);
  expect(sets.matches("Q".repeat(LIMIT / 5))).toBe(false);
});

test("a pattern of more bytes than the limit is too complex", () => {
  const tooComplex = new SqliteError("SQLITE_ERROR", "LIKE or GLOB pattern too complex");
  expect(() => likeMatcher("a".repeat(LIMIT + 1), undefined, false, LIMIT)).toThrow(tooComplex);
  expect(() => globMatcher("é".repeat(LIMIT / 2 + 1), LIMIT)).toThrow(tooComplex);
  expect(likeMatcher("é".repeat(LIMIT / 2), undefined, false, LIMIT).matches("é")).toBe(false);
});

test.each(["", "ab"])("ESCAPE %j is no single character", (escape) => {
  expect(() => likeMatcher("a", escape, false, LIMIT)).toThrow("ESCAPE expression must be a single character");
});
