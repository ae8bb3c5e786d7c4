/** A result as a chart: its numbers over one of its columns. */
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { StatementResult } from "../../../src/tools/sqlite/sqlite-wire.ts";
import { theme } from "../../theme.ts";
import { Empty } from "../../ui/empty.tsx";
import { Segments } from "../../ui/segments.tsx";
import { type ChartData, chartData, usualX } from "./chart-data.ts";

type Shape = "bars" | "lines" | "points";

/** Bars of several columns would hide each other. */
const SHAPES: readonly (readonly [Shape, string])[] = [
  ["bars", "Bars"],
  ["lines", "Lines"],
  ["points", "Points"],
];

export function ResultChart({ result }: { result: StatementResult }): JSX.Element {
  const [x, setX] = useState(() => usualX(result));
  const [chosen, setShape] = useState<Shape>(result.rows.length <= 60 ? "bars" : "lines");
  const data = useMemo(() => chartData(result, x), [result, x]);
  const shapes = data.lines.length === 1 ? SHAPES : SHAPES.filter(([one]) => one !== "bars");
  const shape = shapes.some(([one]) => one === chosen) ? chosen : "lines";
  if (data.lines.length === 0) return <Empty title="There is nothing to draw">No column holds numbers alone.</Empty>;
  const over = x < 0 ? "rows" : result.columns[x]!.name;
  return (
    <div class="sqlite-chart">
      <div class="toolbar">
        <label class="check">
          Over
          <select class="input" value={x} onChange={(event) => setX(Number(event.currentTarget.value))}>
            <option value={-1}>order of rows</option>
            {result.columns.map(({ name }, at) => (
              <option key={at} value={at}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <Segments label="Shape" value={shape} options={shapes} onChange={setShape} />
        <ul class="legend">
          {data.lines.map(({ name }, at) => (
            <li key={at}>
              <span class={`swatch line-${at + 1}`} /> {name}
            </li>
          ))}
        </ul>
      </div>
      <Plot data={data} shape={shape} label={`${data.lines.map(({ name }) => name).join(", ")} over ${over}`} />
    </div>
  );
}

function Plot({ data, shape, label }: { data: ChartData; shape: Shape; label: string }): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const look = theme.value;
  useEffect(() => {
    const element = host.current!;
    const chart = new uPlot(
      options(element, data, shape),
      [[...data.x], ...data.lines.map((line) => [...line.values])],
      element,
    );
    const resize = new ResizeObserver(() => chart.setSize(sizeOf(element)));
    resize.observe(element);
    return () => {
      resize.disconnect();
      chart.destroy();
    };
  }, [data, shape, look]);
  return <div class="chart sqlite-plot" ref={host} role="img" aria-label={label} />;
}

function sizeOf(element: HTMLElement): { width: number; height: number } {
  return { width: element.clientWidth, height: element.clientHeight };
}

function options(element: HTMLElement, { lines, labels }: ChartData, shape: Shape): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: color("--faint"),
    font: `11px ${color("--sans")}`,
    ticks: { show: false },
    grid: { stroke: color("--edge"), width: 1 },
  };
  const bars = uPlot.paths.bars!({ size: [0.7, 60] });
  return {
    ...sizeOf(element),
    padding: [10, 16, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    scales: {
      // Half a place on both sides, so that the outer bars are whole.
      x: { time: false, ...(labels !== undefined && { range: (_chart, min, max) => [min - 0.5, max + 0.5] }) },
      y: { range: (_chart, min, max) => spread(min ?? 0, max ?? 0) },
    },
    axes: [
      {
        ...axis,
        size: 28,
        ...(labels !== undefined && {
          space: 90,
          incrs: WHOLE_STEPS,
          values: (_chart, ticks) => ticks.map((tick) => shortened(labels[tick] ?? "")),
        }),
      },
      { ...axis, size: 66 },
    ],
    series: [
      {},
      ...lines.map(({ name }, at) => ({
        label: name,
        stroke: color(`--line-${at + 1}`),
        width: shape === "points" ? 0 : 1.5,
        points: { show: shape === "points" },
        ...(shape === "bars" && {
          paths: bars,
          fill: `color-mix(in srgb, ${color(`--line-${at + 1}`)} 45%, transparent)`,
        }),
      })),
    ],
  };
}

/** Steps between places that have labels. */
const WHOLE_STEPS: number[] = [1, 2, 5]
  .flatMap((n) => [n, n * 10, n * 100, n * 1000, n * 10_000])
  .toSorted((a, b) => a - b);

/** Zero is in sight, with room above and below what is drawn. */
function spread(min: number, max: number): [number, number] {
  const room = (Math.max(max, 0) - Math.min(min, 0)) * 0.06 || 1;
  return [min < 0 ? min - room : 0, max > 0 ? max + room : 0];
}

function shortened(label: string): string {
  return label.length > 14 ? `${label.slice(0, 13)}…` : label;
}
