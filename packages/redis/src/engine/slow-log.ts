/** The newest commands that took long, as SLOWLOG shows them. */
import type { Args } from "../resp/args.ts";

export interface SlowEntry {
  readonly id: number;
  readonly timeSeconds: number;
  readonly microseconds: number;
  readonly args: readonly string[];
  readonly address: string;
  readonly clientName: string;
}

/** Most arguments, and most bytes of each, that an entry keeps. */
const MAX_ARGS = 32;
const MAX_ARGUMENT_BYTES = 128;

export class SlowLog {
  #entries: SlowEntry[] = [];
  #nextId = 0;

  get length(): number {
    return this.#entries.length;
  }

  /** Newest first. */
  newest(count: number): readonly SlowEntry[] {
    return this.#entries.slice(0, count);
  }

  clear(): void {
    this.#entries = [];
  }

  add(args: Args, timeSeconds: number, microseconds: number, address: string, clientName: string, limit: number): void {
    const shown: string[] = [];
    const kept = args.length > MAX_ARGS ? MAX_ARGS - 1 : args.length;
    for (let i = 0; i < kept; i++) {
      const text = args.string(i);
      const more = text.length - MAX_ARGUMENT_BYTES;
      shown.push(more > 0 ? `${text.slice(0, MAX_ARGUMENT_BYTES)}... (${more} more bytes)` : text);
    }
    if (kept < args.length) shown.push(`... (${args.length - kept} more arguments)`);
    this.#entries.unshift({ id: this.#nextId++, timeSeconds, microseconds, args: shown, address, clientName });
    if (this.#entries.length > limit) this.#entries.length = limit;
  }
}
