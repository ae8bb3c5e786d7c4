import { useEffect, useState } from "preact/hooks";

/** Milliseconds. */
const REST_MS = 250;

/** `value` as it was when typing last rested. */
export function useRested(value: string): string {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), REST_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return rested;
}
