/** Back-references: what the automaton of the relaxed pattern passes over must hold nothing. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { BacktrackMachine } from "../src/backtrack/machine.ts";
import { compileProgram } from "../src/backtrack/program.ts";
import { type CompileOptions, compile } from "../src/index.ts";
import { DEFAULT_LIMITS } from "../src/options.ts";
import { parsePattern } from "../src/syntax/parse.ts";
import { asciiFolding, unicodeFolding } from "../src/unicode/folding.ts";

/** [pattern, text, what find() gives]: assertions of a group hold where the group stands, not where its copy does. */
test.each([
  [String.raw`(\ba)\1`, "aa", [0, 2]],
  [String.raw`(^a)\1`, "aa", [0, 2]],
  [String.raw`(^a)\1`, "baa", undefined],
  [String.raw`(\<a)b\1`, "aba", [0, 3]],
  [String.raw`(a\>).\1`, "a a", [0, 3]],
  [String.raw`(a\>).*\1`, "a ab", [0, 3]],
  [String.raw`(a$|b)\1`, "bb", [0, 2]],
  [String.raw`((^)a|b)\1`, "aab", [0, 2]],
  [String.raw`(a)(\1b)\2`, "aabab", [0, 5]],
  [String.raw`(.)\1`, "a漢漢", [1, 7]],
] as const)("%s on %s", (pattern, text, expected) => {
  const found = compile(pattern).find(text);
  expect(found && [found.start, found.end]).toEqual(expected);
  expect(compile(pattern).test(text)).toBe(expected !== undefined);
});

test("a reference in any case finds what its group took in another", () => {
  const options = { ignoreCase: true } as const;
  expect(compile(String.raw`([^b])x\1`, options).find("AxA axA")).toEqual({ start: 0, end: 3 });
  expect(compile(String.raw`(ß)\1`, options).test("ßß")).toBe(true);
  expect(compile(String.raw`(?-i:([a-c]))\1`, { syntax: "perl", ignoreCase: true }).find("bB")).toEqual({
    start: 0,
    end: 2,
  });
});

const piece = fc.constantFrom(
  ..."ab.",
  "a*",
  "[ab]",
  "[^a]",
  "(a|b)",
  "(a*)",
  "(^a)",
  String.raw`(\<.)`,
  String.raw`(b\>)`,
  "(.*)",
  "(é)",
  String.raw`\1`,
  String.raw`\1*`,
  String.raw`\2`,
  "$",
  "|",
);
const patterns = fc
  .array(piece, { minLength: 2, maxLength: 7 })
  .map((pieces) => pieces.join(""))
  .filter((pattern) => isReferring(pattern));
const texts = fc
  .array(fc.constantFrom(..."aabb ", "é", "\xff", "A"), { maxLength: 12 })
  .map((parts) => Buffer.from(parts.join(""), "utf8"));

function isReferring(pattern: string): boolean {
  try {
    return compile(pattern).plan.guarantee === "bounded";
  } catch {
    return false;
  }
}

test.each([{}, { ignoreCase: true }, { encoding: "bytes" }] as const satisfies readonly CompileOptions[])(
  "the machine finds no more when it is asked everywhere: %o",
  (options: CompileOptions) => {
    const encoding = options.encoding ?? "utf8";
    const folding = encoding === "bytes" ? asciiFolding() : unicodeFolding(false);
    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        const { root, groups } = parsePattern(Buffer.from(pattern), options, DEFAULT_LIMITS);
        const program = compileProgram(root, groups, { encoding, perl: false, folding: () => folding }, 100_000);
        const machine = new BacktrackMachine(program, {
          semantics: "longest",
          encoding,
          rules: encoding === "bytes" ? "bytes" : "unicode",
          folding: () => folding,
          steps: 1_000_000,
          lineTerminator: 10,
        });
        machine.begin(text, 0, text.length, 0);
        let at = 0;
        while (at <= text.length && !machine.matchAt(at)) at++;
        const expected = at <= text.length ? { start: machine.matchStart, end: machine.matchEnd } : undefined;
        const regex = compile(pattern, options);
        expect(regex.find(text)).toEqual(expected);
        expect(regex.test(text)).toBe(expected !== undefined);
      }),
      { numRuns: 500 },
    );
  },
);
