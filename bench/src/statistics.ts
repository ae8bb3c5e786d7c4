/**
 * The few statistics that the harness reports. Medians and quartiles throughout: a round that the machine disturbed
 * moves a mean, and leaves a median where it was.
 */

/** The `q`-quantile (0 … 1) of a sample, by linear interpolation between order statistics (Hyndman & Fan 1996, type 7). */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) throw new RangeError("quantile of an empty sample");
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (position - below);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Half of the interquartile range, relative to the median: 0.02 says that the middle half of the rounds lies within about ±2 %. */
export function spread(values: readonly number[]): number {
  const middle = median(values);
  if (middle === 0) return 0;
  return (quantile(values, 0.75) - quantile(values, 0.25)) / 2 / Math.abs(middle);
}

export interface Ratio {
  readonly median: number;
  /** The least and the greatest ratio of any round. */
  readonly low: number;
  readonly high: number;
}

/**
 * How many times better ours is than the peer's. Figures of the same round are compared with each other, and the median of those
 * ratios is taken: what slows the machine for a while slows both sides of a round, and cancels out. Rounds in which a side
 * measured nothing (0 ms, finer than its clock) have no ratio; undefined when no round has one.
 */
export function pairedRatio(
  ours: readonly number[],
  peers: readonly number[],
  better: "higher" | "lower",
): Ratio | undefined {
  if (ours.length !== peers.length) throw new RangeError(`unequal rounds: ${ours.length} and ${peers.length}`);
  const ratios = ours
    .map((value, round) => (better === "higher" ? value / peers[round]! : peers[round]! / value))
    .filter((ratio) => ratio > 0 && Number.isFinite(ratio));
  if (ratios.length === 0) return undefined;
  return { median: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios) };
}
