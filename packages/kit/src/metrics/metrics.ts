/**
 * What a server counts: counters, gauges and histograms, in one set per server.
 *
 * Recording is hot (every Redis command, every HTTP request): it touches a field or a slot of a typed array, looks
 * nothing up and allocates nothing. Names are looked up once, when the server is built; label values once, when a
 * command or a route is registered. All the work of presenting is left to `samples()`, which runs when somebody looks.
 *
 * Names follow Prometheus: `redis_commands_total`, `http_request_duration_seconds`; base units; `_total` on counters.
 */

/** A metric's value at one moment, as plain data: it may be sent as JSON. */
export type MetricSample = ScalarSample | HistogramSample;

export interface ScalarSample {
  readonly name: string;
  readonly help: string;
  readonly kind: "counter" | "gauge";
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface HistogramSample {
  readonly name: string;
  readonly help: string;
  readonly kind: "histogram";
  readonly labels: Readonly<Record<string, string>>;
  /** How many values were recorded … */
  readonly count: number;
  /** … and what they add up to. */
  readonly sum: number;
  /** Cumulative: `count` values were at most `le`. The bucket of everything (`+Inf`) is left out: it is `count` above. */
  readonly buckets: readonly { readonly le: number; readonly count: number }[];
}

/** Thrown when a metric is declared wrongly: a mistake in the program, not in its input. */
export class MetricError extends Error {
  override readonly name = "MetricError";
}

/** Most label values that one family tells apart; what comes later is counted under `OVERFLOW_LABEL`. */
export const MAX_LABEL_VALUES = 1000;
/** The label value that stands for all those above `MAX_LABEL_VALUES`. */
export const OVERFLOW_LABEL = "_other";

/** Bucket bounds for durations in seconds: 100 µs to 10 s. */
export const DURATION_SECONDS: readonly number[] = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** Only goes up; or is read from somewhere, where something else counts, when sampled. */
export class Counter {
  #value = 0;
  readonly #read: (() => number) | undefined;

  /** `read`, where given, is the value; `add` then has no effect. */
  constructor(read?: () => number) {
    this.#read = read;
  }

  add(n = 1): void {
    this.#value += n;
  }

  get value(): number {
    return this.#read === undefined ? this.#value : this.#read();
  }
}

/** Goes up and down, or is read from somewhere when sampled. */
export class Gauge {
  #value = 0;
  readonly #read: (() => number) | undefined;

  /** `read`, where given, is the value; `set` and `add` then have no effect. */
  constructor(read?: () => number) {
    this.#read = read;
  }

  set(value: number): void {
    this.#value = value;
  }

  add(delta: number): void {
    this.#value += delta;
  }

  get value(): number {
    return this.#read === undefined ? this.#value : this.#read();
  }
}

/** Counts values by size, in buckets fixed beforehand. */
export class Histogram {
  readonly #bounds: Float64Array;
  /** One per bound, and one for what is above them all. Doubles: they count exactly up to 2^53. */
  readonly #counts: Float64Array;
  #sum = 0;

  /** `bounds`: the inclusive upper bounds of the buckets, ascending, finite, at least one. Throws `MetricError`. */
  constructor(bounds: readonly number[]) {
    if (bounds.length === 0) throw new MetricError("a histogram needs at least one bucket");
    for (let i = 0; i < bounds.length; i++) {
      if (!Number.isFinite(bounds[i]!)) throw new MetricError(`bucket bound ${bounds[i]} is not finite`);
      if (i > 0 && bounds[i]! <= bounds[i - 1]!) {
        throw new MetricError(`bucket bounds must ascend: ${bounds[i - 1]} is followed by ${bounds[i]}`);
      }
    }
    this.#bounds = Float64Array.from(bounds);
    this.#counts = new Float64Array(bounds.length + 1);
  }

  /** Counts `value`, a finite number. Bounds are few and small values frequent, so the search is linear. */
  record(value: number): void {
    const bounds = this.#bounds;
    let i = 0;
    while (i < bounds.length && value > bounds[i]!) i++;
    this.#counts[i]!++;
    this.#sum += value;
  }

  get sum(): number {
    return this.#sum;
  }

