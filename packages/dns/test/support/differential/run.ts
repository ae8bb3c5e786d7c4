/** Starts Knot, NSD and ours with the generated zones and puts the questions to all three. */
import { CLASS, DnsServer, TYPE } from "../../../src/index.ts";
import type { Daemon } from "../peers/daemon.ts";
import { startKnot, startNsd } from "../peers/name-servers.ts";
import type { WireQuestion } from "../peers/query.ts";
import { askOverUdp } from "./asking.ts";
import { compare, questionText } from "./compare.ts";
import { questionsAbout } from "./questions.ts";
import { answerView, sameView } from "./view.ts";
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

/** Types that each server treats in its own way even where nothing is optional; `decisions.ts` says how. */
const DECIDED_TYPES = new Set<number>([0, TYPE.ANY, TYPE.RRSIG, TYPE.NSEC, TYPE.NSEC3]);
/** Where servers differ in which types have addresses added, and in what goes first when not all of them fit. */
const WITHOUT_ADDITIONAL_DATA = new Set(["types.test.", "large.test."]);
/** Records from which on an answer's chain is one that never ends. */
const LONG_CHAIN = 16;

/**
 * With `minimal-responses: false`, ours gives the authority and additional data that NSD gives unless told otherwise: whole answers are equal.
 * Returns how many questions were compared; undefined when NSD is not installed.
 */
export async function runWithAdditionalData({
  seed,
  questionsPerZone,
}: DifferentialOptions): Promise<{ readonly compared: number; readonly differences: readonly string[] } | undefined> {
  const set = zoneSet(seed);
  await using nsd = await startNsd({ zones: set, serverSettings: "minimal-responses: no" });
  if (nsd === undefined) return undefined;
  await using server = await DnsServer.listen({
    config: { server: { "minimal-responses": false } },
    zones: Object.fromEntries(set.map(({ origin, text }) => [origin, text])),
  });
  const questions = set
    .filter(({ origin }) => !WITHOUT_ADDITIONAL_DATA.has(origin))
    .flatMap((zone) => [...questionsAbout(zone, seed, questionsPerZone)])
    .filter((question) => question.class === CLASS.IN && !DECIDED_TYPES.has(question.type));
  const [ours, theirs] = await Promise.all([askOverUdp(server.port, questions), askOverUdp(nsd.port, questions)]);
  const differences: string[] = [];
  let compared = 0;
  for (const [i, question] of questions.entries()) {
    const [we, they] = [answerView(ours[i]), answerView(theirs[i])];
    const isEndless = Math.max(we.answer.length, they.answer.length) >= LONG_CHAIN;
    if (isEndless || we.flags.includes("tc") || they.flags.includes("tc")) continue;
    compared += 1;
    if (!sameView(we, they)) {
      differences.push([questionText(question), JSON.stringify(we), JSON.stringify(they)].join("\n  "));
    }
  }
  return { compared, differences };
}

function* rounds(zone: GeneratedZone, { seed, questionsPerZone }: DifferentialOptions): Generator<WireQuestion[]> {
  const all = [...questionsAbout(zone, seed, questionsPerZone)];
  for (let at = 0; at < all.length; at += ROUND) yield all.slice(at, at + ROUND);
}
