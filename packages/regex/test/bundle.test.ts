import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";
import type { compile as Compile } from "../src/index.ts";

async function bundled(contents: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL("../src", import.meta.url)), loader: "ts" },
    bundle: true,
    minify: true,
    platform: "browser",
    format: "esm",
    write: false,
  });
  return outputFiles[0]!.contents;
}

test("a browser's bundle has under 60 kB gzipped, needs nothing of Node, and works", async () => {
  const bundle = await bundled(`import { compile } from "./index.ts"; export { compile };`);
  expect(gzipSync(bundle).length).toBeLessThan(60_000);
  const url = `data:text/javascript;base64,${Buffer.from(bundle).toString("base64")}`;
  const { compile } = (await import(/* @vite-ignore */ url)) as { readonly compile: typeof Compile }; // what was bundled
  expect(compile("(é+)x", { ignoreCase: true }).find("..ÉéX")).toEqual({ start: 2, end: 7 });
});

test("the tables of ISO 14651 come only with their own door", async () => {
  const without = await bundled(`import { compile } from "./index.ts"; console.log(compile);`);
  const withTables = await bundled(
    `import { compile } from "./index.ts"; import { iso14651 } from "./iso14651.ts"; console.log(compile, iso14651);`,
  );
  expect(withTables.length - without.length).toBeGreaterThan(50_000);
});
