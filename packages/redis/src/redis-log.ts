/** Log lines as redis-server writes them: `4711:M 22 Nov 2026 15:41:09.339 * Ready to accept connections tcp`. */
import { appendFileSync } from "node:fs";
import process from "node:process";
import { createLog, type Log, type LogLevel, type LogRecord, silentLog } from "@tenon/kit";

const MARKS: Readonly<Record<LogLevel, string>> = { debug: ".", info: "*", warn: "#", error: "#" };
/** By redis.conf's `loglevel`. */
const LEVELS: Readonly<Record<string, LogLevel>> = { debug: "debug", verbose: "info", notice: "info", warning: "warn" };
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * A log at one of redis.conf's levels. It goes to `file`, which is opened for every line, so that it can be rotated by renaming; or to
 * standard output.
 */
export function redisLog(level: string, file?: string): Log {
  const lowest = LEVELS[level];
  if (lowest === undefined) return silentLog;
  const write =
    file === undefined
      ? (line: string): void => void process.stdout.write(line)
      : (line: string): void => appendFileSync(file, line);
  return createLog({ level: lowest, format: "none", sinks: [{ push: (record) => write(redisLogLine(record)) }] });
}

/** With its line end. */
export function redisLogLine({ timeMs, level, message, fields }: LogRecord, processId: number = process.pid): string {
  const date = new Date(timeMs);
  const two = (number: number): string => String(number).padStart(2, "0");
  const day = `${two(date.getDate())} ${MONTHS[date.getMonth()]} ${date.getFullYear()}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, "0")}`;
  const details = Object.entries(fields).map(([name, value]) => ` ${name}=${detail(value)}`);
  return `${processId}:M ${day} ${time} ${MARKS[level]} ${message}${details.join("")}\n`;
}

function detail(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null && "message" in value) return JSON.stringify(value.message);
  return JSON.stringify(value);
}
