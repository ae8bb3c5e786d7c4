/** The forwarder's cache beside Unbound's and BIND's: every answer is there before the load begins. */
import { dnsperf, serverScenario, suite, type RunningServer, type Server } from "@tenon/bench";
import { askOverUdp } from "../test/support/differential/asking.ts";
import { knot, namedForwarder, tenonForwarder, unbound } from "./contenders.ts";
import { hitQueries, hostsZone, ORIGIN } from "./data.ts";

/** Names in the cache. */
const CACHED = 10_000;

/** Each with an upstream of its own, which is not measured. */
function withUpstream(name: string, make: (upstream: RunningServer) => Server): Server {
  return {
    name,
    async start() {
      const upstream = await knot(hostsZone).start();
      try {
        const running = await make(upstream).start();
        const stop = async (): Promise<void> => {
          await running.stop();
          await upstream.stop();
        };
        return { ...running, stop };
      } catch (error) {
        await upstream.stop();
        throw error;
      }
    },
  };
}

export default suite("dns", [
  serverScenario({
    name: "forwarder, UDP, hits of 10,000 cached names",
    unit: "query",
    ours: withUpstream("tenon", ({ host, port }) => tenonForwarder(`${host}:${port}`)),
    peers: [withUpstream("unbound", unbound), withUpstream("named", namedForwarder)],
    prepare: async ({ port }) => {
      const questions = Array.from({ length: CACHED }, (_, i) => ({
        name: `h${i}.${ORIGIN}`,
        type: 1,
        recursionDesired: true,
      }));
      await askOverUdp(port, questions);
    },
    load: dnsperf({ queries: () => hitQueries(CACHED) }),
    targets: { unbound: { cpu: 1 / 1.5 }, named: { cpu: 1 } },
  }),
]);
