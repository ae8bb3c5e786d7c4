import { expect, test } from "vitest";
import { type CompileOptions, RegexError, compile } from "../src/index.ts";
import { DEFAULT_LIMITS } from "../src/options.ts";

function errorOf(pattern: string, options: CompileOptions): string {
  try {
    compile(pattern, options);
    return "";
  } catch (error) {
    expect(error).toBeInstanceOf(RegexError);
    return `${(error as RegexError).code} ${(error as RegexError).message}`;
  }
}

test.each([
  ["bre", "a[", "EBRACK Invalid regular expression"],
  ["bre", "[a", "EBRACK Unmatched [, [^, [:, [., or [="],
  ["bre", "a\\", "EESCAPE Trailing backslash"],
  ["bre", String.raw`\(`, String.raw`EPAREN Unmatched ( or \(`],
  ["bre", String.raw`\)`, String.raw`EPAREN Unmatched ) or \)`],
  ["bre", String.raw`a\{1`, String.raw`EBRACE Unmatched \{`],
  ["bre", String.raw`a\{2,1\}`, String.raw`BADBR Invalid content of \{\}`],
  ["bre", String.raw`a\{32768\}`, "ESIZE Regular expression too big"],
  ["bre", "[[:foo:]]", "ECTYPE Invalid character class name"],
  ["bre", "[:space:]", "ECTYPE character class syntax is [[:space:]], not [:space:]"],
  ["bre", "[b-a]", "ERANGE Invalid range end"],
  ["bre", "[[.foo.]]", "ECOLLATE Invalid collation character"],
  ["bre", String.raw`\(a\)\2`, "ESUBREG Invalid back reference"],
  ["ere", "(+)", String.raw`EPAREN Unmatched ( or \(`],
  ["ere", "(a{1,1000}){1,1000}{1,1000}", "ESIZE Regular expression too big"],
  ["perl", "(", "EPAREN missing closing parenthesis"],
  ["perl", "(abc){1,30000}", "ESIZE regular expression is too large"],
  ["perl", `${"(".repeat(260)}a${")".repeat(260)}`, "EDEPTH parentheses are too deeply nested"],
  ["perl", "a**", "BADRPT quantifier does not follow a repeatable item"],
  ["perl", "(?<=a*)b", "EPERL lookbehind assertion is not fixed length"],
  ["perl", String.raw`\X`, String.raw`EUNSUPPORTED \X is not supported`],
  ["perl", "a(*COMMIT)b", "EUNSUPPORTED (*COMMIT) is not supported"],
] as const)("%s %s", (syntax, pattern, expected) => {
  expect(errorOf(pattern, { syntax })).toBe(expected);
});

test("every pattern of a list is looked at, and all problems are told in order", () => {
  const error = (() => {
    try {
      compile(["a", "[", "b", "(é("], {});
      return undefined;
    } catch (caught) {
      return caught as RegexError;
    }
  })();
  expect(error?.problems).toEqual([
    { code: "EBRACK", message: "Invalid regular expression", patternIndex: 1, offset: 1 },
    { code: "EPAREN", message: "Unmatched ( or \\(", patternIndex: 3, offset: 4 },
  ]);
});

test("operators with nothing before them, and backslashes that mean nothing, are warned of", () => {
  expect(compile("*a|{1}b").warnings).toEqual(["* at start of expression", "{...} at start of expression"]);
  expect(compile(String.raw`\d\é\ `, { syntax: "bre" }).warnings).toEqual([
    "stray \\ before d",
    "stray \\ before é",
    "stray \\ before white space",
  ]);
  expect(compile(String.raw`\d`, { perlClasses: true }).warnings).toEqual([]);
});

test.each(["bre", "ere", "perl"] as const)("100,000 open parentheses are an error in %s", (syntax) => {
  const open = syntax === "bre" ? "\\(" : "(";
  const close = syntax === "bre" ? "\\)" : ")";
  expect(errorOf(open.repeat(100_000), { syntax })).toMatch(/^EDEPTH/);
  expect(errorOf(open.repeat(100_000) + close.repeat(100_000), { syntax })).toMatch(/^EDEPTH/);
});

test("groups nested as deep as the limit allows compile and match", () => {
  const depth = DEFAULT_LIMITS.depth;
  const regex = compile("(".repeat(depth) + "a" + ")".repeat(depth));
  expect(regex.find("xa")).toEqual({ start: 1, end: 2 });
  expect(regex.match("xa")?.captures).toHaveLength(depth + 1);
});

test("limits have names: length of patterns, size of programs, length of lines, steps of backtracking", () => {
  expect(() => compile("abc", { limits: { patternBytes: 2 } })).toThrow("Regular expression too big");
  expect(() => compile("[a-z]{100}", { limits: { programSize: 50 } })).toThrow("Regular expression too big");
  const counter = compile("a", { limits: { lineBytes: 10 } }).counter();
  expect(() => counter.push(new Uint8Array(11))).toThrow("line longer than 10 bytes");
  const hard = compile("(x+x+)+y", { syntax: "perl", limits: { backtrackSteps: 10_000 } });
  expect(hard.plan.guarantee).toBe("linear");
  expect(hard.test("x".repeat(5_000))).toBe(false);
  const harder = compile(String.raw`(x+x+)+y(?=z)`, { syntax: "perl", limits: { backtrackSteps: 10_000 } });
  expect(harder.plan.guarantee).toBe("bounded");
  expect(() => harder.test(`${"x".repeat(5_000)}yx`)).toThrow("exceeded PCRE's backtracking limit");
});
