/**
 * From a service's metrics to charts: counters as rates, gauges as they are, histograms as quantiles over a sliding
 * window. A metric with labels is one chart with its busiest labels as lines.
 */
import type { SeriesInfo } from "../../src/protocol.ts";
import { countsBetween, histogramsOf } from "./histograms.ts";
import type { MetricStore } from "./metric-store.ts";
import { quantile } from "./quantile.ts";
import { rates } from "./rates.ts";

export type Unit = "count" | "bytes" | "seconds" | "count/s" | "bytes/s";

export interface ChartLine {
  readonly label: string;
  /** As long as the chart's times; undefined is a gap. */
  readonly values: readonly (number | undefined)[];
}

export interface ChartSpec {
  /** The metric's name, unique among the charts. */
  readonly name: string;
  readonly title: string;
  readonly unit: Unit;
  readonly lines: readonly ChartLine[];
  /** Nothing but zeros and gaps. */
  readonly quiet: boolean;
}

/** More lines than this cannot be told apart. */
const MAX_LINES = 6;

/** Quantiles are over the values of the last so many points: one second alone is often empty. */
const QUANTILE_WINDOW = 10;

const QUANTILES = [
  ["p50", 0.5],
  ["p90", 0.9],
  ["p99", 0.99],
] as const;

/** Charts over the last `points` points, in the order in which the service declares its metrics. */
export function chartSpecs(store: MetricStore, points: number): { timesMs: readonly number[]; charts: ChartSpec[] } {
  const from = Math.max(0, store.timesMs.length - points);
  const timesMs = store.timesMs.slice(from);
  const byName = Map.groupBy(
    store.series.map((series, index) => ({ series, index })),
    ({ series }) => series.name,
  );
  const histograms = new Map(histogramsOf(store).map((histogram) => [histogram.name, histogram]));
  const charts: ChartSpec[] = [];
  for (const [name, members] of byName) {
    const { help } = members[0]!.series;
    const kind = kindOf(members[0]!.series);
    // Repeats what a system counts under its own name, for the overview.
    if (name.endsWith("_operations_total")) continue;
    const histogram = histograms.get(name);
    const lines =
      histogram !== undefined
        ? quantileLines(store, histogram, from)
        : busiest(
            members.map(({ series, index }) => {
              const values = kind === "counter" ? rates(store.timesMs, store.columns[index]!) : store.columns[index]!;
              return { label: labelText(series), values: values.slice(from).map((value) => value ?? undefined) };
            }),
          );
    const quiet = lines.every((line) => line.values.every((value) => value === undefined || value === 0));
    charts.push({ name, title: help.replace(/\.$/, ""), unit: unitOf(name, kind), lines, quiet });
  }
  return { timesMs, charts };
}

function quantileLines(
  store: MetricStore,
  histogram: ReturnType<typeof histogramsOf>[number],
  from: number,
): ChartLine[] {
  const points = store.timesMs.length - from;
  const windows = Array.from({ length: points }, (_, point) => {
    const to = from + point;
    const begin = Math.max(0, to - QUANTILE_WINDOW);
    return begin === to ? undefined : countsBetween(store, histogram, begin, to);
  });
  return QUANTILES.map(([label, q]) => ({
    label,
    values: windows.map((counts) => (counts === undefined ? undefined : quantile(q, counts))),
  }));
}

/** Of several lines, those that are not all zero; and of those the highest, in their own order. */
function busiest(lines: ChartLine[]): ChartLine[] {
  if (lines.length <= 1) return lines;
  const weighed = lines
    .map((line) => ({ line, weight: line.values.reduce<number>((sum, value) => sum + (value ?? 0), 0) }))
    .filter(({ weight }) => weight > 0);
  if (weighed.length === 0) return lines.slice(0, 1);
  const kept = new Set(weighed.toSorted((a, b) => b.weight - a.weight).slice(0, MAX_LINES));
  return weighed.filter((entry) => kept.has(entry)).map(({ line }) => line);
}

/** A total that is read from where it is counted is declared as a gauge, and is a counter all the same. */
function kindOf({ kind, name }: SeriesInfo): SeriesInfo["kind"] {
  return kind === "gauge" && name.endsWith("_total") ? "counter" : kind;
}

function labelText({ labels }: SeriesInfo): string {
  return Object.values(labels).join(" ");
}

function unitOf(name: string, kind: SeriesInfo["kind"]): Unit {
  const base = name.replace(/_total$/, "");
  const quantity = base.endsWith("_bytes")
    ? "bytes"
    : base.endsWith("_seconds") && kind !== "counter"
      ? "seconds"
      : "count";
  return kind === "counter" && quantity !== "seconds" ? `${quantity}/s` : quantity;
}
