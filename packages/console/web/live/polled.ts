/** What is read again and again while it is looked at. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

export interface Polled<T> {
  readonly value: T | undefined;
  /** Why the last reading failed. */
  readonly failure: string | undefined;
  /** Reads at once. */
  refresh(): Promise<void>;
}

/** Calls `read` now and every `everyMs`, when the page is in sight and the last reading is over. `read` must be stable. */
export function usePolled<T>(read: () => Promise<T>, everyMs: number): Polled<T> {
  const [value, setValue] = useState<T>();
  const [failure, setFailure] = useState<string>();
  const isReading = useRef(false);
  const refresh = useCallback(async (): Promise<void> => {
    if (isReading.current) return;
    isReading.current = true;
    try {
      setValue(await read());
      setFailure(undefined);
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    } finally {
      isReading.current = false;
    }
  }, [read]);
  useEffect(() => {
    void refresh();
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void refresh();
    }, everyMs);
    return () => clearInterval(timer);
  }, [refresh, everyMs]);
  return { value, failure, refresh };
}
