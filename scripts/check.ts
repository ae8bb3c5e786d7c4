/**
 * `npm run check`: everything that can be said of the code without running its tests. The checks run side by side; what a failing
 * one printed is shown, and the exit code is 1. `npm run check types lint` runs only those.
 */
import { availableParallelism } from "node:os";
import { styleText } from "node:util";
import { capture, type Captured } from "./command.ts";

/** A tool of node_modules/.bin or a script of ours, and its arguments. */
type Tool = readonly [string, ...string[]];

/** In the order in which they are started: the longest first. */
const CHECKS: Readonly<Record<string, Tool>> = {
  types: ["node_modules/.bin/tsc", "--build"],
  knip: ["node_modules/.bin/knip", "--no-progress", "--no-config-hints"],
  boundaries: [process.execPath, "scripts/boundaries.ts"],
  lint: ["node_modules/.bin/oxlint", "--deny-warnings"],
  format: ["node_modules/.bin/oxfmt", "--check"],
  "package shape": [process.execPath, "scripts/pack.ts", "--check"],
};

/** Both compile; side by side they would write the same files. */
const AFTER: Readonly<Record<string, string>> = { "package shape": "types" };

interface Outcome extends Captured {
  readonly name: string;
  readonly seconds: number;
}

async function check(name: string, started: ReadonlyMap<string, Promise<Outcome>>): Promise<Outcome> {
  await started.get(AFTER[name] ?? "");
  const start = performance.now();
  const outcome = { name, ...(await capture(CHECKS[name]!)), seconds: (performance.now() - start) / 1000 };
  const verdict = outcome.code === 0 ? styleText("green", "ok    ") : styleText("red", "FAILED");
  process.stdout.write(`${verdict}  ${name.padEnd(14)} ${outcome.seconds.toFixed(1)} s\n`);
  return outcome;
}

async function main(wanted: readonly string[]): Promise<number> {
  const unknown = wanted.find((name) => !Object.hasOwn(CHECKS, name));
  if (unknown !== undefined) {
    process.stderr.write(`check: no check called ${unknown}; there are: ${Object.keys(CHECKS).join(", ")}\n`);
    return 2;
  }
  const queue = wanted.length > 0 ? [...wanted] : Object.keys(CHECKS);
  const started = new Map<string, Promise<Outcome>>();
  const worker = async (): Promise<void> => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const outcome = check(name, started);
      started.set(name, outcome);
      await outcome;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  const outcomes = await Promise.all(started.values());
  const failed = outcomes.filter(({ code }) => code !== 0);
  for (const { name, output } of failed) process.stdout.write(`\n──── ${name} ────\n${output.trimEnd()}\n`);
  if (failed.length > 0) process.stdout.write(`\nfailed: ${failed.map(({ name }) => name).join(", ")}\n`);
  return failed.length > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
