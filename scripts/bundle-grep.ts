/**
 * `tenon grep` as a few files, CommonJS: starting it is most of what a small search costs, and the loader of ES modules half of that.
 *
 * grep.cjs holds what every search for plain words runs. The modules of LATER are evaluated when one of their functions is first called, as
 * `import defer` would have it; they and what only they need are grep-later.cjs, which most searches of small files never read.
 * What cli.ts imports by `import()` (threads, the collation table, completion) becomes a file of its own.
 *
 * esbuild splits ES modules only, so it does that first, and then each file becomes CommonJS.
 */
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { type BuildOptions, type Plugin, build, transform } from "esbuild";
import { root } from "./command.ts";

const GREP = join(root, "packages/grep/src");
const REGEX = join(root, "packages/regex/src");
const CLI = join(GREP, "cli.ts");

/** Modules whose functions and classes are called only by searches of some kinds, or of much. */
const LATER: readonly string[] = [
  // Expressions that are more than plain words: their parsers, their sets of characters, their automata.
  join(REGEX, "syntax/parse-posix.ts"),
  join(REGEX, "syntax/parse-perl.ts"),
  join(REGEX, "syntax/line-parser.ts"),
  join(REGEX, "unicode/character-class.ts"),
  join(REGEX, "unicode/folding.ts"),
  join(REGEX, "unicode/posix-classes.ts"),
  join(REGEX, "automata/nfa-compiler.ts"),
  join(REGEX, "automata/dfa-matcher.ts"),
  join(REGEX, "automata/simulation.ts"),
  join(REGEX, "automata/line-automaton.ts"),
  join(REGEX, "automata/line-walker.ts"),
  join(REGEX, "automata/posix-captures.ts"),
  join(REGEX, "backtrack/backtrack-matcher.ts"),
  join(REGEX, "backtrack/machine.ts"),
  join(REGEX, "backtrack/program.ts"),
  join(REGEX, "backtrack/relaxed.ts"),
  join(REGEX, "combined-matcher.ts"),
  join(REGEX, "invalid-start.ts"),
  join(REGEX, "word-matcher.ts"),
  // Patterns that no automaton decides, and the library's own ways to search.
  join(REGEX, "line-scanner.ts"),
  join(REGEX, "streaming.ts"),
  // Megabytes.
  join(REGEX, "kernel/wasm-kernel.ts"),
  // Directories, colours, words about the command.
  join(GREP, "walk/tree.ts"),
  join(GREP, "walk/glob.ts"),
  join(GREP, "gnu/explain.ts"),
  join(GREP, "gnu/grep-colors.ts"),
  join(GREP, "gnu/help.ts"),
];

const COMMAND = "grep-command";
const AFTERWARDS = "grep-later";

/** The modules that esbuild begins with, by the name of the file that each becomes. */
const ENTRIES: ReadonlyMap<string, string> = new Map([
  [COMMAND, everythingOf(CLI)],
  [AFTERWARDS, LATER.map((path, index) => `export * as module${index} from ${JSON.stringify(path)};`).join("\n")],
  ["grep-shared-search", everythingOf(join(GREP, "threads/shared-search.ts"))],
  ["grep-worker", `import ${JSON.stringify(join(GREP, "threads/grep-worker.ts"))};`],
  ["grep-iso14651", everythingOf(join(REGEX, "iso14651.ts"))],
  ["grep-completion", everythingOf(join(GREP, "gnu/completion.ts"))],
]);

function everythingOf(path: string): string {
  return `export * from ${JSON.stringify(path)};`;
}

const BUNDLED: BuildOptions & { readonly write: false; readonly metafile: true } = {
  bundle: true,
  write: false,
  metafile: true,
  format: "esm",
  platform: "node",
  target: "node24",
  // Tab completion's library is found through its package; a search never asks for it.
  external: ["@tenon/kit/cli"],
  logLevel: "warning",
  absWorkingDir: root,
};

