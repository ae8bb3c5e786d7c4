/** The package as a page loads it: one file, for browsers. */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const entry = fileURLToPath(new URL("../../src/index.ts", import.meta.url));

/** Compiler and all engines. As `iife`, a script that makes them the properties of a global `tenonLox`. */
export async function bundle(format: "esm" | "iife" = "esm"): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { compile, Lox, native } from ${JSON.stringify(entry)};`,
      resolveDir: import.meta.dirname,
      loader: "ts",
    },
    bundle: true,
    minify: true,
    format,
    globalName: "tenonLox",
    // Fails on anything of Node's.
    platform: "browser",
    target: "es2022",
    write: false,
  });
  return outputFiles[0]!.text;
}
