/** Patterns that make backtracking engines explode. Work is counted, in transitions and threads, instead of time. */
import { expect, test } from "vitest";
import { LazyDfa, MATCHED } from "../src/automata/dfa.ts";
import { compileNfa } from "../src/automata/nfa-compiler.ts";
import { compile } from "../src/index.ts";
import { DEFAULT_LIMITS } from "../src/options.ts";
import { parsePattern } from "../src/syntax/parse.ts";
import { unicodeFolding } from "../src/unicode/folding.ts";

const HOSTILE = [
  "(a|a)*b",
  "(a*)*b",
  "((a*)*)*b",
  "(a+a+)+b",
  "(.*)(.*)(.*)(.*)x",
  "(.*)*x",
  "(a|aa)*b",
  "(a?){30}a{30}",
  "(a{1,20}){1,20}b",
  "[a-z]{0,90}X[a-z]{0,90}",
  "(x+x+)+y",
];

test.each(HOSTILE)("%s: the automaton reads each byte once, and has a bounded number of states", (pattern) => {
  const { root } = parsePattern(new TextEncoder().encode(pattern), {}, DEFAULT_LIMITS);
  const alphabet = { encoding: "utf8", perl: false, folding: () => unicodeFolding(false) } as const;
  const nfa = compileNfa([root], {
    alphabet,
    lineTerminator: 10,
    direction: "forward",
    captures: false,
    programSize: 100_000,
  });
  const statesFor = (length: number): number => {
    const dfa = new LazyDfa(nfa, {
      kind: "test",
      semantics: "longest",
      direction: "forward",
      unicodeWords: true,
      lineTerminator: 10,
      cacheBytes: DEFAULT_LIMITS.dfaCacheBytes,
    });
    let state = dfa.start(0);
    for (let at = 0; at < length && state !== MATCHED; at++) state = dfa.step(state, dfa.classes.of[0x61]!, at);
    return dfa.stateCount;
  };
  expect(statesFor(4_000)).toBe(statesFor(2_000));
});

test.each(HOSTILE)("%s answers on 200,000 bytes, in every syntax that has it", (pattern) => {
  const text = new TextEncoder().encode(`${"a".repeat(200_000)}`);
  for (const syntax of ["ere", "perl"] as const) {
    const regex = compile(pattern, { syntax });
    expect(regex.plan.guarantee).toBe("linear");
    expect(regex.test(text)).toBe(pattern.startsWith("(a?)"));
    regex.find(text);
  }
});

test("an automaton with more states than its cache holds gives up instead of thrashing, and the answer stays right", () => {
  const regex = compile("(0|1)*1(0|1){16}$", { limits: { dfaCacheBytes: 200_000 } });
  let bits = "";
  for (let i = 0, state = 1; i < 20_000; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bits += (state >>> 16) & 1;
  }
  expect(regex.test(`${bits}1${"0".repeat(16)}`)).toBe(true);
  expect(regex.test(`${bits}0${"0".repeat(16)}`)).toBe(false);
  expect(regex.find(`${bits}1${"0".repeat(16)}`)).toEqual({ start: 0, end: 20_017 });
});
