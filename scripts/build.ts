/**
 * `npm run build`: what is published. Each package's dist/ holds its modules and declarations; the console's also its page;
 * and the umbrella's also the `tenon` command, bundled, since the time to find and read a hundred small files would be most of its start-up.
 */
import { copyFile, mkdir, readdir, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build as bundle } from "esbuild";
import { bundleGrep } from "./bundle-grep.ts";
import { exitWith, mustRun, root } from "./command.ts";
import { publishedPackages } from "./workspace.ts";

const UMBRELLA = join(root, "packages/tenon");
/** The modules that grep's threads start with; looked for beside the file that starts them. */
const GREP_THREADS = join(root, "packages/grep/src/threads");

/** Everything, in order. `npm run build` and scripts/pack.ts call it. */
export async function build(): Promise<void> {
  await compile();
  await buildPage();
  await bundleCommand();
}

/** Types are checked, and src/ becomes dist/, for every package. */
async function compile(): Promise<void> {
  const directories = publishedPackages().map(({ directory }) => directory);
  await mustRun([join(root, "node_modules/.bin/tsc"), "--build", ...directories]);
  await Promise.all(directories.map(removeOrphans));
}

/** The compiler never deletes what it once wrote: outputs whose source is gone would be published for ever. */
async function removeOrphans(directory: string): Promise<void> {
  const dist = join(directory, "dist");
  const files = await readdir(dist, { recursive: true });
  for (const file of files) {
    const output = /^(?<stem>.*?)\.(?:d\.ts|js)(?:\.map)?$/.exec(file);
    const made = file.startsWith("web/") || file.startsWith("bundle/") || file.startsWith("bin/");
    if (output === null || made) continue;
    const source = join(directory, "src", output.groups!["stem"]!);
    if (!existsSync(`${source}.ts`) && !existsSync(`${source}.tsx`)) await rm(join(dist, file));
  }
}

/** Whatever is there, made anew; the console's own script puts the new page in place at once. */
async function buildPage(): Promise<void> {
  await mustRun([process.execPath, join(root, "packages/console/build.ts"), "--force"]);
}

/**
 * dist/bundle/main.js and chunks beside it: what main.ts imports lazily, each subcommand, stays a file of its own and is read only then.
 * Everything is inside, @tenon's packages and the other libraries; only the console's page is found through its package.
 */
async function bundleCommand(): Promise<void> {
  const outdir = join(UMBRELLA, "dist/bundle");
  await rm(outdir, { recursive: true, force: true });
  await bundle({
    entryPoints: {
      main: join(UMBRELLA, "src/main.ts"),
      "grep-worker": join(GREP_THREADS, "grep-worker.ts"),
      "library-worker": join(GREP_THREADS, "library-worker.ts"),
    },
    outdir,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node24",
    splitting: true,
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    // CommonJS libraries inside an ES module call require for Node's own modules.
    banner: {
      js: 'import{createRequire as _createRequire}from"node:module";const require=_createRequire(import.meta.url);',
    },
    logLevel: "warning",
  });
  await bundleGrep(outdir);
  await mkdir(join(UMBRELLA, "dist/bin"), { recursive: true });
  await copyFile(join(UMBRELLA, "bin/tenon.cjs"), join(UMBRELLA, "dist/bin/tenon.cjs"));
}

async function main(): Promise<number> {
  const start = performance.now();
  await build();
  const places = publishedPackages().map(({ directory }) => relative(dirname(directory), join(directory, "dist")));
  process.stdout.write(`built ${places.join(", ")} in ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await exitWith(main);
