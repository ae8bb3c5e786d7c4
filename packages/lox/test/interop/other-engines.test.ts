/**
 * The engines of other browsers: Firefox's SpiderMonkey, as `gjs`, and Safari's JavaScriptCore, as `jsc`. Programs print the
 * same there as here, and fail in the same places, though stack traces are written otherwise.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import * as here from "../../src/index.ts";
import { generateProgram } from "../differential/program-generator.ts";
import { bundle } from "../support/bundle.ts";

// Much work on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 });

/** What an engine of 2022 lacks. */
const PRELUDE = `
  Array.prototype.toSorted ??= function (compare) { return [...this].sort(compare); };
  Array.prototype.findLast ??= function (test) { return [...this].reverse().find(test); };`;

const FAILING = [
  "fun f() {\n  return 1 +\n    nil;\n}\nfun g() { return f(); }\ng();",
  "class A {\n  m() { return this.missing; }\n}\nprint 1;\nA().m();",
  "fun two(a, b) {}\nfun f() {\n  two(1);\n}\nf();",
  "class P { init(x) { this.x = -x; } }\nP(2);\nP(\n  nil);",
  'var s = "no function";\nfun f(x) {\n  return x(\n    1);\n}\nprint f(\n  s);',
  "class A {}\nclass B < A {\n  f() {\n    super.f(); } }\nvar m = B().f;\nm();",
  "for (var i = 0; i < 3; i = i + 1)\n  if (i == 2) print undefined_;",
];
const TOO_DEEP = "fun f(n) {\n  return 1 + f(n + 1);\n}\nf(0);";
/** 2³¹ characters: more than any engine has room for. */
const TOO_LONG = 'var s = "0123456789abcdef";\nwhile (true)\n  s = s + s;';

type Api = Pick<typeof here, "compile" | "Lox">;

/** Runs in the other engine as well, from its text: nothing from outside. */
function outcome({ compile, Lox }: Api, source: string, engine: "fast" | "closures" | "tree"): unknown {
  const printed: string[] = [];
  const lox = new Lox({ engine, print: (text) => printed.push(text) });
  try {
    lox.run(compile(source));
    return { printed };
  } catch (error) {
    const { name, message, line, column, frames } = error as here.LoxRuntimeError;
    const places = frames?.map((frame) => `${frame.functionName} ${frame.line}:${frame.column}`);
    return { printed, name, message, line, column, places };
  }
}

const ENGINES = ["fast", "closures", "tree"] as const;

/** Without limits they would not end, or end at an engine's own. */
function isModest(source: string): boolean {
  try {
    new here.Lox({ limits: { steps: 20_000, strings: 5_000, depth: 300 } }).run(here.compile(source));
  } catch (error) {
    return !(error instanceof here.LoxLimitError);
  }
  return true;
}

const RANDOM = Array.from({ length: 300 }, (_, seed) =>
  generateProgram({ seed, wrongness: seed % 2 === 0 ? 0 : 0.05 }),
);
const PROGRAMS = [...FAILING, ...RANDOM.filter(isModest)];

async function elsewhere(program: string, script: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "lox-engines-"));
  try {
    const file = join(folder, "lox.js");
    writeFileSync(file, `${PRELUDE}\n${await bundle("iife")}\n${script}`);
    return execFileSync(program, [file], { encoding: "utf8", maxBuffer: 1 << 26, stdio: "pipe" });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.each([
  { name: "SpiderMonkey", program: "gjs", fast: "fast" },
  { name: "JavaScriptCore", program: "jsc", fast: "closures" },
])("$name", ({ program, fast }) => {
  const path = peer(program);

  test.skipIf(path === undefined)(`the fast engine is ${fast} there`, async () => {
    expect(await elsewhere(path!, "print(new tenonLox.Lox().engine);")).toBe(`${fast}\n`);
  });

  test.skipIf(path === undefined)(
    "programs print the same, and fail with the same words, lines and frames",
    async () => {
      const script = `const outcome = ${outcome};
      for (const source of ${JSON.stringify(PROGRAMS)}) {
        print(JSON.stringify(${JSON.stringify(ENGINES)}.map((engine) => outcome(tenonLox, source, engine))));
      }`;
      const lines = (await elsewhere(path!, script)).trimEnd().split("\n");
      for (const [index, source] of PROGRAMS.entries()) {
        const wanted = ENGINES.map((engine) => outcome(here, source, engine));
        expect(JSON.parse(lines[index]!), source).toEqual(JSON.parse(JSON.stringify(wanted)));
      }
    },
  );

  test.skipIf(path === undefined)("the engine's own limits are the language's errors", async () => {
    const script = `const outcome = ${outcome};
      for (const source of ${JSON.stringify([TOO_DEEP, TOO_LONG])}) {
        for (const engine of ${JSON.stringify(ENGINES)}) {
          const { name, message, line } = outcome(tenonLox, source, engine);
          print(name + " " + message + " " + line);
        }
      }`;
    const lines = (await elsewhere(path!, script)).trimEnd().split("\n");
    expect(lines.slice(0, 3)).toEqual(ENGINES.map(() => "LoxLimitError Stack overflow. 2"));
    for (const line of lines.slice(3))
      expect(line).toMatch(/^LoxLimitError A string is longer than \d+ characters\. 3$/);
  });
});
