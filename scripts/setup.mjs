/**
 * Makes a fresh checkout ready: installs the dependencies when they are missing or older than the lock file.
 * Plain JavaScript, because the Node that starts it may be older than the one that the project brings along.
 */
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** When the file was last changed, in milliseconds; 0 when it is not there. */
function modified(path) {
  const file = join(root, path);
  return existsSync(file) ? statSync(file).mtimeMs : 0;
}

function run(command, args) {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  if (result.status !== 0) {
    console.error(`setup: \`${command} ${args.join(" ")}\` failed`);
    process.exit(result.status ?? 1);
  }
}

// npm writes node_modules/.package-lock.json at the end of every install.
if (modified("node_modules/.package-lock.json") < modified("package-lock.json")) {
  console.error("setup: installing dependencies (npm ci) …");
  run("npm", ["ci", "--loglevel=error"]);
}
