import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { capture, root } from "../command.ts";

/** A folder with test files of its own; inside the repository, so that they find Vitest. */
let folder: string;

beforeEach(() => {
  mkdirSync(join(root, "build"), { recursive: true });
  folder = mkdtempSync(join(root, "build/reporter-test-"));
  write(
    "vitest.config.ts",
    `
    import CountingReporter from ${JSON.stringify(join(root, "scripts/test-reporter.ts"))};
    export default { test: { include: ["*.test.ts"], reporters: [new CountingReporter()] } };`,
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(file: string, text: string): void {
  writeFileSync(join(folder, file), text);
}

/** The last lines of a run's output. */
async function lastLines(count: number): Promise<string[]> {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const { output } = await capture([
    process.execPath,
    vitest,
    "run",
    "--root",
    folder,
    "--config",
    join(folder, "vitest.config.ts"),
  ]);
  return output.trimEnd().split("\n").slice(-count);
}

test("the last line counts what passed, failed and was skipped", async () => {
  write(
    "a.test.ts",
    'import { test } from "vitest"; test("a", () => {}); test("b", () => {}); test.skip("c", () => {});',
  );
  write("b.test.ts", 'import { test } from "vitest"; test("d", () => { throw new Error("no"); });');
  expect(await lastLines(1)).toEqual(["2 passed, 1 failed, 1 skipped"]);
});

test("a file that does not load counts as failed", async () => {
  write("a.test.ts", 'import { test } from "vitest"; test("a", () => {});');
  write("b.test.ts", 'throw new Error("broken");');
  expect(await lastLines(1)).toEqual(["1 passed, 1 failed"]);
});

test("an error that nobody caught counts as failed", async () => {
  write(
    "a.test.ts",
    'import { test } from "vitest"; test("a", async () => { void Promise.reject(new Error("lost")); await new Promise(setImmediate); });',
  );
  expect(await lastLines(1)).toEqual(["1 passed, 1 failed"]);
});

test("missing peers of all files are named once, before the counts", async () => {
  const file = `
    import { test } from "vitest";
    import { peer } from ${JSON.stringify(join(root, "scripts/test-peer.ts"))};
    process.env.PATH = "";
    delete process.env.TENON_PEERS;
    test.runIf(peer("redis-cli"))("needs it", () => {});
    test.runIf(peer("wrk"))("needs that", () => {});`;
  write("a.test.ts", file);
  write("b.test.ts", file);
  expect(await lastLines(2)).toEqual([
    "peers not found: redis-cli, wrk (their tests were skipped; scripts/peers installs them)",
    "0 passed, 0 failed, 4 skipped",
  ]);
});
