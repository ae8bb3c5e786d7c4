import { compile } from "@tenon/lox";
import { describe, expect, test } from "vitest";
import { EXAMPLES } from "../web/panels/lox/examples.ts";
import { layOut } from "../web/panels/lox/layout.ts";
import { MAX_LINKED_BYTES, programFromHash, programToHash } from "../web/panels/lox/link.ts";

/** The text without the white space outside its strings. */
function bare(javascript: string): string {
  return javascript.replaceAll(/("(?:[^"\\]|\\.)*")|\s+/g, "$1");
}

describe("generated JavaScript, laid out", () => {
  test.each(EXAMPLES)("is the same program: $title", ({ source }) => {
    const { text } = compile(source).javascript();
    const laidOut = layOut(text);
    expect(bare(laidOut)).toBe(bare(text));
    expect(() => new Function("runtime", "globals", laidOut)).not.toThrow();
    for (const line of laidOut.split("\n")) expect(line.length).toBeLessThan(400);
  });

  test("breaks at braces and semicolons, not in strings and heads of loops", () => {
    expect(layOut('function f(a){for(;a;){print("{;}");}\nreturn(\na);}')).toBe(
      ["function f(a){", "  for(;a;){", '    print("{;}");', "  }", "  return( a);", "}"].join("\n"),
    );
    expect(layOut("x={};")).toBe("x={};");
  });
});

describe("a program in a link", () => {
  test.each(["", "print 1;", 'Grüße 世界 😀\n\t"', "x".repeat(100_000)])("comes back, %#", async (source) => {
    const hash = await programToHash(source);
    expect(hash).toMatch(/^#code=[\w-]*$/);
    expect(await programFromHash(hash)).toBe(source);
  });

  test("what is no program is none", async () => {
    for (const hash of ["", "#", "#main", "#code=", "#code=?", "#code=AAAA", "#code=_____w"]) {
      expect(await programFromHash(hash), hash).toBeUndefined();
    }
  });

  test("a small link does not unfold to a huge text", async () => {
    const hash = await programToHash(" ".repeat(MAX_LINKED_BYTES * 20));
    expect(hash.length).toBeLessThan(MAX_LINKED_BYTES / 10);
    expect(await programFromHash(hash)).toBeUndefined();
  });
});

test("every example compiles", () => {
  for (const { source } of EXAMPLES) compile(source);
});