/** Writes grep.cjs, which exports main, egrep and fgrep, and what it needs into a folder. */
export async function bundleGrep(outdir: string): Promise<void> {
  const stubs = await stubsOf(LATER);
  const { outputFiles, metafile } = await build({
    ...BUNDLED,
    entryPoints: [...ENTRIES.keys()],
    outdir,
    splitting: true,
    chunkNames: "grep-[hash]",
    plugins: [entries, separately, stubbed(stubs, await modulesOf(CLI, stubs))],
    define: { "import.meta.main": "false", "import.meta.filename": "__filename" },
  });
  const holdsCli = Object.entries(metafile.outputs).find(([, { inputs }]) => Object.hasOwn(inputs, nameOf(CLI)));
  const common = basename(holdsCli![0]);
  const renamed = (file: string): string => (file === common ? "grep.cjs" : file.replace(/\.js$/, ".cjs"));
  await mkdir(outdir, { recursive: true });
  for (const { path, text } of outputFiles) {
    if (basename(path) === `${COMMAND}.js`) continue; // only hands on what the common chunk exports
    const { code } = await transform(
      text
        .replaceAll(/(?<=")\.\/(grep-[\w-]+\.js)(?=")/g, (_, file: string) => `./${renamed(file)}`)
        // Nothing that is exported changes: values will do, where esbuild would make a getter of each.
        .replace(/^export \{([^}]*)\};$/m, (_, names: string) => `module.exports = {${asProperties(names)}};`),
      // Names stay: with short ones V8 keeps less of the compiled code between runs.
      {
        format: "cjs",
        platform: "node",
        target: "node24",
        supported: { "dynamic-import": false },
        minifySyntax: true,
        minifyWhitespace: true,
      },
    );
    await writeFile(join(outdir, renamed(basename(path))), withDigest(code));
  }
}

/** `a, b as c` → `a, c: b`. */
function asProperties(names: string): string {
  return names.replaceAll(/([\w$]+) as ([\w$]+)/g, "$2: $1");
}

/** The first line tells what the file holds: see packages/tenon/bin/code-cache.cjs. */
function withDigest(code: string): string {
  return `// ${createHash("sha256").update(code).digest("hex").slice(0, 16)}\n${code}`;
}

/** As esbuild names modules. */
function nameOf(path: string): string {
  return relative(root, path).replaceAll(sep, "/");
}

/** In place of each module: the same functions, which load grep-later.cjs when they are called. Constants cannot be had from there. */
async function stubsOf(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { metafile } = await build({ ...BUNDLED, bundle: false, external: [], entryPoints: [...paths], outdir: "." });
  return new Map(
    Object.values(metafile.outputs).map(({ entryPoint, exports }) => {
      const path = join(root, entryPoint!);
      const functions = exports.filter((name) => !/^[A-Z0-9_]+$/.test(name));
      return [path, functions.map((name) => stub(name, `module${paths.indexOf(path)}`)).join("\n")];
    }),
  );
}

function stub(name: string, namespace: string): string {
  return `export function ${name}(...values) {
    const { ${name}: real } = module.require("./${AFTERWARDS}.cjs").${namespace};
    return new.target ? new real(...values) : real(...values);
  }`;
}

/** The modules that are reached from one, with stubs in place of some. */
async function modulesOf(entry: string, stubs: ReadonlyMap<string, string>): Promise<ReadonlySet<string>> {
  const cut: Plugin = {
    name: "cut",
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => (stubs.has(path) ? { contents: stubs.get(path)! } : undefined));
    },
  };
  const { metafile } = await build({ ...BUNDLED, entryPoints: [entry], plugins: [cut, separately] });
  return new Set(Object.keys(metafile.inputs).map((name) => join(root, name)));
}

/** What `early` modules import is a stub where there is one. */
function stubbed(stubs: ReadonlyMap<string, string>, early: ReadonlySet<string>): Plugin {
  return {
    name: "stubbed",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, ({ path, resolveDir, importer, namespace }) => {
        const target = join(resolveDir, path);
        const wanted = namespace === "file" && stubs.has(target) && early.has(importer) && !stubs.has(importer);
        return wanted ? { path: target, namespace: "stub", sideEffects: false } : undefined;
      });
      onLoad({ filter: /./, namespace: "stub" }, ({ path }) => ({ contents: stubs.get(path)! }));
    },
  };
}

/** `import()` of a module that is an entry: of its file, when it is called. */
const separately: Plugin = {
  name: "separately",
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ kind, path }) => {
      const file = `grep-${basename(path, ".ts")}`;
      return kind === "dynamic-import" && ENTRIES.has(file) ? { path: `./${file}.js`, external: true } : undefined;
    });
  },
};

/** The entries, each of which reaches cli.ts, so that all that one needs is in a chunk which everybody shares. */
const entries: Plugin = {
  name: "entries",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ kind, path, namespace }) => {
      if (kind === "entry-point") return { path, namespace: "entry" };
      return namespace === "entry" ? { path, sideEffects: true } : undefined;
    });
    onLoad({ filter: /./, namespace: "entry" }, ({ path }) => ({
      contents: `import ${JSON.stringify(CLI)};\n${ENTRIES.get(path)!}`,
      resolveDir: root,
    }));
  },
};
