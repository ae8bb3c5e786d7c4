/**
 * How long calls of a command took: counts in buckets that are 1/128 of their power of two wide, from 1 ns to 1 s: an HDR histogram of two
 * digits, as the original has, so that percentiles come out the same. Recording is one addition; the buckets are made with the first call, as most commands are never called.
 */
const SUB_BUCKET_BITS = 8;
const SUB_BUCKETS = 1 << SUB_BUCKET_BITS;
const HALF = SUB_BUCKETS / 2;
/** A second, as the original limits what it notes. */
const LONGEST_NS = 1_000_000_000;
const BUCKETS = indexOf(LONGEST_NS) + 1;

/** Index of the bucket of `ns`: linear below 256, then 128 buckets for each doubling. */
function indexOf(ns: number): number {
  if (ns < SUB_BUCKETS) return ns;
  const shift = 31 - Math.clz32(ns) - (SUB_BUCKET_BITS - 1);
  return (shift + 1) * HALF + ((ns >> shift) - HALF);
}

/** The highest value of bucket `index`. */
function highestOf(index: number): number {
  if (index < SUB_BUCKETS) return index;
  const shift = Math.floor(index / HALF) - 1;
  return ((HALF + (index % HALF) + 1) << shift) - 1;
}

export class LatencyHistogram {
  #counts: Uint32Array | undefined;
  #total = 0;

  get count(): number {
    return this.#total;
  }

  /** `calls` of them took so long. */
  record(microseconds: number, calls: number): void {
    const ns = Math.min(LONGEST_NS, Math.max(1, Math.round(microseconds * 1000)));
    this.#counts ??= new Uint32Array(BUCKETS);
    this.#counts[indexOf(ns)]! += calls;
    this.#total += calls;
  }

  /** The duration that `percent` of the calls did not exceed, in microseconds. */
  percentile(percent: number): number {
    const counts = this.#counts;
    if (counts === undefined) return 0;
    const wanted = Math.max(1, Math.ceil((percent / 100) * this.#total));
    let seen = 0;
    for (let i = 0; i < counts.length; i++) {
      seen += counts[i]!;
      if (seen >= wanted) return highestOf(i) / 1000;
    }
    return LONGEST_NS / 1000;
  }

  /** Bounds that double, from about a microsecond on, and how many calls were within each: only where the count grows. */
  cumulative(): { readonly microseconds: number; readonly count: number }[] {
    const counts = this.#counts;
    const steps: { microseconds: number; count: number }[] = [];
    if (counts === undefined) return steps;
    let seen = 0;
    let at = 0;
    for (let bound = 1024; seen < this.#total; bound *= 2) {
      const before = seen;
      const last = Math.min(indexOf(bound), counts.length - 1);
      while (at <= last) seen += counts[at++]!;
      if (seen > before) steps.push({ microseconds: Math.floor(highestOf(last) / 1000), count: seen });
    }
    return steps;
  }
}
