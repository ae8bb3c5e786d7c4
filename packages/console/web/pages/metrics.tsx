/** Charts of one service at a time; the cursor is at the same moment in all of them. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { link, services } from "../live/live.ts";
import { type ChartSpec, chartSpecs } from "../metrics/chart-specs.ts";
import { useMetrics } from "../metrics/use-metrics.ts";
import { navigate, route } from "../router.ts";
import { Empty } from "../ui/empty.tsx";
import { formatUnit, LineChart } from "../ui/line-chart.tsx";
import { Segments } from "../ui/segments.tsx";

const SPANS = [
  ["60", "1 min"],
  ["300", "5 min"],
  ["900", "15 min"],
] as const;

type Span = (typeof SPANS)[number][0];

export function MetricsPage(): JSX.Element {
  const own = services.value.filter((service) => service.state !== "external");
  const [, wanted] = route.value;
  const service = own.find((candidate) => candidate.name === wanted) ?? own[0];
  const span = useSignal<Span>("300");
  const showQuiet = useSignal(false);
  const store = useMetrics(service?.name);
  const cursor = useSignal<number | undefined>(undefined);
  const { timesMs, charts } =
    store === undefined ? { timesMs: [], charts: [] } : chartSpecs(store, Number(span.value) + 1);
  const shown = charts.filter((chart) => showQuiet.value || !chart.quiet);
  const quiet = charts.filter((chart) => chart.quiet).length;
  return (
    <>
      <div class="page-head">
        <h1>Metrics</h1>
        <div class="end">
          <Segments label="Time span" value={span.value} options={SPANS} onChange={(value) => (span.value = value)} />
        </div>
      </div>
      {service === undefined ? (
        <div class="card" aria-busy={link.value === "connecting"}>
          {link.value !== "connecting" && <Empty title="No service of this stack has metrics" />}
        </div>
      ) : (
        <>
          {own.length > 1 && (
            <div>
              <Segments
                label="Service"
                value={service.name}
                options={own.map(({ name }) => [name, name] as const)}
                onChange={(name) => navigate(`/metrics/${encodeURIComponent(name)}`, true)}
              />
            </div>
          )}
          <div class="charts">
            {shown.map((chart) => (
              <ChartCard
                key={`${service.name} ${chart.name}`}
                chart={chart}
                timesMs={timesMs}
                spanSeconds={Number(span.value)}
                cursor={cursor.value}
                onCursor={(index) => (cursor.value = index)}
              />
            ))}
          </div>
          {store !== undefined && charts.length === 0 && (
            <div class="card">
              <Empty title="No metrics yet">{service.name} has reported none since the console is open.</Empty>
            </div>
          )}
          {quiet > 0 && (
            <div>
              <button type="button" class="button small" onClick={() => (showQuiet.value = !showQuiet.value)}>
                {showQuiet.value ? "Hide what stayed at zero" : `Show ${quiet} more that stayed at zero`}
              </button>
            </div>
          )}
        </>
      )}
    </>
  );
}

function ChartCard(props: {
  chart: ChartSpec;
  timesMs: readonly number[];
  spanSeconds: number;
  cursor: number | undefined;
  onCursor: (index: number | undefined) => void;
}): JSX.Element {
  const { chart, timesMs, spanSeconds, cursor, onCursor } = props;
  const at = cursor ?? timesMs.length - 1;
  const text = (values: readonly (number | undefined)[]): string => {
    const value = values[at];
    return value === undefined ? "–" : formatUnit(chart.unit, value);
  };
  const perSecond = chart.unit === "count/s" ? " / s" : "";
  const [only, ...others] = chart.lines;
  return (
    <figure class="card chart-card">
      <figcaption class="chart-head">
        <h3 class="truncate" title={chart.name}>
          {chart.title}
          <span class="faint">{perSecond}</span>
        </h3>
        {only !== undefined && others.length === 0 && <span class="chart-now">{text(only.values)}</span>}
      </figcaption>
      {others.length > 0 && (
        <ul class="legend">
          {chart.lines.map((line, index) => (
            <li key={line.label}>
              <span class={`swatch line-${index + 1}`} />
              {line.label} <span>{text(line.values)}</span>
            </li>
          ))}
        </ul>
      )}
      <LineChart
        timesMs={timesMs}
        lines={chart.lines}
        unit={chart.unit}
        spanSeconds={spanSeconds}
        syncKey="metrics"
        label={`${chart.title}, over time`}
        onCursor={onCursor}
      />
    </figure>
  );
}