  get count(): number {
    let total = 0;
    for (const count of this.#counts) total += count;
    return total;
  }

  /** Cumulative counts, one per bound. */
  buckets(): { le: number; count: number }[] {
    let total = 0;
    return Array.from(this.#bounds, (le, i) => ({ le, count: (total += this.#counts[i]!) }));
  }
}

/** Metrics of one name that differ in the value of one label. */
export interface Family<Metric> {
  /**
   * The metric of this label value, made when first asked for. Keep it where it is used often. Past `MAX_LABEL_VALUES`
   * different values, all new ones share a metric: values from outside cannot make memory grow.
   */
  label(value: string): Metric;
}

class LabelledFamily<Metric> implements Family<Metric> {
  readonly #make: () => Metric;
  readonly #metrics = new Map<string, Metric>();

  constructor(make: () => Metric) {
    this.#make = make;
  }

  label(value: string): Metric {
    const known = this.#metrics.get(value);
    if (known !== undefined) return known;
    if (this.#metrics.size >= MAX_LABEL_VALUES && value !== OVERFLOW_LABEL) return this.label(OVERFLOW_LABEL);
    const metric = this.#make();
    this.#metrics.set(value, metric);
    return metric;
  }

  entries(): Iterable<[string, Metric]> {
    return this.#metrics;
  }
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const NO_LABELS: Readonly<Record<string, string>> = Object.freeze({});

/** The metrics of one server, in the order in which they were declared. */
export class MetricSet {
  /** Name → how to sample it. */
  readonly #metrics = new Map<string, (into: MetricSample[]) => void>();

  /**
   * Declares a counter; `read`, where given, is called when sampled. Like all that follow, throws `MetricError` when the name is
   * malformed or taken.
   */
  counter(name: string, help: string, read?: () => number): Counter {
    const counter = new Counter(read);
    this.#declare(name, (into) => into.push(scalar("counter", name, help, NO_LABELS, counter.value)));
    return counter;
  }

  /** Declares a gauge; `read`, where given, is called when sampled. */
  gauge(name: string, help: string, read?: () => number): Gauge {
    const gauge = new Gauge(read);
    this.#declare(name, (into) => into.push(scalar("gauge", name, help, NO_LABELS, gauge.value)));
    return gauge;
  }

  /** Declares a histogram with these upper bounds (`DURATION_SECONDS` suits most durations). */
  histogram(name: string, help: string, buckets: readonly number[]): Histogram {
    const histogram = new Histogram(buckets);
    this.#declare(name, (into) => into.push(distribution(name, help, NO_LABELS, histogram)));
    return histogram;
  }

  /** Declares counters told apart by the label `label`. */
  counterFamily(name: string, help: string, label: string): Family<Counter> {
    const family = new LabelledFamily(() => new Counter());
    this.#declare(
      name,
      (into) => {
        for (const [value, counter] of family.entries()) {
          into.push(scalar("counter", name, help, { [label]: value }, counter.value));
        }
      },
      label,
    );
    return family;
  }

  /** Declares gauges told apart by the label `label`. */
  gaugeFamily(name: string, help: string, label: string): Family<Gauge> {
    const family = new LabelledFamily(() => new Gauge());
    this.#declare(
      name,
      (into) => {
        for (const [value, gauge] of family.entries()) {
          into.push(scalar("gauge", name, help, { [label]: value }, gauge.value));
        }
      },
      label,
    );
    return family;
  }

  /** Declares histograms told apart by the label `label`. */
  histogramFamily(name: string, help: string, label: string, buckets: readonly number[]): Family<Histogram> {
    const family = new LabelledFamily(() => new Histogram(buckets));
    this.#declare(
      name,
      (into) => {
        for (const [value, histogram] of family.entries()) {
          into.push(distribution(name, help, { [label]: value }, histogram));
        }
      },
      label,
    );
    return family;
  }

  /** Everything as it stands now, in the order of declaration; label values in the order in which they appeared. */
  samples(): MetricSample[] {
    const samples: MetricSample[] = [];
    for (const sample of this.#metrics.values()) sample(samples);
    return samples;
  }

  #declare(name: string, sample: (into: MetricSample[]) => void, label?: string): void {
    if (!NAME.test(name)) throw new MetricError(`malformed metric name ${JSON.stringify(name)}`);
    if (label !== undefined && !LABEL_NAME.test(label)) {
      throw new MetricError(`malformed label name ${JSON.stringify(label)} of metric ${name}`);
    }
    if (this.#metrics.has(name)) throw new MetricError(`metric ${name} is declared twice`);
    this.#metrics.set(name, sample);
  }
}

function scalar(
  kind: "counter" | "gauge",
  name: string,
  help: string,
  labels: Readonly<Record<string, string>>,
  value: number,
): ScalarSample {
  return { name, help, kind, labels, value };
}

function distribution(
  name: string,
  help: string,
  labels: Readonly<Record<string, string>>,
  histogram: Histogram,
): HistogramSample {
  const { count, sum } = histogram;
  return { name, help, kind: "histogram", labels, count, sum, buckets: histogram.buckets() };
}
