/**
 * What a benchmark is made of: suites of scenarios, in which contenders yield figures, round after round.
 *
 * The runner knows only this file. The kinds of scenario (a server under load, a function, a command) build on it,
 * and a package with a question of its own (bytes per key, longest stall) writes a Scenario by hand.
 */

/** A figure that every round of every contender yields. */
export interface Metric {
  /** Under which the figure stands in `Figures` and in the targets: "throughput", "cpu". */
  readonly key: string;
  /** The table's heading, with the unit: "requests/s", "CPU µs/request". */
  readonly title: string;
  /** Which way is good; it decides which way round the ratio is taken. */
  readonly better: "higher" | "lower";
}

/** One round's figures by metric key. A metric that a round could not take is left out. */
export type Figures = Readonly<Record<string, number>>;

/** What a contender learns when it is opened. */
export interface OpenContext {
  /** URL of the suite's file; a child process can import it to find its scenario again. */
  readonly file: string;
  /** The scenario's name. */
  readonly scenario: string;
}

/** A contender that is ready to run. */
export interface OpenContender {
  /** Runs once, for about `seconds`, and reports its figures. */
  round(seconds: number): Promise<Figures>;
  close(): Promise<void>;
}

/** Somebody in the race: ours, or a peer. */
export interface Contender {
  /** As the table shows it: "tenon", "redis-server", "node:http". */
  readonly name: string;
  /** Starts it. Throws MissingPeerError when the program is not installed here. */
  open(context: OpenContext): Promise<OpenContender>;
}

/**
 * By peer, then by metric key: the least ratio that we mean to reach. Ratios are taken so that more is better for ours:
 * ours ÷ peer where a higher figure is better, peer ÷ ours where a lower one is.
 */
export type Targets = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface Scenario {
  /** Unique in its suite; states the load: "GET, 50 connections, pipeline 16". */
  readonly name: string;
  readonly metrics: readonly Metric[];
  readonly ours: Contender;
  readonly peers: readonly Contender[];
  readonly targets?: Targets | undefined;
}

export interface Suite {
  /** The package that it belongs to: "redis". */
  readonly package: string;
  readonly scenarios: readonly Scenario[];
}

/** A contender's program is not installed; the scenario runs without it, and the table says so. */
export class MissingPeerError extends Error {
  override readonly name = "MissingPeerError";
  constructor(program: string) {
    super(`${program} is not installed; scripts/peers installs it`);
  }
}

/** A package's scenarios. Throws when two share a name. */
export function suite(packageName: string, scenarios: readonly Scenario[]): Suite {
  const names = new Set<string>();
  for (const { name } of scenarios) {
    if (names.has(name)) throw new Error(`bench suite ${packageName}: two scenarios are called "${name}"`);
    names.add(name);
  }
  return { package: packageName, scenarios };
}

/** "request" → "requests/s", but "MiB" → "MiB/s". */
export function perSecond(unit: string): string {
  return /^[A-Z]|B$/.test(unit) ? `${unit}/s` : `${unit}s/s`;
}
