import { WINDOW_BYTES, type Kernel } from "./kernel.ts";

/** Where the first window of [from, to) ends: after the last whole line that fits in WINDOW_BYTES, or after the first line where that is longer. */
export function windowEnd(kernel: Kernel, terminator: number, from: number, to: number): number {
  if (to - from <= WINDOW_BYTES) return to;
  const last = kernel.findLastByte(terminator, from, from + WINDOW_BYTES);
  if (last >= 0) return last + 1;
  const next = kernel.findByte(terminator, from + WINDOW_BYTES, to);
  return next < 0 ? to : next + 1;
}
