/** A timer that can be set for later than timers go: SOA intervals have 32 bits of seconds. */
import type { Clock, Timer } from "@tenon/kit";

/** Node's timers take 31 bits of milliseconds. */
const LONGEST_MS = 0x7fff_ffff;

export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #timer: Timer | undefined;
  /** On the monotonic clock. */
  #atMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Milliseconds until it rings; Infinity when it is not set. */
  get inMs(): number {
    return Math.max(0, this.#atMs - this.#clock.monotonic());
  }

  /** Rings once, `delayMs` from now, instead of whenever it was set for. Keeps no process alive. */
  set(delayMs: number): void {
    this.clear();
    this.#atMs = this.#clock.monotonic() + delayMs;
    this.#wait();
  }

  clear(): void {
    this.#timer?.close();
    this.#timer = undefined;
    this.#atMs = Number.POSITIVE_INFINITY;
  }

  #wait(): void {
    this.#timer = this.#clock.setTimeout(
      () => {
        if (this.inMs > 0) return this.#wait();
        this.clear();
        this.#ring();
      },
      Math.min(LONGEST_MS, this.inMs),
    );
    this.#timer.unref();
  }
}
