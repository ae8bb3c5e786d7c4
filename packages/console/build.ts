/**
 * Builds the page when it is missing or older than its sources: `node packages/console/build.ts [--force]`.
 * Returns at once otherwise, so it can run before every start.
 */
import { existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL(".", import.meta.url));
const OUT = join(ROOT, "dist/web");
const STAMP = join(OUT, ".built");
const SOURCES = [
  "web",
  "src/protocol.ts",
  "src/panels",
  "src/tools",
  "vite.config.ts",
  "package.json",
  "../lox/src",
  "../regex/src",
  "../sqlite/src",
];

/** Newest modification below `path`, in milliseconds. Deletions show in the time of their directory. */
function newest(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

const isFresh =
  existsSync(STAMP) && statSync(STAMP).mtimeMs >= Math.max(...SOURCES.map((source) => newest(join(ROOT, source))));
if (!isFresh || process.argv.includes("--force")) {
  const startedAt = new Date();
  const { build } = await import("vite");
  // Built beside its place and then moved there: a server that starts meanwhile finds the old page or the new one.
  const temporary = join(ROOT, `dist/web-${process.pid}`);
  await build({ configFile: join(ROOT, "vite.config.ts"), build: { outDir: temporary } });
  writeFileSync(join(temporary, ".built"), `${startedAt.toISOString()}\n`);
  rmSync(OUT, { recursive: true, force: true });
  renameSync(temporary, OUT);
  process.stderr.write("setup: built the console's page\n");
}
