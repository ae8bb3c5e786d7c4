import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Command, progressBar, runCli, wantsColour } from "../../src/cli.ts";
import type { CliStream } from "../../src/cli/run.ts";
import { demo } from "./demo.ts";

afterEach(() => vi.unstubAllEnvs());

const demoFile = new URL("demo.ts", import.meta.url).pathname;

class TextStream implements CliStream {
  text = "";
  readonly isTTY: boolean;

  constructor(isTTY = false) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.text += text;
  }
}

async function run(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const streams = { stdout: new TextStream(), stderr: new TextStream() };
  const code = await runCli(demo(streams), argv, streams);
  return { code, stdout: streams.stdout.text, stderr: streams.stderr.text };
}

describe("help", () => {
  test.for([["--help"], ["help"], ["serve", "--help"]])("%j goes to standard output and ends with 0", async (argv) => {
    const { code, stdout, stderr } = await run(...argv);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^Usage: demo/);
  });

  test("shows what there is, without the door that completion comes in by", async () => {
    const { stdout } = await run("--help");
    expect(stdout).toContain("serve [options] [dir]");
    expect(stdout).toContain("completion <shell>");
    expect(stdout).not.toMatch(/^ {2}complete /m);
  });

  test("--version too", async () => {
    expect(await run("--version")).toEqual({ code: 0, stdout: "1.2.3\n", stderr: "" });
  });

  test("has colours on a terminal, and none elsewhere", async () => {
    vi.stubEnv("NO_COLOR", undefined);
    vi.stubEnv("FORCE_COLOR", undefined);
    const terminal = { stdout: new TextStream(true), stderr: new TextStream() };
    await runCli(demo(terminal), ["--help"], terminal);
    expect(terminal.stdout.text).toContain("\u001b[1mUsage:\u001b[22m");
    expect((await run("--help")).stdout).not.toContain("\u001b");
  });
});

describe("usage errors go to standard error, say where help is, and end with 2", () => {
  test.for<[string[], string]>([
    [["serv"], "demo: unknown command 'serv'\n(Did you mean serve?)\nRun 'demo --help' for usage.\n"],
    [
      ["serve", "--prt", "1"],
      "demo serve: unknown option '--prt'\n(Did you mean --port?)\nRun 'demo serve --help' for usage.\n",
    ],
    [
      ["serve", "--port"],
      "demo serve: option '-p, --port <port>' argument missing\nRun 'demo serve --help' for usage.\n",
    ],
    [
      ["serve", "--port", "65536"],
      "demo serve: option '-p, --port <port>' argument '65536' is invalid. Expected a whole number from 0 to 65535.\nRun 'demo serve --help' for usage.\n",
    ],
    [
      ["serve", "--workers", "2x"],
      "demo serve: option '--workers <count>' argument '2x' is invalid. Expected a whole number from 1 to 8.\nRun 'demo serve --help' for usage.\n",
    ],
    [["fail"], "demo fail: missing required argument 'how'\nRun 'demo fail --help' for usage.\n"],
  ])("%j", async ([argv, stderr]) => {
    expect(await run(...argv)).toEqual({ code: 2, stdout: "", stderr });
  });
});

describe("failures", () => {
  test.for<[string, number, string | RegExp]>([
    ["plainly", 3, "demo: port 8080 is taken: try another\n"],
    ["silently", 7, ""],
    ["unexpectedly", 1, "demo: x is not a function\n"],
    ["by-system", 1, "demo: ENOENT: no such file or directory, open '/nonexistent/file'\n"],
  ])("%s: one line on standard error, and the exit code", async ([how, code, stderr]) => {
    expect(await run("fail", how)).toEqual({ code, stdout: "", stderr });
  });

  test("show their stack to those who ask", async () => {
    vi.stubEnv("TENON_DEBUG", "1");
    expect((await run("fail", "unexpectedly")).stderr).toMatch(/^demo: x is not a function\nTypeError: .*\n +at /);
  });

  test("a program may run another and get its exit code", async () => {
    const outer = new Command("outer");
    let inner: number | undefined;
    const streams = { stdout: new TextStream(), stderr: new TextStream() };
    outer.action(async () => {
      inner = await runCli(demo(streams), ["fail", "silently"], streams);
    });
    expect(await runCli(outer, [], streams)).toBe(0);
    expect(inner).toBe(7);
  });
});

