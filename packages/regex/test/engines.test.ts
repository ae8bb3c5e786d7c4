import fc from "fast-check";
import { expect, test } from "vitest";
import { DfaMatcher } from "../src/automata/dfa-matcher.ts";
import { compileNfa } from "../src/automata/nfa-compiler.ts";
import { Simulation } from "../src/automata/simulation.ts";
import { BacktrackMachine } from "../src/backtrack/machine.ts";
import { compileProgram } from "../src/backtrack/program.ts";
import { compile } from "../src/index.ts";
import { DEFAULT_LIMITS } from "../src/options.ts";
import { parsePattern } from "../src/syntax/parse.ts";
import { unicodeFolding } from "../src/unicode/folding.ts";
import { Random, randomLine, randomPattern } from "./differential/random-patterns.ts";

const RUNS = 1_500;
const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** The same pattern in three engines; undefined for patterns that are wrong. */
function engines(pattern: Uint8Array, ignoreCase: boolean, semantics: "longest" | "first", cacheBytes: number) {
  const options = { syntax: "ere", ignoreCase } as const;
  const parsed = (() => {
    try {
      return parsePattern(pattern, options, DEFAULT_LIMITS);
    } catch {
      return undefined;
    }
  })();
  if (parsed === undefined) return undefined;
  const alphabet = { encoding: "utf8", perl: false, folding: () => unicodeFolding(false) } as const;
  const nfaOptions = { alphabet, lineTerminator: 10, captures: false, programSize: 100_000 } as const;
  const forward = compileNfa([parsed.root], { ...nfaOptions, direction: "forward" });
  const simulation = new Simulation(forward, { rules: "unicode", encoding: "utf8", semantics });
  const dfa = new DfaMatcher(
    forward,
    () => compileNfa([parsed.root], { ...nfaOptions, direction: "reverse" }),
    () => new Simulation(forward, { rules: "unicode", encoding: "utf8", semantics }),
    { semantics, encoding: "utf8", unicodeWords: true, lineTerminator: 10, cacheBytes },
  );
  const machine = new BacktrackMachine(compileProgram(parsed.root, parsed.groups, alphabet, 100_000), {
    semantics,
    encoding: "utf8",
    rules: "unicode",
    folding: () => unicodeFolding(false),
    steps: 300_000,
    lineTerminator: 10,
  });
  return { simulation, dfa, machine };
}

test.each(["longest", "first"] as const)(
  "simulation, automata and backtracking find the same, %s match",
  (semantics) => {
    const random = new Random(semantics === "longest" ? 11 : 12);
    let compared = 0;
    for (let run = 0; run < RUNS; run++) {
      const pattern = bytesOf(randomPattern(random, "ere", false));
      // A cache for some forty states, so that it is emptied in mid-search.
      const three = engines(pattern, random.chance(0.2), semantics, random.chance(0.5) ? 1 << 20 : 1 << 14);
      const line = bytesOf(randomLine(random) + randomLine(random) + randomLine(random));
      if (three === undefined || pattern.some((byte) => byte === 0xff || byte === 0xc3)) continue;
      const { simulation, dfa, machine } = three;
      for (let from = 0; from <= line.length; from += 3) {
        const expected = simulation.find(line, 0, line.length, from) && [simulation.matchStart, simulation.matchEnd];
        const found = dfa.find(line, 0, line.length, from) && [dfa.matchStart, dfa.matchEnd];
        expect(found, `${Buffer.from(pattern)} on ${Buffer.from(line).toString("hex")}`).toEqual(expected);
        expect(dfa.test(line, from, line.length)).toBe(simulation.test(line, from, line.length));
        compared++;
        // Where a loop's round takes nothing, Perl's rules and the automata's order differ; what is longest does not.
        if (semantics === "first") continue;
        machine.begin(line, 0, line.length, from);
        let at = from;
        while (at <= line.length && !machine.matchAt(at)) at++;
        const tried = at <= line.length && [machine.matchStart, machine.matchEnd];
        expect(tried, String(Buffer.from(pattern))).toEqual(expected);
      }
    }
    expect(compared).toBeGreaterThan(RUNS);
  },
);

test("no bytes, as a pattern or as a text, get anything but an answer or a RegexError", () => {
  const syntax = fc.constantFrom("bre", "ere", "fixed", "perl" as const);
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 24 }),
    fc.string({ unit: fc.constantFrom(..."ab()[]{}\\*+?|^$.-,:=1290<>!#PRQEKbBdw&'`"), maxLength: 24 }).map(bytesOf),
  );
  fc.assert(
    fc.property(
      bytes,
      bytes,
      syntax,
      fc.boolean(),
      fc.constantFrom("utf8", "bytes" as const),
      (pattern, text, syntax, ignoreCase, encoding) => {
        const limits = { programSize: 20_000, backtrackSteps: 20_000 };
        try {
          const regex = compile(pattern, { syntax, ignoreCase, encoding, limits });
          for (const { start, end } of regex.findAll(text)) expect(start <= end && end <= text.length).toBe(true);
          regex.match(text);
        } catch (error) {
          expect((error as Error).name).toBe("RegexError");
        }
      },
    ),
    { numRuns: 3_000 },
  );
});

test.each([
  ["hello world", "fixed", false, ["hello world"]],
  ["(\\w+)@(example|test)\\.org", "ere", false, ["@example.org", "@test.org"]],
  ["Größe", "fixed", true, ["größe"]],
  // У and у differ in two bytes: there is a literal for each.
  ["ЖУК", "fixed", true, ["жУк", "жук"]],
  ["[a-z]+", "ere", false, []],
  ["(a|b)\\1", "ere", false, ["aa", "ab", "ba", "bb"]],
] as const)("the plan of %s names what is searched for", (pattern, syntax, ignoreCase, literals) => {
  expect(compile(pattern, { syntax, ignoreCase, perlClasses: true, engine: "js" }).plan.literals).toEqual(literals);
});

test("an automaton whose table grows when a search begins somewhere else reads the new table", () => {
  const regex = compile(["a\\>|..[-éÉK]", "$"]);
  const text = Buffer.from("c3c389612062c3a96162f49080800a", "hex");
  const starts = Array.from({ length: text.length - 1 }, (_, from) => regex.find(text, from)?.start);
  expect(starts).toEqual([3, 3, 3, 3, 4, ...Array.from({ length: 9 }, () => 14)]);
});

test("a byte of the pattern that is no character is found at a character's start, and no word ends inside that character", () => {
  const bytes = (text: string): Buffer => Buffer.from(text, "latin1");
  const É = Buffer.from("É");
  expect(compile(bytes("\xc3")).test(É)).toBe(true);
  expect(compile(bytes("\xc3\\>")).test(É)).toBe(false);
  expect(compile(bytes("\xc3\\>")).test(bytes("\xc3 "))).toBe(true);
  expect(compile(bytes("\x89\\>")).test(É)).toBe(false);
});
