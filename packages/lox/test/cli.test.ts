import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { COMMAND, startLox } from "./support/lox-process.ts";
import { lox, loxFile } from "./support/lox-command.ts";

const directory = mkdtempSync(join(tmpdir(), "tenon-lox-cli-"));
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

describe("where the program comes from", () => {
  test("a file, with or without run", async () => {
    const path = file("hello.lox", 'print "hello";');
    const said = { stdout: "hello\n", stderr: "", code: 0 };
    expect(await lox([path])).toEqual(said);
    expect(await lox(["run", path])).toEqual(said);
  });

  test("-e, which may begin with a dash", async () => {
    expect(await lox(["-e", "print 1;"])).toMatchObject({ stdout: "1\n", code: 0 });
    expect(await lox(["evaluate", "-e", "-2 * 3"])).toMatchObject({ stdout: "-6\n", code: 0 });
    expect(await lox(["--eval=print 1 == 1;"])).toMatchObject({ stdout: "true\n", code: 0 });
  });

  test("standard input", async () => {
    const result = spawnSync(process.execPath, [...COMMAND, "-"], { input: "print 1 +\n2;", encoding: "utf8" });
    expect(result).toMatchObject({ stdout: "3\n", stderr: "", status: 0 });
  });

  test("no file, or none that can be read, is 74", async () => {
    const missing = join(directory, "missing.lox");
    expect(await lox([missing])).toEqual({
      stdout: "",
      stderr: `tenon lox: Could not open file "${missing}": it does not exist.\n`,
      code: 74,
    });
    expect(await lox([directory])).toMatchObject({ stderr: expect.stringContaining("it is a directory"), code: 74 });
  });
});

describe("wrong usage is 64, and says what is wrong", () => {
  test.each([
    [["a.lox", "b.lox"], "one program at a time"],
    [["a.lox", "-e", "1"], "one program at a time"],
    [["parse"], "parse wants a file, - or -e CODE"],
    [["--frob"], "unknown option '--frob'"],
    [["--engine"], "--engine wants a name"],
    [["--engine=slow", "-e", ""], "--engine is one of fast, tree, closures, not 'slow'"],
    [["--dialect", "plox", "-e", ""], "--dialect is one of jlox, clox, not 'plox'"],
    [["--max-steps=0", "-e", ""], "--max-steps wants a number above 0, not '0'"],
    [["--max-steps=many", "-e", ""], "--max-steps wants a number above 0, not 'many'"],
    [["--max-time=3 days", "-e", ""], "--max-time wants a time, as 500ms or 2s, not '3 days'"],
    [["--max-memory=x", "-e", ""], "--max-memory wants a size, as 64M, not 'x'"],
    [["--stats=no", "-e", ""], "--stats takes no value"],
    [["fmt", "a.lox"], "fmt is not there yet"],
    [["lsp"], "lsp is not there yet"],
    [["debug"], "debug is not there yet"],
    [["--trace", "a.lox"], "--trace is not there yet"],
  ])("%j", async (argv, message) => {
    const { stdout, stderr, code } = await lox(argv);
    expect(stderr).toBe(`tenon lox: ${message}\nRun 'tenon lox --help' for usage.\n`);
    expect({ stdout, code }).toEqual({ stdout: "", code: 64 });
  });

  test("help is on standard output", async () => {
    const { stdout, stderr, code } = await lox(["--help"]);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    for (const word of ["tokenize", "evaluate", "--max-memory", "--dialect", "Exit codes"])
      expect(stdout).toContain(word);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(110);
  });
});

describe("errors", () => {
  test("what was printed before a runtime error is there", async () => {
    expect(await loxFile("run", 'print 1;\nprint "a" * 2;\nprint 3;')).toEqual({
      stdout: "1\n",
      stderr: "Operands must be numbers.\n[line 2]\n",
      code: 70,
    });
  });

  test("clox tells every call", async () => {
    const source = "fun f() {\n  g();\n}\nfun g() {\n  nil();\n}\nf();\n";
    const stderr = "Can only call functions and classes.\n[line 5] in g()\n[line 2] in f()\n[line 7] in script\n";
    expect(await loxFile("run", source, "--dialect=clox")).toEqual({ stdout: "", stderr, code: 70 });
  });

  test("run has the book's text for a character, tokenize the course's", async () => {
    expect(await loxFile("run", "print 1; @")).toMatchObject({
      stderr: "[line 1] Error: Unexpected character.\n",
      code: 65,
    });
    expect(await loxFile("tokenize", "@")).toMatchObject({
      stderr: "[line 1] Error: Unexpected character: @\n",
      code: 65,
    });
  });

  test("tokenize names a character whole, and a byte that is none as it is", async () => {
    expect(await loxFile("tokenize", "💀 é")).toMatchObject({
      stderr: "[line 1] Error: Unexpected character: 💀\n[line 1] Error: Unexpected character: é\n",
    });
    const path = file("byte.lox", Buffer.from([0x2b, 0xff]));
    const { stderr } = spawnSync(process.execPath, [...COMMAND, "tokenize", path]);
    expect(stderr.toString("latin1")).toBe("[line 1] Error: Unexpected character: \u00ff\n");
  });

  test("endless recursion is a stack overflow on every engine", async () => {
    for (const engine of ["fast", "tree", "closures"]) {
      const result = await loxFile("run", "fun f() {\n  f();\n}\nf();", `--engine=${engine}`);
      expect(result, engine).toEqual({ stdout: "", stderr: "Stack overflow.\n[line 2]\n", code: 70 });
    }
  });
});

