/** The stages of CodeCrafters' course "Build your own grep", by their names, with their examples. */
import { describe, expect, test } from "vitest";
import { peer } from "../../../scripts/test-peer.ts";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { type Ran, Workbench } from "./support/workbench.ts";

const CLI = join(import.meta.dirname, "../src/cli.ts");

function run(args: readonly string[], stdin = "", files: Readonly<Record<string, string>> = {}): Ran {
  using bench = new Workbench();
  return bench.write(files).grep(["--perl-classes", ...args], { stdin });
}

/** Stage, pattern, inputs that match, inputs that do not. */
const MATCHING: readonly (readonly [stage: string, pattern: string, yes: readonly string[], no: readonly string[]])[] =
  [
    ["Match a literal character", "a", ["apple"], ["dog"]],
    ["Match digits", "\\d", ["apple123", "3"], ["c"]],
    ["Match word characters", "\\w", ["alpha-num3ric", "foo101", "_"], ["$!?"]],
    ["Positive Character Groups", "[abc]", ["apple"], ["dog"]],
    ["Negative Character Groups", "[^abc]", ["apple", "dog"], ["cab"]],
    ["Combining Character Classes", "\\d apple", ["1 apple"], ["1 orange"]],
    ["Combining Character Classes", "\\d\\d\\d apple", ["100 apples"], ["1 apple"]],
    ["Combining Character Classes", "\\d \\w\\w\\ws", ["3 dogs", "4 cats"], ["1 dog"]],
    ["Start of string anchor", "^log", ["log"], ["slog"]],
    ["End of string anchor", "dog$", ["dog"], ["dogs"]],
    ["Match one or more times", "ca+ts", ["caats", "cats"], ["cts"]],
    ["Match one or more times", "a+", ["apple", "SaaS"], ["dog"]],
    ["Match zero or one times", "dogs?", ["dogs", "dog"], ["cat"]],
    ["Wildcard", "d.g", ["dog"], ["cog"]],
    ["Alternation", "(cat|dog)", ["dog", "cat"], ["apple"]],
    ["Single Backreference", "(cat) and \\1", ["cat and cat"], ["cat and dog"]],
    ["Single Backreference", "(\\w+) and \\1", ["cat and cat", "dog and dog"], ["cat and dog"]],
    ["Single Backreference", "(\\d+)-\\1", ["123-123"], ["123-456"]],
    [
      "Multiple Backreferences",
      "(\\d+) (\\w+) squares and \\1 \\2 circles",
      ["3 red squares and 3 red circles"],
      ["3 red squares and 4 red circles"],
    ],
    [
      "Nested Backreferences",
      "('(cat) and \\2') is the same as \\1",
      ["'cat and cat' is the same as 'cat and cat'"],
      ["'cat and cat' is the same as 'cat and dog'"],
    ],
    ["Match zero or more times", "ca*t", ["ct", "cat", "caaat"], ["dog"]],
    ["Match zero or more times", "k\\d*t", ["kt", "k1t", "k123t", "k999t"], ["kabct"]],
    ["Match zero or more times", "k[abc]*t", ["kt", "kat", "kabct", "kcccbbbt"], ["kaxyzt", "kxyzt"]],
    ["Match exactly n times", "ca{3}t", ["caaat"], ["caat", "caaaat"]],
    ["Match exactly n times", "d\\d{2}g", ["d42g"], ["d1g", "d123g"]],
    ["Match at least n times", "ca{2,}t", ["caat", "caaat", "caaaaat"], ["cat"]],
    ["Match at least n times", "x\\d{3,}y", ["x123y", "x9999y", "x12345y"], ["x42y"]],
    ["Match at least n times", "b[aeiou]{2,}r", ["baer", "baeiour", "beeeeer"], ["bar"]],
    ["Match between n and m times", "ca{2,4}t", ["caat", "caaat", "caaaat"], ["cat", "caaaaat"]],
    ["Match between n and m times", "n\\d{1,3}m", ["n1m", "n42m", "n123m"], ["n1234m"]],
    ["Match between n and m times", "p[xyz]{2,3}q", ["pxyq", "pxyzq", "pzzzq"], ["pxq", "pxyzyq"]],
  ];

test.each(MATCHING)("%s: %s", (_stage, pattern, yes, no) => {
  for (const input of yes)
    expect(run(["-E", pattern], input), input).toEqual({ stdout: `${input}\n`, stderr: "", code: 0 });
  for (const input of no) expect(run(["-E", pattern], input), input).toEqual({ stdout: "", stderr: "", code: 1 });
});

const FRUITS = "pear\nstrawberry\n";
const VEGETABLES = "celery\ncarrot\n";

