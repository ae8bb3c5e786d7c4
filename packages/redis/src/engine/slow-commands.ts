/** What is noted of commands that took long: the slow log, and the latency monitor's events. */
import { FLAG, type CommandEntry } from "../commands/registry.ts";
import { LatencyMonitor } from "../observe/latency-monitor.ts";
import type { Args } from "../resp/args.ts";
import type { Client } from "./client.ts";
import type { Config } from "./config.ts";
import { redacted } from "./redacted.ts";
import { SlowLog } from "./slow-log.ts";

export class SlowCommands {
  readonly log: SlowLog = new SlowLog();
  readonly latency: LatencyMonitor = new LatencyMonitor();
  /** From where on the slow log keeps a command; Infinity: it keeps none. */
  #logMicroseconds = 10_000;
  #logLimit = 128;
  /** From where on the latency monitor notes one; Infinity: it notes none. */
  #latencyMicroseconds = Infinity;

  configure(config: Config): void {
    const threshold = config.number("slowlog-log-slower-than");
    this.#logMicroseconds = threshold < 0 ? Infinity : threshold;
    this.#logLimit = config.number("slowlog-max-len");
    const latencyMs = config.number("latency-monitor-threshold");
    this.#latencyMicroseconds = latencyMs === 0 ? Infinity : latencyMs * 1000;
  }

  /** Whether a command of that duration is for `note`. */
  mayNote(microseconds: number): boolean {
    return microseconds >= this.#logMicroseconds || microseconds >= this.#latencyMicroseconds;
  }

  note(client: Client, entry: CommandEntry, args: Args, microseconds: number, now: number): void {
    const seconds = Math.floor(now / 1000);
    if (microseconds >= this.#latencyMicroseconds) {
      const event = entry.row.flags.includes("fast") ? "fast-command" : "command";
      this.latency.add(event, Math.floor(microseconds / 1000), seconds);
    }
    if (microseconds < this.#logMicroseconds || (entry.bits & FLAG.skipSlowlog) !== 0) return;
    const words = redacted(entry, args);
    this.log.add(words, seconds, Math.round(microseconds), client.address.remote, client.name, this.#logLimit);
  }
}
