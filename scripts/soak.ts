/**
 * `npm run soak [package…]`: the long fuzz, differential and crash runs, packages/<name>/soak/*.test.ts.
 * The test run has a few seconds of each; here they run to the counts that were promised. Other arguments go to Vitest.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./command.ts";

const args = process.argv.slice(2);
const filters = args.map((arg) => (existsSync(join(root, "packages", arg)) ? `packages/${arg}/` : arg));
process.exitCode = await run([process.execPath, "node_modules/vitest/vitest.mjs", "run", ...filters], {
  TENON_SOAK: "1",
});
