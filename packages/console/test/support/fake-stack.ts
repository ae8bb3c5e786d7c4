/** A stack for tests: services that are what the test says they are, and remember what was done to them. */
import { LogBuffer, type MetricSample } from "@tenon/kit";
import type { ServiceState, ServiceView, StackView } from "@tenon/console";

export interface FakeServiceOptions {
  readonly name: string;
  readonly kind?: string;
  readonly state?: ServiceState;
  readonly url?: string;
  readonly connect?: string;
  readonly metrics?: () => MetricSample[];
  readonly instance?: unknown;
  /** Called by start, stop and restart; what it throws, they reject with. */
  readonly act?: (action: "start" | "stop" | "restart") => void | Promise<void>;
}

export class FakeService implements ServiceView {
  readonly name: string;
  readonly kind: string;
  readonly actions: string[] = [];
  state: ServiceState;
  failure: string | undefined;
  url: string | undefined;
  connect: string | undefined;
  startedAtMs: number | undefined;
  instance: unknown;
  readonly #options: FakeServiceOptions;
  readonly #changed: () => void;

  constructor(options: FakeServiceOptions, changed: () => void) {
    this.#options = options;
    this.#changed = changed;
    this.name = options.name;
    this.kind = options.kind ?? options.name;
    this.state = options.state ?? "running";
    this.url = options.url;
    this.connect = options.connect;
    this.instance = options.instance;
    if (this.state === "running") this.startedAtMs = Date.now();
  }

  metrics(): MetricSample[] {
    return this.#options.metrics?.() ?? [];
  }

  set(changes: Partial<Pick<FakeService, "state" | "failure" | "url" | "startedAtMs" | "instance">>): void {
    Object.assign(this, changes);
    this.#changed();
  }

  start(): Promise<void> {
    return this.#act("start", "running");
  }

  stop(): Promise<void> {
    return this.#act("stop", "stopped");
  }

  restart(): Promise<void> {
    return this.#act("restart", "running");
  }

  async #act(action: "start" | "stop" | "restart", state: ServiceState): Promise<void> {
    this.actions.push(action);
    this.set({ state: action === "start" ? "starting" : "stopping" });
    await this.#options.act?.(action);
    this.set({ state, startedAtMs: Date.now() });
  }
}

export class FakeStack implements StackView {
  readonly services: FakeService[] = [];
  readonly logs: LogBuffer = new LogBuffer(5000);
  readonly #listeners = new Set<() => void>();

  constructor(...services: readonly FakeServiceOptions[]) {
    for (const options of services) this.services.push(new FakeService(options, () => this.changed()));
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
