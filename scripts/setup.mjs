/**
 * Makes a checkout ready: installs the dependencies when they are missing or older than the lock file, and lets the console
 * build its page when that is missing or older than its sources. Silent and quick when there is nothing to do.
 * Plain JavaScript, because the Node that starts it may be older than the one that the project brings along.
 */
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** When the file was last changed, in milliseconds; 0 when it is not there. */
function modified(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function run(command, args) {
  // What it prints is for the reader of the terminal, not for whoever reads the output of the command that comes after.
  const result = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2], shell: process.platform === "win32" });
  if (result.status === 0) return;
  console.error(`setup: \`${[command, ...args].join(" ")}\` failed${result.error ? `: ${result.error.message}` : ""}`);
  process.exit(result.status ?? 1);
}

// npm writes node_modules/.package-lock.json at the end of every install.
if (modified("node_modules/.package-lock.json") < modified("package-lock.json")) {
  console.error("setup: installing dependencies (npm ci) …");
  run("npm", ["ci", "--loglevel=error"]);
}

// An npm script runs in the project's own Node once that is installed; at the very first run it is still the machine's.
if (process.features.typescript) await import("../packages/console/build.ts");
else run(join(root, "node_modules/node/bin/node"), ["packages/console/build.ts"]);
