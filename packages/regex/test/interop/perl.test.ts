import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { RegexError, compile } from "../../src/index.ts";
import { PERL_PATTERNS } from "../differential/perl-patterns.ts";

const grep = peer("grep");
const lines = ["ab|c", "aaab abab é É ſsK", "x1 foo(bar(baz))", "", "aab\tc1d\r", "λόγος ΛΌΓΟΣ 猫"];
const text = Buffer.from(`${lines.join("\n")}\n`);

function theirs(pattern: string, locale: string, ignoreCase: boolean): string {
  const { stdout, stderr } = spawnSync(grep!, [ignoreCase ? "-aobiP" : "-aobP", "--", pattern], {
    input: text,
    env: { LC_ALL: locale },
  });
  if (stderr.length > 0)
    return stderr
      .toString()
      .replace(/^\S*grep: (\(standard input\): )?/, "")
      .trimEnd();
  return stdout.toString("latin1");
}

function ours(pattern: string, locale: string, ignoreCase: boolean): string {
  try {
    const regex = compile(pattern, { syntax: "perl", encoding: locale === "C" ? "bytes" : "utf8", ignoreCase });
    let output = "";
    for (const { start, end } of regex.findAll(text)) {
      if (end > start) output += `${start}:${text.toString("latin1", start, end)}\n`;
    }
    return output;
  } catch (error) {
    if (error instanceof RegexError) return error.message;
    throw error;
  }
}

test.runIf(grep !== undefined).each([
  ["C.UTF-8", false],
  ["C.UTF-8", true],
  ["C", false],
  ["C", true],
] as const)("grep -P finds the same, or complains in the same words: %s, ignoring case: %s", (locale, ignoreCase) => {
  for (const pattern of PERL_PATTERNS) {
    expect(ours(pattern, locale, ignoreCase), pattern).toBe(theirs(pattern, locale, ignoreCase));
  }
});
