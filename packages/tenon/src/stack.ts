/**
 * A stack: some services in one process, that start and stop together and can be looked at.
 *
 * It knows services by the table of systems alone. The console sees it as a `StackView`; `tenon up`, `tenon run` and
 * the test fixtures are users of this class like anybody else's program.
 */
import { join, resolve } from "node:path";
import type { StackView } from "@tenon/console";
import { createLog, LogBuffer, type LogLevel, type LogSink, realWorld, type World } from "@tenon/kit";
import type { ServiceSettings, StackConfig } from "./config/config.ts";
import { Service } from "./service.ts";
import type { ServiceDirectory } from "./systems/system.ts";
import { SYSTEM_NAMES, SYSTEMS, type SystemName } from "./systems.ts";

/** How many log records a stack keeps. */
export const LOG_RECORDS = 5_000;
/** Where `data: true` keeps data, beside the config. */
export const DATA_DIR = ".tenon";

export interface StackOptions {
  /** Start these only, in the config or not. */
  readonly only?: readonly SystemName[];
  /** Where relative paths of the config start; default: the current folder. */
  readonly baseDir?: string;
  /** Free ports for all, whatever the config says. */
  readonly freePorts?: boolean;
  /** Added to every port that is not a free one. */
  readonly portOffset?: number;
  /** What the services see of the outside; default: the real world. A function gives each its own. */
  readonly world?: World | ((name: SystemName) => World);
  /** The lowest level of log records that is kept; default `info`. */
  readonly logLevel?: LogLevel;
  /** Who else is told of log records. */
  readonly sinks?: readonly LogSink[];
}

export class Stack implements StackView {
  readonly services: readonly Service[];
  readonly logs: LogBuffer = new LogBuffer(LOG_RECORDS);
  readonly #listeners = new Set<() => void>();

  private constructor(config: StackConfig, options: StackOptions) {
    const { baseDir = process.cwd(), freePorts = false, portOffset = 0, world = realWorld } = options;
    const log = createLog({
      level: options.logLevel ?? "info",
      format: "none",
      sinks: [this.logs, ...(options.sinks ?? [])],
    });
    const data = config.data === true ? DATA_DIR : config.data;
    const directory: ServiceDirectory = {
      list: () =>
        this.services.flatMap(({ name, kind, address }) => (address === undefined ? [] : [{ name, kind, address }])),
      onChange: (listener) => this.onChange(listener),
    };
    this.services = servicesOf(config, options.only).map((name) => {
      const setting = config[name];
      return new Service(
        SYSTEMS[name],
        typeof setting === "object" ? (setting as ServiceSettings & Record<string, unknown>) : {},
        {
          world: typeof world === "function" ? world(name) : world,
          log: log.child(name),
          baseDir,
          dataDir: typeof data === "string" ? join(resolve(baseDir, data), name) : undefined,
          portOffset,
          freePorts,
          services: directory,
          changed: () => this.#changed(),
        },
      );
    });
  }

  /**
   * Starts what `config` names; all there is, when it names nothing. Rejects with the first ServiceError, having closed
   * what had started, or with ConfigError.
   */
  static async start(config: StackConfig = {}, options: StackOptions = {}): Promise<Stack> {
    if (Object.keys(config).length > 0) {
      const { checkConfig } = await import("./config/check.ts");
      checkConfig(config);
    }
    const stack = new Stack(config, options);
    const results = await Promise.allSettled(stack.services.map((service) => service.start()));
    const failed = results.find((result) => result.status === "rejected");
    if (failed === undefined) return stack;
    await stack.close({ graceMs: 0 });
    throw failed.reason;
  }

  /** The service called `name`. Throws when the stack has none. */
  service(name: SystemName): Service {
    const service = this.services.find((candidate) => candidate.name === name);
    if (service === undefined)
      throw new Error(`this stack has no ${name}; it has ${this.services.map((s) => s.name).join(", ")}`);
    return service;
  }

  /** Where everything is, as environment variables: `REDIS_URL`, `HTTP_URL`, … and those of the config. */
  environment(): Record<string, string> {
    return Object.assign({}, ...this.services.map((service) => service.variables()));
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Closes every service that runs: what is in flight is finished, what takes longer than `graceMs` is cut off. Idempotent. */
  async close(options: { readonly graceMs?: number } = {}): Promise<void> {
    const ours = this.services.filter((service) => service.state !== "external");
    await Promise.all(ours.map((service) => service.stop(options)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Which services a config means, in the order of the table; `only` before all. */
export function servicesOf(config: StackConfig, only?: readonly SystemName[]): readonly SystemName[] {
  if (only !== undefined && only.length > 0) return SYSTEM_NAMES.filter((name) => only.includes(name));
  const wanted = SYSTEM_NAMES.filter((name) => config[name] !== undefined && config[name] !== false);
  return wanted.length > 0 ? wanted : SYSTEM_NAMES.filter((name) => config[name] !== false);
}
