/**
 * The end of every test run: which peers were missing, and the counts alone on the last line, for scripts to read:
 *
 *     peers not found: wrk, nginx (their tests were skipped; scripts/peers installs them)
 *     812 passed, 0 failed, 3 skipped
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Reporter, SerializedError, TestModule } from "vitest/node";
import { LEDGER_VARIABLE } from "./test-peer.ts";

export default class CountingReporter implements Reporter {
  #ledger = "";

  /** Before any worker is forked: the workers inherit the ledger's path. */
  onInit(): void {
    const directory = mkdtempSync(join(tmpdir(), "tenon-peers-"));
    process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
    this.#ledger = join(directory, "missing");
    writeFileSync(this.#ledger, "");
    process.env[LEDGER_VARIABLE] = this.#ledger;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const missing = this.#missingPeers();
    if (missing.length > 0) {
      process.stdout.write(
        `peers not found: ${missing.join(", ")} (their tests were skipped; scripts/peers installs them)\n`,
      );
    }
    process.stdout.write(`${countLine(modules, unhandledErrors.length)}\n`);
  }

  #missingPeers(): string[] {
    return [...new Set(readFileSync(this.#ledger, "utf8").split("\n"))].filter((name) => name !== "").toSorted();
  }
}

/** `N passed, N failed[, N skipped]`. What failed outside any test (a file that does not load, an error nobody caught) counts as failed. */
export function countLine(modules: readonly TestModule[], unhandledErrors: number): string {
  const counts = { passed: 0, failed: unhandledErrors, skipped: 0 };
  for (const module of modules) {
    let failedTests = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      counts[state === "pending" ? "failed" : state]++;
      if (state !== "passed" && state !== "skipped") failedTests++;
    }
    if (!module.ok() && failedTests === 0) counts.failed++;
  }
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`;
}
