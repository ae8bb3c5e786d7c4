/**
 * Whole processes that search: CPU and wall time, output read through a pipe (GNU grep searches nothing when it sees /dev/null), and the same
 * output demanded of all.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Contender, MissingPeerError, type Scenario, type Targets } from "@tenon/bench";

export interface SearchCommand {
  readonly name: string;
  /** Undefined when the program is not installed. */
  readonly command: readonly [string | undefined, ...string[]];
}

export interface SearchScenarioOptions {
  readonly name: string;
  readonly ours: SearchCommand;
  readonly peers: readonly SearchCommand[];
  readonly targets?: Targets;
  /** Lines may come in any order. */
  readonly unordered?: boolean;
}

export function searchScenario({ name, ours, peers, targets, unordered = false }: SearchScenarioOptions): Scenario {
  const agreed: Agreement = { output: undefined, by: "" };
  const contender = (command: SearchCommand): Contender => searching(command, agreed, unordered);
  return {
    name,
    metrics: [
      { key: "cpu", title: "CPU ms", better: "lower" },
      { key: "wall", title: "ms", better: "lower" },
    ],
    ours: contender(ours),
    peers: peers.map(contender),
    targets,
  };
}

/** What the first who ran put out. */
interface Agreement {
  output: string | undefined;
  by: string;
}

function searching({ name, command }: SearchCommand, agreed: Agreement, unordered: boolean): Contender {
  const [program, ...args] = command;
  return {
    name,
    open: async () => {
      if (program === undefined) throw new MissingPeerError(name);
      return {
        async round(seconds) {
          const cpuBefore = waitedCpuMs();
          const start = performance.now();
          let runs = 0;
          for (; runs === 0 || performance.now() - start < seconds * 1000; runs++) {
            const output = await outputOf(program, args, unordered);
            if (agreed.output === undefined) Object.assign(agreed, { output, by: name });
            else if (agreed.output !== output)
              throw new Error(`${name} puts out something else than ${agreed.by}: ${args.join(" ")}`);
          }
          return { cpu: (waitedCpuMs() - cpuBefore) / runs, wall: (performance.now() - start) / runs };
        },
        close: async () => {},
      };
    },
  };
}

/** A digest of what the command puts out. */
function outputOf(program: string, args: readonly string[], unordered: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "inherit"],
      env: { PATH: process.env["PATH"], LC_ALL: "C.UTF-8" },
    });
    const hash = createHash("sha1");
    const pieces: Buffer[] = [];
    child.stdout.on("data", (piece: Buffer) => (unordered ? pieces.push(piece) : hash.update(piece)));
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code !== 0) return reject(new Error(`${program} ${args.join(" ")} ended with ${code ?? signal}`));
      if (unordered) hash.update(Buffer.concat(pieces).toString("latin1").split("\n").toSorted().join("\n"));
      resolve(hash.digest("hex"));
    });
  });
}

const TICK_MS = 10;

/** CPU time of the children that this process has waited for: fields 16 and 17 of proc(5)'s stat, after the name in parentheses. */
function waitedCpuMs(): number {
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}
