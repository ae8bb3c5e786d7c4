import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test, vi } from "vitest";

// Much work on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 });

const entry = fileURLToPath(new URL("../src/index.ts", import.meta.url));

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { compile, Lox, native } from ${JSON.stringify(entry)};`,
      resolveDir: import.meta.dirname,
      loader: "ts",
    },
    bundle: true,
    minify: true,
    format: "esm",
    // Fails on anything of Node's.
    platform: "browser",
    target: "es2023",
    write: false,
  });
  return outputFiles[0]!.text;
}

test("compiler and all engines are less than 25 kB in a browser, and need nothing of Node's", async () => {
  const size = gzipSync(await bundle(), { level: 9 }).length;
  expect(size).toBeGreaterThan(5_000);
  expect(size).toBeLessThan(25_000);
});

test("where code must not be generated, the fast engine is the closures engine", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lox-bundle-"));
  try {
    const file = join(folder, "lox.mjs");
    const program = "class A { m() { return 20; } } fun f(x) { return x + 1; } print f(A().m()) * 2;";
    const run = `
      const lox = new Lox({ print: (text) => console.log(text, lox.engine) });
      lox.run(compile(${JSON.stringify(program)}));`;
    writeFileSync(
      file,
      (await bundle()).replace(/export\s*\{([^}]*)\};?\s*$/, (_, names: string) => {
        // What a page would import, under the names that minifying gave it.
        return (
          names
            .split(",")
            .map((pair) => `const ${pair.trim().split(" as ")[1]!} = ${pair.trim().split(" as ")[0]!};`)
            .join("\n") + run
        );
      }),
    );
    const node = promisify(execFile);
    const strict = await node(process.execPath, ["--disallow-code-generation-from-strings", file]);
    expect(strict.stdout).toBe("42 closures\n");
    const usual = await node(process.execPath, [file]);
    expect(usual.stdout).toBe("42 fast\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
