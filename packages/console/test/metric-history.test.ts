import type { MetricSample } from "@tenon/kit";
import { describe, expect, test } from "vitest";
import { MAX_SERIES, MetricHistory } from "../src/live/metric-history.ts";
import { MetricStore } from "../web/metrics/metric-store.ts";

function counter(name: string, value: number, labels: Record<string, string> = {}): MetricSample {
  return { name, help: name, kind: "counter", labels, value };
}

describe("MetricHistory", () => {
  test("keeps the newest points only, oldest first", () => {
    const history = new MetricHistory(3);
    for (let n = 1; n <= 5; n++) history.record(n * 1000, [counter("a", n)]);
    expect(history.all()).toMatchObject({ first: true, timesMs: [3000, 4000, 5000], columns: [[3, 4, 5]] });
    expect(history.latest(1)).toEqual({ series: [], timesMs: [5000], columns: [[5]] });
    expect(history.newestMs).toBe(5000);
  });

  test("a series that comes later, or goes, has gaps: also where the ring was used before", () => {
    const history = new MetricHistory(3);
    history.record(1, [counter("a", 1)]);
    history.record(2, [counter("a", 2), counter("b", 20)]);
    history.record(3, [counter("b", 30)]);
    expect(history.all().columns).toEqual([
      [1, 2, null],
      [null, 20, 30],
    ]);
    history.record(4, [counter("b", 40)]);
    expect(history.all().columns).toEqual([
      [2, null, null],
      [20, 30, 40],
    ]);
  });

  test("labels tell series apart", () => {
    const history = new MetricHistory();
    history.record(1, [counter("a", 1, { x: "1" }), counter("a", 2, { x: "2" }), counter("a", 3, { y: "1" })]);
    expect(history.all().columns).toEqual([[1], [2], [3]]);
  });

  test("is bounded when a label has unbounded values", () => {
    const history = new MetricHistory(2);
    for (let n = 0; n < MAX_SERIES + 10; n++) history.record(n, [counter("a", n, { id: String(n) })]);
    expect(history.seriesCount).toBe(MAX_SERIES);
  });
});

describe("MetricStore", () => {
  test("follows a history through its messages, whenever it began to listen", () => {
    const history = new MetricHistory(900);
    history.record(1, [counter("a", 1)]);
    const store = new MetricStore();
    store.apply(history.all());
    let known = history.seriesCount;
    for (let n = 2; n < 1000; n++) {
      history.record(n, n % 3 === 0 ? [counter("a", n)] : [counter("a", n), counter(`b${n % 5}`, n)]);
      store.apply(history.latest(known));
      known = history.seriesCount;
    }
    const { series, timesMs, columns } = history.all();
    expect(store.series).toEqual(series);
    expect(store.timesMs).toEqual(timesMs);
    expect(store.columns).toEqual(columns);
    store.apply(history.all());
    expect(store.timesMs).toEqual(timesMs);
  });
});
