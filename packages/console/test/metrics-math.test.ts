import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SeriesInfo } from "../src/protocol.ts";
import * as format from "../web/format.ts";
import { chartSpecs } from "../web/metrics/chart-specs.ts";
import { countsBetween, histogramsOf } from "../web/metrics/histograms.ts";
import { MetricStore } from "../web/metrics/metric-store.ts";
import { quantile } from "../web/metrics/quantile.ts";
import { rates } from "../web/metrics/rates.ts";

describe("rates", () => {
  test("are per second, whatever the distance of the points", () => {
    expect(rates([0, 1000, 3000], [5, 15, 25])).toEqual([undefined, 10, 5]);
  });

  test("have gaps where a value is missing, and start from zero after a restart", () => {
    expect(rates([0, 1000, 2000, 3000, 4000], [5, null, 8, 9, 2])).toEqual([undefined, undefined, undefined, 1, 2]);
  });
});

describe("quantile", () => {
  test("interpolates within the bucket, as histogram_quantile does", () => {
    const counts = { bounds: [1, 2, 4], cumulative: [10, 20, 40], total: 40 };
    expect(quantile(0.5, counts)).toBe(2);
    expect(quantile(0.25, counts)).toBe(1);
    expect(quantile(0.75, counts)).toBe(3);
    expect(quantile(1, counts)).toBe(4);
  });

  test("knows nothing beyond the last bound, and nothing of nothing", () => {
    expect(quantile(0.99, { bounds: [1, 2], cumulative: [0, 1], total: 10 })).toBe(2);
    expect(quantile(0.5, { bounds: [1], cumulative: [0], total: 0 })).toBeUndefined();
  });

  test("lies in the bucket of the value that has that rank", () => {
    const bounds = [1, 5, 10, 50, 100];
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (values, q) => {
          const cumulative = bounds.map((bound) => values.filter((value) => value <= bound).length);
          const exact = values.toSorted((a, b) => a - b)[Math.ceil(q * values.length) - 1]!;
          const upper = bounds.find((bound) => exact <= bound)!;
          const lower = [0, ...bounds][bounds.indexOf(upper)]!;
          const estimate = quantile(q, { bounds, cumulative, total: values.length })!;
          expect(estimate).toBeGreaterThanOrEqual(lower);
          expect(estimate).toBeLessThanOrEqual(upper);
        },
      ),
    );
  });
});

function storeOf(series: readonly SeriesInfo[], columns: readonly (readonly (number | null)[])[]): MetricStore {
  const store = new MetricStore();
  store.apply({ first: true, series, timesMs: columns[0]!.map((_, index) => index * 1000), columns });
  return store;
}

describe("charts", () => {
  const info = (name: string, kind: SeriesInfo["kind"], rest: Partial<SeriesInfo> = {}): SeriesInfo => ({
    name,
    help: `Help of ${name}.`,
    kind,
    labels: {},
    ...rest,
  });

  test("counters become rates, gauges stay, units come from names", () => {
    const { charts } = chartSpecs(
      storeOf(
        [info("x_sent_bytes_total", "counter"), info("x_memory_bytes", "gauge"), info("x_things", "gauge")],
        [
          [0, 100, 300],
          [5, 6, 7],
          [0, 0, 0],
        ],
      ),
      10,
    );
    expect(charts).toMatchObject([
      {
        title: "Help of x_sent_bytes_total",
        unit: "bytes/s",
        lines: [{ values: [undefined, 100, 200] }],
        quiet: false,
      },
      { unit: "bytes", lines: [{ values: [5, 6, 7] }] },
      { unit: "count", quiet: true },
    ]);
  });

  test("of many labels the busiest are shown, in their own order", () => {
    const labels = Array.from({ length: 10 }, (_, n) => info("c", "gauge", { labels: { id: `l${n}` } }));
    const { charts } = chartSpecs(
      storeOf(
        labels,
        labels.map((_, n) => [n, n]),
      ),
      10,
    );
    expect(charts[0]!.lines.map((line) => line.label)).toEqual(["l4", "l5", "l6", "l7", "l8", "l9"]);
  });

  test("a histogram becomes quantiles of what came lately, over all labels", () => {
    const part = (rest: Partial<SeriesInfo>, id: string): SeriesInfo =>
      info("h_seconds", "histogram", { labels: { id }, ...rest });
    const series = ["a", "b"].flatMap((id) => [
      part({ part: "bucket", le: 1 }, id),
      part({ part: "bucket", le: 2 }, id),
      part({ part: "sum" }, id),
      part({ part: "count" }, id),
    ]);
    const store = storeOf(series, [
      [0, 0, 5],
      [0, 5, 10],
      [0, 9, 9],
      [0, 5, 10],
      [0, 0, 5],
      [0, 5, 10],
      [0, 9, 9],
      [0, 5, 10],
    ]);
    const { charts } = chartSpecs(store, 10);
    expect(charts).toMatchObject([
      { name: "h_seconds", unit: "seconds", lines: [{ label: "p50" }, { label: "p90" }, { label: "p99" }] },
    ]);
    expect(charts[0]!.lines[0]!.values).toEqual([undefined, 1.5, 1]);
    const [histogram] = histogramsOf(store);
    expect(countsBetween(store, histogram!, -1, 2)).toEqual({ bounds: [1, 2], cumulative: [10, 20], total: 20 });
    expect(countsBetween(store, histogram!, 1, 2)).toEqual({ bounds: [1, 2], cumulative: [10, 10], total: 10 });
  });
});

test("numbers for people", () => {
  expect([0, 812, 1023, 4301, 123_800_000, 5e12].map(format.bytes)).toEqual([
    "0 B",
    "812 B",
    "1.0 KB",
    "4.2 KB",
    "118 MB",
    "4.5 TB",
  ]);
  expect([0, 0.25, 1.998, 9.98, 9, 812, 1000, 4200, 118_000, 3.14e6].map(format.count)).toEqual([
    "0",
    "0.3",
    "2",
    "10",
    "9",
    "812",
    "1.0k",
    "4.2k",
    "118k",
    "3.1M",
  ]);
  expect([0, 8.4e-5, 0.0031, 0.25, 2.4, 120].map(format.seconds)).toEqual([
    "0",
    "84 µs",
    "3.1 ms",
    "250 ms",
    "2.4 s",
    "120 s",
  ]);
  expect([0, 42_000, 187_000, 19_200_000, 1_051_200_000].map(format.duration)).toEqual([
    "0s",
    "42s",
    "3m 07s",
    "5h 20m",
    "12d 4h",
  ]);
});
