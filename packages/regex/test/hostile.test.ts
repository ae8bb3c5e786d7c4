/** Patterns that make backtracking engines explode. Work is counted, in transitions and threads, instead of time. */
import { expect, onTestFinished, test, vi } from "vitest";
import { LazyDfa, MATCHED } from "../src/automata/dfa.ts";
import { compileNfa } from "../src/automata/nfa-compiler.ts";
import { Simulation } from "../src/automata/simulation.ts";
import { type CompileOptions, RegexError, compile } from "../src/index.ts";
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

/** Pseudo-random zeros and ones: the same for each length. */
function bits(length: number): string {
  let text = "";
  for (let i = 0, state = 1; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    text += (state >>> 16) & 1;
  }
  return text;
}

/** Bytes that were read, each by one automaton, or by all instructions of a simulation; and instructions that went into making states. */
function workOf(search: () => void): number {
  let work = 0;
  const finished = vi.spyOn(LazyDfa.prototype, "finished").mockImplementation((bytes) => {
    work += bytes;
  });
  const { step } = LazyDfa.prototype;
  const steps = vi.spyOn(LazyDfa.prototype, "step").mockImplementation(function (this: LazyDfa, ...args) {
    work += 1000;
    return step.apply(this, args);
  });
  const { find, test: testLine } = Simulation.prototype;
  const finds = vi.spyOn(Simulation.prototype, "find").mockImplementation(function (this: Simulation, ...args) {
    work += (args[2] - args[3]) * this.states;
    return find.apply(this, args);
  });
  const tests = vi.spyOn(Simulation.prototype, "test").mockImplementation(function (this: Simulation, ...args) {
    work += (args[2] - args[1]) * this.states;
    return testLine.apply(this, args);
  });
  try {
    search();
  } finally {
    for (const spy of [finished, steps, finds, tests]) spy.mockRestore();
  }
  return work;
}

const THRASHING = ["(0|1)*1(0|1){16}x", "(1[01]{0,20}){3}x", String.raw`\<.*1(0|1){12}\>x`];

test.each([...HOSTILE, ...THRASHING])("%s: twice the input is twice the work", (pattern) => {
  const thrashes = THRASHING.includes(pattern);
  const work = (length: number): number => {
    const text = thrashes ? bits(length) : "a".repeat(length);
    const regex = compile(pattern, { limits: { dfaCacheBytes: thrashes ? 200_000 : DEFAULT_LIMITS.dfaCacheBytes } });
    return workOf(() => {
      regex.test(text);
      regex.find(text);
      // A line that has a match at its end only.
      regex.find(`${text}ybX`);
    });
  };
  const once = work(20_000);
  expect(once).toBeGreaterThanOrEqual(20_000);
  // What the start costs, and where a cache is emptied, is the same for every length.
  expect(work(40_000)).toBeLessThan(2.2 * once);
});

test.each(THRASHING)("%s: the states of an automaton stay under the named cap", (pattern) => {
  const cap = 300_000;
  const most = new Map<LazyDfa, number>();
  const { step } = LazyDfa.prototype;
  const spy = vi.spyOn(LazyDfa.prototype, "step").mockImplementation(function (this: LazyDfa, ...args) {
    const next = step.apply(this, args);
    most.set(this, Math.max(most.get(this) ?? 0, this.bytes));
    return next;
  });
  onTestFinished(() => spy.mockRestore());
  const regex = compile(pattern, { limits: { dfaCacheBytes: cap } });
  regex.test(bits(3_000));
  regex.find(bits(3_000));
  expect(most.size).toBeGreaterThan(0);
  // One state more than fits is made before the cache is emptied.
  for (const bytes of most.values()) expect(bytes).toBeLessThan(cap + 20_000);
  expect(Math.max(...most.values())).toBeGreaterThan(cap / 8);
});

const DEEP = 100_000;

test.each([
  ["ere", "(".repeat(DEEP) + ")".repeat(DEEP), "EDEPTH Regular expression too big"],
  ["ere", "(".repeat(DEEP), "EDEPTH Regular expression too big"],
  ["bre", String.raw`\(`.repeat(DEEP) + String.raw`\)`.repeat(DEEP), "EDEPTH Regular expression too big"],
  ["perl", "(".repeat(DEEP) + ")".repeat(DEEP), "EDEPTH parentheses are too deeply nested"],
  ["perl", "(?:".repeat(DEEP) + ")".repeat(DEEP), "EDEPTH parentheses are too deeply nested"],
  ["perl", "(?=".repeat(DEEP) + ")".repeat(DEEP), "EDEPTH parentheses are too deeply nested"],
  ["ere", `a${"{2}".repeat(DEEP)}`, "EDEPTH Regular expression too big"],
  ["bre", `a${String.raw`\{2\}`.repeat(DEEP)}`, "EDEPTH Regular expression too big"],
] as const)("%s: nesting a hundred thousand deep is an error", (syntax, pattern, expected) => {
  const error = errorOf(pattern, { syntax });
  expect(`${error?.code} ${error?.message}`).toBe(expected);
});

function errorOf(pattern: string, options: CompileOptions): RegexError | undefined {
  try {
    compile(pattern, options);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(RegexError);
    return error as RegexError;
  }
}

test.each([
  ["ere", `a${"*".repeat(DEEP)}`],
  ["ere", `a${"+".repeat(DEEP)}`],
  ["bre", `a${"*".repeat(DEEP)}`],
  ["ere", `^${"*".repeat(DEEP)}x`],
  ["ere", `a|${")".repeat(DEEP)}`],
  ["ere", `a|${"{1".repeat(DEEP)}}`],
  ["ere", `a|${String.raw`\b*`.repeat(DEEP)}`],
  ["ere", "a|".repeat(DEEP)],
] as const)("%s: a hundred thousand operators in a row are read and searched for", (syntax, pattern) => {
  const regex = compile(pattern, { syntax });
  expect(regex.test("xa")).toBe(true);
});

test("an automaton with more states than its cache holds gives up instead of thrashing, and the answer stays right", () => {
  const regex = compile("(0|1)*1(0|1){16}$", { limits: { dfaCacheBytes: 200_000 } });
  const text = bits(20_000);
  expect(regex.test(`${text}1${"0".repeat(16)}`)).toBe(true);
  expect(regex.test(`${text}0${"0".repeat(16)}`)).toBe(false);
  expect(regex.find(`${text}1${"0".repeat(16)}`)).toEqual({ start: 0, end: 20_017 });
});
