/**
 * Samples as Prometheus text (exposition format 0.0.4), written by prom-client. It takes plain data through the
 * door that it has for cluster workers, so our metrics need not be its metrics. The library is loaded when
 * somebody first scrapes: it costs more to load than a server to start.
 */
import type { MetricSample } from "./metrics.ts";

/** The media type of `prometheusText`'s result. */
export const PROMETHEUS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Adds labels to samples, so that those of several servers can be told apart. A sample's own labels win. */
export function withLabels(samples: readonly MetricSample[], labels: Readonly<Record<string, string>>): MetricSample[] {
  return samples.map((sample) => ({ ...sample, labels: { ...labels, ...sample.labels } }));
}

/** The text of all samples. Those of equal name and labels, from different sets, are added up, as between cluster workers. */
export async function prometheusText(sets: readonly (readonly MetricSample[])[]): Promise<string> {
  const { AggregatorRegistry } = (await import("prom-client")).default;
  return AggregatorRegistry.aggregate(sets.map((samples) => samples.map(workerMetric))).metrics();
}

interface WorkerValue {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly metricName?: string;
}

/** A sample in the form of prom-client's `getMetricsAsJSON()`. */
function workerMetric(sample: MetricSample): object {
  const { name, help, kind, labels } = sample;
  const values: WorkerValue[] = [];
  if (sample.kind === "histogram") {
    for (const { le, count } of sample.buckets) {
      values.push({ metricName: `${name}_bucket`, labels: { ...labels, le }, value: count });
    }
    values.push({ metricName: `${name}_bucket`, labels: { ...labels, le: "+Inf" }, value: sample.count });
    values.push({ metricName: `${name}_sum`, labels, value: sample.sum });
    values.push({ metricName: `${name}_count`, labels, value: sample.count });
  } else {
    values.push({ labels, value: sample.value });
  }
  return { name, help, type: kind, values, aggregator: "sum" };
}
