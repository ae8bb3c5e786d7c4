/** How long answers take: the histogram's buckets as bars, and three quantiles. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { count, plural, seconds } from "../../format.ts";
import { countsBetween, histogramsOf } from "../../metrics/histograms.ts";
import { quantile } from "../../metrics/quantile.ts";
import { useMetrics } from "../../metrics/use-metrics.ts";
import { Empty } from "../../ui/empty.tsx";
import { Segments } from "../../ui/segments.tsx";

const METRIC = "http_request_duration_seconds";

const SPANS = [
  ["60", "Last minute"],
  ["all", "Since start"],
] as const;

export function Latency({ service }: { service: string }): JSX.Element {
  const span = useSignal<(typeof SPANS)[number][0]>("60");
  const store = useMetrics(service);
  const histogram = store === undefined ? undefined : histogramsOf(store).find(({ name }) => name === METRIC);
  const last = (store?.timesMs.length ?? 0) - 1;
  const from = span.value === "all" ? -1 : Math.max(0, last - Number(span.value));
  const counts =
    store === undefined || histogram === undefined ? undefined : countsBetween(store, histogram, from, last);
  return (
    <section class="card latency" aria-label="Latency">
      <div class="latency-head">
        <h2>Latency</h2>
        <Segments label="Time span" value={span.value} options={SPANS} onChange={(value) => (span.value = value)} />
      </div>
      {counts === undefined || counts.total === 0 ? (
        <div aria-busy={store === undefined}>{store !== undefined && <Empty title="No requests in this time" />}</div>
      ) : (
        <>
          <dl class="quantiles">
            {([0.5, 0.9, 0.99] as const).map((q) => (
              <div key={q}>
                <dt>p{q * 100}</dt>
                <dd>{seconds(quantile(q, counts) ?? 0)}</dd>
              </div>
            ))}
          </dl>
          <Bars bounds={counts.bounds} cumulative={counts.cumulative} total={counts.total} />
          <p class="muted">{plural(counts.total, "request")}</p>
        </>
      )}
    </section>
  );
}

/** One bar per bucket, from the first that has any to the last. */
function Bars(props: { bounds: readonly number[]; cumulative: readonly number[]; total: number }): JSX.Element {
  const { bounds, cumulative, total } = props;
  const buckets = [...bounds, Number.POSITIVE_INFINITY].map((bound, index) => ({
    bound,
    count: (cumulative[index] ?? total) - (index === 0 ? 0 : cumulative[index - 1]!),
  }));
  const first = buckets.findIndex((bucket) => bucket.count > 0);
  const last = buckets.findLastIndex((bucket) => bucket.count > 0);
  const most = Math.max(...buckets.map((bucket) => bucket.count));
  return (
    <div class="bars">
      {buckets.slice(first, last + 1).map(({ bound, count: inBucket }) => (
        <>
          <span class="muted number">
            {Number.isFinite(bound) ? `≤ ${seconds(bound)}` : `> ${seconds(bounds.at(-1) ?? 0)}`}
          </span>
          <span class="bar">
            <span style={{ width: `${(100 * inBucket) / most}%` }} />
          </span>
          <span class="number">{count(inBucket)}</span>
        </>
      ))}
    </div>
  );
}