describe("limits end a program with 70", () => {
  test.each([
    ["--max-steps=1e6", "while (true) {}", "The program took more than 1000000 steps."],
    ["--max-time=50ms", "while (true) {}", "The program ran longer than 50 ms."],
    ["--max-depth=100", "fun f(n) { if (n > 0) f(n - 1); } f(90); print 1; f(110);", "Stack overflow."],
    [
      "--max-memory=32M",
      "class N { init(n) { this.n = n; } } var l; while (true) l = N(l);",
      "The program used more than 33554432 bytes of memory.",
    ],
  ])("%s", async (option, source, message) => {
    const { stderr, code } = await loxFile("run", source, option);
    expect(stderr).toBe(`${message}\n[line 1]\n`);
    expect(code).toBe(70);
  });
});

describe("modes for tools", () => {
  test("ast is JSON with ranges and scopes", async () => {
    const { stdout } = await loxFile("ast", "var a = 1;\n{ var b = a; fun f(x) { return b + x; } }");
    const tree = JSON.parse(stdout);
    expect(tree.body[0]).toEqual({
      kind: "var",
      name: "a",
      initializer: { kind: "literal", value: 1, range: [8, 9] },
      scope: "global",
      range: [0, 10],
    });
    const [b, f] = tree.body[1].body;
    expect(b).toMatchObject({
      kind: "var",
      name: "b",
      scope: "captured",
      initializer: { kind: "variable", scope: "global" },
    });
    expect(f).toMatchObject({ kind: "function", scope: "local", name: "f", parameters: ["x"] });
    expect(f.body[0].value).toMatchObject({ kind: "binary", left: { scope: "captured" }, right: { scope: "local" } });
  });

  test("ast has a class with its methods, and nothing of the engines' own", async () => {
    const { stdout } = await loxFile("ast", "class A < B { init(a) { super.init(); this.a = a; } }");
    expect(JSON.parse(stdout).body).toEqual([
      {
        kind: "class",
        name: "A",
        superclass: { kind: "variable", name: "B", line: 1, scope: "global", range: [10, 11] },
        methods: [
          {
            kind: "initializer",
            name: "init",
            parameters: ["a"],
            body: [
              {
                kind: "expression",
                expression: {
                  kind: "call",
                  callee: { kind: "super", method: "init", line: 1, scope: "captured", range: [24, 34] },
                  arguments: [],
                  line: 1,
                  range: [24, 36],
                },
                range: [24, 37],
              },
              {
                kind: "expression",
                expression: {
                  kind: "set",
                  object: { kind: "this", scope: "local", range: [38, 42] },
                  name: "a",
                  value: { kind: "variable", name: "a", line: 1, scope: "local", range: [47, 48] },
                  line: 1,
                  range: [38, 48],
                },
                range: [38, 49],
              },
            ],
            range: [14, 51],
          },
        ],
        scope: "global",
        range: [0, 53],
      },
    ]);
  });

  test("a number that JSON has not is text in the tree", async () => {
    const { stdout } = await loxFile("ast", `print ${"9".repeat(400)};`);
    expect(JSON.parse(stdout).body[0].expression.value).toBe("Infinity");
  });

  test("js is a module, and its map leads each operation back to its place", async () => {
    const source = "fun half(n) {\n  return n / 2;\n}\nprint half(nothing) - nil;\n";
    const path = file("half.lox", source);
    const { stdout } = await lox(["js", path]);
    const [code, url] = stdout.split("//# sourceMappingURL=data:application/json;base64,") as [string, string];
    const module_ = await import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`);
    expect(module_.default).toBeTypeOf("function");

    const map = JSON.parse(Buffer.from(url, "base64").toString());
    expect(map).toMatchObject({ version: 3, sources: [path], sourcesContent: [source], names: [] });
    const { SourceMap } = await import("node:module");
    const lines = code.split("\n");
    const originOf = (text: string): unknown => {
      const line = lines.findIndex((candidate) => candidate.includes(text));
      return new SourceMap(map).findEntry(line, lines[line]!.indexOf(text));
    };
    // What can fail is mapped: the slow path of the division, and the look-up of the global.
    expect(originOf("numbers(n")).toMatchObject({ originalLine: 1, originalColumn: 11 });
    expect(originOf('undefinedVariable("nothing")')).toMatchObject({ originalLine: 3, originalColumn: 11 });
  });

  test("--stats come last, on standard error", async () => {
    const { stdout, stderr } = await loxFile("run", "print 1;\nprint 2;", "--stats");
    expect(stdout).toBe("1\n2\n");
    expect(stderr).toMatch(/^source +2 lines, 17 characters\nstart +[\d.]+ ms\ncompile +[\d.]+ ms\nrun +[\d.]+ ms\n/);
  });
});

describe("bytes", () => {
  test("every byte sequence in a string comes out as it went in", () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte !== 0x22));
    const cut = Buffer.from([0xe2, 0x82, 0xf0, 0x9f, 0x98, 0xed, 0xa0, 0x80, 0xc0, 0xaf, 0xf4, 0x90, 0x80, 0x80]);
    const valid = Buffer.from("é € 😀 \u2028 \ufeff \0");
    const content = Buffer.concat([bytes, cut, valid]);
    const path = file("bytes.lox", Buffer.concat([Buffer.from('print "'), content, Buffer.from('";')]));
    for (const engine of ["fast", "tree", "closures"]) {
      const { stdout, stderr, status } = spawnSync(process.execPath, [...COMMAND, `--engine=${engine}`, path]);
      expect({ stderr: stderr.toString(), status }).toEqual({ stderr: "", status: 0 });
      expect(stdout.equals(Buffer.concat([content, Buffer.from("\n")]))).toBe(true);
    }
  });

  test("halves of a character that a program joins are one in the output", () => {
    const path = file("halves.lox", Buffer.from('print "\xc3" + "\xa9";', "latin1"));
    expect(spawnSync(process.execPath, [...COMMAND, path]).stdout.toString()).toBe("é\n");
  });

  test("a source of 10 MB", () => {
    const path = file("large.lox", `${"x = x + 1; // a line with a comment behind it\n".repeat(220_000)}print "end";`);
    const { stdout, status } = spawnSync(process.execPath, [...COMMAND, "tokenize", path], { maxBuffer: 2 ** 28 });
    expect(status).toBe(0);
    expect(stdout.subarray(-60).toString()).toContain('STRING "end" end');
    const comment = file("comment.lox", `print "${"y".repeat(10_000_000)}";`);
    expect(spawnSync(process.execPath, [...COMMAND, comment], { maxBuffer: 2 ** 28 }).stdout.length).toBe(10_000_001);
  });
});

describe("output", () => {
  test("a lot of it arrives whole through a slow pipe", async () => {
    const child = startLox(["-e", 'for (var i = 0; i < 300000; i = i + 1) print "line";']);
    let bytes = 0;
    for await (const chunk of child.stdout) {
      bytes += (chunk as Buffer).length;
      if (bytes < 300_000) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(bytes).toBe(1_500_000);
  });

  test("a reader that goes away ends an endless program quietly", async () => {
    const child = startLox(["-e", 'while (true) print "y";']);
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.stdout.once("data", () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on("exit", resolve));
    expect({ errors, code }).toEqual({ errors: "", code: 0 });
  });

  test("what is printed before a program is killed from outside is seen by its reader", async () => {
    const child = startLox(["-e", `print "${"x".repeat(100_000)}"; while (true) {}`]);
    let text = "";
    for await (const chunk of child.stdout) {
      text += String(chunk);
      if (text.length > 100_000) break;
    }
    child.kill("SIGKILL");
    expect(text.slice(0, 3)).toBe("xxx");
  });

  test("a full disk is an error, not silence", () => {
    const { status, stderr } = spawnSync("sh", [
      "-c",
      `"$0" "$@" > /dev/full`,
      process.execPath,
      ...COMMAND,
      "-e",
      "print 1;",
    ]);
    expect(status).toBe(1);
    expect(stderr.toString()).toContain("ENOSPC");
  });
});

test.skipIf(process.getuid?.() === 0)("a file that may not be read is 74 (root may read all)", async () => {
  const path = file("secret.lox", "print 1;");
  chmodSync(path, 0);
  expect(await lox([path])).toMatchObject({ stderr: expect.stringContaining("EACCES"), code: 74 });
});
