import { expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../src/options.ts";
import type { Node } from "../src/syntax/ast.ts";
import { translate } from "../src/index.ts";
import { parsePattern } from "../src/syntax/parse.ts";
import { printPattern } from "../src/syntax/printer.ts";
import { Random, randomPattern } from "./differential/random-patterns.ts";

/** The tree without what has no bearing: order and repetition inside brackets. */
function normal(node: Node): unknown {
  return JSON.parse(
    JSON.stringify(node, (key, value: unknown) =>
      key === "items"
        ? [...new Set((value as unknown[]).map((item) => JSON.stringify(item)))].sort()
        : value === Infinity
          ? "∞"
          : value,
    ),
  );
}

test.each([
  ["bre", "bre"],
  ["ere", "ere"],
  ["bre", "ere"],
  ["ere", "bre"],
] as const)("a pattern parsed as %s, printed as %s and parsed again is the same", (from, to) => {
  const random = new Random(from === to ? 5 : 6);
  let compared = 0;
  for (let run = 0; run < 3_000; run++) {
    const pattern = Uint8Array.from(randomPattern(random, from, true), (character) => character.charCodeAt(0));
    const parse = (bytes: Uint8Array, syntax: "bre" | "ere"): Node | undefined => {
      try {
        return parsePattern(bytes, { syntax, perlClasses: true }, DEFAULT_LIMITS).root;
      } catch {
        return undefined;
      }
    };
    const tree = parse(pattern, from);
    if (tree === undefined) continue;
    const printed = printPattern(tree, to);
    expect(normal(parse(printed, to)!), `${Buffer.from(pattern)} → ${Buffer.from(printed)}`).toEqual(normal(tree));
    compared++;
  }
  expect(compared).toBeGreaterThan(1_500);
});

test("translate() writes a pattern in the other dialect, and says what cannot be", () => {
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  expect(text(translate("(a|b)+{", {}, "bre"))).toBe(String.raw`\(a\|b\)\+{`);
  expect(text(translate(String.raw`\(a*\)x\{2\}+`, { syntax: "bre" }, "ere"))).toBe(String.raw`(a*)x{2}\+`);
  expect(text(translate("a.b|c", { syntax: "fixed" }, "ere"))).toBe(String.raw`a\.b\|c`);
  expect(() => translate("(?=a)", { syntax: "perl" }, "ere")).toThrow("POSIX has no look");
  expect(() => translate("(", {}, "bre")).toThrow("Unmatched ( or");
});
