/**
 * Structured logging: a message for people, fields for machines, and the name of the service that speaks.
 *
 * `createLog` returns at once. pino, which formats and writes, is loaded in the background when the first record
 * passes the level, because loading it takes longer than starting a server; records wait for it in order, and
 * `flush` (or the end of the process) writes whatever is still waiting. Sinks such as `LogBuffer` are told at once.
 */
import { LogOutput, type LogDestination, type LogFormat } from "./output.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface LogRecord {
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  readonly level: LogLevel;
  /** Who speaks: `redis`, `redis.replication`. */
  readonly service: string;
  readonly message: string;
  /** Plain data: errors and bigints have been turned into objects and strings. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** A log whose service is `name`, below the present one: `redis` → `redis.replication`. */
  child(name: string): Log;
}

/** Who else wants to know. Called synchronously for every record that passes the level; must not throw. */
export interface LogSink {
  push(record: LogRecord): void;
}

export interface LogOptions {
  /** The lowest level that is recorded; default `info`. */
  readonly level?: LogLevel;
  /** `auto` (default): `pretty` when the destination is a terminal, else `json`. `none`: sinks only. */
  readonly format?: LogFormat | "auto" | "none";
  /** Default: none; children then have their own name alone. */
  readonly service?: string;
  /** Where the time of records comes from; default: the machine. */
  readonly clock?: { now(): number };
  readonly sinks?: readonly LogSink[];
  /** Default: standard error; standard output belongs to results. */
  readonly destination?: LogDestination;
}

/** A log that somebody has to close the books on. */
export interface RootLog extends Log {
  /** Resolves when every record so far has been handed to the destination. */
  flush(): Promise<void>;
}

/** Says nothing. */
export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLog,
};

const SEVERITY: Readonly<Record<LogLevel, number>> = { debug: 20, info: 30, warn: 40, error: 50 };

export function createLog(options: LogOptions = {}): RootLog {
  const { level = "info", format = "auto", service = "", clock = Date, sinks = [] } = options;
  const destination = options.destination ?? process.stderr;
  const output =
    format === "none"
      ? undefined
      : new LogOutput(format === "auto" ? (destination.isTTY === true ? "pretty" : "json") : format, destination);
  const emit = (record: LogRecord): void => {
    for (const sink of sinks) sink.push(record);
    output?.push(record);
  };
  const log = new LevelledLog(SEVERITY[level], service, clock, emit);
  return Object.assign(log, { flush: () => output?.flush() ?? Promise.resolve() });
}

class LevelledLog implements Log {
  readonly #severity: number;
  readonly #service: string;
  readonly #clock: { now(): number };
  readonly #emit: (record: LogRecord) => void;

  constructor(severity: number, service: string, clock: { now(): number }, emit: (record: LogRecord) => void) {
    this.#severity = severity;
    this.#service = service;
    this.#clock = clock;
    this.#emit = emit;
  }

  debug(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#record("debug", message, fields);
  }

  info(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#record("info", message, fields);
  }

  warn(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#record("warn", message, fields);
  }

  error(message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#record("error", message, fields);
  }

  child(name: string): Log {
    const service = this.#service === "" ? name : `${this.#service}.${name}`;
    return new LevelledLog(this.#severity, service, this.#clock, this.#emit);
  }

  #record(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>> | undefined): void {
    if (SEVERITY[level] < this.#severity) return;
    this.#emit({
      timeMs: this.#clock.now(),
      level,
      service: this.#service,
      message,
      fields: fields === undefined ? NO_FIELDS : plainFields(fields),
    });
  }
}

const NO_FIELDS: Readonly<Record<string, unknown>> = Object.freeze({});

/** Fields as data that survives JSON: an `Error` would become `{}`, and a bigint throw. */
function plainFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (value instanceof Error) {
      const code: unknown = Reflect.get(value, "code");
      const { name, message, stack } = value;
      plain[key] = code === undefined ? { name, message, stack } : { name, message, code, stack };
    } else {
      plain[key] = typeof value === "bigint" ? value.toString() : value;
    }
  }
  return plain;
}
