/** How long a test waits for its server. */
import { type Contender, suite } from "@tenon/bench";
import { DnsServer } from "../src/index.ts";

/** What `listen()` may take: named by the specification. */
const LISTEN_BUDGET_MS = 5;
const SMALL_ZONE = "@ A 192.0.2.1\nwww CNAME @\n*.w TXT any\nmail A 192.0.2.2\n@ MX 10 mail\n";

async function listen(): Promise<number> {
  const started = performance.now();
  const server = await DnsServer.listen({ zones: { "example.com": SMALL_ZONE } });
  const waited = performance.now() - started;
  await server.close();
  return waited;
}

/** Medians of as many as fit into a round. */
const ours: Contender = {
  name: "tenon",
  open: () =>
    Promise.resolve({
      async round(seconds) {
        const waits: number[] = [];
        const end = performance.now() + seconds * 1000;
        while (waits.length < 5 || performance.now() < end) waits.push(await listen());
        return { wall: waits.sort((a, b) => a - b)[waits.length >> 1]! };
      },
      close: () => Promise.resolve(),
    }),
};

const limit: Contender = {
  name: "the limit",
  open: () =>
    Promise.resolve({ round: () => Promise.resolve({ wall: LISTEN_BUDGET_MS }), close: () => Promise.resolve() }),
};

export default suite("dns", [
  {
    name: "listen() with a small zone, warm",
    metrics: [{ key: "wall", title: "ms", better: "lower" }],
    ours,
    peers: [limit],
    targets: { "the limit": { wall: 1 } },
  },
]);
