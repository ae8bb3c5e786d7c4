import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { knownPeers, LEDGER_VARIABLE } from "../test-peer.ts";

let bin: string;
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), "tenon-peer-test-"));
});
afterEach(() => rmSync(bin, { recursive: true }));

/** Asks for `name` twice in a process whose PATH is only `bin`. */
function ask(
  name: string,
  environment: Record<string, string> = {},
): { stdout: string; stderr: string; status: number | null } {
  const source = `
    const { peer } = await import(${JSON.stringify(new URL("../test-peer.ts", import.meta.url).href)});
    peer(process.argv[1]);
    console.log(peer(process.argv[1]));`;
  return spawnSync(process.execPath, ["--input-type=module", "-e", source, name], {
    encoding: "utf8",
    env: { PATH: bin, ...environment },
  });
}

function install(name: string, mode = 0o755): string {
  writeFileSync(join(bin, name), "#!/bin/sh\n");
  chmodSync(join(bin, name), mode);
  return join(bin, name);
}

test("a peer on PATH is found, with its absolute path", () => {
  const path = install("redis-cli");
  expect(ask("redis-cli")).toMatchObject({ stdout: `${path}\n`, stderr: "", status: 0 });
});

test("a missing peer is undefined, and said once", () => {
  const { stdout, stderr } = ask("redis-cli");
  expect(stdout).toBe("undefined\n");
  expect(stderr).toBe("peer redis-cli: not found (scripts/peers installs it); doing without\n");
});

test("a file that cannot be executed is no peer", () => {
  install("redis-cli", 0o644);
  expect(ask("redis-cli").stdout).toBe("undefined\n");
});

test("with a ledger, a missing peer is written there and not on stderr", () => {
  const ledger = join(bin, "ledger");
  expect(ask("redis-cli", { [LEDGER_VARIABLE]: ledger }).stderr).toBe("");
  expect(readFileSync(ledger, "utf8")).toBe("redis-cli\n");
});

test("TENON_PEERS=required makes a missing peer an error", () => {
  const { status, stderr } = ask("redis-cli", { TENON_PEERS: "required" });
  expect(status).not.toBe(0);
  expect(stderr).toContain("peer redis-cli is missing, and TENON_PEERS=required");
});

test("a name that the table lacks is an error even where the program exists", () => {
  install("left-handed-spanner");
  expect(ask("left-handed-spanner").stderr).toContain("not in scripts/peers.table");
});

test("scripts/peers --list reads the same table", () => {
  const listed = execFileSync("bash", [new URL("../peers", import.meta.url).pathname, "--list"], { encoding: "utf8" });
  expect(
    listed
      .trim()
      .split("\n")
      .map((line) => line.split(/\s+/)[0]),
  ).toEqual(knownPeers().map((row) => row.executable));
});
