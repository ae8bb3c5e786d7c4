/** What the server counts: answers by rcode, questions by type. */
import type { JSX } from "preact";
import type { WireQuery } from "../../../src/panels/dns/wire.ts";
import { count, plural } from "../../format.ts";
import { useHappenings } from "../../live/batches.ts";
import type { MetricStore } from "../../metrics/metric-store.ts";
import { useMetrics } from "../../metrics/use-metrics.ts";
import { Empty } from "../../ui/empty.tsx";
import { Tally, type TallyRow } from "./tally.tsx";

/** Types are counted over as many of the newest queries. */
const MAX_QUERIES = 10_000;
/** A rate is over so many seconds. */
const RATE_POINTS = 10;

const CACHE_COUNTERS = [
  ["dns_cache_hits_total", "hits"],
  ["dns_cache_misses_total", "misses"],
  ["dns_cache_stale_total", "stale"],
  ["dns_cache_prefetches_total", "prefetches"],
] as const;

export function Statistics({ service }: { service: string }): JSX.Element {
  const store = useMetrics(service);
  const { items, ended } = useHappenings<WireQuery>(service, "queries", MAX_QUERIES);
  const [queries, failure] = [items.value, ended.value];
  if (store === undefined) return <div class="fill" aria-busy="true" />;
  const rcodes = rowsOf(store, "dns_responses_total", "rcode");
  const transports = rowsOf(store, "dns_queries_total", "transport");
  const forwards = store.series.some(({ name }) => name === "dns_cache_hits_total");
  const cache = CACHE_COUNTERS.flatMap(([metric, name]) => rowsOf(store, metric, "").map((row) => ({ ...row, name })));
  const upstream = rowsOf(store, "dns_upstream_queries_total", "result");
  if (rcodes.length === 0 && transports.length === 0 && failure !== undefined) {
    return (
      <div class="card fill">
        <Empty title="There are no numbers">{failure}</Empty>
      </div>
    );
  }
  return (
    <div class="dns-statistics">
      <Tally title="Answers by rcode" note="since the server's start" rows={rcodes} />
      <Tally
        title="Questions by type"
        note={failure ?? `of the newest ${plural(queries.length, "query").replace(/ys$/, "ies")}`}
        rows={tallied(queries.map(({ type }) => type || "unreadable"))}
      />
      <Tally title="Messages by transport" note="since the server's start" rows={transports} />
      {forwards && (
        <>
          <Tally title="Cache" note="since the server's start" rows={cache} />
          <Tally title="Queries to upstreams" note="by what came of them" rows={upstream} />
        </>
      )}
      <Tally
        title="Names asked for"
        note={failure ?? `the most frequent of the newest ${count(queries.length)}`}
        rows={tallied(queries.map(({ name }) => name || "unreadable")).slice(0, 20)}
      />
    </div>
  );
}

/** A counter family's labels that have counted anything, the highest first, with their rates; a counter without labels is one nameless row. */
function rowsOf(store: MetricStore, name: string, label: string): TallyRow[] {
  const last = store.timesMs.length - 1;
  const from = Math.max(0, last - RATE_POINTS);
  const seconds = ((store.timesMs[last] ?? 0) - (store.timesMs[from] ?? 0)) / 1000;
  return store.series
    .map((series, index) => ({ series, column: store.columns[index]! }))
    .filter(({ series }) => series.name === name)
    .map(({ series, column }) => {
      const value = column[last] ?? 0;
      const rate = seconds > 0 ? Math.max(0, value - (column[from] ?? 0)) / seconds : undefined;
      return { name: series.labels[label] ?? "", value, ...(rate !== undefined && { rate }) };
    })
    .filter(({ value }) => value > 0)
    .toSorted((a, b) => b.value - a.value);
}

function tallied(values: readonly string[]): TallyRow[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([name, value]) => ({ name, value })).toSorted((a, b) => b.value - a.value);
}
