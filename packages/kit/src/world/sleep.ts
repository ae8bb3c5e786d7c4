import type { Clock } from "./clock.ts";

/** `Clock.sleep` in terms of the clock's own timers. */
export function sleepOn(clock: Pick<Clock, "setTimeout">, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const timer = clock.setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, delayMs);
    const abort = (): void => {
      timer.close();
      reject(signal!.reason);
    };
    signal?.addEventListener("abort", abort, { once: true });
  });
}
