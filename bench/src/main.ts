/** `npm run bench [package…] -- [--json] [--quick] …`: finds the suites, runs them, prints the tables. */
import { existsSync, globSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { describeMachine, formatMachine } from "./machine.ts";
import type { Suite } from "./model.ts";
import { missedTargets, runScenario, type ScenarioResult } from "./runner.ts";
import { formatResult } from "./table.ts";

const USAGE = `Usage: npm run bench -- [package…] [options]

Runs ours against the real peers in interleaved rounds.

  --filter TEXT    only scenarios whose name contains TEXT
  --quick          short rounds: to see that it runs, not for figures
  --rounds N       rounds that count (5)
  --seconds N      length of a round (2)
  --json           results and machine as JSON on standard output
  --strict         exit 1 when a target is missed
  --list           names of the scenarios, without running them
`;

const packages = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "packages");

interface FoundSuite extends Suite {
  readonly file: string;
}

/** The default exports of packages/<name>/bench/*.bench.ts. */
async function findSuites(wanted: readonly string[]): Promise<FoundSuite[]> {
  for (const name of wanted) {
    if (!existsSync(join(packages, name))) throw new Error(`no package called ${name}`);
  }
  const files = globSync("*/bench/*.bench.ts", { cwd: packages }).toSorted();
  const suites: FoundSuite[] = [];
  for (const path of files.filter((candidate) => wanted.length === 0 || wanted.includes(candidate.split("/")[0]!))) {
    const file = pathToFileURL(join(packages, path)).href;
    const module = (await import(file)) as { default?: Suite }; // checked on the next line
    if (module.default === undefined) throw new Error(`packages/${path} has no suite as its default export`);
    suites.push({ ...module.default, file });
  }
  return suites;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** One line on a terminal that is overwritten; nothing elsewhere. */
function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`);
}

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      filter: { type: "string", default: "" },
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      seconds: { type: "string" },
      json: { type: "boolean", default: false },
      strict: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const rounds = positive("--rounds", values.rounds ?? (values.quick ? "2" : "5"));
  const seconds = positive("--seconds", values.seconds ?? (values.quick ? "0.5" : "2"));
  const suites = await findSuites(positionals);
  const machine = describeMachine();
  let failures = 0;
  const results: (ScenarioResult & { package: string })[] = [];
  if (!values.json && !values.list) print(`${formatMachine(machine)}\n`);
  for (const suite of suites) {
    for (const scenario of suite.scenarios.filter(({ name }) => name.includes(values.filter))) {
      if (values.list) {
        print(`${suite.package}: ${scenario.name}`);
        continue;
      }
      const options = { rounds, seconds, warmupRounds: 1, file: suite.file, progress: showProgress };
      try {
        const result = { package: suite.package, ...(await runScenario(scenario, options)) };
        showProgress("");
        results.push(result);
        if (!values.json) print(`${suite.package} · ${formatResult(result)}\n`);
      } catch (error) {
        // One scenario that cannot run keeps nobody from the figures of the others.
        showProgress("");
        failures++;
        process.stderr.write(`${suite.package} · ${scenario.name}: ${messageOf(error)}\n\n`);
      }
    }
  }
  if (values.json) print(JSON.stringify({ machine, rounds, seconds, results }, undefined, 2));
  else if (!values.list && results.length === 0 && failures === 0) print("no scenario fits");
  if (failures > 0) return 1;
  return values.strict && results.some((result) => missedTargets(result).length > 0) ? 1 : 0;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${option}: expected a number above 0, not "${text}"`);
  return value;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`bench: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
