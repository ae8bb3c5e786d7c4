import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { peer } from "../../../scripts/test-peer.ts";
import { differences, useScratch } from "../test/differential/compare-grep.ts";

const grep = peer("grep");

test.runIf(grep !== undefined).each(["fixed", "bre", "ere"] as const)("%s: 5,000 random patterns", (syntax) => {
  const seed = Number(process.env["TENON_SEED"] ?? Date.now() % 2 ** 31);
  process.stderr.write(`regex differential, ${syntax}: TENON_SEED=${seed}\n`);
  const folder = mkdtempSync(join(tmpdir(), "tenon-regex-"));
  useScratch(join(folder, "scratch"));
  try {
    const locales = ["C", "C.UTF-8"];
    expect(differences({ grep: grep!, seed, runs: 5_000, syntax, locales, backReferences: true })).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
