/** What happened in a simulated world, in order: two runs of one seed leave the same trace. */

export interface TraceEvent {
  /** Milliseconds on the simulated clock since the start. */
  readonly atMs: number;
  /** Such as `data`, `lost`, `reset`, `partition`. */
  readonly event: string;
  /** Addresses, or what else tells where. */
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
}

/** Events that are kept; the digest goes on. */
export const MAX_TRACE_EVENTS = 100_000;

export class Trace {
  readonly #events: TraceEvent[] = [];
  readonly #clock: { monotonic(): number };
  #digest = 0x811c9dc5;
  #count = 0;

  constructor(clock: { monotonic(): number }) {
    this.#clock = clock;
  }

  record(event: string, from: string, to: string, bytes: number = 0): void {
    const atMs = this.#clock.monotonic();
    const line = `${atMs} ${event} ${from} ${to} ${bytes}`;
    for (let at = 0; at < line.length; at++) this.#digest = Math.imul(this.#digest ^ line.charCodeAt(at), 0x01000193);
    this.#count++;
    if (this.#events.length < MAX_TRACE_EVENTS) this.#events.push({ atMs, event, from, to, bytes });
  }

  /** The first `MAX_TRACE_EVENTS`. */
  get events(): readonly TraceEvent[] {
    return this.#events;
  }

  get count(): number {
    return this.#count;
  }

  /** FNV-1a over all events, with their number: what to compare between long runs. */
  get digest(): string {
    return `${this.#count}-${(this.#digest >>> 0).toString(16).padStart(8, "0")}`;
  }
}
