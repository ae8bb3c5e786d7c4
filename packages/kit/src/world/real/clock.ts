/**
 * The machine's clock: Node's own timers, handed out unwrapped.
 *
 * Node keeps a delay in a signed 32-bit count of milliseconds and turns anything longer into 1 ms. An expiry next year is
 * an ordinary thing to ask for, so longer delays are counted down in steps here.
 */
import type { Clock, Timer } from "../clock.ts";
import { sleepOn } from "../sleep.ts";

/** The longest delay that one Node timer can hold: about 24.8 days. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

class LongTimer implements Timer {
  readonly #callback: () => void;
  readonly #delayMs: number;
  readonly #repeats: boolean;
  #remainingMs: number;
  #timeout: NodeJS.Timeout | undefined;
  #keepsAlive = true;

  constructor(callback: () => void, delayMs: number, repeats: boolean) {
    this.#callback = callback;
    this.#delayMs = delayMs;
    this.#repeats = repeats;
    this.#remainingMs = delayMs;
    this.#step();
  }

  #step(): void {
    const stepMs = Math.min(this.#remainingMs, LONGEST_TIMEOUT_MS);
    this.#remainingMs -= stepMs;
    this.#timeout = setTimeout(() => {
      if (this.#remainingMs > 0) return this.#step();
      this.#timeout = undefined;
      if (this.#repeats) this.refresh();
      this.#callback();
    }, stepMs);
    if (!this.#keepsAlive) this.#timeout.unref();
  }

  close(): void {
    clearTimeout(this.#timeout);
    this.#timeout = undefined;
  }

  refresh(): void {
    this.close();
    this.#remainingMs = this.#delayMs;
    this.#step();
  }

  unref(): void {
    this.#keepsAlive = false;
    this.#timeout?.unref();
  }

  ref(): void {
    this.#keepsAlive = true;
    this.#timeout?.ref();
  }
}

/** Wall time from `Date.now`, monotonic time from `performance.now`, timers from Node. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (callback, delayMs) =>
    delayMs > LONGEST_TIMEOUT_MS ? new LongTimer(callback, delayMs, false) : setTimeout(callback, delayMs),
  setInterval: (callback, periodMs) =>
    periodMs > LONGEST_TIMEOUT_MS ? new LongTimer(callback, periodMs, true) : setInterval(callback, periodMs),
  sleep: (delayMs, signal) => sleepOn(realClock, delayMs, signal),
};
