/** A server under load from outside: throughput, latency, and the server's CPU time per operation. */
import { type Contender, type Metric, type OpenContender, perSecond, type Scenario, type Targets } from "./model.ts";
import { cpuSeconds } from "./proc.ts";
import type { Server } from "./servers/program.ts";

/** What a load is aimed at. */
export interface LoadTarget {
  readonly host: string;
  readonly port: number;
  /** The server's process, for loads that also look at its memory. */
  readonly pid: number;
  /** For how long, about. */
  readonly seconds: number;
}

export interface LoadResult {
  /** Operations that the server answered rightly. */
  readonly operations: number;
  /** Wall time that they took. */
  readonly seconds: number;
  /** Latencies, where the load measures them. */
  readonly p50Ms?: number | undefined;
  readonly p99Ms?: number | undefined;
}

/** Puts load on a server; rejects when the server answers wrongly, so that no figure comes from errors. */
export type Load = (target: LoadTarget) => Promise<LoadResult>;

export interface ServerScenarioOptions {
  readonly name: string;
  /** What is counted, singular: "request". */
  readonly unit?: string;
  readonly ours: Server;
  readonly peers: readonly Server[];
  readonly load: Load;
  /** Run once against each server when it is up: fills it with keys, say. */
  readonly prepare?: (target: Omit<LoadTarget, "seconds">) => Promise<void>;
  /** Keys: "throughput", "cpu", "p50", "p99". */
  readonly targets?: Targets;
}

/** Each server runs in a process of its own from the first round to the last; only one is under load at a time. */
export function serverScenario(options: ServerScenarioOptions): Scenario {
  const unit = options.unit ?? "request";
  const metrics: Metric[] = [
    { key: "throughput", title: perSecond(unit), better: "higher" },
    { key: "cpu", title: `CPU µs/${unit}`, better: "lower" },
    { key: "p50", title: "p50 ms", better: "lower" },
    { key: "p99", title: "p99 ms", better: "lower" },
  ];
  const contender = (server: Server): Contender => ({
    name: server.name,
    open: () => open(server, options),
  });
  return {
    name: options.name,
    metrics,
    ours: contender(options.ours),
    peers: options.peers.map(contender),
    targets: options.targets,
  };
}

async function open(server: Server, options: ServerScenarioOptions): Promise<OpenContender> {
  const running = await server.start();
  try {
    await options.prepare?.(running);
  } catch (error) {
    await running.stop();
    throw error;
  }
  return {
    async round(seconds) {
      const before = cpuSeconds(running.pid);
      const result = await options.load({ host: running.host, port: running.port, pid: running.pid, seconds });
      const cpu = cpuSeconds(running.pid) - before;
      if (result.operations === 0) throw new Error(`${server.name}: the load ended without a single operation`);
      return {
        throughput: result.operations / result.seconds,
        cpu: (cpu / result.operations) * 1e6,
        ...(result.p50Ms === undefined ? {} : { p50: result.p50Ms }),
        ...(result.p99Ms === undefined ? {} : { p99: result.p99Ms }),
      };
    },
    close: running.stop,
  };
}
