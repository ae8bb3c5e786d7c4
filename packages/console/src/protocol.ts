/**
 * What the page and its server say to each other: plain JSON shapes, no code. Both sides import this file.
 *
 * One Server-Sent Events stream per page (`GET /api/live`) carries all that is live. Its first event, `hello`, is the
 * whole picture; the events after it are changes. A page that lost the stream opens a new one and gets a new picture,
 * so nothing has to be replayed. What only some pages want (a service's metrics, a Redis MONITOR) is a *topic*: opened
 * on the stream by `POST /api/live/<session>/topics`, ended with the stream at the latest.
 */
import type { LogRecord } from "@tenon/kit";
import type { ServiceState } from "./stack-view.ts";

/** One service, without its numbers. */
export interface ServiceInfo {
  readonly name: string;
  readonly kind: string;
  readonly state: ServiceState;
  readonly failure?: string;
  readonly url?: string;
  readonly connect?: string;
  readonly startedAtMs?: number;
  /** Whether a panel of its kind is there. */
  readonly panel: boolean;
}

/** The few numbers of a service that the overview shows; absent where the service does not report them. */
export interface Summary {
  readonly connections?: number;
  /** Operations since the start: the page draws the rate. */
  readonly operations?: number;
  readonly memoryBytes?: number;
}

/** Summaries of one moment, by service name. */
export interface SummaryPoint {
  readonly timeMs: number;
  /** Resident memory of the process that all services share, in bytes. */
  readonly processBytes: number;
  readonly services: Readonly<Record<string, Summary>>;
}

export interface Hello {
  /** Names this stream in `POST /api/live/<session>/…`. */
  readonly session: string;
  readonly services: readonly ServiceInfo[];
  /** The last minutes, oldest first, one point a second. */
  readonly history: readonly SummaryPoint[];
  readonly logs: readonly LogRecord[];
}

/** Events of the stream, by name. */
export interface LiveEvents {
  hello: Hello;
  services: readonly ServiceInfo[];
  summary: SummaryPoint;
  logs: readonly LogRecord[];
  topic: TopicEvent;
}

export interface TopicEvent {
  readonly id: string;
  readonly message: unknown;
  /** The topic ended by itself; no message follows. */
  readonly ended?: true;
}

/** Body of `POST /api/live/<session>/topics`. The page chooses the id. */
export interface OpenTopic {
  readonly id: string;
  readonly service: string;
  readonly topic: string;
  readonly params?: unknown;
}

/** One line that can be drawn: a counter, a gauge, or one number of a histogram. */
export interface SeriesInfo {
  /** Prometheus name of the metric, without `_bucket`, `_sum` and `_count`. */
  readonly name: string;
  readonly help: string;
  readonly kind: "counter" | "gauge" | "histogram";
  readonly labels: Readonly<Record<string, string>>;
  /** Of a histogram: which of its numbers. */
  readonly part?: "bucket" | "sum" | "count";
  /** Of a bucket, which counts cumulatively: its inclusive upper bound. What is above the last bound only `count` has. */
  readonly le?: number;
}

/**
 * Message of topic `metrics`: the first brings the history, each further one a moment. Times are milliseconds since
 * the epoch, ascending.
 */
export interface MetricsMessage {
  /** With the history: what the page knew before is to be forgotten. */
  readonly first?: true;
  /** Series that the page does not know yet; they follow those that it knows. */
  readonly series: readonly SeriesInfo[];
  readonly timesMs: readonly number[];
  /** One column per series known so far, as long as `timesMs`; null where the series was not there. */
  readonly columns: readonly (readonly (number | null)[])[];
}

/** Message of topics that tell what happens: where something is kept, what there was first, then batches. */
export interface BatchMessage<T> {
  /** With the newest so far: what the page knew before is to be forgotten. */
  readonly first?: true;
  /** Oldest first. */
  readonly items: readonly T[];
  /** How many were too many to be sent. */
  readonly dropped: number;
}

/** The body of every answer that is not a success. */
export interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string };
}

/** Bytes in JSON: a string where they are valid UTF-8, else base64. */
export type WireBytes = string | { readonly base64: string };
