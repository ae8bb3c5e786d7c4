import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { peer } from "../../../scripts/test-peer.ts";
import { interpreter, memberNames } from "../src/cli/interpreter.ts";
import { compile } from "../src/program.ts";
import { completeLine } from "../src/repl/completion.ts";
import { isUnfinished } from "../src/repl/unfinished.ts";
import { COMMAND } from "./support/lox-process.ts";

describe("a piece wants more lines", () => {
  test.each(["(", "fun f() {", "{ { }", 'print "open', "f(1,\n2", "{ // }", 'print "}";{'])("after %j", (source) => {
    expect(isUnfinished(source)).toBe(true);
  });

  test.each(["", "1", "fun f() {}", 'print "(";', "// (", "}", ") (", "@ {"])("not after %j", (source) => {
    expect(isUnfinished(source)).toBe(false);
  });
});

describe("completion", () => {
  const names = {
    globals: () => ["print_all", "box", "value"],
    members: (path: readonly string[]) => (path.join(".") === "box.inner" ? ["width", "weight", "height"] : []),
  };

  test("offers keywords and globals", () => {
    expect(completeLine("x = 1; pri", names)).toEqual([["print", "print_all"], "pri"]);
    expect(completeLine("va", names)).toEqual([["value", "var"], "va"]);
  });

  test("offers the properties of what a path leads to, and no keywords", () => {
    expect(completeLine("print box.inner.w", names)).toEqual([["weight", "width"], "w"]);
    expect(completeLine("f(box.inner.", names)).toEqual([["height", "weight", "width"], ""]);
    expect(completeLine("nothing.", names)).toEqual([[], ""]);
  });
});

test.each(["fast", "tree", "closures"] as const)("the members of an instance are known on the engine %s", (engine) => {
  const lox = interpreter({ engine, dialect: "jlox", limits: {} }, () => {});
  const source =
    "class A { init() { this.x = 1; } f() {} g() {} } class B < A { g() {} h() {} } var b = B(); b.inner = A(); var n = 1;";
  lox.run(compile(source));
  expect(memberNames(lox, ["b"]).toSorted()).toEqual(["f", "g", "h", "init", "inner", "x"]);
  expect(memberNames(lox, ["b", "inner"]).toSorted()).toEqual(["f", "g", "init", "x"]);
  for (const path of [["n"], ["missing"], ["b", "f"], ["b", "x", "y"], ["A"], []])
    expect(memberNames(lox, path)).toEqual([]);
});

/** Runs a session whose lines come through a pipe. */
function piped(input: string, ...options: string[]): { stdout: string; stderr: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [...COMMAND, ...options], { input, encoding: "utf8" });
  return { stdout, stderr, status };
}

describe("without a terminal", () => {
  test("lines run one after the other, errors do not end it, and nothing else is said", () => {
    const input = 'var a = 2;\nprint a + missing;\na * 21\nprint "still";\nfun f() {\n  return a;\n}\nf()\n1 +\n"last"';
    expect(piped(input)).toEqual({
      stdout: "42\nstill\n2\nlast\n",
      stderr: "Undefined variable 'missing'.\n[line 1]\n[line 1] Error at end: Expect expression.\n",
      status: 0,
    });
  });

  test("what is open at the end is told", () => {
    expect(piped("print 1;\nfun f() {\n")).toEqual({
      stdout: "1\n",
      stderr: "[line 1] Error at end: Expect '}' after block.\n",
      status: 0,
    });
  });

  test("after a limit the session goes on with what was defined", () => {
    const { stdout, stderr } = piped("var a = 1;\nwhile (true) a = a + 1;\nprint a > 100;\n", "--max-steps=1000");
    expect({ stdout, stderr }).toEqual({
      stdout: "true\n",
      stderr: "The program took more than 1000 steps.\n[line 1]\n",
    });
  });
});

const script = peer("script");

/** A session on a pseudo-terminal: `script` makes one, and passes on what is typed. */
class Terminal {
  readonly #child;
  #seen = "";

