/**
 * Functions against each other: a checksum, a parser, an engine without its socket.
 *
 * Every contender runs in a Node process of its own, so that none spoils another's inline caches and garbage collection; between its
 * rounds the process sleeps. The child imports the suite's file again and looks its function up by the two names.
 */
import { type ChildProcess, fork } from "node:child_process";
import {
  type Contender,
  type Figures,
  type Metric,
  type OpenContender,
  type OpenContext,
  perSecond,
  type Scenario,
  type Targets,
} from "./model.ts";

/** What is timed. Return something that depends on the work, so that the compiler cannot drop it. */
export type MicroFunction = () => unknown;

export interface MicroContender {
  readonly name: string;
  /** Makes the input and hands back what is timed; runs in the contender's own process. An async function is awaited each time. */
  readonly setup: () => MicroFunction | Promise<MicroFunction>;
}

export interface MicroScenarioOptions {
  readonly name: string;
  /** What is counted, singular: "operation", "MiB". */
  readonly unit?: string;
  /** Units of work in one call; 1 unless said. A call should take between a microsecond and a few milliseconds. */
  readonly unitsPerCall?: number;
  readonly ours: MicroContender;
  readonly peers?: readonly MicroContender[];
  /** Keys: "throughput", "cpu". */
  readonly targets?: Targets;
}

/** The scenarios that a child can run, by name; filled when the suite's file is imported. */
const registered = new Map<string, MicroScenarioOptions>();

export function microScenario(options: MicroScenarioOptions): Scenario {
  registered.set(options.name, options);
  const unit = options.unit ?? "operation";
  const metrics: Metric[] = [
    { key: "throughput", title: perSecond(unit), better: "higher" },
    { key: "cpu", title: `CPU µs/${unit}`, better: "lower" },
  ];
  const contender = ({ name }: MicroContender): Contender => ({ name, open: (context) => open(context, name) });
  return {
    name: options.name,
    metrics,
    ours: contender(options.ours),
    peers: (options.peers ?? []).map(contender),
    targets: options.targets,
  };
}

async function open(context: OpenContext, contender: string): Promise<OpenContender> {
  const child = fork(new URL("./micro-child.ts", import.meta.url), [context.file, context.scenario, contender]);
  await reply(child);
  return {
    async round(seconds) {
      child.send(seconds);
      return reply(child);
    },
    async close() {
      if (child.connected) child.disconnect();
    },
  };
}

function reply(child: ChildProcess): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`the contender's process ended with ${code}`));
    child.once("exit", ended);
    child.once("message", (message) => {
      child.off("exit", ended);
      resolve(message as Figures); // the other side of this channel is serve(), below
    });
  });
}

/** The child's side: for each number of seconds that arrives, one round and its figures. */
export async function serve(scenario: string, contender: string): Promise<void> {
  const options = registered.get(scenario);
  const chosen = [options?.ours, ...(options?.peers ?? [])].find((candidate) => candidate?.name === contender);
  if (options === undefined || chosen === undefined) throw new Error(`no contender ${contender} in ${scenario}`);
  const call = await chosen.setup();
  const units = options.unitsPerCall ?? 1;
  process.on("message", (seconds) => {
    void measure(call, Number(seconds)).then(({ calls, seconds: wall, cpuSeconds }) =>
      process.send!({ throughput: (calls * units) / wall, cpu: (cpuSeconds / (calls * units)) * 1e6 }),
    );
  });
  process.send!({});
}

/** A batch of calls between two looks at the clock takes about so long. */
const BATCH_MS = 5;

/** Where results go, so that they count as used. */
let sink: unknown;

export async function measure(
  call: MicroFunction,
  seconds: number,
): Promise<{ calls: number; seconds: number; cpuSeconds: number }> {
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  let calls = 0;
  let batch = 1;
  let elapsed = 0;
  while (elapsed < seconds * 1000) {
    const before = elapsed;
    for (let i = 0; i < batch; i++) {
      const result = call();
      // Awaiting only what is a promise keeps the microtask queue out of synchronous functions' figures.
      sink = result instanceof Promise ? await result : result;
    }
    calls += batch;
    elapsed = performance.now() - start;
    if (elapsed - before < BATCH_MS) batch *= 2;
  }
  const cpu = process.cpuUsage(cpuBefore);
  void sink;
  return { calls, seconds: elapsed / 1000, cpuSeconds: (cpu.user + cpu.system) / 1e6 };
}
