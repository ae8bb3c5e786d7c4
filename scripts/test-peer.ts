/**
 * Finds the programs by others (redis-server, curl, chromium, …) that interop tests and benchmarks talk to.
 *
 * A test asks `peer("redis-cli")` and skips itself when the answer is undefined. So that no skip goes unseen,
 * each missing peer is written down: in a test run, in the ledger that scripts/test-reporter.ts reads out at the end;
 * elsewhere, on stderr at once. With TENON_PEERS=required (CI) a missing peer throws, and the test fails.
 */
import { accessSync, appendFileSync, constants, readFileSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const found = new Map<string, string | undefined>();

/** One row of scripts/peers.table. */
export interface PeerSource {
  readonly executable: string;
  readonly from: "apt" | "npm";
  readonly package: string;
}

/** Path of the file in which a test run's workers note missing peers; set by scripts/test-reporter.ts. */
export const LEDGER_VARIABLE = "TENON_PEER_LEDGER";

/** The peers that scripts/peers knows how to install. */
export function knownPeers(): PeerSource[] {
  return readFileSync(join(root, "scripts/peers.table"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [executable = "", from, source = ""] = line.split(/\s+/);
      if (from !== "apt" && from !== "npm") throw new Error(`scripts/peers.table: neither apt nor npm: ${line}`);
      return { executable, from, package: source };
    });
}

/**
 * The executable's absolute path, looked for in .peers/bin and then on PATH; undefined when it is not there.
 * Throws for a name that scripts/peers.table lacks (nobody could install it), and, with TENON_PEERS=required, for a missing peer.
 */
export function peer(name: string): string | undefined {
  if (!found.has(name)) {
    if (!knownPeers().some((row) => row.executable === name)) {
      throw new Error(`peer ${name}: not in scripts/peers.table; add a row, so that scripts/peers can install it`);
    }
    found.set(name, locate(name));
    if (found.get(name) === undefined) noteMissing(name);
  }
  const path = found.get(name);
  if (path === undefined && process.env["TENON_PEERS"] === "required") {
    throw new Error(`peer ${name} is missing, and TENON_PEERS=required; install it with scripts/peers`);
  }
  return path;
}

function locate(name: string): string | undefined {
  // Daemons live in sbin, which the PATH of an ordinary user often lacks.
  const directories = [join(root, ".peers/bin"), ...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"];
  return directories
    .filter((directory) => directory !== "")
    .map((directory) => join(directory, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function noteMissing(name: string): void {
  const ledger = process.env[LEDGER_VARIABLE];
  if (ledger === undefined)
    process.stderr.write(`peer ${name}: not found (scripts/peers installs it); doing without\n`);
  else appendFileSync(ledger, `${name}\n`);
}
