/** Time, as a system sees it: two readings and timers. */

/** A pending timer. Node's own `Timeout` satisfies this interface, so the real clock wraps nothing. */
export interface Timer {
  /** Cancels the timer; a cancelled timer never fires. Harmless when it already fired. */
  close(): unknown;
  /** Starts the delay again from now. */
  refresh(): unknown;
  /** Lets the process end although the timer is pending. */
  unref(): unknown;
  /** Keeps the process alive while the timer is pending (the default). */
  ref(): unknown;
}

export interface Clock {
  /** Wall time: milliseconds since 1970-01-01T00:00Z, an integer. May jump. */
  now(): number;
  /** Milliseconds, fractional, from an arbitrary origin; never goes back. */
  monotonic(): number;
  /** Calls `callback` once, not before `delayMs` milliseconds from now. */
  setTimeout(callback: () => void, delayMs: number): Timer;
  /** Calls `callback` every `periodMs` milliseconds until closed. */
  setInterval(callback: () => void, periodMs: number): Timer;
  /** Resolves after `delayMs`; rejects with the signal's reason when it aborts first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}
