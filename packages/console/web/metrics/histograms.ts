/** The histograms among a service's series, summed over their labels. */
import type { MetricStore } from "./metric-store.ts";
import type { BucketCounts } from "./quantile.ts";

export interface HistogramSeries {
  readonly name: string;
  readonly help: string;
  readonly bounds: readonly number[];
  /** Indices into the store's columns: per bound those of every label, and those of the counts. */
  readonly buckets: readonly (readonly number[])[];
  readonly counts: readonly number[];
}

export function histogramsOf(store: MetricStore): HistogramSeries[] {
  const found = new Map<string, { help: string; buckets: Map<number, number[]>; counts: number[] }>();
  store.series.forEach((series, index) => {
    if (series.kind !== "histogram") return;
    let entry = found.get(series.name);
    if (entry === undefined) {
      entry = { help: series.help, buckets: new Map(), counts: [] };
      found.set(series.name, entry);
    }
    if (series.part === "count") entry.counts.push(index);
    if (series.part === "bucket" && series.le !== undefined) {
      const bucket = entry.buckets.get(series.le);
      if (bucket === undefined) entry.buckets.set(series.le, [index]);
      else bucket.push(index);
    }
  });
  return [...found].map(([name, { help, buckets, counts }]) => {
    const bounds = [...buckets.keys()].toSorted((a, b) => a - b);
    return { name, help, bounds, buckets: bounds.map((bound) => buckets.get(bound)!), counts };
  });
}

/** What was recorded after point `from` and up to point `to`; `from` −1 means since the start. */
export function countsBetween(store: MetricStore, histogram: HistogramSeries, from: number, to: number): BucketCounts {
  const grown = (indices: readonly number[]): number => {
    let sum = 0;
    for (const index of indices) {
      const column = store.columns[index]!;
      const end = column[to] ?? 0;
      const begin = from < 0 ? 0 : (column[from] ?? 0);
      sum += end < begin ? end : end - begin; // Smaller than before: restarted from zero.
    }
    return sum;
  };
  return {
    bounds: histogram.bounds,
    cumulative: histogram.buckets.map(grown),
    total: grown(histogram.counts),
  };
}
