import { defineConfig } from "vitest/config";
import CountingReporter from "./scripts/test-reporter.ts";

// `npm run soak` sets TENON_SOAK and runs the long fuzz, differential and crash runs instead of the tests.
const soak = process.env["TENON_SOAK"] !== undefined;

export default defineConfig({
  test: {
    include: soak
      ? ["packages/*/soak/**/*.test.ts"]
      : ["packages/*/test/**/*.test.ts", "bench/test/**/*.test.ts", "scripts/test/**/*.test.ts"],
    testTimeout: soak ? 3_600_000 : 120_000,
    hookTimeout: 120_000,
    // What is waited for comes on a busy machine too; the default is one second.
    expect: { poll: { timeout: 60_000 } },
    pool: "forks",
    maxWorkers: 2,
    // Without a terminal the tree of every test is noise; failures are printed in full either way.
    reporters: [process.stdout.isTTY ? "default" : ["default", { summary: false }], new CountingReporter()],
  },
});
