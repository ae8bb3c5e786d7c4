/** Quantiles of histograms with fixed buckets, by linear interpolation within a bucket, as Prometheus does it. */

/** Counts of one histogram over some span of time: `cumulative[i]` values were at most `bounds[i]`; `total` in all. */
export interface BucketCounts {
  readonly bounds: readonly number[];
  readonly cumulative: readonly number[];
  readonly total: number;
}

/** The value below which the share `q` (0 to 1) lies. Above the last bound nothing is known but that bound. Undefined without values. */
export function quantile(q: number, { bounds, cumulative, total }: BucketCounts): number | undefined {
  if (!(total > 0) || bounds.length === 0) return undefined;
  const rank = q * total;
  const index = cumulative.findIndex((count) => count >= rank);
  if (index < 0) return bounds.at(-1);
  const below = index === 0 ? 0 : cumulative[index - 1]!;
  const lower = index === 0 ? Math.min(0, bounds[0]!) : bounds[index - 1]!;
  const inBucket = cumulative[index]! - below;
  if (inBucket === 0) return lower;
  return lower + ((bounds[index]! - lower) * (rank - below)) / inBucket;
}
