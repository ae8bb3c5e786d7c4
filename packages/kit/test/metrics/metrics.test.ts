import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type HistogramSample,
  MAX_LABEL_VALUES,
  MetricError,
  MetricSet,
  OVERFLOW_LABEL,
  prometheusText,
  withLabels,
} from "../../src/index.ts";

describe("MetricSet", () => {
  test("samples are plain data, in the order of declaration", () => {
    const set = new MetricSet();
    const commands = set.counter("redis_commands_total", "Commands executed.");
    const memory = set.gauge("redis_memory_bytes", "Memory used.");
    let keys = 0;
    set.gauge("redis_keys", "Keys.", () => keys);
    set.counter("redis_evicted_total", "Counted elsewhere.", () => keys * 2);
    const duration = set.histogram("redis_command_seconds", "Time per command.", [0.5, 1, 2]);
    commands.add();
    commands.add(4);
    memory.set(100);
    memory.add(-25);
    keys = 7;
    for (const value of [0.1, 0.5, 0.6, 2, 9]) duration.record(value);
    const samples = set.samples();
    expect(JSON.parse(JSON.stringify(samples))).toEqual(samples);
    expect(samples).toEqual([
      { name: "redis_commands_total", help: "Commands executed.", kind: "counter", labels: {}, value: 5 },
      { name: "redis_memory_bytes", help: "Memory used.", kind: "gauge", labels: {}, value: 75 },
      { name: "redis_keys", help: "Keys.", kind: "gauge", labels: {}, value: 7 },
      { name: "redis_evicted_total", help: "Counted elsewhere.", kind: "counter", labels: {}, value: 14 },
      {
        name: "redis_command_seconds",
        help: "Time per command.",
        kind: "histogram",
        labels: {},
        count: 5,
        sum: expect.closeTo(12.2) as number,
        buckets: [
          { le: 0.5, count: 2 },
          { le: 1, count: 3 },
          { le: 2, count: 4 },
        ],
      },
    ]);
  });

  test("a histogram counts every value once, in the first bucket that holds it", () => {
    const bounds = fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(bounds, fc.array(fc.integer({ min: -60, max: 60 })), (unsorted, values) => {
        const set = new MetricSet();
        const histogram = set.histogram(
          "h",
          "",
          unsorted.toSorted((a, b) => a - b),
        );
        for (const value of values) histogram.record(value);
        const [sample] = set.samples() as [HistogramSample];
        expect(sample.count).toBe(values.length);
        for (const { le, count } of sample.buckets) expect(count).toBe(values.filter((value) => value <= le).length);
      }),
    );
  });

  test("families have one metric per label value, made once", () => {
    const set = new MetricSet();
    const calls = set.counterFamily("calls_total", "Calls.", "command");
    calls.label("get").add(2);
    calls.label("set").add();
    expect(calls.label("get")).toBe(calls.label("get"));
    set.gaugeFamily("size", "Size.", "db").label("0").set(3);
    set.histogramFamily("time", "Time.", "route", [1]).label("/").record(2);
    expect(set.samples()).toMatchObject([
      { name: "calls_total", labels: { command: "get" }, value: 2 },
      { name: "calls_total", labels: { command: "set" }, value: 1 },
      { name: "size", labels: { db: "0" }, value: 3 },
      { name: "time", labels: { route: "/" }, count: 1, sum: 2, buckets: [{ le: 1, count: 0 }] },
    ]);
  });

  test("label values from outside cannot make a family grow without end", () => {
    const set = new MetricSet();
    const family = set.counterFamily("requests_total", "Requests.", "path");
    for (let i = 0; i < MAX_LABEL_VALUES + 500; i++) family.label(`/${i}`).add();
    const samples = set.samples();
    expect(samples).toHaveLength(MAX_LABEL_VALUES + 1);
    expect(samples.at(-1)).toMatchObject({ labels: { path: OVERFLOW_LABEL }, value: 500 });
  });

  test.for<[string, (set: MetricSet) => unknown, string]>([
    ["a name that is taken", (set) => (set.counter("a", ""), set.gauge("a", "")), "metric a is declared twice"],
    ["a malformed name", (set) => set.counter("1a-b", ""), 'malformed metric name "1a-b"'],
    ["a malformed label", (set) => set.counterFamily("a", "", "x-y"), 'malformed label name "x-y" of metric a'],
    ["no buckets", (set) => set.histogram("a", "", []), "a histogram needs at least one bucket"],
    [
      "buckets out of order",
      (set) => set.histogram("a", "", [1, 3, 2]),
      "bucket bounds must ascend: 3 is followed by 2",
    ],
    ["an infinite bucket", (set) => set.histogram("a", "", [1, Infinity]), "bucket bound Infinity is not finite"],
  ])("refuses %s", ([, declare, message]) => {
    expect(() => declare(new MetricSet())).toThrow(new MetricError(message));
  });
});

describe("prometheusText", () => {
  test("writes every kind, with labels escaped", async () => {
    const set = new MetricSet();
    set.counterFamily("calls_total", "Calls \\ of all\nkinds.", "name").label('a"b\\c\nd').add(3);
    set.gauge("ratio", "A ratio.").set(0.25);
    set.histogramFamily("seconds", "Seconds.", "route", [0.5, 1]).label("/").record(0.75);
    expect(await prometheusText([set.samples()])).toBe(
      [
        "# HELP calls_total Calls \\\\ of all\\nkinds.",
        "# TYPE calls_total counter",
        'calls_total{name="a\\"b\\\\c\\nd"} 3',
        "",
        "# HELP ratio A ratio.",
        "# TYPE ratio gauge",
        "ratio 0.25",
        "",
        "# HELP seconds Seconds.",
        "# TYPE seconds histogram",
        'seconds_bucket{route="/",le="0.5"} 0',
        'seconds_bucket{route="/",le="1"} 1',
        'seconds_bucket{route="/",le="+Inf"} 1',
        'seconds_sum{route="/"} 0.75',
        'seconds_count{route="/"} 1',
        "",
      ].join("\n"),
    );
  });

  test("adds up what is the same in several sets, and keeps apart what labels tell apart", async () => {
    const [a, b] = [new MetricSet(), new MetricSet()];
    a.counter("x_total", "X.").add(1);
    b.counter("x_total", "X.").add(2);
    expect(await prometheusText([a.samples(), b.samples()])).toContain("\nx_total 3\n");
    const apart = [withLabels(a.samples(), { service: "a" }), withLabels(b.samples(), { service: "b" })];
    expect(await prometheusText(apart)).toContain('\nx_total{service="a"} 1\nx_total{service="b"} 2\n');
  });
});
