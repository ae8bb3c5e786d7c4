/** Where records become text: pino (and pino-pretty on a terminal), loaded when there is something to say. */
import { writeSync } from "node:fs";
import { type Terminal, wantsColour } from "../cli/colour.ts";
import type { LogRecord } from "./log.ts";

/** `json`: a line of JSON per record. `pretty`: for people, coloured where the terminal has colours. */
export type LogFormat = "pretty" | "json";

/** `process.stderr`, `process.stdout`, a file's stream, or anything else that takes text. */
export interface LogDestination extends Terminal {
  write(text: string): unknown;
  /** The file descriptor, where there is one: lets the last words be written when the process ends. */
  readonly fd?: number;
}

type Writer = (record: LogRecord) => void;

export class LogOutput {
  readonly #format: LogFormat;
  readonly #destination: LogDestination;
  /** Records that wait for the library. */
  #waiting: LogRecord[] = [];
  #write: Writer | undefined;
  #loading: Promise<void> | undefined;

  constructor(format: LogFormat, destination: LogDestination) {
    this.#format = format;
    this.#destination = destination;
  }

  push(record: LogRecord): void {
    if (this.#write !== undefined) return this.#write(record);
    this.#waiting.push(record);
    this.#loading ??= this.#load();
  }

  /** Resolves when nothing waits any more. */
  async flush(): Promise<void> {
    await this.#loading;
  }

  async #load(): Promise<void> {
    process.once("exit", this.#lastWords);
    const write = await pinoWriter(this.#format, this.#destination).catch((error: Error) => {
      // A log that cannot be made beautiful is still to be read.
      this.#destination.write(`the log's formatter could not be loaded: ${error.message}\n`);
      return (record: LogRecord): void => void this.#destination.write(plainLine(record));
    });
    process.off("exit", this.#lastWords);
    this.#write = write;
    for (const record of this.#waiting) write(record);
    this.#waiting = [];
  }

  /** The process ends before pino was there, so what waits is written without it. */
  readonly #lastWords = (): void => {
    for (const record of this.#waiting) {
      if (this.#destination.fd === undefined) this.#destination.write(plainLine(record));
      else writeSync(this.#destination.fd, plainLine(record));
    }
  };
}

/** The line that pino would write. */
function plainLine({ timeMs, service, level, message, fields }: LogRecord): string {
  return `${JSON.stringify({ level, time: timeMs, service, ...fields, msg: message })}\n`;
}

async function pinoWriter(format: LogFormat, destination: LogDestination): Promise<Writer> {
  const { pino } = await import("pino");
  const sink = { write: (text: string): void => void destination.write(text) };
  const stream = format === "pretty" ? await prettyStream(sink.write, destination) : sink;
  // Records come with their own time (the World's clock), and have passed the level already.
  const logger = pino(
    { level: "debug", base: null, timestamp: false, formatters: { level: (label) => ({ level: label }) } },
    stream,
  );
  return ({ timeMs, service, level, message, fields }) => logger[level]({ time: timeMs, service, ...fields }, message);
}

async function prettyStream(
  write: (text: string) => void,
  destination: LogDestination,
): Promise<{ write(line: string): void }> {
  const { prettyFactory } = await import("pino-pretty");
  const format = prettyFactory({
    colorize: wantsColour(destination),
    translateTime: "SYS:HH:MM:ss.l",
    ignore: "service",
    messageFormat: "{if service}{service}: {end}{msg}",
    singleLine: true,
  });
  return { write: (line) => write(format(line)) };
}
