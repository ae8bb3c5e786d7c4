/**
 * Looks at every service once a second, whether or not a page is open: who opens the page after something went wrong
 * wants to see the minutes before.
 */
import type { Clock, Log, Timer } from "@tenon/kit";
import type { Summary, SummaryPoint } from "../protocol.ts";
import type { ServiceView, StackView } from "../stack-view.ts";
import { MetricHistory } from "./metric-history.ts";
import { summaryOf } from "./summary.ts";

export const SAMPLE_PERIOD_MS = 1000;

/** Points of the overview's sparklines. */
const SUMMARY_POINTS = 180;

export interface SamplerOptions {
  readonly stack: StackView;
  readonly clock: Clock;
  readonly log: Log;
  /** Asks an external service for its numbers; `undefined` when nobody knows how to, or nobody looks. */
  readonly externalSummary: (service: ServiceView) => Promise<Summary> | undefined;
  /** Resident memory of this process, in bytes. */
  readonly processBytes: () => number;
}

export class Sampler {
  readonly #options: SamplerOptions;
  readonly #histories = new Map<string, MetricHistory>();
  readonly #summaries: SummaryPoint[] = [];
  readonly #listeners = new Set<(point: SummaryPoint) => void>();
  /** Newest answers of external services; they come when they come. */
  readonly #external = new Map<string, Summary>();
  readonly #asking = new Set<string>();
  readonly #timer: Timer;

  constructor(options: SamplerOptions) {
    this.#options = options;
    this.#timer = options.clock.setInterval(() => this.sample(), SAMPLE_PERIOD_MS);
    this.#timer.unref();
  }

  get summaries(): readonly SummaryPoint[] {
    return this.#summaries;
  }

  history(service: string): MetricHistory {
    let history = this.#histories.get(service);
    if (history === undefined) {
      history = new MetricHistory();
      this.#histories.set(service, history);
    }
    return history;
  }

  /** Calls `listener` after each sample. Returns the function that ends it. */
  onSample(listener: (point: SummaryPoint) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes a sample now; the timer does so every second. */
  sample(): void {
    const timeMs = this.#options.clock.now();
    const services: Record<string, Summary> = {};
    for (const service of this.#options.stack.services) {
      services[service.name] =
        service.state === "external" ? this.#askExternal(service) : this.#sampleOwn(service, timeMs);
    }
    const point: SummaryPoint = { timeMs, processBytes: this.#options.processBytes(), services };
    this.#summaries.push(point);
    if (this.#summaries.length > SUMMARY_POINTS) this.#summaries.shift();
    for (const listener of this.#listeners) listener(point);
  }

  close(): void {
    this.#timer.close();
  }

  #sampleOwn(service: ServiceView, timeMs: number): Summary {
    if (service.state !== "running") return {};
    try {
      const samples = service.metrics();
      this.history(service.name).record(timeMs, samples);
      return summaryOf(service.kind, samples);
    } catch (error) {
      this.#options.log.warn("reading the metrics of a service failed", { service: service.name, error });
      return {};
    }
  }

  #askExternal(service: ServiceView): Summary {
    const { name } = service;
    if (!this.#asking.has(name)) {
      const answer = this.#options.externalSummary(service);
      if (answer !== undefined) {
        this.#asking.add(name);
        answer
          .then(
            (summary) => this.#external.set(name, summary),
            () => this.#external.delete(name), // Not reachable now: the overview then shows no numbers.
          )
          .finally(() => this.#asking.delete(name));
      }
    }
    return this.#external.get(name) ?? {};
  }
}
