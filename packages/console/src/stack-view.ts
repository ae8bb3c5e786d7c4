/**
 * What the console knows of the stack: a view that the umbrella implements. The console never starts or finds a
 * service by itself, and talks to a service's data the way any client does, by its `url` — so that a panel works the
 * same whether the service runs in this process or is an external one.
 */
import type { LogBuffer, MetricSample } from "@tenon/kit";

export type ServiceState = "starting" | "running" | "stopping" | "stopped" | "failed" | "external";

export interface ServiceView {
  /** Unique in the stack, as in the config: `redis`, `http`, … */
  readonly name: string;
  /** Which system it is; decides the panel. */
  readonly kind: string;
  readonly state: ServiceState;
  /** Why it failed, in one line. */
  readonly failure?: string | undefined;
  /** `redis://127.0.0.1:6379`; absent while it is not running. */
  readonly url?: string | undefined;
  /** The command that connects, e.g. `redis-cli -p 6379`. */
  readonly connect?: string | undefined;
  /** Wall time in milliseconds since the epoch at which it became ready. */
  readonly startedAtMs?: number | undefined;
  /** All samples now; empty for an external service. */
  metrics(): MetricSample[];
  /** The running server object, for panels that need more than its protocol (recent HTTP requests); `undefined` when external or stopped. */
  readonly instance: unknown;
  start(): Promise<void>;
  stop(): Promise<void>;
  restart(): Promise<void>;
}

export interface StackView {
  readonly services: readonly ServiceView[];
  /** The newest log records of all services, and a subscription to what comes. */
  readonly logs: LogBuffer;
  /** Calls `listener` after any service's state changed; returns the function that ends the subscription. */
  onChange(listener: () => void): () => void;
}
