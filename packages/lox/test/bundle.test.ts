import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { expect, test, vi } from "vitest";
import { bundle } from "./support/bundle.ts";

// Much work on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 });

test("compiler and all engines are less than 25 kB in a browser, and need nothing of Node's", async () => {
  const size = gzipSync(await bundle(), { level: 9 }).length;
  expect(size).toBeGreaterThan(5_000);
  expect(size).toBeLessThan(25_000);
});

/** Runs `script`, which knows what the package exports, in a Node of its own; returns what it wrote. */
async function runBundled(script: string, ...flags: string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "lox-bundle-"));
  try {
    const file = join(folder, "lox.mjs");
    const named = (names: string): string =>
      names
        .split(",")
        .map((pair) => pair.trim().split(" as "))
        .map(([inner, outer]) => `const ${outer} = ${inner};`)
        .join("");
    writeFileSync(
      file,
      (await bundle()).replace(/export\s*\{([^}]*)\};?\s*$/, (_, names: string) => named(names) + script),
    );
    return (await promisify(execFile)(process.execPath, [...flags, file])).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("where code must not be generated, the fast engine is the closures engine", async () => {
  const program = "class A { m() { return 20; } } fun f(x) { return x + 1; } print f(A().m()) * 2;";
  const script = `
    const lox = new Lox({ print: (text) => console.log(text, lox.engine) });
    lox.run(compile(${JSON.stringify(program)}));`;
  expect(await runBundled(script, "--disallow-code-generation-from-strings")).toBe("42 closures\n");
  expect(await runBundled(script)).toBe("42 fast\n");
});

test("where the host leaves little stack, deep programs and deep calls are errors, not crashes", async () => {
  const script = `
    const nested = "fun f(x) { return x; } " + "f(".repeat(980) + "1" + ")".repeat(980) + ";";
    const recursion = "fun f(n) { return 1 + f(n + 1); } f(0);";
    for (const engine of ["fast", "closures", "tree"]) {
      for (const source of [nested, recursion]) {
        try {
          new Lox({ engine }).run(compile(source));
        } catch (error) {
          console.log(error.name, error.message);
        }
      }
    }`;
  const each = "LoxCompileError [line 1] Error: Nested too deeply.\nLoxLimitError Stack overflow.\n";
  expect(await runBundled(script, "--stack-size=250")).toBe(each.repeat(3));
});