describe("file-search", () => {
  test("Search a single-line file", () => {
    expect(run(["-E", "appl.*", "fruits.txt"], "", { "fruits.txt": "apple" })).toEqual({
      stdout: "apple\n",
      stderr: "",
      code: 0,
    });
    expect(run(["-E", "carrot", "fruits.txt"], "", { "fruits.txt": "apple" })).toEqual({
      stdout: "",
      stderr: "",
      code: 1,
    });
  });

  test("Search a multi-line file", () => {
    const files = { "fruits.txt": "banana\ngrape\nblackberry\nblueberry\n" };
    expect(run(["-E", ".*er", "fruits.txt"], "", files).stdout).toBe("blackberry\nblueberry\n");
    expect(run(["-E", "missing_fruit", "fruits.txt"], "", files).code).toBe(1);
  });

  test("Search multiple files", () => {
    const files = { "fruits.txt": FRUITS, "vegetables.txt": VEGETABLES };
    expect(run(["-E", "c.*", "fruits.txt", "vegetables.txt"], "", files).stdout).toBe(
      "vegetables.txt:celery\nvegetables.txt:carrot\n",
    );
    expect(run(["-E", "pear|carrot", "fruits.txt", "vegetables.txt"], "", files).stdout).toBe(
      "fruits.txt:pear\nvegetables.txt:carrot\n",
    );
  });

  test("Recursive search", () => {
    const files = {
      "dir/fruits.txt": FRUITS,
      "dir/subdir/vegetables.txt": VEGETABLES,
      "dir/vegetables.txt": "cucumber\ncorn\n",
    };
    const { stdout, code } = run(["-r", "-E", ".*er", "dir/"], "", files);
    expect(code).toBe(0);
    expect(stdout.trimEnd().split("\n").toSorted()).toEqual([
      "dir/fruits.txt:strawberry",
      "dir/subdir/vegetables.txt:celery",
      "dir/vegetables.txt:cucumber",
    ]);
    expect(run(["-r", "-E", "missing_fruit", "dir/"], "", files)).toEqual({ stdout: "", stderr: "", code: 1 });
  });
});

describe("printing-matches", () => {
  test("Print a single matching line", () => {
    expect(run(["-E", "\\d"], "banana123")).toEqual({ stdout: "banana123\n", stderr: "", code: 0 });
  });

  test("Print multiple matching lines", () => {
    expect(run(["-E", "\\d"], "banana123\ncherry\ngrape456").stdout).toBe("banana123\ngrape456\n");
  });
});

describe("multiple-matches", () => {
  test("Print single match", () => {
    expect(run(["-o", "-E", "\\d"], "only1digit")).toEqual({ stdout: "1\n", stderr: "", code: 0 });
  });

  test("Print multiple matches", () => {
    expect(run(["-o", "-E", "\\d (cows|cats)"], "I have 4 cows and 9 cats").stdout).toBe("4 cows\n9 cats\n");
  });

  test("Process multiple input lines", () => {
    const input = "line1_text11_text2\nline2\nline3_text33";
    expect(run(["-o", "-E", "\\d"], input).stdout).toBe("1\n1\n1\n2\n2\n3\n3\n3\n");
    expect(run(["-o", "-E", "\\d\\d"], input).stdout).toBe("11\n33\n");
  });
});

const red = (text: string): string => `\x1b[01;31m\x1b[K${text}\x1b[m\x1b[K`;

describe("highlighting", () => {
  test("Highlight a single match", () => {
    expect(run(["--color=always", "-E", "\\d"], "I have 3 cows").stdout).toBe(`I have ${red("3")} cows\n`);
  });

  test("Highlight multiple matches", () => {
    expect(run(["--color=always", "-E", "(jekyll|hyde)"], "jekyll and hyde").stdout).toBe(
      `${red("jekyll")} and ${red("hyde")}\n`,
    );
  });

  test("Highlight matches in multiple lines", () => {
    const { stdout } = run(["--color=always", "-E", "\\d+"], "a 1\nb\nc 22");
    expect(stdout).toBe(`a ${red("1")}\nc ${red("22")}\n`);
  });

  test("Disable highlighting", () => {
    expect(run(["--color=never", "-E", "\\d"], "apple123").stdout).toBe("apple123\n");
  });

  // GNU grep colours nothing unless it is asked to; the course would have "auto" without being asked.
  test("Implement the auto color option", ({ skip }) => {
    expect(run(["--color=auto", "-E", "\\d"], "apple123").stdout).toBe("apple123\n");
    if (peer("script") === undefined) return skip();
    const command = `printf %s apple1 | '${process.execPath}' '${CLI}' --perl-classes --color=auto -E '\\d'`;
    const terminal = execFileSync("script", ["-qec", command, "/dev/null"], {
      encoding: "utf8",
      env: { ...process.env, TERM: "xterm" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    expect(terminal.trimEnd()).toBe(`apple${red("1")}`);
  });
});
