/** The fixtures inside the three runners that people use, each started as they start it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { hooksOf } from "../src/testing/hooks.ts";

const RUNNERS = join(import.meta.dirname, "runners");
const TESTS = 5;

const require = createRequire(import.meta.url);
const binary = (name: string, path: string): string => join(dirname(require.resolve(`${name}/package.json`)), path);

async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, args, {
    cwd: RUNNERS,
    // Without Vitest's own marks: what runs there must find its runner by itself.
    env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  const [code] = (await once(child, "close")) as [number];
  return { code, output };
}

describe("tenon/testing", () => {
  test("node:test", async () => {
    const { code, output } = await run(["--test", "--test-reporter=spec", "node-test.suite.ts"]);
    expect(output).toContain(`tests ${TESTS}\n`);
    expect(output).toContain(`pass ${TESTS}\n`);
    expect(code).toBe(0);
  });

  test("Jest", async () => {
    const config = {
      rootDir: RUNNERS,
      testMatch: ["**/globals.suite.ts"],
      extensionsToTreatAsEsm: [".ts"],
      moduleFileExtensions: ["ts", "js", "mjs", "cjs", "json"],
      transform: { "\\.ts$": "./jest-strip-types.cjs" },
    };
    const { code, output } = await run([binary("jest", "bin/jest.js"), "--config", JSON.stringify(config), "--ci"], {
      NODE_OPTIONS: "--experimental-vm-modules",
    });
    expect(output).toContain(`Tests:       ${TESTS} passed, ${TESTS} total`);
    expect(output).not.toContain("did not exit");
    expect(code).toBe(0);
  });

  test.each([
    ["with globals", { SUITE: "globals.suite.ts", GLOBALS: "yes" }],
    ["with hooks handed over", { SUITE: "vitest.suite.ts", GLOBALS: "no" }],
  ])("Vitest %s", async (_, env) => {
    const { code, output } = await run([binary("vitest", "vitest.mjs"), "run", "--root", RUNNERS], env);
    expect(output).toMatch(new RegExp(`Tests +${TESTS} passed \\(${TESTS}\\)`));
    expect(code).toBe(0);
  });

  test("where no runner is found, the error says what to write", () => {
    expect(() => hooksOf(undefined)).toThrow('import * as vitest from "vitest" and pass { hooks: vitest }');
    expect(() => hooksOf({ beforeEach() {}, afterEach() {} })).toThrow("hooks must have beforeAll (or before)");
  });
});
