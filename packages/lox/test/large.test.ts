/** Programs at the limits of the parser: whatever compiles has to run, on every engine. */
import { describe, expect, test, vi } from "vitest";
import { compile, type EngineName, Lox } from "../src/index.ts";

// Much work on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 });

const LINKS = 3_990;
const LEVELS = 980;

/** Name, program, value. */
const PROGRAMS: readonly (readonly [string, string, unknown])[] = [
  ["a chain of +", `1${" + 1".repeat(LINKS)};`, LINKS + 1],
  ["a chain of different operators", `var a = 2; a${" * 1 - a + a".repeat(LINKS / 3)};`, 2],
  [
    "a chain of text",
    `var a = "x"; a${' + "y"'.repeat(LINKS)} == nil;`.replace(" == nil", ""),
    `x${"y".repeat(LINKS)}`,
  ],
  ["a chain of and", `1${" and 2".repeat(LINKS)};`, 2],
  ["a chain of or", `nil${" or false".repeat(LINKS - 1)} or 7;`, 7],
  ["a chain of ==", `1${" == 1".repeat(LINKS)};`, false],
  ["a chain of calls", `fun f() { return f; } f${"()".repeat(LINKS)} == f;`, true],
  ["a chain of properties", `class A {} var a = A(); a.b = a; a.c = 6; a${".b".repeat(LINKS)}.c;`, 6],
  [
    "a chain of method calls",
    `class A { m() { return this; } init() { this.c = 9; } } A()${".m()".repeat(LINKS / 2 - 5)}.c;`,
    9,
  ],
  ["parentheses", `${"(".repeat(LEVELS)}5${")".repeat(LEVELS)};`, 5],
  ["nested sums", `${"1 + (".repeat(LEVELS / 2)}1${")".repeat(LEVELS / 2)};`, LEVELS / 2 + 1],
  ["!", `${"!".repeat(LEVELS)}true;`, true],
  ["unary minus", `${"-".repeat(LEVELS)}8;`, 8],
  ["nested calls", `fun f(x) { return x + 1; } ${"f(".repeat(LEVELS)}0${")".repeat(LEVELS)};`, LEVELS],
  ["assignments", `var a; ${"a = ".repeat(LEVELS)}4;`, 4],
  ["blocks", `var a = 3; ${"{".repeat(LEVELS)}a = a + 1;${"}".repeat(LEVELS)} a;`, 4],
  ["an else-if ladder", `var a = 3; var r; ${"if (a == 1) r = 1; else ".repeat(LEVELS)}r = 2; r;`, 2],
  ["loops in loops", `var n = 0; ${"for (var i = 0; i < 1; i = i + 1) ".repeat(LEVELS / 2)}n = n + 1; n;`, 1],
  ["functions in functions", `var n = 0; ${"fun f() {".repeat(LEVELS / 2)}n = 1;${"} f();".repeat(LEVELS / 2)} n;`, 1],
  ["classes in methods", `${"class A { m() {".repeat(LEVELS / 4)}${"} }".repeat(LEVELS / 4)} A().m();`, null],
];

describe.each(["fast", "closures", "tree"] satisfies EngineName[])("%s", (engine) => {
  test.each(PROGRAMS)("%s", (_, source, value) => {
    expect(new Lox({ engine }).run(compile(source))).toBe(value);
    const counted = new Lox({ engine, limits: { steps: 1e6, depth: 5_000, strings: 1e6 } });
    expect(counted.run(compile(source))).toBe(value);
  });

  test("a source of 10 MB", () => {
    const unit =
      'fun f(a, b) {\n  var c = a + b * 2; // some comment\n  if (c > 3 and a < 2) { return c; } else { return "x"; }\n}\nn = n + f(1, 2);\n';
    const count = Math.ceil(10_000_000 / unit.length);
    const lox = new Lox({ engine });
    expect(lox.run(compile(`var n = 0;\n${unit.repeat(count)}n;`))).toBe(5 * count);
  });

  test("a thousand variables of every sort", () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `v${index}`);
    const declarations = names.map((name, index) => `var ${name} = ${index};`).join("\n");
    const sum = names.join(" + ");
    expect(new Lox({ engine }).run(compile(`${declarations} ${sum};`))).toBe(499_500);
    const local = `fun f() { ${declarations} fun g() { return ${sum}; } return g(); } f();`;
    expect(new Lox({ engine }).run(compile(local))).toBe(499_500);
  });
});
