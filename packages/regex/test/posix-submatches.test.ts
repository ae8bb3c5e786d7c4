import { expect, test } from "vitest";
import { compile } from "../src/index.ts";

/** [pattern, text, the match and what each group took; "-" for a group without part] (POSIX XBD 9.1, worked out by hand) */
const LONGEST: readonly (readonly [string, string, ...string[]])[] = [
  ["a|ab|abc", "abc", "abc"],
  ["(a|ab)(c|bcd)(d*)", "abcd", "abcd", "ab", "c", "d"],
  ["(a|ab)(bcd|c)(d*)", "abcd", "abcd", "ab", "c", "d"],
  ["(a+|b+)*", "aabb", "aabb", "bb"],
  ["(a*)(ab)*(b*)", "abb", "abb", "a", "-", "bb"],
  ["(a?)(ab)?", "ab", "ab", "", "ab"],
  ["(ab|a)(bc|c)?", "abc", "abc", "ab", "c"],
  ["(foo|foobar)(bar)?", "foobar", "foobar", "foobar", "-"],
  ["(.?)(a*)", "aaa", "aaa", "a", "aa"],
  ["x(a{2,3})(a*)", "xaaaa", "xaaaa", "aaa", "a"],
  ["(a*){2}", "aa", "aa", ""],
  ["(a*)*", "b", "", ""],
  ["(a*)+", "aa", "aa", "aa"],
  ["(a|b|c|ab|bc)*", "abc", "abc", "c"],
  ["(((a)b)c)", "abc", "abc", "abc", "ab", "a"],
  ["(b?)(ab*)*", "babb", "babb", "b", "abb"],
  ["(^|x)(a)", "xa", "xa", "x", "a"],
  ["(wee|week)(knights|night)(s*)", "weeknights", "weeknights", "week", "night", "s"],
  ["(aa|aaa)*", "aaaa", "aaaa", "aa"],
  ["(a|aa)(a|aa)(a|aa)", "aaaa", "aaaa", "aa", "a", "a"],
];

test.each(LONGEST)("%s on %s takes the longest, and its groups from left to right", (pattern, text, ...expected) => {
  const match = compile(pattern).match(text);
  const taken = match?.captures.map((span) => (span === undefined ? "-" : text.slice(span.start, span.end)));
  expect(taken).toEqual(expected);
});

test("Perl's groups hold what the first way took", () => {
  const text = "abcd";
  const match = compile("(a|ab)(c|bcd)(d*)", { syntax: "perl" }).match(text)!;
  expect(match.captures.map((span) => text.slice(span!.start, span!.end))).toEqual(["abcd", "a", "bcd", ""]);
  expect(compile("a|ab|abc", { syntax: "perl" }).find("abc")).toEqual({ start: 0, end: 1 });
  expect(compile("a|ab|abc", { syntax: "perl", semantics: "longest" }).find("abc")).toEqual({ start: 0, end: 3 });
});

test("a list of patterns is asked which of them matched, and numbers its groups by pattern", () => {
  const regex = compile(["(x)(y)", String.raw`(a)\1`]);
  expect(regex.match("..aa")).toEqual({
    start: 2,
    end: 4,
    patternIndex: 1,
    captures: [
      { start: 2, end: 4 },
      { start: 2, end: 3 },
    ],
  });
  expect(regex.match("xy")?.patternIndex).toBe(0);
  expect(regex.captureCount).toBe(2);
});
