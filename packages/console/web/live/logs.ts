/** The newest log records, in a plain array that is replaced at most once per batch. */
import { type Signal, signal } from "@preact/signals";
import type { LogRecord } from "@tenon/kit";

export const MAX_LOG_RECORDS = 20_000;

export const logs: Signal<readonly LogRecord[]> = signal<readonly LogRecord[]>([]);

export function replaceLogs(records: readonly LogRecord[]): void {
  logs.value = records;
}

export function appendLogs(records: readonly LogRecord[]): void {
  const all = [...logs.value, ...records];
  logs.value = all.length > MAX_LOG_RECORDS ? all.slice(-MAX_LOG_RECORDS) : all;
}

export function clearLogs(): void {
  logs.value = [];
}
