/** Literals decide lines only where they say exactly what the pattern says: letters whose cases differ in more than a bit, or in length. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile, type Regex } from "../src/index.ts";

/** Cyrillic с is D1 81 and С is D0 A1; к has the Kelvin sign's neighbour in Latin k; ſ folds to s. The last ones are what a mask would admit besides. */
const characters = fc.constantFrom(..."сСмМкКtTsSſkK\u212aaA", "\u0421", "\u0441", "\u0461", "\u0401", "ё", "Ё", " ");
const word = fc.array(characters, { minLength: 1, maxLength: 7 }).map((list) => list.join(""));
const encoder = new TextEncoder();

test("a class with the line terminator in it matches no line for that", () => {
  for (const engine of ["js", "wasm"] as const) {
    const regex = compile("\\s|[xy]", { encoding: "bytes", engine });
    const bytes = encoder.encode(`${"none\n".repeat(100)}${"a b\nax\n".repeat(100)}${"none\n".repeat(100)}`);
    const scanner = regex.scanner();
    for (let round = 0; round < 3; round++) {
      scanner.reserve(bytes.length).set(bytes);
      expect(scanner.count(0, bytes.length)).toBe(200);
    }
  }
});

/** The matching lines, by a scanner of which literals are asked first. */
function linesFound(regex: Regex, lines: readonly string[]): string[] {
  const bytes = encoder.encode(`${lines.join("\n")}\n`);
  const scanner = regex.scanner();
  scanner.reserve(bytes.length).set(bytes);
  const found: string[] = [];
  for (let at = scanner.next(0, bytes.length); at !== -1; at = scanner.next(scanner.lineEnd + 1, bytes.length))
    found.push(Buffer.from(scanner.buffer.subarray(at, scanner.lineEnd)).toString());
  expect(scanner.count(0, bytes.length)).toBe(found.length);
  return found;
}

describe.each(["js", "wasm"] as const)("with the %s kernel", (engine) => {
  test("words with something between them are found in the lines in which the automaton finds them", () => {
    const rare = fc.constantFrom("value", "return", "мир", "слово", "quux", "aaab");
    const gap = fc.constantFrom(
      ".{8,13}",
      ".{0,3}",
      ".*",
      "[a-z]{2}",
      "(x|yz)?",
      "é{1,2}",
      "\\b.",
      ".{90}",
      "(.*|b)a",
      "(a.{3}){2}",
      "",
    );
    const piece = fc.oneof(
      rare,
      fc.constantFrom("x", "yz", "é", "\u20ac", " ", "ab", "abcdefgh", "a".repeat(89), "\u{1f600}"),
    );
    const line = fc.array(piece, { maxLength: 9 }).map((list) => list.join(""));
    fc.assert(
      fc.property(
        gap,
        rare,
        gap,
        rare,
        gap,
        fc.array(line, { minLength: 20, maxLength: 40 }),
        (before, first, between, second, behind, lines) => {
          for (const encoding of ["utf8", "bytes"] as const) {
            const regex = compile(before + first + between + second + behind, { syntax: "ere", encoding, engine });
            expect(linesFound(regex, lines)).toEqual(lines.filter((each) => regex.find(each) !== undefined));
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test("words in any case are found in the lines in which the automaton finds them", () => {
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 3 }),
        fc.array(fc.array(characters, { maxLength: 12 }), { maxLength: 30 }),
        (words, lists) => {
          const options = { syntax: "fixed", ignoreCase: true, engine } as const;
          const regex = compile(words, options);
          // Of each word a line of its own, in another case, so that something is found.
          const lines = [...lists.map((list) => list.join("")), ...words.map((each) => `a${each.toUpperCase()}`)];
          expect(linesFound(regex, lines)).toEqual(lines.filter((line) => regex.find(line) !== undefined));
        },
      ),
      { numRuns: 300 },
    );
  });
});
