import { describe, expect, test } from "vitest";
import { snippet } from "../src/diagnostics/snippet.ts";
import { lox, loxFile } from "./support/lox-command.ts";

/** The snippet for the first occurrence of `text`. */
function at(source: string, text: string): string {
  const start = source.indexOf(text);
  return snippet(source, { start, end: start + text.length });
}

describe("a place in the source", () => {
  test("has its line, the line's number and carets below", () => {
    expect(at("one;\ntwo three;\nfour;", "three")).toBe("  2 | two three;\n    |     ^^^^^");
    expect(at("x", "x")).toBe("  1 | x\n    | ^");
  });

  test("margins follow the number's width", () => {
    expect(at(`${"\n".repeat(99)}a b`, "b")).toBe("  100 | a b\n      |   ^");
  });

  test("tabs before it stay tabs", () => {
    expect(at("\tif\tx", "x")).toBe("  1 | \tif\tx\n    | \t  \t^");
  });

  test("wide characters take two columns, marks that combine none", () => {
    expect(at('"漢字" @', "@")).toBe('  1 | "漢字" @\n    |        ^');
    expect(at('"e\u0301" @', "@")).toBe('  1 | "e\u0301" @\n    |     ^');
    expect(at('"😀" 12', "12")).toBe('  1 | "😀" 12\n    |      ^^');
  });

  test("what is missing at the end is missing behind the last word", () => {
    const source = "print 1\n\n  \n";
    expect(snippet(source, { start: source.length, end: source.length })).toBe("  1 | print 1\n    |        ^");
    expect(snippet("", { start: 0, end: 0 })).toBe("  1 | \n    | ^");
  });

  test("a string over several lines is shown where it begins", () => {
    expect(at('a = "one\ntwo', '"one\ntwo')).toBe('  1 | a = "one\n    |     ^^^^');
  });

  test("long lines are cut around it", () => {
    const lines = at(`${"x".repeat(5000)} here ${"y".repeat(5000)}`, "here").split("\n");
    expect(lines[0]!.length).toBeLessThan(120);
    expect(lines[0]!.indexOf("here")).toBe(lines[1]!.indexOf("^^^^"));
  });

  test("a source does not get to control the terminal", () => {
    expect(at("\u001b]0;title\u0007 @", "@")).toBe("  1 | \ufffd]0;title\ufffd @\n    |            ^");
    expect(at("\udc80 @", "@")).toBe("  1 | \ufffd @\n    |   ^");
  });
});

describe("errors on a terminal", () => {
  const onTerminal = async (...argv: string[]): Promise<string> => (await lox(argv, { terminal: true })).stderr;

  test("begin with the book's text", async () => {
    const stderr = await onTerminal("-e", "var a = ;\nprint );");
    expect(stderr.replaceAll(/\u001b\[\d+m/g, "")).toBe(
      "[line 1] Error at ';': Expect expression.\n  1 | var a = ;\n    |         ^\n" +
        "[line 2] Error at ')': Expect expression.\n  2 | print );\n    |       ^\n",
    );
  });

  test("name the callers, a recursion's once", async () => {
    const source = "fun down(n) {\n  if (n == 0) return -nil;\n  return down(n - 1);\n}\ndown(5);";
    const stderr = await onTerminal("-e", source);
    expect(stderr.replaceAll(/\u001b\[\d+m/g, "")).toBe(
      "Operand must be a number.\n[line 2]\n  2 |   if (n == 0) return -nil;\n    |                      ^\n" +
        "  in down(), called on line 3 (5 times)\n  in down(), called on line 5\n",
    );
  });

  test("are the book's alone with --plain, and where nobody looks", async () => {
    expect(await onTerminal("--plain", "-e", "print -nil;")).toBe("Operand must be a number.\n[line 1]\n");
    expect((await loxFile("run", "print -nil;")).stderr).toBe("Operand must be a number.\n[line 1]\n");
  });
});
