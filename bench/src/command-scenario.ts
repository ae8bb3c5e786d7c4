/** Commands run from start to end: `tenon grep` against grep, or the start-up of a bare Node. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { MissingPeerError, type Contender, type Metric, type Scenario, type Targets } from "./model.ts";
import { parseStat } from "./proc.ts";

export interface CommandContender {
  readonly name: string;
  /** Program and arguments; undefined when the program is not installed (what `peer()` says). */
  readonly command: readonly [string | undefined, ...string[]];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The exit code that means success; 0 unless said. */
  readonly exitCode?: number;
}

export interface CommandScenarioOptions {
  readonly name: string;
  readonly ours: CommandContender;
  readonly peers: readonly CommandContender[];
  /** Keys: "wall", "cpu". */
  readonly targets?: Targets;
}

/** Output goes nowhere; each round runs the command again and again, one after the other, and reports the means. */
export function commandScenario(options: CommandScenarioOptions): Scenario {
  const metrics: Metric[] = [
    { key: "wall", title: "ms/run", better: "lower" },
    { key: "cpu", title: "CPU ms/run", better: "lower" },
  ];
  return {
    name: options.name,
    metrics,
    ours: contender(options.ours),
    peers: options.peers.map(contender),
    targets: options.targets,
  };
}

function contender(options: CommandContender): Contender {
  return {
    name: options.name,
    async open() {
      const [program, ...args] = options.command;
      if (program === undefined) throw new MissingPeerError(options.name);
      return {
        async round(seconds) {
          const cpuBefore = childrenCpuMs();
          const start = performance.now();
          let runs = 0;
          while (runs === 0 || performance.now() - start < seconds * 1000) {
            await runOnce(program, args, options);
            runs++;
          }
          const wall = performance.now() - start;
          return { wall: wall / runs, cpu: (childrenCpuMs() - cpuBefore) / runs };
        },
        close: () => Promise.resolve(),
      };
    },
  };
}

function runOnce(program: string, args: readonly string[], options: CommandContender): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "ignore", "inherit"],
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (code === (options.exitCode ?? 0)) resolve();
      else reject(new Error(`${options.name} ended with ${code ?? signal}`));
    });
  });
}

/** CPU time of all children that this process has waited for, in milliseconds; the kernel adds them up exactly and shows 10 ms ticks. */
function childrenCpuMs(): number {
  return parseStat(readFileSync("/proc/self/stat", "utf8")).waitedTicks * 10;
}
