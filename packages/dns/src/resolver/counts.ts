/** What the resolver counts. */
import type { Counter, MetricSet } from "@tenon/kit";

export interface Counts {
  readonly hits: Counter;
  readonly misses: Counter;
  readonly stale: Counter;
  readonly prefetches: Counter;
  readonly upstream: Readonly<Record<"answered" | "failed" | "timeout", Counter>>;
}

export function countsIn(
  metrics: MetricSet,
  cache: { readonly size: number; readonly usedBytes: number },
  inFlight: () => number,
): Counts {
  metrics.gauge("dns_cache_entries", "Answers in the resolver's cache.", () => cache.size);
  metrics.gauge("dns_cache_bytes", "Bytes that those take.", () => cache.usedBytes);
  metrics.gauge("dns_upstream_in_flight", "Questions that are being asked of upstreams.", inFlight);
  const upstream = metrics.counterFamily("dns_upstream_queries_total", "Queries sent to upstreams.", "result");
  return {
    hits: metrics.counter("dns_cache_hits_total", "Questions answered from the cache."),
    misses: metrics.counter("dns_cache_misses_total", "Questions that the cache had no fresh answer to."),
    stale: metrics.counter("dns_cache_stale_total", "Of those, the ones that an answer was there for that is over."),
    prefetches: metrics.counter("dns_cache_prefetches_total", "Answers asked for again before their end."),
    upstream: {
      answered: upstream.label("answered"),
      failed: upstream.label("failed"),
      timeout: upstream.label("timeout"),
    },
  };
}
