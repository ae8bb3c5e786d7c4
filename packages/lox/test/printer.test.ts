import { describe, expect, test } from "vitest";
import { DIALECTS } from "../src/dialect.ts";
import { parseExpression } from "../src/syntax/parser.ts";
import { printExpression } from "../src/syntax/printer.ts";

function printed(source: string): string {
  const { expression, errors } = parseExpression(source, DIALECTS.jlox);
  expect(errors).toEqual([]);
  return printExpression(expression!);
}

describe("expressions as S-expressions", () => {
  test.each([
    ["(5 - (3 - 1)) + -1", "(+ (group (- 5.0 (group (- 3.0 1.0)))) (- 1.0))"],
    ["a or b and c", "(or a (and b c))"],
    ["a = b = 1", "(= a (= b 1.0))"],
    ["a.b.c = d", "(= (. (. a b) c) d)"],
    ["f()(1, x)", "(call (call f) 1.0 x)"],
    ["o.m(1).n", "(. (call (. o m) 1.0) n)"],
    ["!this", "(! this)"],
    ["super.go(1)", "(call (. super go) 1.0)"],
    ["1e9 == nil".replace("1e9", "1000000000"), "(== 1.0E9 nil)"],
  ])("%s", (source, text) => {
    expect(printed(source)).toBe(text);
  });

  test("a chain as long as the parser allows", () => {
    const text = printed(["0", ...Array.from({ length: 3_999 }, () => "1")].join(" + "));
    expect(text.startsWith("(+ (+ (+ ")).toBe(true);
    expect(text.endsWith(" 1.0) 1.0)")).toBe(true);
    expect(text.split("(+").length).toBe(4_000);
  });
});
