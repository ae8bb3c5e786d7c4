/**
 * Runs a scenario: all contenders are opened, then take turns, round after round. The warm-up rounds are thrown away.
 *
 * The order within a round rotates, so that nobody always runs on the machine that somebody else has just heated.
 */
import { type Contender, type Figures, MissingPeerError, type OpenContender, type Scenario } from "./model.ts";
import { median, pairedRatio, type Ratio, spread } from "./statistics.ts";

export interface RunOptions {
  /** Rounds that count. */
  readonly rounds: number;
  readonly warmupRounds: number;
  /** Length of a round. */
  readonly seconds: number;
  /** URL of the suite's file. */
  readonly file: string;
  /** Told before each round of each contender. */
  readonly progress?: (text: string) => void;
}

export interface FigureSummary {
  readonly median: number;
  /** Relative: 0.02 is ±2 %; see statistics.ts. */
  readonly spread: number;
  readonly rounds: readonly number[];
}

export interface RatioSummary extends Ratio {
  readonly peer: string;
  readonly metric: string;
  readonly target?: number;
}

export interface ScenarioResult {
  readonly scenario: string;
  readonly metrics: Scenario["metrics"];
  /** Ours first. */
  readonly contenders: readonly { readonly name: string; readonly figures: Readonly<Record<string, FigureSummary>> }[];
  readonly ratios: readonly RatioSummary[];
  /** Peers that are not installed here. */
  readonly missing: readonly string[];
}

interface Runner {
  readonly contender: Contender;
  readonly opened: OpenContender;
  readonly rounds: Figures[];
}

export async function runScenario(scenario: Scenario, options: RunOptions): Promise<ScenarioResult> {
  const runners: Runner[] = [];
  const missing: string[] = [];
  try {
    for (const contender of [scenario.ours, ...scenario.peers]) {
      try {
        const opened = await contender.open({ file: options.file, scenario: scenario.name });
        runners.push({ contender, opened, rounds: [] });
      } catch (error) {
        if (!(error instanceof MissingPeerError) || contender === scenario.ours) throw error;
        missing.push(contender.name);
      }
    }
    const total = options.warmupRounds + options.rounds;
    for (let round = 0; round < total; round++) {
      for (const runner of rotated(runners, round)) {
        options.progress?.(`${scenario.name}: round ${round + 1}/${total}, ${runner.contender.name}`);
        const figures = await runner.opened.round(options.seconds);
        if (round >= options.warmupRounds) runner.rounds.push(figures);
      }
    }
  } finally {
    await Promise.all(runners.map((runner) => runner.opened.close()));
  }
  return summarize(scenario, runners, missing);
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}

function summarize(
  scenario: Scenario,
  runners: readonly { readonly contender: Contender; readonly rounds: readonly Figures[] }[],
  missing: readonly string[],
): ScenarioResult {
  const contenders = runners.map(({ contender, rounds }) => ({
    name: contender.name,
    figures: Object.fromEntries(
      scenario.metrics.flatMap(({ key }) => {
        const values = rounds.map((figures) => figures[key]).filter((value) => value !== undefined);
        return values.length === 0
          ? []
          : [[key, { median: median(values), spread: spread(values), rounds: values }] as const];
      }),
    ),
  }));
  const [ours, ...peers] = contenders;
  const ratios = peers.flatMap((peer) =>
    scenario.metrics.flatMap(({ key, better }): RatioSummary[] => {
      const mine = ours?.figures[key]?.rounds;
      const theirs = peer.figures[key]?.rounds;
      if (mine === undefined || theirs === undefined || mine.length !== theirs.length) return [];
      const target = scenario.targets?.[peer.name]?.[key];
      const ratio = pairedRatio(mine, theirs, better);
      if (ratio === undefined) return [];
      return [{ peer: peer.name, metric: key, ...ratio, ...(target === undefined ? {} : { target }) }];
    }),
  );
  return { scenario: scenario.name, metrics: scenario.metrics, contenders, ratios, missing };
}

/** Ratios below their target. */
export function missedTargets(result: ScenarioResult): RatioSummary[] {
  return result.ratios.filter((ratio) => ratio.target !== undefined && ratio.median < ratio.target);
}
