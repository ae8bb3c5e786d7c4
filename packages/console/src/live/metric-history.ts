/**
 * The last minutes of a service's metrics, by column: one ring of numbers per series. A hundred series over fifteen
 * minutes are 0.7 MB; kept as sample objects they would be twenty times that.
 */
import type { MetricSample } from "@tenon/kit";
import type { MetricsMessage, SeriesInfo } from "../protocol.ts";

/** Points kept: a quarter of an hour at one a second. */
export const HISTORY_POINTS = 900;

/** Series kept per service; a label with unbounded values must not grow the console. Further ones are ignored. */
export const MAX_SERIES = 2000;

export class MetricHistory {
  readonly #capacity: number;
  readonly #series: SeriesInfo[] = [];
  readonly #columns: Float64Array[] = [];
  readonly #indexOf = new Map<string, number>();
  readonly #times: Float64Array;
  /** Points ever recorded; the newest is at `(#count - 1) % #capacity`. */
  #count = 0;

  constructor(capacity: number = HISTORY_POINTS) {
    this.#capacity = capacity;
    this.#times = new Float64Array(capacity);
  }

  /** Appends a point. Series that are missing from `samples` have a gap there. */
  record(timeMs: number, samples: readonly MetricSample[]): void {
    const slot = this.#count % this.#capacity;
    this.#times[slot] = timeMs;
    for (const column of this.#columns) column[slot] = Number.NaN;
    for (const sample of samples) {
      const labels = labelsKey(sample.labels);
      if (sample.kind !== "histogram") {
        this.#put(slot, `${sample.name}${labels}`, sample.value, () => describe(sample));
        continue;
      }
      for (const { le, count } of sample.buckets) {
        this.#put(slot, `${sample.name}${labels}<${le}`, count, () => ({ ...describe(sample), part: "bucket", le }));
      }
      this.#put(slot, `${sample.name}${labels}:sum`, sample.sum, () => ({ ...describe(sample), part: "sum" }));
      this.#put(slot, `${sample.name}${labels}:count`, sample.count, () => ({ ...describe(sample), part: "count" }));
    }
    this.#count++;
  }

  /** How many series there are: what to pass to `latest` once `all` was sent. */
  get seriesCount(): number {
    return this.#series.length;
  }

  /** Time of the newest point; -Infinity before the first. */
  get newestMs(): number {
    return this.#count === 0 ? Number.NEGATIVE_INFINITY : this.#times[(this.#count - 1) % this.#capacity]!;
  }

  /** The whole history, as the first message of a topic. */
  all(): MetricsMessage {
    const slots: number[] = [];
    for (let n = Math.max(0, this.#count - this.#capacity); n < this.#count; n++) slots.push(n % this.#capacity);
    return { first: true, ...this.#message(0, slots) };
  }

  /** The newest point, for a page that knows the first `knownSeries` series. */
  latest(knownSeries: number): MetricsMessage {
    return this.#message(knownSeries, this.#count === 0 ? [] : [(this.#count - 1) % this.#capacity]);
  }

  #message(knownSeries: number, slots: readonly number[]): MetricsMessage {
    return {
      series: this.#series.slice(knownSeries),
      timesMs: slots.map((slot) => this.#times[slot]!),
      columns: this.#columns.map((column) => slots.map((slot) => finiteOrNull(column[slot]!))),
    };
  }

  #put(slot: number, key: string, value: number, info: () => SeriesInfo): void {
    let index = this.#indexOf.get(key);
    if (index === undefined) {
      if (this.#series.length >= MAX_SERIES) return;
      index = this.#series.push(info()) - 1;
      this.#columns.push(new Float64Array(this.#capacity).fill(Number.NaN));
      this.#indexOf.set(key, index);
    }
    this.#columns[index]![slot] = value;
  }
}

function describe(sample: MetricSample): SeriesInfo {
  return { name: sample.name, help: sample.help, kind: sample.kind, labels: sample.labels };
}

function labelsKey(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels));
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
