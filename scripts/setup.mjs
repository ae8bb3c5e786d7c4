/**
 * Makes a checkout ready: installs the dependencies when they are missing or older than the lock file, and builds the
 * console's page when it is missing or older than its sources. Silent, and done in some milliseconds, when there is nothing to do.
 * Plain JavaScript, because the Node that starts it may be older than the one that the project brings along.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** When the file, or the newest file below the folder, was last changed, in milliseconds; 0 when it is not there. */
function modified(path) {
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(join(root, path)).map((name) => modified(join(path, name))));
}

function run(what, command, args) {
  console.error(`setup: ${what} …`);
  // What it prints is for the reader of the terminal, not for whoever reads the output of the command that comes after.
  const result = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2], shell: process.platform === "win32" });
  if (result.status === 0) return;
  console.error(`setup: \`${[command, ...args].join(" ")}\` failed${result.error ? `: ${result.error.message}` : ""}`);
  process.exit(result.status ?? 1);
}

// npm writes node_modules/.package-lock.json at the end of every install.
if (modified("node_modules/.package-lock.json") < modified("package-lock.json")) {
  run("installing dependencies (npm ci)", "npm", ["ci", "--loglevel=error"]);
}

const page = modified("packages/console/dist/web/index.html");
const pageSources = ["packages/console/web", "packages/console/src", "packages/console/vite.config.ts"];
if (pageSources.some((path) => modified(path) > page) && existsSync(join(root, "packages/console/web"))) {
  // The Node that the project brings along: Vite may want a newer one than the machine has.
  const node = join(root, "node_modules", "node", "bin", "node");
  run("building the console's page", existsSync(node) ? node : process.execPath, [
    "node_modules/vite/bin/vite.js",
    "build",
    ...["--config", "packages/console/vite.config.ts"],
  ]);
}
