import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { compile } from "../../src/index.ts";
import { unicodeClass } from "../../src/unicode/posix-classes.ts";
import { contains } from "../../src/unicode/code-point-set.ts";
import { type Difference, differences, useScratch } from "../differential/compare-grep.ts";
import { LONGEST } from "../differential/posix-table.ts";

const grep = peer("grep");
const folder = mkdtempSync(join(tmpdir(), "tenon-regex-"));
useScratch(join(folder, "scratch"));
afterAll(() => rmSync(folder, { recursive: true }));

const installed = execFileSync("locale", ["-a"], { encoding: "utf8" }).split("\n");
const locales = ["C", "C.UTF-8", ...(installed.includes("en_US.utf8") ? ["en_US.UTF-8"] : [])];

const report = (found: readonly Difference[]): string[] =>
  found.map(({ what, locale, syntax, ignoreCase, whole, pattern, lines, theirs, ours }) =>
    JSON.stringify({ what, locale, syntax, ignoreCase, whole, pattern, lines, theirs, ours }),
  );

test.runIf(grep !== undefined).each(["fixed", "bre", "ere"] as const)(
  "finds the lines and places that GNU grep finds, with its messages: %s",
  (syntax) => {
    const seed = { fixed: 21, bre: 22, ere: 23 }[syntax];
    expect(report(differences({ grep: grep!, seed, runs: 120, syntax, locales, backReferences: false }))).toEqual([]);
  },
);

test.runIf(grep !== undefined).each(["alpha", "punct", "print", "lower", "graph", "space"] as const)(
  "[[:%s:]] has the code points that GNU grep's has",
  (name) => {
    const codePoints: number[] = [];
    for (let c = 1; c < 0x110000; c++) if (c !== 10 && (c < 0xd800 || c > 0xdfff)) codePoints.push(c);
    const input = codePoints.map((c) => String.fromCodePoint(c)).join("\n");
    const output = execFileSync(grep!, ["-anx", `[[:${name}:]]`], {
      input,
      env: { LC_ALL: "C.UTF-8" },
      maxBuffer: 1 << 26,
    });
    const theirs = new Set(
      output
        .toString()
        .split("\n")
        .slice(0, -1)
        .map((line) => codePoints[Number.parseInt(line, 10) - 1]),
    );
    const set = unicodeClass(name);
    expect(codePoints.filter((c) => contains(set, c) !== theirs.has(c))).toEqual([]);
  },
);

test.runIf(grep !== undefined).each([..."kKſsSiıİIσςΣǅǆǄéÉßẞµμΜÅåΩωΩ"])(
  "-i takes for %s what GNU grep takes",
  (character) => {
    const candidates = [..."kKKſsSiıİIσςΣǅǆǄéÉßẞµμΜÅÅåΩωΩΩ"];
    const output = execFileSync(grep!, ["-aix", character], {
      input: candidates.join("\n"),
      env: { LC_ALL: "C.UTF-8" },
    });
    const regex = compile(character, { ignoreCase: true, whole: "line" });
    expect(candidates.filter((each) => regex.test(each))).toEqual(output.toString().split("\n").slice(0, -1));
  },
);

test.runIf(grep !== undefined)("grep -o shows the matches of the table of POSIX's rules", () => {
  for (const [pattern, text, whole] of LONGEST) {
    const { status, stdout } = spawnSync(grep!, ["-obE", pattern], { input: `${text}\n`, encoding: "utf8" });
    // An empty match selects the line and is not shown; what comes behind it is another match.
    const [first] = stdout.split("\n");
    const found = compile(pattern).find(text)!;
    expect(status, pattern).toBe(0);
    expect(text.slice(found.start, found.end), pattern).toBe(whole);
    if (whole !== "") expect(first, pattern).toBe(`${found.start}:${whole}`);
  }
});
