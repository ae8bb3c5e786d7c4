/** On what the figures were taken: a ratio travels between machines, an absolute figure does not. */
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  /** Mean number of runnable processes over the last minute, when the run began; above 1, somebody else was busy. */
  readonly loadAverage: number;
  readonly date: string;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    loadAverage: loadavg()[0]!,
    date: new Date().toISOString(),
  };
}

export function formatMachine(machine: Machine): string {
  const memory = `${Math.round(machine.memoryBytes / 2 ** 30)} GiB`;
  const load = `load ${machine.loadAverage.toFixed(1)}`;
  return `${machine.cpu}, ${machine.cores} cores, ${memory}; ${machine.system}; Node ${machine.node}; ${load}`;
}
