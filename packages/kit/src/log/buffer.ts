/** The newest log records, kept in memory for whoever comes to look (the console, a failing test). */
import type { LogLevel, LogRecord, LogSink } from "./log.ts";

export interface LogFilter {
  /** This service and those below it: `redis` also finds `redis.replication`. */
  readonly service?: string;
  /** This level and those above. */
  readonly level?: LogLevel;
  /** At most so many, the newest. */
  readonly limit?: number;
}

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** A ring of the newest `limit` records; usable as a sink of `createLog`. */
export class LogBuffer implements LogSink {
  readonly #limit: number;
  readonly #ring: LogRecord[] = [];
  /** Where the next record goes once the ring is full: the place of the oldest. */
  #oldest = 0;
  readonly #listeners = new Set<(record: LogRecord) => void>();

  /** Throws `RangeError` when `limit` is not a positive integer. */
  constructor(limit: number) {
    if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`a log buffer cannot hold ${limit} records`);
    this.#limit = limit;
  }

  push(record: LogRecord): void {
    if (this.#ring.length < this.#limit) {
      this.#ring.push(record);
    } else {
      this.#ring[this.#oldest] = record;
      this.#oldest = (this.#oldest + 1) % this.#limit;
    }
    for (const listener of this.#listeners) listener(record);
  }

  /** Oldest first. */
  records(filter: LogFilter = {}): LogRecord[] {
    const { service, level = "debug", limit = this.#limit } = filter;
    const found: LogRecord[] = [];
    for (let i = this.#ring.length - 1; i >= 0 && found.length < limit; i--) {
      const record = this.#ring[(this.#oldest + i) % this.#ring.length]!;
      if (RANK[record.level] < RANK[level]) continue;
      if (service !== undefined && record.service !== service && !record.service.startsWith(`${service}.`)) continue;
      found.push(record);
    }
    return found.toReversed();
  }

  /** Calls `listener` with every record from now on; returns what ends it. `listener` must not throw. */
  subscribe(listener: (record: LogRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
