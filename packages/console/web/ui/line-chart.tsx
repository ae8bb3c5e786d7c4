/** uPlot as a component: made anew when its shape or the theme changes, else only given new data. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import * as format from "../format.ts";
import type { ChartLine, Unit } from "../metrics/chart-specs.ts";
import { theme } from "../theme.ts";

const HEIGHT_PX = 150;

export interface LineChartProps {
  timesMs: readonly number[];
  lines: readonly ChartLine[];
  unit: Unit;
  /** Charts with the same key show the cursor at the same moment. */
  syncKey: string;
  /** What it shows, for those who cannot see it. */
  label: string;
  /** Length of the time axis in seconds, whatever is there to draw. */
  spanSeconds: number;
  /** The moment under the cursor, as an index into `timesMs`; undefined when the cursor is elsewhere. */
  onCursor?: (index: number | undefined) => void;
}

export function formatUnit(unit: Unit, value: number): string {
  if (unit === "seconds") return format.seconds(value);
  if (unit === "bytes") return format.bytes(value);
  if (unit === "bytes/s") return `${format.bytes(value)}/s`;
  return format.count(value);
}

export function LineChart(props: LineChartProps): JSX.Element {
  const { timesMs, lines, unit, syncKey, label, spanSeconds, onCursor } = props;
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const shape = JSON.stringify([lines.map((line) => line.label), unit, syncKey, theme.value]);
  const data = (): uPlot.AlignedData => [
    timesMs.map((time) => time / 1000),
    ...lines.map((line) => line.values.map((value) => value ?? null)),
  ];
  const span = useRef(spanSeconds);
  span.current = spanSeconds;
  const cursorListener = useRef(onCursor);
  cursorListener.current = onCursor;

  useEffect(() => {
    const element = host.current!;
    const chart = new uPlot(
      options(element, lines, unit, syncKey, span, (index) => cursorListener.current?.(index)),
      data(),
      element,
    );
    plot.current = chart;
    const resize = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      chart.destroy();
      plot.current = undefined;
    };
  }, [shape]);
  useEffect(() => plot.current?.setData(data()));
  return <div class="chart" ref={host} role="img" aria-label={label} style={{ height: `${HEIGHT_PX}px` }} />;
}

function options(
  element: HTMLElement,
  lines: readonly ChartLine[],
  unit: Unit,
  syncKey: string,
  span: { readonly current: number },
  onCursor: (index: number | undefined) => void,
): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: color("--faint"),
    font: `11px ${color("--sans")}`,
    ticks: { show: false },
    grid: { stroke: color("--edge"), width: 1 },
  };
  return {
    width: element.clientWidth,
    height: HEIGHT_PX,
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: syncKey }, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { range: (_chart, _min, max) => [max - span.current, max] },
      y: { range: (_chart, _min, max) => [0, niceTop(max ?? 0, unit)] },
    },
    axes: [
      { ...axis, grid: { show: false }, space: 68, size: 24, values: (_chart, ticks) => ticks.map(timeOfDay) },
      {
        ...axis,
        ...(unit.startsWith("bytes") && { incrs: BYTE_STEPS }),
        size: 58,
        space: 36,
        values: (_chart, ticks) => ticks.map((tick) => formatUnit(unit, tick)),
      },
    ],
    series: [
      {},
      ...lines.map((line, index) => ({
        label: line.label,
        stroke: color(`--line-${index + 1}`),
        width: 1.5,
        points: { show: false },
        ...(lines.length === 1 && { fill: `color-mix(in srgb, ${color("--line-1")} 9%, transparent)` }),
      })),
    ],
    hooks: { setCursor: [(chart) => onCursor(chart.cursor.idx ?? undefined)] },
  };
}

/** Steps between an axis' ticks that are round in powers of 1024. */
const BYTE_STEPS: number[] = Array.from({ length: 45 }, (_, power) => 2 ** power);

/** Highest value of the axis: room above the line, and never an axis of a few millionths around zero. */
function niceTop(max: number, unit: Unit): number {
  const least = unit === "seconds" ? 0.001 : 4;
  return Math.max(least, max * 1.15);
}

function timeOfDay(seconds: number): string {
  return format.clockTime(seconds * 1000).slice(0, 8);
}
