import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile, type CompileOptions, type LineScanner } from "../src/index.ts";
import { PlainLineScanner } from "../src/line-scanner.ts";
import { buildEngines } from "../src/engines.ts";
import { DEFAULT_LIMITS } from "../src/options.ts";
import { parsePattern } from "../src/syntax/parse.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Patterns with few letters, so that they match often: literals, classes, repeats, anchors, words. */
const piece = fc.constantFrom(
  "a",
  "b",
  "ab",
  "abc",
  "é",
  "я",
  ".",
  "[ab]",
  "[^a]",
  "[[:alpha:]]",
  "a*",
  "b+",
  "(ab)?",
  "c{2,3}",
  "(a|bc)",
  "\\<",
  "\\>",
  "\\b",
  "\\B",
  "\\w",
  "\\W",
  "k",
  "S",
);
const pattern = fc
  .tuple(fc.constantFrom("", "", "", "^"), fc.array(piece, { maxLength: 5 }), fc.constantFrom("", "", "", "$"))
  .map(([start, pieces, end]) => start + pieces.join("") + end);
const patterns = fc.array(pattern, { minLength: 1, maxLength: 3 });
const options: fc.Arbitrary<CompileOptions> = fc
  .record({
    encoding: fc.constantFrom("utf8", "bytes"),
    ignoreCase: fc.boolean(),
    whole: fc.constantFrom(undefined, undefined, undefined, "line", "word"),
    lineTerminator: fc.constantFrom(10, 10, 0),
  })
  .map(
    ({ whole, ...rest }) => ({ ...rest, ...(whole === undefined ? {} : { whole }), syntax: "ere" }) as CompileOptions,
  );
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom("a", "b", "c", "ab", "abc", "é", "я", "Я", "K", "ſ", " ", "\n", "\n", "\0", "A", "k").map(bytes),
      fc.uint8Array({ maxLength: 2 }),
    ),
    { maxLength: 120 },
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

/** The reference: line by line, by simulation. */
function plainScanner(list: readonly string[], chosen: CompileOptions): LineScanner {
  const parsed = list.map((one) => parsePattern(bytes(one), chosen, DEFAULT_LIMITS));
  const { lines, places } = buildEngines(parsed, chosen, DEFAULT_LIMITS);
  return new PlainLineScanner({
    lines,
    places,
    lineTerminator: chosen.lineTerminator ?? 10,
    encoding: chosen.encoding ?? "utf8",
  });
}

function load(scanner: LineScanner, input: Uint8Array): LineScanner {
  scanner.reserve(input.length).set(input);
  return scanner;
}

/** Offsets of the lines that next() or nextUnmatched() gives. */
function linesOf(scanner: LineScanner, to: number, unmatched: boolean): [number, number][] {
  const lines: [number, number][] = [];
  for (let at = 0; at < to; at = scanner.lineEnd + 1) {
    const start = unmatched ? scanner.nextUnmatched(at, to) : scanner.next(at, to);
    if (start < 0) break;
    lines.push([start, scanner.lineEnd]);
  }
  return lines;
}

describe.each(["js", "wasm"] as const)("the scanner with the %s kernel", (engine) => {
  test("finds the lines that the plain one finds, of those that match and of those that do not", () => {
    fc.assert(
      fc.property(patterns, options, text, (list, chosen, input) => {
        const regex = compile(list, { ...chosen, engine });
        const plain = load(plainScanner(list, chosen), input);
        const expected = linesOf(plain, input.length, false);
        const scanner = load(regex.scanner(), input);
        expect(linesOf(scanner, input.length, false)).toEqual(expected);
        expect(linesOf(scanner, input.length, true)).toEqual(linesOf(plain, input.length, true));
        expect(scanner.count(0, input.length)).toBe(expected.length);
      }),
      { numRuns: 300 },
    );
  });

  test("finds the same in lock-step, with room for a handful of states only", () => {
    fc.assert(
      fc.property(
        patterns,
        options,
        fc.array(text, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(4_000, 12_000, 100_000),
        (list, chosen, parts, dfaCacheBytes) => {
          const terminator = Uint8Array.of(chosen.lineTerminator ?? 10);
          const lines = Buffer.concat(parts.flatMap((part) => [part, terminator]));
          const input = Buffer.concat(Array.from({ length: Math.ceil(3000 / lines.length) }, () => lines));
          const expected = linesOf(load(plainScanner(list, chosen), input), input.length, false);
          const scanner = load(compile(list, { ...chosen, engine, limits: { dfaCacheBytes } }).scanner(), input);
          expect(linesOf(scanner, input.length, false)).toEqual(expected);
          expect(scanner.count(0, input.length)).toBe(expected.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("confirms the candidates of back-references", () => {
    const references = fc.constantFrom(
      "(a|b)\\1",
      "(a+)b\\1",
      "([ab]+).*\\1$",
      "^(.)\\1",
      "(\\<a)\\1",
      "(^a)\\1",
      "(b$|a)\\1",
      "abc|(é)\\1",
    );
    fc.assert(
      fc.property(fc.tuple(references, pattern), options, text, (list, chosen, input) => {
        const plain = load(plainScanner(list, chosen), input);
        const scanner = load(compile(list, { ...chosen, engine }).scanner(), input);
        expect(linesOf(scanner, input.length, false)).toEqual(linesOf(plain, input.length, false));
        expect(linesOf(scanner, input.length, true)).toEqual(linesOf(plain, input.length, true));
      }),
      { numRuns: 150 },
    );
  });
});