test("--json prints for programs what is printed for people otherwise", async () => {
  expect(await run("serve", "www", "-p", "80")).toEqual({ code: 0, stdout: "www on 80\n", stderr: "" });
  expect(await run("serve", "www", "-p", "80", "--json")).toEqual({
    code: 0,
    stdout: '{"dir":"www","port":80}\n',
    stderr: "",
  });
});

test.for([
  ["flood", "head -1", "0\n0\n"],
  // Its only write fails, when the command itself is over already.
  ["late", "true", "0\n"],
])("a reader that leaves early is no failure: %s | %s", ([command, reader, expected]) => {
  const script = `"$0" "$1" ${command} | ${reader}; echo "\${PIPESTATUS[0]}"`;
  const run = ["-c", `(${script}) 2>&1`, process.execPath, demoFile];
  expect(execFileSync("bash", run, { encoding: "utf8" })).toBe(expected);
});

describe("interrupted", () => {
  /** Runs `demo wait`, and calls `react` with each line that it prints. */
  async function wait(
    environment: Record<string, string>,
    react: (line: string, child: ChildProcess) => void,
  ): Promise<unknown[]> {
    const child = spawn(process.execPath, [demoFile, "wait"], { env: { ...process.env, ...environment } });
    child.stdout.setEncoding("utf8").on("data", (line: string) => react(line.trim(), child));
    return once(child, "exit");
  }

  test("tells which signal came, and leaves the rest to the command", async () => {
    const lines: string[] = [];
    const exit = await wait({ DEMO_HURRY: "1" }, (line, child) => {
      lines.push(line);
      if (line === "waiting") child.kill("SIGTERM");
    });
    expect(lines).toEqual(["waiting", "SIGTERM"]);
    expect(exit).toEqual([0, null]);
  });

  test("a second signal ends the process at once", async () => {
    const exit = await wait({}, (_line, child) => child.kill("SIGINT"));
    expect(exit).toEqual([130, null]);
  });
});

describe("colours", () => {
  const terminal = { isTTY: true, hasColors: () => true };
  const dumb = { isTTY: true, hasColors: () => false };
  const pipe = {};

  test.for([
    [terminal, {}, true],
    [dumb, {}, false],
    [pipe, {}, false],
    [terminal, { NO_COLOR: "1" }, false],
    [terminal, { NO_COLOR: "" }, true],
    [terminal, { NO_COLOR: "1", FORCE_COLOR: "1" }, false],
    [pipe, { FORCE_COLOR: "1" }, true],
    [pipe, { FORCE_COLOR: "" }, true],
    [terminal, { FORCE_COLOR: "0" }, false],
  ] as const)("%j with %j: %j", ([stream, environment, expected]) => {
    expect(wantsColour(stream, environment)).toBe(expected);
  });
});

describe("progressBar", () => {
  test("draws on a terminal, up to the last state", async () => {
    const stream = Object.assign(new TextStream(true), { columns: 80, cursorTo() {}, clearLine() {}, moveCursor() {} });
    const bar = progressBar({ label: "Receiving objects", total: 10, unit: "objects", stream });
    bar.update(3);
    await vi.waitFor(() => expect(stream.text).toContain("3/10 objects"));
    bar.update(20, 20);
    bar.stop();
    expect(stream.text).toContain("20/20 objects");
  });

  test("says nothing anywhere else", async () => {
    const stream = new TextStream();
    const bar = progressBar({ label: "Receiving objects", total: 10, stream });
    bar.update(10);
    bar.stop();
    expect(stream.text).toBe("");
  });
});
