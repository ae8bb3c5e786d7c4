/** Starts Knot, NSD and ours with the generated zones and puts the questions to all three. */
import { DnsServer } from "../../../src/index.ts";
import type { Daemon } from "../peers/daemon.ts";
import { startKnot, startNsd } from "../peers/name-servers.ts";
import type { WireQuestion } from "../peers/query.ts";
import { compare } from "./compare.ts";
import { questionsAbout } from "./questions.ts";
import { type GeneratedZone, rootSet, zoneSet } from "./zones.ts";

export interface DifferentialOptions {
  /** Of the zones and of the questions. */
  readonly seed: number;
  readonly questionsPerZone: number;
  /** Of this origin only. */
  readonly zone?: string | undefined;
  /** Ports of servers that stand in for ours, by the set of zones that they are given; for tests of the comparison itself. */
  readonly ours?: (servers: { readonly knot: Daemon; readonly nsd: Daemon }) => number;
}

export interface DifferentialResult {
  readonly zones: number;
  readonly agreed: number;
  /** How many questions each decision was needed for. */
  readonly decided: Readonly<Record<string, number>>;
  readonly differences: readonly string[];
}

/** So many questions are put at once. */
const ROUND = 5000;

/** Undefined when Knot or NSD is not installed. */
export async function runDifferential(options: DifferentialOptions): Promise<DifferentialResult | undefined> {
  const decided: Record<string, number> = {};
  const differences: string[] = [];
  let agreed = 0;
  let zones = 0;
  for (const set of [zoneSet(options.seed), rootSet(options.seed)]) {
    await using knot = await startKnot({ zones: set });
    await using nsd = await startNsd({ zones: set, serverSettings: "minimal-responses: yes" });
    if (knot === undefined || nsd === undefined) return undefined;
    await using server = await DnsServer.listen({
      zones: Object.fromEntries(set.map(({ origin, text }) => [origin, text])),
    });
    const servers = { ours: options.ours?.({ knot, nsd }) ?? server.port, knot: knot.port, nsd: nsd.port };
    const origins = set.map(({ origin }) => origin);
    for (const zone of set) {
      if (options.zone !== undefined && options.zone !== zone.origin) continue;
      zones += 1;
      for (const questions of rounds(zone, options)) {
        const report = await compare(servers, questions, origins);
        agreed += report.agreed;
        differences.push(...report.differences);
        for (const [what, count] of report.decided) decided[what] = (decided[what] ?? 0) + count;
      }
    }
  }
  return { zones, agreed, decided, differences };
}

function* rounds(zone: GeneratedZone, { seed, questionsPerZone }: DifferentialOptions): Generator<WireQuestion[]> {
  const all = [...questionsAbout(zone, seed, questionsPerZone)];
  for (let at = 0; at < all.length; at += ROUND) yield all.slice(at, at + ROUND);
}
