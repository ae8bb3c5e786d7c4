/**
 * `tenon grep` as few large files, CommonJS: starting it is most of what a small search costs, and the loader of ES modules half of that.
 *
 * What cli.ts imports when it is asked for it becomes a file of its own. Inside one file, esbuild would have to make every module that such
 * an import shares with the rest a function that is called when it is needed, and these are slow to start.
 */
import { basename, join } from "node:path";
import { build, type Plugin } from "esbuild";
import { root } from "./command.ts";

const SOURCES = join(root, "packages/grep/src");

/** File of the bundle by the module that it begins with. */
const ENTRIES: Readonly<Record<string, string>> = {
  grep: join(SOURCES, "cli.ts"),
  "grep-shared-search": join(SOURCES, "threads/shared-search.ts"),
  "grep-worker": join(SOURCES, "threads/grep-worker.ts"),
  "grep-iso14651": join(root, "packages/regex/src/iso14651.ts"),
  "grep-completion": join(SOURCES, "gnu/completion.ts"),
};

/** `import()` of a module that is an entry: of its file, when it is called. */
const separately: Plugin = {
  name: "separately",
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ kind, path }) => {
      const file = `grep-${basename(path, ".ts")}`;
      return kind === "dynamic-import" && Object.hasOwn(ENTRIES, file)
        ? { path: `./${file}.cjs`, external: true }
        : undefined;
    });
  },
};

/** Writes grep.cjs, which exports main, egrep and fgrep, and what it needs into a folder. */
export async function bundleGrep(outdir: string): Promise<void> {
  await build({
    entryPoints: { ...ENTRIES },
    outdir,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node24",
    plugins: [separately],
    // Tab completion's library is found through its package; a search never asks for it.
    external: ["@tenon/kit/cli"],
    define: { "import.meta.main": "false", "import.meta.url": "undefined", "import.meta.filename": "__filename" },
    // Names stay: with short ones V8 keeps less of the compiled code between runs.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    logLevel: "warning",
    absWorkingDir: root,
  });
}
