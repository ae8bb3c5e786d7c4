import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { COMMANDS } from "../src/commands.ts";
import { didYouMean } from "../src/did-you-mean.ts";
import { SYSTEM_NAMES } from "../src/systems.ts";
import { TOOL_NAMES } from "../src/tools.ts";
import { LAUNCHER, tenon } from "./tenon-process.ts";

describe("tenon --help", () => {
  test.each([[["--help"]], [["-h"]], [["help"]], [[]]])("%j fits one screen and names every command", async (args) => {
    const { stdout, stderr, code } = await tenon(args);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    const lines = stdout.trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(24);
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
    for (const name of [...Object.keys(COMMANDS), ...SYSTEM_NAMES, ...TOOL_NAMES])
      expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, "m"));
  });

  test("every command explains itself", async () => {
    for (const name of Object.keys(COMMANDS)) {
      const { stdout, code } = await tenon([name, "--help"]);
      expect(code).toBe(0);
      expect(stdout).toContain(`Usage: tenon ${name}`);
      expect(await tenon(["help", name])).toMatchObject({ stdout, code: 0 });
    }
  });
});

test.each(SYSTEM_NAMES)("tenon %s hands over to the system's own command line", async (name) => {
  // DNS has other verbs beside the server.
  const serve = name === "dns" ? [name, "serve"] : [name];
  const { stdout, stderr, code } = await tenon([...serve, "--help"]);
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  expect(stdout).toContain("--port");
  const wrong = await tenon([...serve, "--port", "nonsense"]);
  expect(wrong).toMatchObject({ stdout: "", stderr: expect.stringContaining("port") });
  expect(wrong.code).toBeGreaterThan(0);
});

test.each(TOOL_NAMES)("tenon %s hands over to the tool's own command line, completion too", async (name) => {
  const { stdout, stderr, code } = await tenon([name, "--help"]);
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  // grep's help is GNU grep's, word for word.
  expect(stdout).toMatch(new RegExp(`^Usage: (?:tenon )?${name} `, "m"));
  expect((await tenon(["complete", "--", name, "--he"])).stdout).toContain("--help");
});

test("tenon --version is package.json's", async () => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8")) as {
    version: string;
  };
  expect(await tenon(["--version"])).toMatchObject({ stdout: `${manifest.version}\n`, stderr: "", code: 0 });
});

test.each([
  [["upp"], "tenon: unknown command 'upp'. Did you mean 'up'?\n"],
  [["rdeis"], "tenon: unknown command 'rdeis'. Did you mean 'redis'?\n"],
  [["frobnicate"], "tenon: unknown command 'frobnicate'. Run 'tenon --help' for all of them.\n"],
  [["--frobnicate"], "tenon: unknown option '--frobnicate'. Run 'tenon --help' for all of them.\n"],
  [["up", "rdeis"], "tenon: there is no service 'rdeis'; did you mean 'redis'?\n"],
  [["run", "--only", "redis,ftp", "--", "true"], "tenon: there is no service 'ftp'; there are: redis, http, dns\n"],
  [["run"], "tenon run: missing required argument 'command'\nRun 'tenon run --help' for usage.\n"],
])("tenon %j is a usage error that helps", async (args, message) => {
  const { stdout, stderr, code } = await tenon(args);
  expect({ stdout, stderr: stderr.replaceAll("\n\n", "\n"), code }).toEqual({ stdout: "", stderr: message, code: 2 });
});

test("an old Node is told which one is needed, before anything is loaded that it cannot read", async () => {
  const pretendOld = 'Object.defineProperty(process.versions, "node", { value: "20.19.0" });';
  const preload = `data:text/javascript,${encodeURIComponent(pretendOld)}`;
  expect(await tenon(["--version"], { env: { NODE_OPTIONS: `--import=${preload}` } })).toMatchObject({
    stdout: "",
    stderr: "tenon needs Node 24 or newer; this is Node 20.19.0.\n",
    code: 1,
  });
  // Words that Node 0.10 would stumble over.
  expect(readFileSync(LAUNCHER, "utf8").replaceAll(/\/\/.*$/gm, "")).not.toMatch(
    /=>|`|\b(?:const|let|class|import|export|async|await)\b|\?\./,
  );
});

test("tab completion offers commands, systems, services and options", async () => {
  const offered = async (...words: string[]): Promise<string[]> => {
    const { stdout } = await tenon(["complete", "--", ...words]);
    return stdout.split("\n").map((line) => line.split("\t")[0]!);
  };
  expect(await offered("")).toEqual(expect.arrayContaining(["up", "run", "config", "completion", "redis", "http"]));
  expect(await offered("up", "r")).toContain("redis");
  expect(await offered("up", "--port")).toContain("--port-offset");
  expect(await offered("http", "--po")).toContain("--port");
  for (const shell of ["bash", "zsh", "fish"])
    expect((await tenon(["completion", shell])).stdout).toContain("tenon complete --");
});

test.each([
  ["rdeis", "redis"],
  ["REDIS", "redis"],
  ["htp", "http"],
  ["redsi", "redis"],
  ["xyz", undefined],
  ["", undefined],
])("%j probably means %j", (word, meant) => {
  expect(didYouMean(word, ["redis", "http"])).toBe(meant);
});
