import { expect, test } from "vitest";
import { compile } from "../src/index.ts";
import { LONGEST } from "./differential/posix-table.ts";

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

test("a dot takes what glibc takes for a character, and so do the groups around it", () => {
  const text = Buffer.from("61f490808062", "hex");
  expect(compile("a(.)b").match(text)?.captures).toEqual([
    { start: 0, end: 6 },
    { start: 1, end: 5 },
  ]);
});