  constructor(environment: Readonly<Record<string, string>> = {}, ...options: string[]) {
    const command = [process.execPath, ...COMMAND, ...options].map((word) => `'${word}'`).join(" ");
    this.#child = spawn(script!, ["-qec", command, "/dev/null"], {
      stdio: "pipe",
      env: { ...process.env, TERM: "xterm", NO_COLOR: "1", ...environment },
    });
    this.#child.stdout.on("data", (chunk: Buffer) => (this.#seen += chunk.toString()));
  }

  type(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Waits until the text is on the screen, and forgets everything up to it. Gives what came before it. */
  async until(text: string): Promise<string> {
    await expect.poll(() => this.#seen, { timeout: 60_000, interval: 10 }).toContain(text);
    const at = this.#seen.indexOf(text);
    const before = this.#seen.slice(0, at);
    this.#seen = this.#seen.slice(at + text.length);
    return before;
  }

  /** Types a line at the prompt and waits for the next prompt. Gives what came between. */
  async line(text: string, next = "> "): Promise<string> {
    this.type(`${text}\r`);
    await this.until("\r\n");
    return await this.until(next);
  }

  end(): void {
    this.#child.kill();
  }

  get ended(): Promise<unknown> {
    return new Promise((resolve) => this.#child.on("exit", resolve));
  }
}

describe.skipIf(script === undefined)("on a terminal", { timeout: 180_000 }, () => {
  let terminal: Terminal;
  afterEach(() => terminal.end());

  test("prompts, prints the values of bare expressions, and takes several lines while a bracket is open", async () => {
    terminal = new Terminal();
    await terminal.until("> ");
    expect(await terminal.line("1 + 2")).toContain("3\r\n");
    expect(await terminal.line("fun f() {", "… ")).not.toContain("Error");
    await terminal.line("  return 7;", "… ");
    await terminal.line("}");
    expect(await terminal.line("f() * 6")).toContain("42\r\n");
  });

  test("shows errors with their source line, also those of functions that were defined before", async () => {
    terminal = new Terminal();
    await terminal.until("> ");
    const compileError = await terminal.line("print 1 +;");
    expect(compileError).toContain(
      "[line 1] Error at ';': Expect expression.\r\n  1 | print 1 +;\r\n    |          ^\r\n",
    );
    await terminal.line("fun half(n) { return n / 2; }");
    const runtimeError = await terminal.line('half("x")');
    expect(runtimeError).toContain(
      "[line 1]\r\n  1 | fun half(n) { return n / 2; }\r\n    |                        ^\r\n",
    );
    expect(runtimeError).toContain("in half(), called on line 1");
  });

  test("Ctrl-C stops the program that runs, and the session goes on", async () => {
    terminal = new Terminal();
    await terminal.until("> ");
    await terminal.line("var n = 0;");
    terminal.type('print "begun"; while (true) n = n + 1;\r');
    await terminal.until("begun\r\n");
    terminal.type("\u0003");
    await terminal.until("Stopped.\r\n");
    await terminal.until("> ");
    expect(await terminal.line("n > 1000")).toContain("true\r\n");
  });

  test("Ctrl-C gives up what is being typed", async () => {
    terminal = new Terminal();
    await terminal.until("> ");
    await terminal.line("fun f() {", "… ");
    terminal.type("  print 1;");
    terminal.type("\u0003");
    await terminal.until("^C");
    await terminal.until("> ");
    // What readline draws anew after Ctrl-C may come late, so only the value itself is waited for.
    terminal.type('"fresh"\r');
    expect(await terminal.until("fresh\r\n")).not.toContain("Error");
  });

  test("Tab completes names and properties", async () => {
    terminal = new Terminal();
    await terminal.until("> ");
    await terminal.line("class Box { init(v) { this.content = v; } }");
    await terminal.line("var treasure = Box(5);");
    terminal.type("trea");
    await terminal.until("trea");
    terminal.type("\t");
    await terminal.until("sure");
    terminal.type(".con");
    await terminal.until(".con");
    terminal.type("\t");
    await terminal.until("tent");
    expect(await terminal.line("")).toContain("5\r\n");
  });

  test("a stack overflow does not end it, nor does a program that takes all memory", async () => {
    terminal = new Terminal({ NODE_OPTIONS: "--max-old-space-size=64" });
    await terminal.until("> ");
    expect(await terminal.line("fun f() { f(); } f();")).toContain("Stack overflow.");
    expect(await terminal.line("class N {} var l; while (true) { var n = N(); n.next = l; l = n; }")).toContain(
      "The session is lost, a new one begins",
    );
    expect(await terminal.line("1 + 1")).toContain("2\r\n");
  });

  test("the arrow brings lines back, over sessions where a file is named; Ctrl-D ends", async () => {
    const directory = mkdtempSync(join(tmpdir(), "tenon-lox-history-"));
    const path = join(directory, "history");
    try {
      terminal = new Terminal({ TENON_LOX_HISTORY: path });
      await terminal.until("> ");
      await terminal.line('"remembered"');
      terminal.type("\u0004");
      await terminal.ended;
      expect(readFileSync(path, "utf8")).toBe('"remembered"\n');
      expect(statSync(path).mode & 0o077).toBe(0);

      terminal = new Terminal({ TENON_LOX_HISTORY: path }, "--no-history");
      await terminal.until("> ");
      await terminal.line('"not kept"');
      terminal.type("\u0004");
      await terminal.ended;

      terminal = new Terminal({ TENON_LOX_HISTORY: path });
      await terminal.until("> ");
      terminal.type("\u001b[A");
      await terminal.until('"remembered"');
      expect(await terminal.line("")).toContain("remembered\r\n");
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
