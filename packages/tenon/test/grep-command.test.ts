/** The `tenon grep` that is published: in a few files, parts of which are loaded when they are needed, with compiled code that is kept. */
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleGrep } from "../../../scripts/bundle-grep.ts";

const SOURCES = join(import.meta.dirname, "../../grep/src/cli.ts");
const LAUNCHER = join(import.meta.dirname, "../bin/tenon.cjs");
const folder = mkdtempSync(join(tmpdir(), "tenon-grep-published-"));
const tree = join(folder, "tree");

beforeAll(async () => {
  await bundleGrep(join(folder, "built"));
  mkdirSync(join(tree, "below"), { recursive: true });
  writeFileSync(
    join(tree, "prose"),
    "The quick brown fox\njumps over\nthe lazy dog, dog 42\nÉtude für Anna\nabcabc\n\n",
  );
  writeFileSync(join(tree, "below/code.ts"), "function anna() {\n  return 'ANNA';\n}\n");
  writeFileSync(join(tree, "binary"), "a NUL \0 and anna\n");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As a user has it who has just installed it. */
function installed(name: string): { readonly launcher: string; readonly bundle: string } {
  const bundle = join(folder, name, "bundle");
  cpSync(join(folder, "built"), bundle, { recursive: true });
  mkdirSync(join(folder, name, "bin"));
  const launcher = join(folder, name, "bin/tenon.cjs");
  copyFileSync(LAUNCHER, launcher);
  return { launcher, bundle };
}

function run(
  command: readonly string[],
  args: readonly string[],
  env: Record<string, string> = {},
): { readonly code: number | null; readonly stdout: string; readonly stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...command, ...args], {
    cwd: tree,
    env: { PATH: process.env["PATH"], LC_ALL: "en_US.UTF-8", ...env },
    encoding: "utf8",
    input: "anna\notto\n",
  });
  return { code: status, stdout, stderr };
}

const code = (bundle: string): string[] => readdirSync(bundle).filter((name) => name.includes(process.versions.v8));

describe("what the bundle loads later is there when it is needed", () => {
  const COMMAND_LINES: readonly (readonly string[])[] = [
    ["anna", "prose"],
    ["-ni", "ANNA"],
    ["-rc", "anna"],
    ["-rn", "--include=*.ts", "--exclude-dir=x*", "[A-Z]\\{4\\}", "."],
    ["--color=always", "-H", "o[vg]", "prose"],
    ["-E", "(a|abc)(bc)?\\1", "prose"],
    ["-oE", "[[:alpha:]]+[[=e=]]", "prose"],
    ["-i", "étude", "prose"],
    ["-w", "dog", "prose"],
    ["-xE", "j.*r|", "prose"],
    ["-oP", "(?<=dog )\\d+(?!x)", "prose"],
    ["-P", "(?i)ANNA|\\bfox$", "prose"],
    ["--engine=wasm", "-c", "o", "prose"],
    ["-z", "-o", "a.c", "prose"],
    ["-e", "fox", "-e", "lazy.*\\(dog\\)", "prose"],
    ["--threads=2", "-r", "anna", "."],
    ["--explain", "-E", "an+a"],
    ["--and=fox", "--not=dog", "The", "prose"],
    ["anna", "binary"],
    ["a\\(", "prose"],
    ["[[:nope:]]", "prose"],
    ["x", "nowhere"],
    ["--help"],
    ["-V"],
    ["--nonsense"],
  ];

  for (const args of COMMAND_LINES) {
    test(`grep ${args.join(" ")}`, () => {
      const expected = run([SOURCES], args);
      const { launcher } = installed(`later ${COMMAND_LINES.indexOf(args)}`);
      // The first run compiles, the second has what the first kept.
      expect(run([launcher, "grep"], args)).toEqual(expected);
      expect(run([launcher, "grep"], args)).toEqual(expected);
    });
  }

  test("egrep, fgrep", () => {
    const { launcher } = installed("names");
    expect(run([launcher, "egrep", "-c"], ["fox|dog", "prose"]).stdout).toBe("2\n");
    expect(run([launcher, "fgrep", "-c"], ["dog,", "prose"]).stdout).toBe("1\n");
  });
});

describe("compiled code", () => {
  test("is kept by the first run, whatever it searched, and taken by the next", () => {
    const { launcher, bundle } = installed("kept");
    run([launcher, "grep"], ["--version"]);
    const kept = code(bundle);
    expect(kept.some((name) => name.startsWith("grep.cjs."))).toBe(true);
    expect(kept.some((name) => name.startsWith("grep-later.cjs."))).toBe(true);
    const before = kept.map((name) => readFileSync(join(bundle, name)));
    expect(run([launcher, "grep"], ["-c", "o", "prose"]).stdout).toBe("3\n");
    expect(code(bundle)).toEqual(kept);
    expect(kept.map((name) => readFileSync(join(bundle, name)))).toEqual(before);
  });

  test("that is damaged is replaced", () => {
    const { launcher, bundle } = installed("damaged");
    run([launcher, "grep"], ["o", "prose"]);
    for (const name of code(bundle))
      writeFileSync(join(bundle, name), readFileSync(join(bundle, name)).subarray(0, 999));
    expect(run([launcher, "grep"], ["-c", "o", "prose"]).stdout).toBe("3\n");
    const main = code(bundle).find((name) => name.startsWith("grep.cjs."))!;
    expect(readFileSync(join(bundle, main)).length).toBeGreaterThan(50_000);
  });

  test("of other sources is left alone, also when these are of the same length", () => {
    const { launcher, bundle } = installed("changed");
    run([launcher, "grep"], ["o", "prose"]);
    const source = readFileSync(join(bundle, "grep.cjs"), "latin1");
    const changed = source.replace("(standard input)", "(STANDARD INPUT)").replace(/^\/\/ ./, "// z");
    writeFileSync(join(bundle, "grep.cjs"), changed.replace("// z", source[3] === "0" ? "// 1" : "// 0"), "latin1");
    expect(run([launcher, "grep"], ["-H", "otto"]).stdout).toBe("(STANDARD INPUT):otto\n");
  });

  test("is not kept where NODE_DISABLE_COMPILE_CACHE says so", () => {
    const { launcher, bundle } = installed("disabled");
    expect(run([launcher, "grep"], ["-c", "o", "prose"], { NODE_DISABLE_COMPILE_CACHE: "1" }).stdout).toBe("3\n");
    expect(code(bundle)).toEqual([]);
  });
});
