/** How near the process is to the end of its memory. */
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** V8's limit counts the young generation, where nothing stays: 96 MiB in Node 26 and 192 MiB in Node 24. Of a small heap it is no more than half. */
const YOUNG_BYTES: number = 192 * 1024 * 1024;

/** V8's collector: this kind also drops compiled scripts that nobody holds, each of which may be 30 KB, from V8's cache of sources. */
const THOROUGH = { type: "major", flavor: "last-resort", execution: "sync" } as const;

let collect: ((kind: typeof THOROUGH) => void) | undefined;

function share(): number {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used / (limit - Math.min(YOUNG_BYTES, limit / 2));
}

/**
 * Whether what is alive takes more than `limit` (0 to 1) of what V8's heap may grow to. Garbage looks alive until it is collected; so where
 * much is taken, it is collected first, which may take a second.
 */
export function heapIsShort(limit: number): boolean {
  if (share() <= limit) return false;
  collectGarbage();
  return share() > limit;
}

/** Collects all garbage, which may take a second. */
export function collectGarbage(): void {
  if (collect === undefined) {
    // The collector is named only where the flag is set; a new context is one that sees it.
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as (kind: typeof THOROUGH) => void;
    setFlagsFromString("--no-expose-gc");
  }
  collect(THOROUGH);
}
