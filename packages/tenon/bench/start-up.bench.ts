/**
 * How long people wait for the `tenon` command.
 *
 * The bundle has to exist (`npm run build`); beside it, the same command from the sources shows what bundling is worth.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { commandScenario, type Contender, MissingPeerError, type Scenario, type Suite, suite } from "@tenon/bench";

const PACKAGE = join(import.meta.dirname, "..");
const BUNDLED = join(PACKAGE, "dist/bin/tenon.cjs");
const SOURCE = join(PACKAGE, "bin/tenon.cjs");

/** `undefined` where there is nothing to run: the contender is left out, and the table says so. */
const built = (launcher: string): string | undefined => (existsSync(launcher) ? process.execPath : undefined);

/** From the start of the process to the line that says that redis, http and the console answer. */
const upToReady: Scenario = {
  name: "tenon up, to ready",
  metrics: [{ key: "wall", title: "ms", better: "lower" }],
  ours: up("tenon", BUNDLED),
  peers: [up("from source", SOURCE)],
};

function up(name: string, launcher: string): Contender {
  return {
    name,
    open: async () => {
      if (!existsSync(launcher)) throw new MissingPeerError(`${name} (npm run build makes it)`);
      return {
        round: async (seconds) => {
          const waits: number[] = [];
          const end = performance.now() + seconds * 1000;
          while (waits.length === 0 || performance.now() < end) waits.push(await readyMs(launcher));
          return { wall: waits.toSorted((a, b) => a - b)[waits.length >> 1]! };
        },
        close: () => Promise.resolve(),
      };
    },
  };
}

async function readyMs(launcher: string): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, [launcher, "up", "--json", "--console-port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  await Promise.race([
    once(child.stdout, "data"),
    ended.then(([code]) => Promise.reject(new Error(`tenon up ended with ${code}`))),
  ]);
  const waitedMs = performance.now() - start;
  child.kill("SIGTERM");
  await ended;
  return waitedMs;
}

const startUp: Suite = suite("tenon", [
  commandScenario({
    name: "tenon --version",
    ours: { name: "tenon", command: [built(BUNDLED), BUNDLED, "--version"] },
    peers: [
      { name: "node -e 0", command: [process.execPath, "-e", "0"] },
      { name: "from source", command: [process.execPath, SOURCE, "--version"] },
    ],
    // Within 15 ms of a bare Node, which takes about 30.
    targets: { "node -e 0": { wall: 0.66 } },
  }),
  upToReady,
]);
export default startUp;
