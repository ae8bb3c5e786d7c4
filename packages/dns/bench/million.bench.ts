/** A zone of a million records: loading it, and passing it on by AXFR, each in a fresh process. */
import {
  type Contender,
  cpuSeconds,
  type Figures,
  residentBytes,
  type RunningServer,
  type Server,
  suite,
} from "@tenon/bench";
import { knot, named, nsd, secondaryKnot, secondaryTenon, tenon, transferringKnot } from "./contenders.ts";
import { MILLION, millionZone } from "./data.ts";
import { transfer } from "./transfer.ts";

/** Each round starts the server anew, and what `measure` says of it counts. */
function fresh(server: Server, measure: (running: RunningServer) => Promise<Figures>): Contender {
  return {
    name: server.name,
    open: () =>
      Promise.resolve({
        async round() {
          const running = await server.start();
          try {
            return await measure(running);
          } finally {
            await running.stop();
          }
        },
        close: () => Promise.resolve(),
      }),
  };
}

/** The server answers, so everything is loaded. */
function loaded({ pid }: RunningServer): Promise<Figures> {
  return Promise.resolve({ cpu: cpuSeconds(pid), memory: residentBytes(pid) / 2 ** 20 });
}

async function sentOut({ port, pid }: RunningServer): Promise<Figures> {
  const before = cpuSeconds(pid);
  const { records } = await transfer(port);
  if (records < MILLION) throw new Error(`the transfer ended after ${records} records`);
  return { cpu: cpuSeconds(pid) - before };
}

const CPU = { key: "cpu", title: "CPU s", better: "lower" } as const;
const MEMORY = { key: "memory", title: "MiB resident", better: "lower" } as const;

export default suite("dns", [
  {
    name: "load 1,000,000 records",
    metrics: [CPU, MEMORY],
    ours: fresh(tenon(millionZone), loaded),
    peers: [fresh(knot(millionZone), loaded), fresh(nsd(millionZone), loaded), fresh(named(millionZone), loaded)],
    targets: { named: { cpu: 1 / 0.8 }, knotd: { memory: 1 / 0.8 } },
  },
  {
    name: "AXFR of 1,000,000 records, out",
    metrics: [CPU],
    ours: fresh(tenon(millionZone), sentOut),
    peers: [fresh(transferringKnot(millionZone), sentOut)],
    targets: { knotd: { cpu: 1 / 1.5 } },
  },
  {
    name: "AXFR of 1,000,000 records, in",
    metrics: [CPU],
    ours: fresh(secondaryTenon(millionZone), (running) => Promise.resolve({ cpu: cpuSeconds(running.pid) })),
    peers: [fresh(secondaryKnot(millionZone), (running) => Promise.resolve({ cpu: cpuSeconds(running.pid) }))],
    targets: { knotd: { cpu: 1 / 2.5 } },
  },
]);
